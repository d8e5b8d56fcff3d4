import { nameSuffix } from "../random.ts";
import type { EventRecorder } from "./event-recorder.ts";
import { ownedBy } from "./controllers/context.ts";
import { type AppliedDeployment, lastApplied, podSpec } from "./manifests.ts";
import { resourceOf } from "./resources.ts";
import { type KubeObject, type Store } from "./store.ts";
import { podSpecOf, replicasOf, templateSpecOf, withReplicas } from "./views.ts";

/** With what somebody changes a Deployment: each leaves other marks on it. */
export type Tool = "kubectl apply" | "kubectl set image" | "helm";

export interface ControllerOptions {
  readonly store: Store;
  readonly recorder: EventRecorder;
  readonly random: () => number;
}

const deployments = resourceOf({ apiVersion: "apps/v1", kind: "Deployment" });
const replicaSets = resourceOf({ apiVersion: "apps/v1", kind: "ReplicaSet" });
const controller = { manager: "kube-controller-manager" };
const revision = "deployment.kubernetes.io/revision";
const lastAppliedKey = "kubectl.kubernetes.io/last-applied-configuration";

/** The field manager that each gives with its writes. Source: kubectl pkg/cmd/apply and pkg/cmd/set, helm pkg/kube/client.go. */
const managers: Readonly<Record<Tool, string>> = {
  "kubectl apply": "kubectl-client-side-apply",
  "kubectl set image": "kubectl-set",
  helm: "helm",
};

/** Does what the deployment and the ReplicaSet controller do with what is applied: objects, names, owners, events. */
export class Controllers {
  readonly #options: ControllerOptions;

  constructor(options: ControllerOptions) {
    this.#options = options;
  }

  /** Changes a Deployment and makes a new pod of its newest template for each node that is named; returns them. */
  roll(applied: AppliedDeployment, tool: Tool, nodes: readonly string[], at: Date): KubeObject[] {
    const { store, recorder, random } = this.#options;
    const { namespace, name } = applied;
    const deployment = this.#deployment(applied, tool, at);
    const hash = nameSuffix(random, 10);
    const labels = { app: name, "pod-template-hash": hash };
    const handedDown = { ...deployment.metadata.annotations };
    delete handedDown[lastAppliedKey];
    const replicaSet = store.put(
      {
        apiVersion: "apps/v1",
        kind: "ReplicaSet",
        metadata: { name: `${name}-${hash}`, namespace, labels, annotations: handedDown, ...ownedBy(deployment) },
        spec: {
          replicas: nodes.length,
          selector: { matchLabels: labels },
          template: { metadata: { labels }, spec: templateSpecOf(deployment) },
        },
        status: {},
      },
      at,
      controller,
    );
    const message = `Scaled up replica set ${replicaSet.metadata.name} from 0 to ${nodes.length}`;
    recorder.record(deployment, { ...by("deployment-controller"), reason: "ScalingReplicaSet", message }, at);
    return nodes.map((node) => this.#pod(replicaSet, node, at));
  }

  /** Makes more pods of the newest template, as a scaled Deployment does. */
  scale(namespace: string, name: string, nodes: readonly string[], at: Date): KubeObject[] {
    const { store } = this.#options;
    const deployment = store.get(deployments, namespace, name);
    const newest = store
      .list(replicaSets, namespace)
      .find(
        ({ metadata }) =>
          metadata.labels?.["app"] === name &&
          metadata.annotations?.[revision] === deployment?.metadata.annotations?.[revision],
      );
    if (deployment === undefined || newest === undefined)
      throw new Error(`there is no deployment ${namespace}/${name}`);
    const scaled = (object: KubeObject): KubeObject => withReplicas(object, replicasOf(object) + nodes.length);
    store.put(scaled(deployment), at, { manager: "kubectl" });
    const replicaSet = store.put(scaled(newest), at, controller);
    return nodes.map((node) => this.#pod(replicaSet, node, at));
  }

  #pod(replicaSet: KubeObject, nodeName: string, at: Date): KubeObject {
    const { store, recorder, random } = this.#options;
    const { name, namespace, labels } = replicaSet.metadata;
    const pod = store.put(
      {
        apiVersion: "v1",
        kind: "Pod",
        metadata: {
          name: `${name}-${nameSuffix(random, 5)}`,
          generateName: `${name}-`,
          ...(namespace === undefined ? {} : { namespace }),
          ...(labels === undefined ? {} : { labels }),
          ...ownedBy(replicaSet),
        },
        spec: { ...templateSpecOf(replicaSet), serviceAccountName: "default", serviceAccount: "default", nodeName },
        status: { phase: "Pending", qosClass: "BestEffort" },
      },
      at,
      controller,
    );
    const created = { reason: "SuccessfulCreate", message: `Created pod: ${pod.metadata.name}` };
    recorder.record(replicaSet, { ...by("replicaset-controller"), ...created }, at);
    return pod;
  }

  #deployment(applied: AppliedDeployment, tool: Tool, at: Date): KubeObject {
    const { store } = this.#options;
    const { namespace, name, replicas } = applied;
    const before = store.get(deployments, namespace, name);
    const generation = (before?.metadata.generation ?? 0) + 1;
    const spec = podSpec(
      // Only the image is set: a policy that was made its default when the object was is not looked at again.
      tool === "kubectl set image" && before !== undefined ? { ...applied, policy: policyOf(before) } : applied,
    );
    const marked: KubeObject = {
      apiVersion: "apps/v1",
      kind: "Deployment",
      metadata: {
        name,
        namespace,
        generation,
        labels: { app: name, ...(tool === "helm" ? { "app.kubernetes.io/managed-by": "Helm" } : {}) },
        annotations: { ...before?.metadata.annotations, ...marks(applied, tool) },
      },
      spec: {
        replicas,
        revisionHistoryLimit: 10,
        progressDeadlineSeconds: 600,
        selector: { matchLabels: { app: name } },
        strategy: { type: "RollingUpdate", rollingUpdate: { maxSurge: "25%", maxUnavailable: "25%" } },
        template: { metadata: { labels: { app: name } }, spec },
      },
      status: before?.["status"] ?? {},
    };
    const written = store.put(marked, at, { manager: managers[tool] });
    const annotations = { ...written.metadata.annotations, [revision]: String(generation) };
    return store.put({ ...written, metadata: { ...written.metadata, annotations } }, at, controller);
  }
}

/** What a tool writes beside the manifest itself. */
function marks(applied: AppliedDeployment, tool: Tool): Record<string, string> {
  if (tool === "kubectl apply") return { [lastAppliedKey]: lastApplied(applied) };
  if (tool === "kubectl set image") return {};
  return { "meta.helm.sh/release-name": applied.name, "meta.helm.sh/release-namespace": applied.namespace };
}

const by = (
  component: string,
): { readonly type: "Normal"; fieldPath: string; component: string; host: string | undefined } => ({
  type: "Normal",
  fieldPath: "",
  component,
  host: undefined,
});

const policyOf = (object: KubeObject): string =>
  podSpecOf({ ...object, spec: templateSpecOf(object) }).containers[0]?.imagePullPolicy ?? "";
