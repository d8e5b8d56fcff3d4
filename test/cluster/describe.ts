// Prints what cluster.json holds: describe.ts STATE PORT_BASE API_SERVER NODE KUBECTL
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Cluster, TestNode } from "./cluster.ts";
import { account, places } from "./registries/places.ts";

const [state = "", portBase = "", server = "", nodeName = "", kubectl = ""] = process.argv.slice(2);
const kubeconfig = join(state, "kubeconfig");
const socket = join(state, "containerd.sock");
const ask = (...words: string[]): string =>
  execFileSync(kubectl, ["--kubeconfig", kubeconfig, ...words], { encoding: "utf8" });

const node: TestNode | null = existsSync(socket)
  ? {
      name: nodeName,
      containerdSocket: socket,
      registries: places(Number(portBase)),
      account,
      registryAuthority: join(state, "registries/trusted/authority.crt"),
    }
  : null;

const tokens = readFileSync(join(state, "tokens.csv"), "utf8")
  .trim()
  .split("\n")
  .map((line) => line.split(","))
  .map(([token = "", user = ""]) => [user, token] as const)
  .filter(([user]) => !user.startsWith("system:"));

const cluster: Cluster = {
  kubeconfig,
  context: "imagepull-test",
  contexts: {
    reader: "imagepull-test-reader",
    "no-secrets": "imagepull-test-no-secrets",
    "no-nodes": "imagepull-test-no-nodes",
    "no-events": "imagepull-test-no-events",
    repuller: "imagepull-test-repuller",
  },
  server,
  certificateAuthority: join(state, "pki/apiserver.crt"),
  tokens: Object.fromEntries(tokens),
  auditLog: join(state, "logs/audit.log"),
  kubectl,
  versions: {
    kubernetes: (JSON.parse(ask("get", "--raw", "/version")) as { gitVersion: string }).gitVersion,
    containerRuntime: node && ask("get", "node", nodeName, "-o", "jsonpath={.status.nodeInfo.containerRuntimeVersion}"),
  },
  node,
};
console.log(JSON.stringify(cluster, null, 2));
