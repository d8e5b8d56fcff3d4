#!/usr/bin/env bash
# Breaks one thing of the running node, or mends it. Everything else on the node
# feels it: one at a time.
set -Eeuo pipefail
# shellcheck source=test/cluster/lib.sh
source "$(dirname -- "${BASH_SOURCE[0]}")/lib.sh"
# shellcheck source=test/cluster/control-plane.sh
source "$here/control-plane.sh"
# shellcheck source=test/cluster/node.sh
source "$here/node.sh"
# shellcheck source=test/cluster/registries.sh
source "$here/registries.sh"

[[ -f "$state/cluster.json" ]] || give_up "no cluster runs in $state: start one with up.sh."
know_registries
content="$state/containerd/root/io.containerd.content.v1.content"

restart_kubelet() {
  stop kubelet
  write_kubelet_config "$@"
  start_kubelet
  wait_for 20 "the kubelet" answers "127.0.0.1:$kubelet_health_port"
}

restart_containerd() {
  stop containerd
  start_containerd
}

case "${1:-}" in
  # A store with what is in the real one and room for half a megabyte is laid
  # over it: manifests still find a place, layers do not.
  fill-disk)
    copy="$(mktemp -d "$state/content.XXXXXX")"
    mount -t tmpfs -o "size=$(($(du -sk "$content" | cut -f 1) + 600))k" imagepull-test "$copy"
    cp -a "$content/." "$copy/"
    mount --move "$copy" "$content" 2>/dev/null || mount --bind "$copy" "$content"
    ;;
  empty-disk)
    umount "$content"
    for copy in "$state"/content.*; do
      mountpoint -q "$copy" && umount "$copy"
      rmdir "$copy"
    done
    ;;
  break-sandbox)
    write_containerd_config absent
    restart_containerd
    with_containerd ctr --address "$containerd_socket" --namespace k8s.io images remove "$open_registry/pause:1" >/dev/null
    ;;
  mend-sandbox)
    write_containerd_config
    restart_containerd
    ;;
  break-network) sed -i 's/"type": "ptp"/"type": "missing"/' "$state/cni/10-imagepull-test.conflist" ;;
  mend-network) sed -i 's/"type": "missing"/"type": "ptp"/' "$state/cni/10-imagepull-test.conflist" ;;
  serial-pulls) restart_kubelet true ;;
  limit-pulls) restart_kubelet false 1 ;;
  parallel-pulls) restart_kubelet ;;
  stop-runtime) stop containerd ;;
  start-runtime) start_containerd ;;
  stop-kubelet) stop kubelet ;;
  start-kubelet) restart_kubelet ;;
  *) give_up "what to disturb? $(sed -n 's/^  \([a-z-]*\)).*/\1/p' "${BASH_SOURCE[0]}" | paste -sd ' ')" ;;
esac

# What is mended is mended when the node says so.
case "$1" in
  start-* | mend-* | parallel-pulls | empty-disk) wait_for 60 "a Ready node" node_is_ready ;;
esac
