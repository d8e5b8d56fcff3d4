import { spawn } from "node:child_process";
import { openSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { Cluster, TestNode } from "./cluster.ts";
import type { Pod } from "./kubernetes.ts";
import { output } from "./programs.ts";
import { kubectl } from "./runner.ts";

/** The installed bot's pod, as this cluster of one node without kube-proxy and logs by kubectl needs it. */

/** There is no kube-proxy here, and Slack is on the node's loopback: puts the bot into the node's own network, and starts it. */
export async function standOnTheNode(
  cluster: Cluster,
  namespace: string,
  more: Readonly<Record<"PORT" | "SLACK_API_URL", string>>,
): Promise<void> {
  const env = {
    KUBERNETES_SERVICE_HOST: "127.0.0.1",
    KUBERNETES_SERVICE_PORT: new URL(cluster.server).port,
    HOST: "127.0.0.1",
    ...more,
  };
  const container = {
    name: "imagepull",
    env: Object.entries(env).map(([name, value]) => ({ name, value })),
    // The probes go to the port by its name.
    ports: [{ $patch: "replace" }, { name: "http", containerPort: Number(more.PORT) }],
  };
  const patch = { spec: { replicas: 1, template: { spec: { hostNetwork: true, containers: [container] } } } };
  await kubectl(cluster, ["label", "--overwrite", "ns", namespace, "pod-security.kubernetes.io/enforce=privileged"]);
  await kubectl(cluster, ["-n", namespace, "patch", "deployment", "imagepull", "--patch", JSON.stringify(patch)]);
}

/** The log of the pod's only container, never started a second time, as the node keeps it in the cluster's state folder. */
export function openLog(state: string, { metadata }: Pod): number {
  const folder = join(state, "pod-logs", `${metadata.namespace}_${metadata.name}_${metadata.uid}`, "imagepull");
  const files = readdirSync(folder);
  if (files.join() !== "0.log") throw new Error(`${folder} holds ${files.join(", ")}`);
  return openSync(join(folder, "0.log"), "r");
}

/** Milliseconds from the pod's deletion to its end, and the exit code, as the API server tells of them. */
export async function endOf(
  { kubectl: program, kubeconfig }: Cluster,
  namespace: string,
  pod: string,
): Promise<{ readonly code: number; readonly milliseconds: number }> {
  const columns = "{.metadata.deletionTimestamp}/{.status.containerStatuses[0].state.terminated.exitCode}{'\\n'}";
  const get = ["--namespace", namespace, "get", "pod", pod, "--watch", "-o", `jsonpath=${columns}`];
  const watch = spawn(program, ["--kubeconfig", kubeconfig, ...get], { stdio: ["ignore", "pipe", "inherit"] });
  try {
    let deleted: number | null = null;
    for await (const line of createInterface(watch.stdout)) {
      const [at, code] = line.split("/");
      if (at) deleted ??= Date.now();
      if (code) return { code: Number(code), milliseconds: Date.now() - (deleted ?? Number.NaN) };
    }
    throw new Error(`the watch of ${pod} ended before the pod did`);
  } finally {
    watch.kill();
  }
}

/** Takes an image off the node, under each of its names: a node that is kept from run to run would hold one of each run. */
export async function forgetImage({ containerdSocket }: TestNode, image: string): Promise<void> {
  const ctr = ["--address", containerdSocket, "--namespace", "k8s.io", "images"];
  const here = { folder: "/", home: "/" };
  const rows = (await output("ctr", [...ctr, "ls"], here)).split("\n").map((row) => row.split(/\s+/));
  const digest = rows.find(([name]) => name === image)?.[2];
  const names = rows.flatMap(([name, , of]) => (of === digest && name ? [name] : []));
  if (digest !== undefined) await output("ctr", [...ctr, "rm", ...names], here);
}
