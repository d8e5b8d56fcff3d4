import { diagnose } from "../../src/diagnosis/diagnose.ts";
import type { CauseId } from "../../src/diagnosis/causes/catalogue.ts";
import type {
  Evidence,
  NodeEvidence,
  OwnerEvidence,
  PodEvidence,
  SiblingEvidence,
} from "../../src/diagnosis/evidence.ts";
import type { LookAhead, LookAheadRequest } from "../../src/core.ts";
import type { RegistryAnswer, RegistryCheck } from "../../src/diagnosis/registry-evidence.ts";
import type { Line } from "../../src/diagnosis/say.ts";
import { questionsOf } from "../../src/repull/draft.ts";
import { conclude, draftOf, type Planned } from "../../src/repull/repull.ts";
import { type Parameters, parametersOf, type Strategy } from "../../src/repull/strategy.ts";
import { digest, found, withSecret } from "../diagnosis/checks.ts";
import {
  container,
  evidenceOf,
  image,
  nodeWith,
  now,
  owner,
  podWith,
  read,
  running,
  waiting,
} from "../support/evidence.ts";

export { image };
export const repository = "ghcr.io/shop/checkout";

/** One line as text. */
export const text = (line: Line): string =>
  line
    .map((part) => (typeof part === "string" ? part : "code" in part ? part.code : "at" in part ? part.at : part.since))
    .join("");

export interface Case {
  readonly strategy: Strategy;
  readonly kind?: string;
  readonly parameters?: Partial<Parameters>;
  readonly workload?: Partial<OwnerEvidence>;
  /** Of container app, in the pod and the template. Default: IfNotPresent. */
  readonly policy?: string;
  /** Of container app. Default: the checkout's tag. */
  readonly image?: string;
  /** What the pods run: a letter of a digest each (`null`: it waits for its image). Default: one pod that runs `b`. */
  readonly pods?: readonly (string | null)[];
  readonly pod?: Partial<PodEvidence>;
  /** Asked for a pod by its name. */
  readonly isPod?: boolean;
  /** By what follows the repository: `:2.4.1`, `@sha256:…`. Of the rest the registry says that it is found, as digest `a`. */
  readonly registry?: Readonly<Record<string, RegistryAnswer>>;
  readonly check?: (answer: RegistryAnswer, image: string) => RegistryCheck;
  /** No registry is asked. */
  readonly isSilent?: boolean;
  readonly nodes?: Readonly<Record<string, Partial<NodeEvidence>>>;
  /** Where a pod without a node may land. Default: on any of `nodes`. */
  readonly landing?: LookAhead["landing"];
  /** What a new pod gets. Default: what its template says. */
  readonly pullSecrets?: LookAhead["pullSecrets"];
  readonly budgets?: LookAhead["budgets"];
  readonly autoscalers?: LookAhead["autoscalers"];
  readonly evidence?: Partial<Evidence>;
  readonly cause?: CauseId;
  /** The cause is what the diagnosis makes of the evidence. Default: `cause`, else everything is well. */
  readonly isDiagnosed?: boolean;
}

const apiVersion = (kind: string): string => (kind.endsWith("Job") ? "batch/v1" : kind === "Pod" ? "v1" : "apps/v1");

/** Whoever makes a pod: a Deployment's ReplicaSet, or the workload itself. */
const ownerOf = (kind: string): SiblingEvidence["owner"] => {
  if (kind === "Pod") return null;
  return kind === "Deployment"
    ? { apiVersion: "apps/v1", kind: "ReplicaSet", name: "checkout-7d4f9c", uid: "rs-uid" }
    : { apiVersion: apiVersion(kind), kind, name: "checkout", uid: "deployment-uid" };
};

/** Pods `checkout-0`, … of a workload: the first is the one that the evidence is about; each has a node of its own, `node-1`, … */
export function evidenceFor(asked: Case): Evidence {
  const { kind = "Deployment", policy = "IfNotPresent", pods = ["b"], workload = {} } = asked;
  const name = asked.image ?? image;
  const repo = name.replace(/@.*$/, "").replace(/:[^:/]+$/, "");
  const idOf = (letter: string): string => `${repo}@${digest(letter)}`;
  const siblings = pods.map((letter, index): SiblingEvidence => ({
    name: `checkout-${index}`,
    uid: `uid-${index}`,
    owner: ownerOf(kind),
    createdAt: "2026-11-24T10:00:00Z",
    nodeName: `node-${index + 1}`,
    phase: letter === null ? "Pending" : "Running",
    ready: letter !== null,
    trouble: letter === null ? { container: "app", image: name, reason: "ImagePullBackOff" } : null,
    running: letter === null ? [] : [{ container: "app", image: name, imageID: idOf(letter), since: null }],
  }));
  const own = owner({
    apiVersion: apiVersion(kind),
    kind,
    template: [{ name: "app", image: name, imagePullPolicy: policy }],
    replicas: { desired: pods.length, ready: pods.filter((letter) => letter !== null).length, updated: pods.length },
    newPods: { serviceAccountName: "default", imagePullSecrets: [], nodeSelector: {} },
    ...workload,
  });
  const [first] = pods;
  const state = first === null ? waiting("ImagePullBackOff") : running;
  const app = container(state, { image: name, imagePullPolicy: policy });
  const id = first === null || first === undefined ? "" : idOf(first);
  const pod = podWith([{ ...app, status: app.status === null ? null : { ...app.status, imageID: id } }], {
    name: "checkout-0",
    uid: "uid-0",
    owner: kind === "Pod" ? null : { apiVersion: apiVersion(kind), kind, name: "checkout", uid: "deployment-uid" },
    ...asked.pod,
  });
  const isPod = asked.isPod === true || kind === "Pod";
  return evidenceOf(first === undefined ? { status: "absent", reason: "no pods" } : read(pod), {
    target: { cluster: "test", namespace: "shop", kind: isPod ? "Pod" : kind, name: isPod ? "checkout-0" : "checkout" },
    owners: kind === "Pod" ? [] : [own],
    siblings: read(siblings),
    node: read(nodeWith()),
    ...asked.evidence,
  });
}

/** Asks as the shell does: evidence, draft, then registry and nodes for exactly what the draft asks. */
export function plan(asked: Case): Planned | { readonly usage: string } {
  const evidence = evidenceFor(asked);
  const check = asked.check ?? ((answer, of) => withSecret(answer, null, { image: of }));
  const answerOf = (of: string): RegistryAnswer => {
    const said = Object.entries(asked.registry ?? {}).find(([ending]) => of.endsWith(ending))?.[1];
    const pinned = /@(sha256:.*)$/.exec(of)?.[1];
    return said ?? (pinned === undefined ? found() : found({ digest: pinned, forNode: null }));
  };
  const told = { ...diagnose(evidence), ...(asked.cause === undefined ? {} : { cause: asked.cause, image }) };
  const isWell = asked.cause === undefined && asked.isDiagnosed !== true;
  const diagnosis = isWell ? { ...told, cause: "healthy" as const } : told;
  const parameters = parametersOf(asked.strategy, asked.parameters);
  const draft = draftOf(parameters, evidence, diagnosis);
  if (!draft.ok) return draft.error.kind === "usage" ? { usage: draft.error.sentence } : draft.error.planned;
  const questions = questionsOf(draft.value);
  const ahead =
    questions === null ? { checks: [], nodes: [] } : lookAhead(asked, questions, (of) => check(answerOf(of), of));
  return conclude(draft.value, ahead, now);
}

/** What would be told for exactly what is asked. */
function lookAhead(
  asked: Case,
  { pod, images, nodes, stopped = [] }: LookAheadRequest,
  check: (image: string) => RegistryCheck,
): LookAhead {
  const names = pod.nodeName === null ? Object.keys(asked.nodes ?? { "node-1": {} }) : nodes;
  const all = names.map((name) => nodeWith({ name, ...asked.nodes?.[name] }));
  return {
    checks: asked.isSilent === true ? [] : images.map(check),
    nodes: all.map((node) => ({ name: node.name, read: read(node) })),
    ...(pod.nodeName === null ? { landing: asked.landing ?? read(all) } : {}),
    ...(pod.uid === "" ? { pullSecrets: asked.pullSecrets ?? read(pod.imagePullSecrets) } : {}),
    ...(stopped.length === 0 ? {} : { budgets: asked.budgets ?? read([]), autoscalers: asked.autoscalers ?? read([]) }),
  };
}

/** Where a plan is expected. */
export function planned(asked: Case): Planned {
  const answer = plan(asked);
  if ("usage" in answer) throw new Error(answer.usage);
  return answer;
}

/** The pre-flight in one word, and all its reasons as one text. */
export const preflight = (asked: Case): { answer: string; why: string } => {
  const { preflight: told } = planned(asked);
  return { answer: told.answer, why: told.reasons.map(text).join("\n") };
};

/** `patch Deployment checkout`, `create Pod checkout-0/eviction`, … */
export const written = (asked: Case): string[] =>
  (planned(asked).plan?.changes ?? []).map(({ verb, object, path }) => {
    const sub = path.endsWith("/eviction") ? "/eviction" : "";
    return `${verb} ${object.kind} ${object.name.replace(/-[0-9a-f]{16}-/u, "-…-")}${sub}`;
  });
