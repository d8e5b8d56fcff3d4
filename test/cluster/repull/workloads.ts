import { kinds, type ImageKind } from "../registries/images.ts";
import { push } from "../registries/push.ts";
import type { Cluster } from "../cluster.ts";
import type { Manifest, Pod } from "../kubernetes.ts";
import { output } from "../programs.ts";
import { kubectl, list, nodeOf } from "../runner.ts";
import { until } from "../stage.ts";

/** Workloads of every kind, the images that they run, and what really runs, read with kubectl and by nothing of ours. */

export type Kind = "Deployment" | "StatefulSet" | "DaemonSet" | "ReplicaSet" | "Job" | "CronJob" | "Pod";

export interface Made {
  readonly kind: Kind;
  readonly name: string;
  readonly image: string;
  readonly policy: "Always" | "IfNotPresent" | "Never";
  readonly replicas?: number;
  readonly spec?: Readonly<Record<string, unknown>>;
  /** Of the workload's own spec. */
  readonly workload?: Readonly<Record<string, unknown>>;
  readonly container?: Readonly<Record<string, unknown>>;
}

/** A manifest: one container called `app`, that ends at once when it is told to. */
export function manifestOf({ kind, name, image, policy, replicas = 2, spec, workload, container }: Made): Manifest {
  const labels = { app: name };
  const podSpec = {
    terminationGracePeriodSeconds: 0,
    ...(kind === "Job" || kind === "CronJob" ? { restartPolicy: "Never" } : {}),
    ...spec,
    containers: [{ name: "app", image, imagePullPolicy: policy, ...container }],
  };
  const template = { metadata: { labels }, spec: podSpec };
  const metadata = { name, labels };
  const selector = { matchLabels: labels };
  switch (kind) {
    case "Pod":
      return { apiVersion: "v1", kind, metadata, spec: podSpec };
    case "Job":
      return { apiVersion: "batch/v1", kind, metadata, spec: { template, ...workload } };
    case "CronJob": {
      const schedule = { schedule: "0 0 1 1 *", jobTemplate: { spec: { template } }, ...workload };
      return { apiVersion: "batch/v1", kind, metadata, spec: schedule };
    }
    case "DaemonSet":
      return { apiVersion: "apps/v1", kind, metadata, spec: { selector, template, ...workload } };
    case "StatefulSet":
      return {
        apiVersion: "apps/v1",
        kind,
        metadata,
        spec: { replicas, serviceName: name, selector, template, ...workload },
      };
    case "Deployment":
    case "ReplicaSet":
      break;
  }
  return { apiVersion: "apps/v1", kind, metadata, spec: { replicas, selector, template, ...workload } };
}

/** How many pods such a workload has by itself. */
export const podsOf = ({ kind, replicas = 2 }: Pick<Made, "kind" | "replicas">): number =>
  kind === "CronJob" ? 0 : kind === "Deployment" || kind === "StatefulSet" || kind === "ReplicaSet" ? replicas : 1;

export const apply = (cluster: Cluster, namespace: string, objects: readonly Manifest[]): Promise<string> =>
  kubectl(
    cluster,
    ["-n", namespace, "apply", "-f", "-"],
    JSON.stringify({ apiVersion: "v1", kind: "List", items: objects }),
  );

/** Makes a namespace that takes pods. */
export async function namespaceOf(cluster: Cluster, name: string): Promise<string> {
  await kubectl(cluster, ["create", "namespace", name]);
  await until(`the service account of ${name}`, async () => {
    const accounts = await list(cluster, "serviceaccounts", "-n", name, "--field-selector=metadata.name=default");
    return accounts.length > 0 ? true : null;
  });
  return name;
}

/** Puts new content behind a tag of the open registry; the digest that the tag means from now on. */
export async function pushTag(
  cluster: Cluster,
  repository: string,
  tag: string,
  salt: string,
  kind: ImageKind = "app",
): Promise<string> {
  const image = kinds[kind](salt);
  await push(image, { registry: nodeOf(cluster).registries.open, repository, tag });
  return image.manifest.digest;
}

export const podsNamed = async (cluster: Cluster, namespace: string, app: string): Promise<Pod[]> =>
  (await list<Pod>(cluster, "pods", "-n", namespace, "-l", `app=${app}`)).filter(
    ({ status }) => status.phase !== "Succeeded" && status.phase !== "Failed",
  );

const isReady = ({ status }: Pod): boolean =>
  (status.containerStatuses ?? []).length > 0 && (status.containerStatuses ?? []).every(({ ready }) => ready);

/** The pods, once so many of them are ready and no other is there. */
export const ready = (cluster: Cluster, namespace: string, app: string, count: number): Promise<readonly Pod[]> =>
  until(`${count} ready pods of ${namespace}/${app}`, async () => {
    const pods = await podsNamed(cluster, namespace, app);
    return pods.length === count && pods.every(isReady) ? pods : null;
  });

/** `sha256:…` of what each pod's container runs, as the kubelet says it. */
export const digestsOf = (pods: readonly Pod[]): readonly string[] =>
  pods.map(({ status }) => status.containerStatuses?.[0]?.imageID.split("@").at(-1) ?? "");

export const uidsOf = (pods: readonly Pod[]): readonly string[] =>
  pods.map(({ metadata }) => metadata.uid ?? "").toSorted();

const ctr = (cluster: Cluster, ...args: readonly string[]): Promise<string> =>
  output("ctr", ["--address", nodeOf(cluster).containerdSocket, "--namespace", "k8s.io", "images", ...args], {
    folder: "/",
    home: "/",
  });

/** The digest that the node's runtime holds under a name; null where it has no such image. */
export async function heldUnder(cluster: Cluster, image: string): Promise<string | null> {
  const row = (await ctr(cluster, "ls")).split("\n").find((line) => line.startsWith(`${image} `));
  return row?.split(/\s+/u)[2] ?? null;
}

/** Makes a name of the node's runtime mean what another name means, as a node does that has pulled it earlier. */
export async function renameOnNode(cluster: Cluster, from: string, to: string): Promise<void> {
  await ctr(cluster, "tag", "--force", from, to);
}
