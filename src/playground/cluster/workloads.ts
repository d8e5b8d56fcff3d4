import { hexadecimal, nameSuffix } from "../random.ts";
import type { EventRecorder } from "./event-recorder.ts";
import { resourceOf } from "./resources.ts";
import { type KubeObject, type Store, timestamp } from "./store.ts";
import { conditionsOf, isOwnedBy, replicasOf } from "./views.ts";

/** A Deployment as somebody applied it. */
export interface AppliedDeployment {
  readonly namespace: string;
  readonly name: string;
  readonly replicas: number;
  readonly image: string;
  readonly pullSecrets: readonly string[];
  /** `imagePullPolicy` where it belongs, in the container. */
  readonly policy?: string;
  /** `imagePullPolicy` beside the containers instead: applied without validation, dropped by the API server. */
  readonly misplacedPolicy?: string;
}

export interface ControllerOptions {
  readonly store: Store;
  readonly recorder: EventRecorder;
  readonly random: () => number;
  readonly nodeName: string;
}

/** The API server's default: Always for `:latest` or no tag, else IfNotPresent. */
const defaultPolicy = (image: string): string => (/:latest$|^[^:]+$|\/[^:]+$/.test(image) ? "Always" : "IfNotPresent");

function podSpec(applied: AppliedDeployment): Record<string, unknown> {
  return {
    containers: [
      {
        name: "app",
        image: applied.image,
        imagePullPolicy: applied.policy ?? defaultPolicy(applied.image),
        resources: {},
        terminationMessagePath: "/dev/termination-log",
        terminationMessagePolicy: "File",
      },
    ],
    ...(applied.pullSecrets.length > 0 ? { imagePullSecrets: applied.pullSecrets.map((name) => ({ name })) } : {}),
    restartPolicy: "Always",
    terminationGracePeriodSeconds: 30,
    dnsPolicy: "ClusterFirst",
    securityContext: {},
    schedulerName: "default-scheduler",
  };
}

/** The manifest as `kubectl apply` keeps it in its annotation. */
function lastApplied({
  namespace,
  name,
  replicas,
  image,
  pullSecrets,
  policy,
  misplacedPolicy,
}: AppliedDeployment): string {
  const container = { name: "app", image, ...(policy === undefined ? {} : { imagePullPolicy: policy }) };
  const spec = {
    ...(misplacedPolicy === undefined ? {} : { imagePullPolicy: misplacedPolicy }),
    ...(pullSecrets.length > 0 ? { imagePullSecrets: pullSecrets.map((secret) => ({ name: secret })) } : {}),
    containers: [container],
  };
  return `${JSON.stringify({
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { annotations: {}, name, namespace },
    spec: {
      replicas,
      selector: { matchLabels: { app: name } },
      template: { metadata: { labels: { app: name } }, spec },
    },
  })}\n`;
}

const ownedBy = (owner: KubeObject): Record<string, unknown> => ({
  ownerReferences: [
    {
      apiVersion: owner.apiVersion,
      kind: owner.kind,
      name: owner.metadata.name,
      uid: owner.metadata.uid,
      controller: true,
      blockOwnerDeletion: true,
    },
  ],
});

/** Does what the deployment and the ReplicaSet controller do with what is applied: objects, names, owners, events. */
export class Controllers {
  readonly #options: ControllerOptions;
  readonly #generations = new Map<string, number>();

  constructor(options: ControllerOptions) {
    this.#options = options;
  }

  /** Applies a Deployment and makes `pods` new pods of its newest template; returns them. */
  roll(applied: AppliedDeployment, pods: number, at: Date): KubeObject[] {
    const { store, recorder, random, nodeName } = this.#options;
    const { namespace, name } = applied;
    const deployment = this.#deployment(applied, at);
    const hash = nameSuffix(random, 10);
    const labels = { app: name, "pod-template-hash": hash };
    const replicaSet = store.put(
      {
        apiVersion: "apps/v1",
        kind: "ReplicaSet",
        metadata: {
          name: `${name}-${hash}`,
          namespace,
          labels,
          annotations: { "deployment.kubernetes.io/revision": String(this.#generations.get(`${namespace}/${name}`)) },
          ...ownedBy(deployment),
        },
        spec: {
          replicas: pods,
          selector: { matchLabels: labels },
          template: { metadata: { labels }, spec: podSpec(applied) },
        },
        status: { replicas: pods, fullyLabeledReplicas: pods, observedGeneration: 1 },
      },
      at,
    );
    const controller = (component: string) => ({ type: "Normal" as const, fieldPath: "", component, host: undefined });
    const scaled = `Scaled up replica set ${replicaSet.metadata.name} from 0 to ${pods}`;
    recorder.record(
      deployment,
      { ...controller("deployment-controller"), reason: "ScalingReplicaSet", message: scaled },
      at,
    );
    return Array.from({ length: pods }, () => {
      const pod = store.put(
        {
          apiVersion: "v1",
          kind: "Pod",
          metadata: {
            name: `${replicaSet.metadata.name}-${nameSuffix(random, 5)}`,
            generateName: `${replicaSet.metadata.name}-`,
            namespace,
            labels,
            ...ownedBy(replicaSet),
          },
          spec: { ...podSpec(applied), serviceAccountName: "default", serviceAccount: "default", nodeName },
          status: { phase: "Pending", qosClass: "BestEffort" },
        },
        at,
      );
      const created = { reason: "SuccessfulCreate", message: `Created pod: ${pod.metadata.name}` };
      recorder.record(replicaSet, { ...controller("replicaset-controller"), ...created }, at);
      return pod;
    });
  }

  #deployment(applied: AppliedDeployment, at: Date): KubeObject {
    const { namespace, name, replicas } = applied;
    const generation = (this.#generations.get(`${namespace}/${name}`) ?? 0) + 1;
    this.#generations.set(`${namespace}/${name}`, generation);
    const before = this.#options.store.get(deployments, namespace, name);
    return this.#options.store.put(
      {
        apiVersion: "apps/v1",
        kind: "Deployment",
        metadata: {
          name,
          namespace,
          generation,
          labels: { app: name },
          annotations: {
            "deployment.kubernetes.io/revision": String(generation),
            "kubectl.kubernetes.io/last-applied-configuration": lastApplied(applied),
          },
        },
        spec: {
          replicas,
          revisionHistoryLimit: 10,
          progressDeadlineSeconds: 600,
          selector: { matchLabels: { app: name } },
          strategy: { type: "RollingUpdate", rollingUpdate: { maxSurge: "25%", maxUnavailable: "25%" } },
          template: { metadata: { labels: { app: name } }, spec: podSpec(applied) },
        },
        status: before?.["status"] ?? {},
      },
      at,
    );
  }
}

const isReady = (pod: KubeObject): boolean =>
  conditionsOf(pod).some(({ type, status }) => type === "Ready" && status === "True");

const pods = resourceOf({ apiVersion: "v1", kind: "Pod" });
const replicaSets = resourceOf({ apiVersion: "apps/v1", kind: "ReplicaSet" });
const deployments = resourceOf({ apiVersion: "apps/v1", kind: "Deployment" });

/** Counts pods into the statuses of their ReplicaSets and Deployments, as the controllers do after each change. */
export function countReplicas(store: Store, at: Date): void {
  const owned = (objects: readonly KubeObject[], owner: KubeObject): KubeObject[] =>
    objects.filter((object) => isOwnedBy(object, owner));
  const allPods = store.list(pods);
  for (const set of store.list(replicaSets)) {
    const own = owned(allPods, set);
    const ready = own.filter(isReady).length;
    const count = ready === 0 ? {} : { readyReplicas: ready, availableReplicas: ready };
    store.put(
      { ...set, status: { replicas: own.length, fullyLabeledReplicas: own.length, observedGeneration: 1, ...count } },
      at,
    );
  }
  for (const deployment of store.list(deployments)) {
    const sets = owned(store.list(replicaSets), deployment);
    const newest = deployment.metadata.annotations?.["deployment.kubernetes.io/revision"];
    const current = sets.filter(
      ({ metadata }) => metadata.annotations?.["deployment.kubernetes.io/revision"] === newest,
    );
    const own = sets.flatMap((set) => owned(allPods, set));
    const updated = current.flatMap((set) => owned(allPods, set)).length;
    store.put(
      { ...deployment, status: deploymentStatus(deployment, own.length, updated, own.filter(isReady).length, at) },
      at,
    );
  }
}

function deploymentStatus(
  deployment: KubeObject,
  total: number,
  updated: number,
  ready: number,
  at: Date,
): Record<string, unknown> {
  const replicas = replicasOf(deployment);
  const least = replicas - Math.floor(replicas / 4);
  const available = ready >= least;
  const status = available ? "True" : "False";
  const [before] = conditionsOf(deployment);
  const changedAt = before?.status === status ? before.lastTransitionTime : timestamp(at);
  return {
    observedGeneration: deployment.metadata.generation,
    replicas: total,
    updatedReplicas: updated,
    ...(ready === 0 ? {} : { readyReplicas: ready, availableReplicas: ready }),
    ...(total - ready === 0 ? {} : { unavailableReplicas: total - ready }),
    conditions: [
      {
        type: "Available",
        status,
        lastUpdateTime: changedAt,
        lastTransitionTime: changedAt,
        reason: available ? "MinimumReplicasAvailable" : "MinimumReplicasUnavailable",
        message: available ? "Deployment has minimum availability." : "Deployment does not have minimum availability.",
      },
    ],
  };
}

/** A pull secret: one entry of a docker config, as `kubectl create secret docker-registry` writes it. */
export function pullSecret(namespace: string, name: string, host: string, user: string, password: string): KubeObject {
  const auth = Buffer.from(`${user}:${password}`).toString("base64");
  const config = JSON.stringify({ auths: { [host]: { username: user, password, auth } } });
  return {
    apiVersion: "v1",
    kind: "Secret",
    metadata: { name, namespace },
    type: "kubernetes.io/dockerconfigjson",
    data: { ".dockerconfigjson": Buffer.from(config).toString("base64") },
  };
}

/** A password for accounts that exist only while the playground runs. */
export const password = (random: () => number): string => hexadecimal(random, 32);
