import { endBefore } from "./paint.ts";
import { type Hit, type Rule, says, saysInPull } from "./rule.ts";
import type { MessageText } from "./text.ts";

const runtimeEndpoints = [
  "containerd.sock",
  "crio.sock",
  "cri-dockerd.sock",
  "dockershim.sock",
  "docker.sock",
  "npipe:",
];
const connectionFailures = [
  "connect: no such file or directory",
  "connect: connection refused",
  "connect: permission denied",
  "error reading server preface",
  "transport is closing",
  "connection reset by peer",
  "connection closed before server preface",
  "broken pipe",
  "i/o timeout",
];

/** What goes wrong on the node, whatever registry was asked. */
export const nodeRules: readonly Rule[] = [
  {
    id: "node.runtime-down",
    cause: "runtime-down",
    source: "kubelet's gRPC client to containerd, CRI-O or cri-dockerd; Docker's client",
    match: runtimeDown,
  },
  {
    id: "node.disk-full",
    cause: "disk-full",
    source: "Linux (ENOSPC, EDQUOT), through containerd, CRI-O and Docker alike",
    match: saysInPull(["no space left on device", "disk quota exceeded"], { confidence: "confirmed" }),
  },
  {
    id: "node.disk-full-at-gc",
    cause: "disk-full",
    source: "kubelet, pkg/kubelet/images/image_gc_manager.go (FreeDiskSpaceFailed, ImageGCFailed)",
    match: says(["failed to garbage collect required amount of images"], { confidence: "likely" }),
  },
  {
    id: "node.permission",
    cause: "permission-denied-on-node",
    source: "Linux (EACCES, EPERM, EROFS, EIO) at the runtime's storage",
    match: storageRefused,
  },
];

function runtimeDown({ text, pull }: MessageText): Hit | null {
  const daemon = text.indexOf("cannot connect to the docker daemon");
  if (daemon >= 0) return { at: daemon, end: endBefore(text, daemon, "\n"), confidence: "confirmed" };
  const at = text.indexOf("dial unix ");
  if (at >= 0) {
    const line = text.slice(at, endBefore(text, at, "\n"));
    const endpoint = runtimeEndpoints.find((name) => line.includes(name));
    const failure = connectionFailures.find((words) => line.includes(words));
    if (endpoint !== undefined && failure !== undefined) {
      return {
        at,
        end: at + line.indexOf(failure) + failure.length,
        confidence: "confirmed",
        facts: { runtime: runtimeOf(endpoint) },
      };
    }
  }
  return pull || text.includes("sandbox") || text.includes("container runtime") ? unavailable({ text }) : null;
}

const unavailable = says(
  [
    "error reading server preface",
    "container runtime is down",
    "transport is closing",
    "code = unavailable desc = connection error",
  ],
  { confidence: "likely" },
);

const runtimeOf = (endpoint: string): string =>
  endpoint.startsWith("containerd") ? "containerd" : endpoint.startsWith("crio") ? "CRI-O" : "Docker";

/** File operations as Go's `os` names them: `mkdir /var/lib/…: permission denied`. */
const operations = [
  "mkdir ",
  "open ",
  "mount ",
  "lchown ",
  "chown ",
  "unlinkat ",
  "rename ",
  "link ",
  "symlink ",
  "write ",
  "openfile ",
  "mknod ",
  "remove ",
  "stat ",
  "lstat ",
  "setxattr ",
];
const refusals = ["permission denied", "operation not permitted", "read-only file system", "input/output error"];

function storageRefused(message: MessageText): Hit | null {
  const { text, original, pull } = message;
  if (!pull) return null;
  for (const refusal of refusals) {
    const end = text.indexOf(refusal);
    if (end < 0 || text.slice(Math.max(0, end - 9), end) === "connect: ") continue;
    const from = Math.max(0, end - 1_000);
    const before = text.slice(from, end);
    const operation = operations.reduce((last, name) => Math.max(last, before.lastIndexOf(name)), -1);
    if (operation < 0) continue;
    const at = from + operation;
    const slash = text.indexOf("/", at);
    const path = slash >= 0 && slash < end ? original.slice(slash, endBefore(text, slash, " :\"'\n")) : "";
    const confidence = refusal === "input/output error" ? "likely" : "confirmed";
    return { at, end: end + refusal.length, confidence, facts: path === "" ? {} : { path } };
  }
  return saysInPull(["insufficient uids or gids available in user namespace"], { confidence: "confirmed" })(message);
}
