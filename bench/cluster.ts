import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { type Cluster, readCluster, stateFolder } from "../test/cluster/cluster.ts";
import { kubectl, nodeOf } from "../test/cluster/runner.ts";
import { until } from "../test/cluster/stage.ts";

const script = (name: string): string => join(import.meta.dirname, "../test/cluster", name);
const namespace = "imagepull-test-bench";
const name = "kestrel";

interface WaitingPod {
  readonly status: {
    readonly containerStatuses?: readonly { readonly state: { readonly waiting?: { readonly reason: string } } }[];
  };
}

/** A real cluster with one pod in ImagePullBackOff, whose registry answers that there is no such image: the running one where IMAGEPULL_TEST_KEEP=on, else one of its own. */
export async function withFailingPod<T>(
  measure: (cluster: Cluster, pod: { namespace: string; name: string }) => Promise<T>,
): Promise<T> {
  const keep = process.env["IMAGEPULL_TEST_KEEP"] === "on" && existsSync(join(stateFolder(), "cluster.json"));
  if (!keep) await promisify(execFile)("bash", [script("up.sh")]);
  const cluster = readCluster();
  try {
    await kubectl(
      cluster,
      ["apply", "-f", "-"],
      JSON.stringify({ apiVersion: "v1", kind: "Namespace", metadata: { name: namespace } }),
    );
    await until("the service account", () =>
      kubectl(cluster, ["-n", namespace, "get", "serviceaccount", "default"]).catch(() => null),
    );
    const spec = {
      containers: [{ name: "app", image: `${nodeOf(cluster).registries.open}/team/kestrel:1` }],
      terminationGracePeriodSeconds: 0,
    };
    await kubectl(
      cluster,
      ["apply", "-f", "-"],
      JSON.stringify({ apiVersion: "v1", kind: "Pod", metadata: { name, namespace }, spec }),
    );
    await until("a back-off", async () => {
      const { status } = JSON.parse(
        await kubectl(cluster, ["-n", namespace, "get", "pod", name, "-o", "json"]),
      ) as WaitingPod;
      return status.containerStatuses?.[0]?.state.waiting?.reason === "ImagePullBackOff" ? true : null;
    });
    return await measure(cluster, { namespace, name });
  } finally {
    await kubectl(cluster, ["delete", "namespace", namespace, "--wait=false"]);
    if (!keep) await promisify(execFile)("bash", [script("down.sh")]);
  }
}
