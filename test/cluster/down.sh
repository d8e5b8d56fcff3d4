#!/usr/bin/env bash
# Stops what up.sh has started and removes what it has left, also after a crash.
# Doing it twice is doing it once.
set -Eeuo pipefail
if [[ "${1:-}" == --apiserver-only ]]; then
  export IMAGEPULL_TEST_STATE="${IMAGEPULL_TEST_STATE:-${TMPDIR:-/tmp}/imagepull-test-apiserver}"
  export IMAGEPULL_TEST_PORT_BASE="${IMAGEPULL_TEST_PORT_BASE:-27000}"
fi
# shellcheck source=test/cluster/lib.sh
source "$(dirname -- "${BASH_SOURCE[0]}")/lib.sh"
# shellcheck source=test/cluster/node.sh
source "$here/node.sh"
# shellcheck source=test/cluster/registries.sh
source "$here/registries.sh"

lock
[[ -d "$state" ]] || exit 0
[[ -d "$state/pids" ]] || give_up "$state is not a folder of the test cluster: move it away, or set IMAGEPULL_TEST_STATE."

# The kubelet first: it would start again what is stopped under it.
for part in kubelet scheduler controller-manager; do stop "$part"; done
clean_node
stop_registries
for part in apiserver etcd; do stop "$part"; done
# One that was started just before its starter was killed has left no id behind: it
# names our folder in its environment, and ours or the registries' files on its command line.
for environ in /proc/[0-9]*/environ; do
  pid="${environ#/proc/}" pid="${pid%/environ}"
  is_ours "$pid" || continue
  tr '\0' ' ' <"/proc/$pid/cmdline" 2>/dev/null | grep -qE "$state/|registries/main\.ts" || continue
  kill -KILL "$pid" 2>/dev/null || true
done
clean_cgroups
rm -rf --one-file-system "$state"
