import { isRecord } from "./views.ts";
import type { KubeObject } from "./store.ts";

type Json = Record<string, unknown>;

/** The API server's default: Always for `:latest` or no tag, else IfNotPresent. */
export const defaultPolicy = (image: string): string =>
  /:latest$|^[^:]+$|\/[^:]+$/.test(image) ? "Always" : "IfNotPresent";

const container = (given: Json): Json => ({
  ...given,
  resources: given["resources"] ?? {},
  terminationMessagePath: given["terminationMessagePath"] ?? "/dev/termination-log",
  terminationMessagePolicy: given["terminationMessagePolicy"] ?? "File",
  imagePullPolicy: given["imagePullPolicy"] ?? defaultPolicy(String(given["image"])),
});

const containers = (given: unknown): unknown =>
  Array.isArray(given) ? given.map((one: unknown) => (isRecord(one) ? container(one) : one)) : given;

function podSpec(given: unknown): Json {
  const spec = isRecord(given) ? given : {};
  return {
    ...spec,
    ...("containers" in spec ? { containers: containers(spec["containers"]) } : {}),
    ...("initContainers" in spec ? { initContainers: containers(spec["initContainers"]) } : {}),
    restartPolicy: spec["restartPolicy"] ?? "Always",
    terminationGracePeriodSeconds: spec["terminationGracePeriodSeconds"] ?? 30,
    dnsPolicy: spec["dnsPolicy"] ?? "ClusterFirst",
    securityContext: spec["securityContext"] ?? {},
    schedulerName: spec["schedulerName"] ?? "default-scheduler",
  };
}

const template = (given: unknown): Json => ({
  ...(isRecord(given) ? given : {}),
  spec: podSpec(isRecord(given) ? given["spec"] : {}),
});

function rollingUpdate(given: unknown, field: "strategy" | "updateStrategy", usual: Json): Json {
  const strategy = isRecord(given) ? given : {};
  const type = strategy["type"] ?? "RollingUpdate";
  if (type !== "RollingUpdate") return { [field]: { ...strategy, type } };
  const own = isRecord(strategy["rollingUpdate"]) ? strategy["rollingUpdate"] : {};
  return { [field]: { type, rollingUpdate: { ...usual, ...own } } };
}

const specs: Readonly<Record<string, (spec: Json) => Json>> = {
  Pod: (spec) => ({ ...podSpec(spec), enableServiceLinks: spec["enableServiceLinks"] ?? true }),
  Deployment: (spec) => ({
    ...spec,
    replicas: spec["replicas"] ?? 1,
    revisionHistoryLimit: spec["revisionHistoryLimit"] ?? 10,
    progressDeadlineSeconds: spec["progressDeadlineSeconds"] ?? 600,
    ...rollingUpdate(spec["strategy"], "strategy", { maxUnavailable: "25%", maxSurge: "25%" }),
    template: template(spec["template"]),
  }),
  ReplicaSet: (spec) => ({ ...spec, replicas: spec["replicas"] ?? 1, template: template(spec["template"]) }),
  StatefulSet: (spec) => ({
    ...spec,
    replicas: spec["replicas"] ?? 1,
    podManagementPolicy: spec["podManagementPolicy"] ?? "OrderedReady",
    revisionHistoryLimit: spec["revisionHistoryLimit"] ?? 10,
    ...rollingUpdate(spec["updateStrategy"], "updateStrategy", { partition: 0 }),
    template: template(spec["template"]),
  }),
  DaemonSet: (spec) => ({
    ...spec,
    revisionHistoryLimit: spec["revisionHistoryLimit"] ?? 10,
    ...rollingUpdate(spec["updateStrategy"], "updateStrategy", { maxUnavailable: 1, maxSurge: 0 }),
    template: template(spec["template"]),
  }),
  Job: (spec) => ({
    ...spec,
    parallelism: spec["parallelism"] ?? 1,
    completions: spec["completions"] ?? 1,
    backoffLimit: spec["backoffLimit"] ?? 6,
    suspend: spec["suspend"] ?? false,
    template: template(spec["template"]),
  }),
  CronJob: (spec) => {
    const job = isRecord(spec["jobTemplate"]) ? spec["jobTemplate"] : {};
    const jobSpec = isRecord(job["spec"]) ? job["spec"] : {};
    return {
      ...spec,
      concurrencyPolicy: spec["concurrencyPolicy"] ?? "Allow",
      suspend: spec["suspend"] ?? false,
      successfulJobsHistoryLimit: spec["successfulJobsHistoryLimit"] ?? 3,
      failedJobsHistoryLimit: spec["failedJobsHistoryLimit"] ?? 1,
      jobTemplate: { ...job, spec: { ...jobSpec, template: template(jobSpec["template"]) } },
    };
  },
};

/** The object with what the API server fills in where nothing is said, of the fields that the playground reads. */
export function defaulted(object: KubeObject): KubeObject {
  const fill = specs[object.kind];
  if (fill === undefined) return object;
  return { ...object, spec: fill(isRecord(object["spec"]) ? object["spec"] : {}) };
}
