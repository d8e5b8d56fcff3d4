#!/usr/bin/env bash
# Starts a real single-node Kubernetes with its registries, all on loopback, and
# prints the path of cluster.json, which says where everything is. What an
# earlier start has left is removed first.
#
#   up.sh                    the whole of it
#   up.sh --apiserver-only   etcd and an API server, beside a running cluster
#
# IMAGEPULL_TEST_STATE, _PORT_BASE, _POD_SUBNET   another place, for a second one
# IMAGEPULL_TEST_ADMISSION=AlwaysPullImages       admission plugins on top
# IMAGEPULL_TEST_PULL_QPS=5                       the kubelet's own limit of pulls
# IMAGEPULL_TEST_CONTAINERD=2.4.2                 another containerd than the system's, built if need be
set -Eeuo pipefail

only_apiserver=false
if [[ "${1:-}" == --apiserver-only ]]; then
  only_apiserver=true
  export IMAGEPULL_TEST_STATE="${IMAGEPULL_TEST_STATE:-${TMPDIR:-/tmp}/imagepull-test-apiserver}"
  export IMAGEPULL_TEST_PORT_BASE="${IMAGEPULL_TEST_PORT_BASE:-27000}"
elif (($# > 0)); then
  printf 'usage: up.sh [--apiserver-only]\n' >&2
  exit 2
fi

# shellcheck source=test/cluster/lib.sh
source "$(dirname -- "${BASH_SOURCE[0]}")/lib.sh"
# shellcheck source=test/cluster/control-plane.sh
source "$here/control-plane.sh"
# shellcheck source=test/cluster/node.sh
source "$here/node.sh"
# shellcheck source=test/cluster/registries.sh
source "$here/registries.sh"

began="$(date +%s)"
[[ "$(id -u)" == 0 ]] || $only_apiserver || give_up "containerd and the kubelet need root."
"$here/install.sh"
"$here/build.sh" >/dev/null
lock
"$here/down.sh"
mkdir -p "$state/logs" "$state/pids"
# Half a cluster is of no use to anybody; its logs are.
trap 'say "test cluster: did not start; logs in $state/logs"' ERR

start_etcd
make_identities
write_kubeconfigs
$only_apiserver || start_registries
start_apiserver
if ! $only_apiserver; then
  choose_containerd "${IMAGEPULL_TEST_CONTAINERD:-}"
  write_containerd_config
  start_containerd
  write_kubelet_config
fi
wait_for_apiserver
kubectl apply --server-side -f "$here/manifests/rbac.yaml" >/dev/null
if ! $only_apiserver; then
  start_controllers
  start_kubelet
  wait_for 60 "a Ready node" node_is_ready
fi

"$(node_bin)" "$here/describe.ts" "$state" "$port_base" "$server" "$node_name" "$(kubectl_bin)" >"$state/cluster.json.half"
mv "$state/cluster.json.half" "$state/cluster.json"
say "test cluster: ready after $(($(date +%s) - began)) s; context imagepull-test of $kubeconfig"
printf '%s\n' "$state/cluster.json"
