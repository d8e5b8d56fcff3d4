# shellcheck shell=bash
# containerd and the kubelet: the one node. Sourced after lib.sh.

# The folder of containerd, its shim and ctr, as up.sh has chosen it: an empty
# line for the system's. Kept, so that what comes later means the same ones.
# with_containerd COMMAND…: containerd finds its shim by the PATH.
with_containerd() {
  local folder
  folder="$(<"$state/containerd-folder")"
  PATH="${folder:+$folder:}$PATH" "$@"
}

# choose_containerd [VERSION]: the system's, or another that is built if need be.
choose_containerd() {
  local folder=""
  if [[ -n "${1:-}" ]]; then folder="$("$here/../runtimes/build.sh" containerd "$1" | tail -n 1)"; fi
  printf '%s\n' "$folder" >"$state/containerd-folder"
}

# write_containerd_config [SANDBOX]: another repository for the image of sandboxes.
write_containerd_config() {
  local sandbox="$open_registry/${1:-pause}:1" snapshotter=overlayfs version
  # overlayfs cannot lie on itself: in a container whose root is one, copy.
  [[ "$(stat -f -c %T "$state")" == overlayfs ]] && snapshotter=native
  version="$(with_containerd containerd --version | grep -oE '[0-9]+\.[0-9]+\.[0-9]+' | head -n 1)"
  if [[ "${version%%.*}" == 1 ]]; then containerd_1_config; else containerd_2_config; fi >"$state/containerd.toml"
  write_cni_config
}

# What a restricted container (no CAP_SYS_RESOURCE, no systemd) needs is said in
# both; on a full machine it does no harm.
containerd_1_config() {
  cat <<EOF
version = 2
root = "$state/containerd/root"
state = "$state/containerd/state"
disabled_plugins = ["io.containerd.internal.v1.opt"]
[grpc]
  address = "$containerd_socket"
[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = "$sandbox"
  restrict_oom_score_adj = true
  netns_mounts_under_state_dir = true
  stream_server_address = "127.0.0.1"
  [plugins."io.containerd.grpc.v1.cri".cni]
    bin_dir = "$cni_bin"
    conf_dir = "$state/cni"
  [plugins."io.containerd.grpc.v1.cri".containerd]
    snapshotter = "$snapshotter"
  [plugins."io.containerd.grpc.v1.cri".registry.mirrors."$mirrored_host"]
    endpoint = ["http://127.0.0.1:$mirror_port"]
EOF
}

# From version 2 on CRI's settings stand in three places, and mirrors in files of
# their own (internal/cri/config/config.go of containerd 2.4.2). Pulls go through
# the transfer service, which knows only the snapshotter that it is told of
# (plugins/transfer/plugin.go). NRI's socket would lie at one place for all.
containerd_2_config() {
  cat <<EOF
version = 3
root = "$state/containerd/root"
state = "$state/containerd/state"
disabled_plugins = ["io.containerd.internal.v1.opt", "io.containerd.nri.v1.nri"]
[grpc]
  address = "$containerd_socket"
[plugins."io.containerd.grpc.v1.cri"]
  stream_server_address = "127.0.0.1"
[plugins."io.containerd.cri.v1.runtime"]
  restrict_oom_score_adj = true
  netns_mounts_under_state_dir = true
  [plugins."io.containerd.cri.v1.runtime".cni]
    bin_dirs = ["$cni_bin"]
    conf_dir = "$state/cni"
[plugins."io.containerd.cri.v1.images"]
  snapshotter = "$snapshotter"
  [plugins."io.containerd.cri.v1.images".pinned_images]
    sandbox = "$sandbox"
  [plugins."io.containerd.cri.v1.images".registry]
    config_path = "$state/hosts"
[[plugins."io.containerd.transfer.v1.local".unpack_config]]
  platform = "linux"
  snapshotter = "$snapshotter"
EOF
  mkdir -p "$state/hosts/$mirrored_host"
  cat >"$state/hosts/$mirrored_host/hosts.toml" <<EOF
server = "https://$mirrored_host"
[host."http://127.0.0.1:$mirror_port"]
  capabilities = ["pull", "resolve"]
EOF
}

write_cni_config() {
  mkdir -p "$state/cni"
  # No masquerade: pods reach the node, and nothing beyond it.
  cat >"$state/cni/10-imagepull-test.conflist" <<EOF
{
  "cniVersion": "0.4.0",
  "name": "imagepull-test-$port_base",
  "plugins": [
    {
      "type": "ptp",
      "ipMasq": false,
      "ipam": {
        "type": "host-local",
        "dataDir": "$state/cni-addresses",
        "ranges": [[{"subnet": "${IMAGEPULL_TEST_POD_SUBNET:-10.213.0.0/24}"}]],
        "routes": [{"dst": "0.0.0.0/0"}]
      }
    }
  ]
}
EOF
}

# $1: whether images are pulled one after the other (true, many clusters'
# default) or side by side. $2: how many may begin in a second; by default
# without a limit, so that a pod shows the cause that it was made for and not the
# noise of forty pods started at once.
write_kubelet_config() {
  local serialize="${1:-false}" qps="${2:-${IMAGEPULL_TEST_PULL_QPS:-0}}" parallel="maxParallelImagePulls: 100"
  [[ "$serialize" == true ]] && parallel=""
  cat >"$state/kubelet.yaml" <<EOF
apiVersion: kubelet.config.k8s.io/v1beta1
kind: KubeletConfiguration
address: 127.0.0.1
port: $kubelet_port
readOnlyPort: 0
healthzBindAddress: 127.0.0.1
healthzPort: $kubelet_health_port
containerRuntimeEndpoint: unix://$containerd_socket
authentication: {anonymous: {enabled: true}, webhook: {enabled: false}}
authorization: {mode: AlwaysAllow}
cgroupDriver: cgroupfs
cgroupsPerQOS: false
enforceNodeAllocatable: []
failCgroupV1: false
failSwapOn: false
makeIPTablesUtilChains: false
localStorageCapacityIsolation: false
evictionHard: {memory.available: 1Mi, nodefs.available: 1Mi, nodefs.inodesFree: "1", imagefs.available: 1Mi}
imageGCHighThresholdPercent: 100
clusterDNS: ["127.0.0.1"]
clusterDomain: cluster.local
podLogsDir: $state/pod-logs
serializeImagePulls: $serialize
$parallel
registryPullQPS: $qps
registryBurst: $((qps > 0 ? qps * 2 : 10))
# Tests leave many images, and place many pods at once: all images are listed, as on a node that has few.
nodeStatusMaxImages: -1
maxPods: 220
# The limits on talking to the API server would let events and states lag behind.
eventRecordQPS: 500
eventBurst: 1000
kubeAPIQPS: 500
kubeAPIBurst: 1000
nodeStatusUpdateFrequency: 4s
nodeStatusReportFrequency: 10s
syncFrequency: 10s
fileCheckFrequency: 0s
httpCheckFrequency: 0s
EOF
}

containerd_answers() { with_containerd ctr --address "$containerd_socket" version; }

start_containerd() {
  # The CA of our own registries beside the system's, and a proxy for one host
  # only: whatever proxy this machine has is not for loopback.
  SSL_CERT_DIR="/etc/ssl/certs:$state/registries/trusted" \
    HTTP_PROXY="" http_proxy="" https_proxy="" no_proxy="" \
    HTTPS_PROXY="http://127.0.0.1:$proxy_port" NO_PROXY="localhost,127.0.0.1,.imagepull.test" \
    with_containerd start containerd containerd --config "$state/containerd.toml" --log-level info
  wait_for 20 containerd containerd_answers
}

start_kubelet() {
  start kubelet "$bin/kubelet" --config "$state/kubelet.yaml" --kubeconfig "$state/kubelet.kubeconfig" \
    --hostname-override "$node_name" --node-ip 127.0.0.1 --root-dir "$state/kubelet" --cert-dir "$state/pki/kubelet" --v 2
}

node_is_ready() { [[ "$(kubectl get node "$node_name" -o 'jsonpath={.status.conditions[?(@.type=="Ready")].status}')" == True ]]; }

# Ids of the containers whose cgroups are left to remove.
tasks=()

# Removes containers, their shims, mounts and network, with or without
# containerd: it would only take longer with it.
clean_node() {
  local bundle id pid
  stop containerd
  # Shims outlive containerd on purpose. Those that carry our folder go, each by
  # its own id; what they watched over is known from its bundle.
  for pid in $(pgrep -f containerd-shim-runc-v2 || true); do
    if is_ours "$pid"; then kill -KILL "$pid" 2>/dev/null || true; fi
  done
  for bundle in "$state"/containerd/state/io.containerd.runtime.v2.task/k8s.io/*/; do
    [[ -d "$bundle" ]] || continue
    id="$(basename "$bundle")" pid="$(cat "$bundle/init.pid" 2>/dev/null || true)"
    rm -f /var/lib/cni/results/*-"$id"-*
    tasks+=("$id")
    if [[ -n "$pid" ]] && grep -qF "$id" "/proc/$pid/cgroup" 2>/dev/null; then kill -KILL "$pid" 2>/dev/null || true; fi
  done
  # The innermost mounts first. Unmounting a network name space removes it with
  # its half of the veth pair.
  awk -v under="$state/" 'index($5, under) == 1 { print $5 }' /proc/self/mountinfo | sort -r | xargs -r -d '\n' umount --lazy 2>/dev/null || true
  # Links that the kubelet lays for collectors of logs.
  if [[ -d /var/log/containers ]]; then find /var/log/containers -lname "$state/*" -delete; fi
}

# Later than the rest: a cgroup goes once the last of its processes has been reaped.
clean_cgroups() {
  local id
  for id in "${tasks[@]}"; do
    rmdir /sys/fs/cgroup/k8s.io/"$id" /sys/fs/cgroup/*/k8s.io/"$id" 2>/dev/null || true
  done
}
