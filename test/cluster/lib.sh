# shellcheck shell=bash
# What the scripts of this folder share: where things are kept, and a few words
# to wait, to say and to give up. Sourced, never run.

here="$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd)"

# Debian keeps some of what is needed where a user's PATH may not look.
export PATH="$PATH:/usr/sbin:/sbin"

# Binaries outlive a checkout, so they are kept beside other caches.
cache="${IMAGEPULL_TEST_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/imagepull-test}"

kubernetes_version="$(sed -n 's/^[[:space:]]*k8s\.io\/kubernetes \(v[0-9.]*\).*/\1/p' "$here/go/go.mod" | head -n 1)"

# A binary belongs to the module versions that it was built from.
build_key="$(sha256sum "$here/go/go.mod" | cut -c 1-12)"
bin="$cache/kubernetes-$kubernetes_version-$build_key"

# One fixed place, so that an `up` finds what a crashed one has left. A second
# cluster beside the first takes another folder and other ports.
state="${IMAGEPULL_TEST_STATE:-${TMPDIR:-/tmp}/imagepull-test-cluster}"
export IMAGEPULL_TEST_STATE="$state"
port_base="${IMAGEPULL_TEST_PORT_BASE:-26000}"
etcd_port=$((port_base + 1))
etcd_peer_port=$((port_base + 2))
kubelet_health_port=$((port_base + 248))
kubelet_port=$((port_base + 250))
controller_manager_port=$((port_base + 257))
scheduler_port=$((port_base + 259))
apiserver_port=$((port_base + 443))

node_name="${IMAGEPULL_TEST_NODE:-imagepull-test-node}"
server="https://127.0.0.1:$apiserver_port"
kubeconfig="$state/kubeconfig"
containerd_socket="$state/containerd.sock"
cni_bin="${IMAGEPULL_TEST_CNI_BIN:-/usr/lib/cni}"

say() { printf '%s\n' "$*" >&2; }

# Bad surroundings, not a failed test: exit 2 tells the two apart.
give_up() {
  say "test cluster: $*"
  exit 2
}

# Only programs: functions of ours may bear the same name.
have() { type -P "$1" >/dev/null; }

# wait_for SECONDS WHAT COMMAND…: runs COMMAND until it succeeds. There is
# nothing to wait for once a part of ours has died.
wait_for() {
  local seconds="$1" what="$2" end part
  shift 2
  end=$((SECONDS + seconds))
  until "$@" >/dev/null 2>&1; do
    if ((SECONDS >= end)); then
      say "test cluster: $what did not come within $seconds s; see $state/logs"
      return 1
    fi
    for part in "$state"/pids/*; do
      if [[ -f "$part" ]] && ! kill -0 "$(<"$part")" 2>/dev/null; then
        say "test cluster: ${part##*/} has died: $(tail -n 1 "$state/logs/${part##*/}.log")"
        return 1
      fi
    done
    sleep 0.1
  done
}

# answers HOST:PORT: in a subshell, since a refused connection would end the
# shell that tries it.
answers() { (exec 3<>"/dev/tcp/${1%:*}/${1##*:}"); }

kubectl_bin() { if [[ -x "$bin/kubectl" ]]; then printf '%s' "$bin/kubectl"; else type -P kubectl; fi; }

kubectl() { "$(kubectl_bin)" --kubeconfig "$kubeconfig" --context imagepull-test "$@"; }

# Node 22.18 and later run TypeScript as it stands; the checkout brings a 26.
node_bin() {
  local candidate
  for candidate in "$here/../../node_modules/.bin/node" "$(type -P node || true)"; do
    if [[ -x "$candidate" ]] && "$candidate" -e 'process.exit(process.features.typescript ? 0 : 1)' 2>/dev/null; then
      printf '%s' "$candidate"
      return
    fi
  done
  give_up "a Node that runs TypeScript is needed (22.18 or later); npm ci brings one."
}

# One `up` or `down` of a cluster at a time; the second waits. A `down` within an
# `up` is within its lock.
lock() {
  [[ -z "${IMAGEPULL_TEST_LOCKED:-}" ]] || return 0
  exec 8>"$state.lock"
  flock 8
  export IMAGEPULL_TEST_LOCKED=yes
}

# start NAME COMMAND…: in a session of its own, so that neither Ctrl-C nor the
# end of the terminal reaches it. Its id is kept to stop it by.
start() {
  local name="$1"
  shift
  # Without the lock, which would be held for as long as it runs.
  setsid "$@" </dev/null >>"$state/logs/$name.log" 2>&1 8>&- &
  printf '%s\n' "$!" >"$state/pids/$name"
  disown
}

# Ids are used again by the system: one of ours carries our state folder in its
# environment, which containerd hands on to its shims.
is_ours() { { tr '\0' '\n' <"/proc/$1/environ" | grep -qxF "IMAGEPULL_TEST_STATE=$state"; } 2>/dev/null; }

# ends_within SECONDS PID
ends_within() {
  local end=$((SECONDS + $1))
  while is_ours "$2"; do
    ((SECONDS < end)) || return 1
    sleep 0.05
  done
}

# stop NAME: asks, waits, insists.
stop() {
  local file="$state/pids/$1" pid
  [[ -f "$file" ]] || return 0
  pid="$(<"$file")"
  if is_ours "$pid"; then
    kill -TERM "$pid" 2>/dev/null || true
    # A process that was stopped hears TERM only when it goes on.
    kill -CONT "$pid" 2>/dev/null || true
    if ! ends_within 5 "$pid"; then
      kill -KILL "$pid" 2>/dev/null || true
      ends_within 5 "$pid" || say "test cluster: $1 ($pid) does not end"
    fi
  fi
  rm -f "$file"
}
