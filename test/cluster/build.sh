#!/usr/bin/env bash
# Builds the parts of Kubernetes, and the oracles below go/cmd, into the cache
# folder. What is already there is left alone; the first time takes 6 to 9
# minutes on two cores. Prints the folder.
set -euo pipefail
# shellcheck source=test/cluster/lib.sh
source "$(dirname -- "${BASH_SOURCE[0]}")/lib.sh"

have go || give_up "Go 1.24 or later is needed to build Kubernetes (https://go.dev/dl)."

# build DIRECTORY LDFLAGS PACKAGE…: all in one call, so that what they share is
# compiled once; in place only when complete.
build() {
  local to="$1" ldflags="$2" half
  shift 2
  half="$(mktemp -d "$cache/building.XXXXXX")"
  # shellcheck disable=SC2064 # the name of today, not of the moment of the trap
  trap "rm -rf '$half'" EXIT
  (cd "$here/go" && CGO_ENABLED=0 go build -trimpath -ldflags "$ldflags" -o "$half/" "$@")
  mkdir -p "$to"
  mv -f "$half"/* "$to/"
  rm -rf "$half"
}

mkdir -p "$cache"
# Two builds at once would only fight for the cores.
exec 9>"$cache/build.lock"
flock 9

commands=(kube-apiserver kube-controller-manager kube-scheduler kubelet)
# A kubectl of another version serves too: the tests ask it for nothing new.
have kubectl || commands+=(kubectl)

missing=()
for command in "${commands[@]}"; do
  [[ -x "$bin/$command" ]] || missing+=("k8s.io/kubernetes/cmd/$command")
done
if ((${#missing[@]} > 0)); then
  say "building ${missing[*]##*/} $kubernetes_version (minutes, once)"
  version="k8s.io/component-base/version"
  IFS=. read -r major minor _ <<<"${kubernetes_version#v}"
  build "$bin" "-s -w -X $version.gitVersion=$kubernetes_version -X $version.gitMajor=$major -X $version.gitMinor=$minor -X $version.gitTreeState=clean" "${missing[@]}"
fi

# An oracle is ours and changes: it is kept by its own source and what they share.
for source in "$here"/go/cmd/*/; do
  [[ -d "$source" ]] || continue
  name="$(basename "$source")"
  key="$(cat "$source"*.go "$here"/go/internal/*/*.go | sha256sum | cut -c 1-12)"
  [[ -x "$bin/$name-$key" ]] && continue
  say "building $name"
  build "$cache/oracle.$$" "-s -w" "./cmd/$name"
  mkdir -p "$bin"
  rm -f "$bin/$name"-????????????
  mv -f "$cache/oracle.$$/$name" "$bin/$name-$key"
  rmdir "$cache/oracle.$$"
  ln -sf "$name-$key" "$bin/$name"
done

printf '%s\n' "$bin"
