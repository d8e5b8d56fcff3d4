#!/usr/bin/env bash
# Installs what the test cluster is made of, where it is missing and can be.
#
#   install.sh           the cluster
#   install.sh --tests   and what the tests use: a browser, an image builder, Alertmanager, skopeo
set -euo pipefail
# shellcheck source=test/cluster/lib.sh
source "$(dirname -- "${BASH_SOURCE[0]}")/lib.sh"

# command, and the Debian package that has it
needed=(
  containerd:containerd
  runc:runc
  etcd:etcd-server
  docker-registry:docker-registry
  htpasswd:apache2-utils
  busybox:busybox-static
  openssl:openssl
  flock:util-linux
  pgrep:procps
)
if [[ "${1:-}" == --tests ]]; then
  needed+=(chromium:chromium buildah:buildah prometheus-alertmanager:prometheus-alertmanager skopeo:skopeo)
fi

missing=()
for entry in "${needed[@]}"; do
  have "${entry%%:*}" || missing+=("${entry##*:}")
done
[[ -x "$cni_bin/ptp" && -x "$cni_bin/host-local" && -x "$cni_bin/loopback" ]] || missing+=(containernetworking-plugins)
((${#missing[@]} > 0)) || exit 0

if [[ "$(id -u)" != 0 ]] || ! have apt-get; then
  give_up "these are missing and can only be installed by root on Debian or Ubuntu: ${missing[*]}"
fi
say "installing ${missing[*]}"
export DEBIAN_FRONTEND=noninteractive
apt-get update -qq >&2
apt-get install -y -qq --no-install-recommends "${missing[@]}" >&2
