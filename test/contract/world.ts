import { releaseSecret } from "../../src/playground/cluster/secrets.ts";
import type { people } from "./approvals/people.ts";
import type { KubeObject } from "../../src/playground/cluster/store.ts";

/** Who asks, and what RBAC gives them in the contract's own namespace. */
export const users = {
  /** May read everything that a diagnosis reads. */
  reader: { name: "contract-reader", resources: ["*"] },
  /** May read pods and nothing else. */
  "pods-only": { name: "contract-pods-only", resources: ["pods"] },
} as const;

export type Who = "admin" | keyof typeof users | keyof typeof people | "stranger" | "nobody";

const labels = (app: string, tier: string): Record<string, string> => ({ app, tier });

const podSpec = (image: string): Record<string, unknown> => ({
  containers: [{ name: "app", image, imagePullPolicy: "IfNotPresent" }],
  restartPolicy: "Always",
  // Nobody schedules it: it stays as it was created, on both sides.
  schedulerName: "contract",
  serviceAccountName: "default",
});

/** Selects no pod of the contract's own: controllers, where there are some, leave those alone. */
const selector = (app: string): Record<string, unknown> => ({
  selector: { matchLabels: { workload: app } },
  template: {
    metadata: { labels: { workload: app } },
    spec: { ...podSpec("127.0.0.1:1/none:1"), nodeSelector: { "imagepull.dev/contract": "no-such-node" } },
  },
});

const installed = new Date("2026-11-24T09:00:00Z");

/** The objects that the requests are about, the same on both sides. */
export function world(namespace: string): KubeObject[] {
  const object = (apiVersion: string, kind: string, name: string, fields: object, more: object = {}): KubeObject => ({
    apiVersion,
    kind,
    metadata: { name, namespace, ...more },
    ...fields,
  });
  const pod = (name: string, app: string, tier: string): KubeObject =>
    object(
      "v1",
      "Pod",
      name,
      { spec: podSpec("127.0.0.1:1/none:1"), status: { phase: "Pending" } },
      { labels: labels(app, tier) },
    );
  const event = (name: string, reason: string, type: string, about: string): KubeObject =>
    object("v1", "Event", name, {
      involvedObject: {
        kind: "Pod",
        namespace,
        name: about,
        uid: "00000000-0000-4000-a000-000000000001",
        apiVersion: "v1",
      },
      reason,
      message: `${reason} on ${about}`,
      type,
      count: 3,
      firstTimestamp: "2026-11-24T10:00:00Z",
      lastTimestamp: "2026-11-24T10:05:00Z",
      source: { component: "kubelet", host: "contract-node" },
      reportingComponent: "kubelet",
      reportingInstance: "contract-node",
      eventTime: null,
    });
  const job = { template: { spec: { ...podSpec("127.0.0.1:1/none:1"), restartPolicy: "Never" } } };
  return [
    object("v1", "ServiceAccount", "contract", { imagePullSecrets: [{ name: "contract-pull" }] }),
    object("v1", "Secret", "contract-pull", {
      type: "kubernetes.io/dockerconfigjson",
      data: { ".dockerconfigjson": Buffer.from(JSON.stringify({ auths: {} })).toString("base64") },
    }),
    object("v1", "Secret", "contract-other", { type: "Opaque", data: { key: "dmFsdWU=" } }),
    releaseSecret({ name: "web", namespace, chart: "web", chartVersion: "1.0.0", manifest: "---\n" }, installed),
    object(
      "v1",
      "Secret",
      "sh.helm.release.v1.web.v0",
      { type: "helm.sh/release.v1", data: { release: "" } },
      { labels: { name: "web", owner: "helm", status: "superseded", version: "0" } },
    ),
    pod("alder", "web", "front"),
    pod("birch", "web", "back"),
    pod("cedar", "jobs", "back"),
    event("alder.1", "Failed", "Warning", "alder"),
    event("alder.2", "Pulling", "Normal", "alder"),
    event("birch.1", "Failed", "Warning", "birch"),
    object(
      "apps/v1",
      "Deployment",
      "web",
      { spec: { replicas: 0, ...selector("web") } },
      { labels: labels("web", "front") },
    ),
    object(
      "apps/v1",
      "ReplicaSet",
      "web-1",
      { spec: { replicas: 0, ...selector("web") } },
      { labels: labels("web", "front") },
    ),
    object("apps/v1", "StatefulSet", "store", { spec: { replicas: 0, serviceName: "store", ...selector("store") } }),
    object("apps/v1", "DaemonSet", "agent", { spec: selector("agent") }),
    object("batch/v1", "Job", "once", { spec: { suspend: true, ...job } }),
    object("batch/v1", "CronJob", "nightly", {
      spec: { suspend: true, schedule: "0 3 * * *", jobTemplate: { spec: job } },
    }),
    object("coordination.k8s.io/v1", "Lease", "contract", {
      spec: { holderIdentity: "contract-node", leaseDurationSeconds: 40, renewTime: "2026-11-24T10:00:00.000000Z" },
    }),
  ];
}
