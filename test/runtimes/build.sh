#!/usr/bin/env bash
# Builds container runtimes of other versions than the system's into the cache
# folder, from their own released modules:
#   build.sh                       all of them
#   build.sh containerd VERSION    that one; prints its folder
#   build.sh debian PACKAGE        Debian's package, unpacked and not installed,
#                                  so that nothing of it starts; prints its folder
# What is already there is left alone; each takes a few minutes on two cores.
set -euo pipefail
# shellcheck source=test/cluster/lib.sh
source "$(dirname -- "${BASH_SOURCE[0]}")/../cluster/lib.sh"

versions=(2.4.2 2.1.9 1.7.35)

# The module cache is read-only and has the release's own go.mod and go.sum: a
# build in its folder takes the very modules that the release was made of.
build_containerd() {
  local version="$1" module="github.com/containerd/containerd" to="$cache/containerd-$1" half source command
  [[ "${version%%.*}" == 1 ]] || module+="/v${version%%.*}"
  if [[ -x "$to/containerd" ]]; then
    printf '%s\n' "$to"
    return
  fi
  have go || give_up "Go 1.26 or later is needed to build containerd $version (https://go.dev/dl)."
  say "building containerd $version (minutes, once)"
  source="$(go mod download -json "$module@v$version" | sed -n 's/^[[:space:]]*"Dir": "\(.*\)",*$/\1/p')"
  [[ -d "$source" ]] || give_up "the Go proxy has no $module@v$version."
  half="$(mktemp -d "$cache/building.XXXXXX")"
  # shellcheck disable=SC2064 # the name of today, not of the moment of the trap
  trap "rm -rf '$half'" EXIT
  local packages=()
  for command in containerd containerd-shim-runc-v2 ctr; do packages+=("$module/cmd/$command"); done
  (cd "$source" && CGO_ENABLED=0 go build -trimpath -tags "no_btrfs no_zfs no_devmapper no_aufs" \
    -ldflags "-s -w -X $module/version.Version=$version" -o "$half/" "${packages[@]}")
  mkdir -p "$to"
  # The one that is looked for comes last: half a folder is no folder.
  mv -f "$half/containerd-shim-runc-v2" "$half/ctr" "$to/"
  mv -f "$half/containerd" "$to/"
  rm -rf "$half"
  printf '%s\n' "$to"
}

unpack_debian() {
  local package="$1" version to half
  have apt-get || give_up "$package comes from Debian's archive, and there is no apt-get."
  version="$(apt-cache show --no-all-versions "$package" 2>/dev/null | sed -n 's/^Version: //p')"
  [[ -n "$version" ]] || give_up "Debian's archive has no $package; try apt-get update."
  to="$cache/debian-$package-${version//[^A-Za-z0-9.+-]/_}"
  if [[ ! -d "$to" ]]; then
    say "unpacking $package $version"
    half="$(mktemp -d "$cache/building.XXXXXX")"
    # shellcheck disable=SC2064
    trap "rm -rf '$half'" EXIT
    # As root apt-get would download as another user, who may not write here.
    (cd "$half" && apt-get -o APT::Sandbox::User=root -qq download "$package" >&2 && dpkg-deb -x ./*.deb . && rm ./*.deb)
    mv "$half" "$to"
  fi
  printf '%s\n' "$to"
}

mkdir -p "$cache"
# Two of these at once would only fight for the cores; a test cluster need not wait for them.
exec 9>"$cache/build-runtimes.lock"
flock 9

case "$#/${1:-}" in
  0/)
    for version in "${versions[@]}"; do build_containerd "$version"; done
    for package in docker.io podman conmon; do unpack_debian "$package"; done
    ;;
  2/containerd) build_containerd "$2" ;;
  2/debian) unpack_debian "$2" ;;
  *) give_up "usage: build.sh [containerd VERSION | debian PACKAGE]" ;;
esac
