#!/usr/bin/env bash
# Builds what the tests of registries are compared with and tried against: crane,
# distribution's registry of version 3, and the token server that comes with
# version 2. Each is kept by its own go.mod and go.sum, so that nothing but a
# change of version builds it again: 2 to 3 minutes on two cores, once. Prints a
# line for each: its name, and where it is.
set -euo pipefail
# shellcheck source=test/cluster/lib.sh
source "$(dirname -- "${BASH_SOURCE[0]}")/lib.sh"

have go || give_up "Go 1.26 or later is needed to build the registries that the tests are tried against (https://go.dev/dl)."

mkdir -p "$cache/partners"
# Two builds at once would only fight for the cores.
exec 9>"$cache/build.lock"
flock 9

for module in "$here"/go/partners/*/; do
  name="$(basename "$module")"
  file="$cache/partners/$name-$(cat "$module"go.mod "$module"go.sum | sha256sum | cut -c 1-12)"
  if [[ ! -x "$file" ]]; then
    package="$(sed -n 's/^tool //p' "$module"go.mod)"
    say "building $package"
    (cd "$module" && CGO_ENABLED=0 go build -trimpath -ldflags "-s -w" -o "$file.half" "$package")
    mv -f "$file.half" "$file"
  fi
  printf '%s %s\n' "$name" "$file"
done
