# shellcheck shell=bash
# Two real registries, ours that misbehaves, and the names they go by. Sourced
# after lib.sh.

# Names that lead to loopback stand in /etc/hosts while the cluster is up:
# containerd speaks plain HTTP to loopback literals, so TLS needs a name.
hosts_mark="# imagepull-test $port_base"

add_hosts() {
  [[ -w /etc/hosts ]] || give_up "/etc/hosts has to be written for the TLS scenarios, and cannot be."
  local name
  for name in $loopback_names; do printf '127.0.0.1 %s %s\n' "$name" "$hosts_mark"; done >>/etc/hosts
}

# Written in place: in a container /etc/hosts is a mount and cannot be replaced.
remove_hosts() {
  local kept
  grep -qF "$hosts_mark" /etc/hosts || return 0
  kept="$(grep -vF "$hosts_mark" /etc/hosts || true)"
  printf '%s\n' "$kept" >/etc/hosts
}

# write_registry_config FILE ADDRESS FOLDER [HTPASSWD]
write_registry_config() {
  cat >"$1" <<EOF
version: 0.1
log: {level: warn, accesslog: {disabled: true}}
storage: {filesystem: {rootdirectory: $3}, delete: {enabled: true}}
http: {addr: "$2", secret: imagepull-test}
EOF
  if (($# > 3)); then printf 'auth: {htpasswd: {realm: registry, path: "%s"}}\n' "$4" >>"$1"; fi
}

know_registries() { eval "$("$(node_bin)" "$here/registries/setup.ts" "$port_base")"; }

start_registries() {
  local folder="$state/registries"
  mkdir -p "$folder"
  know_registries
  add_hosts
  # Debian's docker-registry knows bcrypt only.
  htpasswd -Bbn "$registry_user" "$registry_password" >"$folder/htpasswd"
  write_registry_config "$folder/open.yaml" "$open_registry" "$folder/open"
  write_registry_config "$folder/basic.yaml" "$basic_registry" "$folder/basic" "$folder/htpasswd"
  start registry-open docker-registry serve "$folder/open.yaml"
  start registry-basic docker-registry serve "$folder/basic.yaml"
  start registries "$(node_bin)" "$here/registries/main.ts" "$folder" "$port_base"
  wait_for 20 "the open registry" answers "$open_registry"
  "$(node_bin)" "$here/registries/push-pause.ts" "$port_base"
  wait_for 20 "the registry with passwords" answers "$basic_registry"
  wait_for 20 "the misbehaving registry" answers "$control"
}

stop_registries() {
  local part
  for part in registries registry-basic registry-open; do stop "$part"; done
  remove_hosts
}
