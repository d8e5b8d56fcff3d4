#!/usr/bin/env bash
# Builds the bot's image from the Dockerfile, on a base made of this machine's
# own Node, and pushes it to a registry on loopback. Prints the reference.
#
#   image.sh REGISTRY_HOST:PORT [NAME:TAG]
#
# There is no public base image where the tests run, so the base is made from
# the Node of node_modules, the libraries it is linked to, and busybox.
set -euo pipefail
# shellcheck source=test/cluster/lib.sh
source "$(dirname -- "${BASH_SOURCE[0]}")/lib.sh"

registry="${1:?usage: image.sh REGISTRY_HOST:PORT [NAME:TAG]}"
image="${2:-imagepull/bot:test}"
repository="$here/../.."
for tool in buildah busybox ldd; do
  have "$tool" || give_up "$tool is missing (Debian packages buildah, busybox-static, libc-bin)."
done
[[ -d "$repository/dist" ]] || give_up "dist/ is missing: npm run build makes it."

work="$(mktemp -d)"
# Storage of our own, so that neither the user's images are touched nor ours stay.
# An overlay cannot lie on another: in a container whose root is one, copy.
driver=overlay
[[ "$(stat -f -c %T "$work")" == overlayfs ]] && driver=vfs
storage=(--root "$work/storage" --runroot "$work/run" --storage-driver "$driver")
cleanup() {
  buildah "${storage[@]}" rm --all >/dev/null 2>&1 || true
  # An overlay that is still mounted would be emptied through its mount point.
  awk -v under="$work/" 'index($2, under) == 1 { print $2 }' /proc/mounts | sort -r | xargs -r -n 1 umount
  rm -rf "$work"
}
trap cleanup EXIT

node="$(readlink -f "$(node_bin)")"
root="$work/base/root"
mkdir -p "$root"/{bin,etc,tmp,usr/local/bin,usr/local/lib/node_modules/npm}
chmod 1777 "$root/tmp"
cp "$(command -v busybox)" "$root/bin/busybox"
for applet in sh rm ls; do ln -s busybox "$root/bin/$applet"; done
cp "$node" "$root/usr/local/bin/node"
# Each library at its own path; the linker itself stands in the list without an arrow.
ldd "$node" | awk '$2 == "=>" { print $3 } $1 ~ /^\// { print $1 }' | while read -r library; do
  install -D "$(readlink -f "$library")" "$root$library"
done
# The way that Node's own images carry npm: the build must take it out.
printf 'npm\n' >"$root/usr/local/lib/node_modules/npm/package.json"
printf 'FROM scratch\nCOPY root /\nENV PATH=/usr/local/bin:/bin\n' >"$work/base/Dockerfile"

build() { buildah "${storage[@]}" bud --isolation chroot --quiet "$@" >/dev/null; }
build -t imagepull-test-base "$work/base"
build -t imagepull-test-image --build-arg BASE=localhost/imagepull-test-base -f "$repository/Dockerfile" "$repository"

container="$(buildah "${storage[@]}" from imagepull-test-image)"
mounted="$(buildah "${storage[@]}" mount "$container")"
[[ ! -e "$mounted/usr/local/lib/node_modules" ]] || give_up "npm is left in the final image."
buildah "${storage[@]}" umount "$container" >/dev/null
user="$(buildah "${storage[@]}" inspect --format '{{.OCIv1.Config.User}}' imagepull-test-image)"
[[ "$user" == 65532:65532 ]] || give_up "the image runs as '$user', not as 65532:65532."

buildah "${storage[@]}" push --quiet --tls-verify=false imagepull-test-image "docker://$registry/$image"
printf '%s/%s\n' "$registry" "$image"
