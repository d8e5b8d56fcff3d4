import { createHash } from "node:crypto";
import { isDeepStrictEqual } from "node:util";
import { admit } from "../admission.ts";
import { defaulted } from "../defaults.ts";
import { removeObject } from "../deletion.ts";
import type { EventRecorder } from "../event-recorder.ts";
import { resourceOf } from "../resources.ts";
import type { KubeObject, Store } from "../store.ts";
import { withGeneration } from "../validation.ts";
import { availableFrom, isEnding, isOwnedBy, phaseOf, type templateOf } from "../views.ts";

/** What a controller works with, as of a time. */
export interface Context {
  readonly store: Store;
  readonly recorder: EventRecorder;
  readonly random: () => number;
  readonly at: Date;
  /** Asks for another look, where nothing but time has to pass. */
  readonly wakeAt: (at: Date) => void;
}

export const pods = resourceOf({ apiVersion: "v1", kind: "Pod" });
const writer = { manager: "kube-controller-manager" } as const;

export const isActive = (pod: KubeObject): boolean =>
  !isEnding(pod) && phaseOf(pod) !== "Succeeded" && phaseOf(pod) !== "Failed";

/** Whether a pod has been ready for as long as its owner wants; asks for another look at one that has not. */
export function isAvailable({ at, wakeAt }: Context, pod: KubeObject, owner: KubeObject): boolean {
  const from = availableFrom(pod, owner);
  if (from === undefined || from <= at.getTime()) return from !== undefined;
  wakeAt(new Date(from));
  return false;
}

export const podsOf = ({ store }: Context, owner: KubeObject): KubeObject[] =>
  store.list(pods, owner.metadata.namespace).filter((pod) => isOwnedBy(pod, owner));

/** Writes an object as its controller, with the generation that the write gives it. */
export const update = ({ store, at }: Context, before: KubeObject, after: KubeObject): KubeObject =>
  store.put(withGeneration(before, after), at, writer);

/** Writes annotations as a controller, which begins no generation. */
export const annotateOnly = ({ store, at }: Context, after: KubeObject): KubeObject => store.put(after, at, writer);

export const updateStatus = (context: Context, object: KubeObject, status: object): KubeObject =>
  context.store.put({ ...object, status }, context.at, { ...writer, subresource: "status" });

export const ownedBy = (owner: KubeObject): Record<string, unknown> => ({
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

/** Creates an object as a controller; `asked` is what it asked for, where admission has added to it. */
export const create = ({ store, at }: Context, object: KubeObject, asked = object): KubeObject =>
  store.put(withGeneration(undefined, object), at, writer, asked);

export interface NewPod {
  readonly name: string;
  readonly generateName?: string;
  /** Of the template that it is made of: an owner's own, or an earlier one. */
  readonly template: Template;
  readonly labels: Readonly<Record<string, string>>;
  /** Where it goes; otherwise the scheduler chooses. */
  readonly nodeName?: string;
}
export type Template = ReturnType<typeof templateOf>;

/** Makes a pod of a template for its owner; undefined where admission refuses it, which the owner's event tells. */
export function createPod(context: Context, owner: KubeObject, given: NewPod): KubeObject | undefined {
  const { name, generateName, template, labels, nodeName } = given;
  const { namespace } = owner.metadata;
  const { annotations } = template.metadata;
  const pod: KubeObject = {
    apiVersion: "v1",
    kind: "Pod",
    metadata: {
      name,
      ...(generateName === undefined ? {} : { generateName }),
      ...(namespace === undefined ? {} : { namespace }),
      labels: { ...template.metadata.labels, ...labels },
      ...(Object.keys(annotations).length === 0 ? {} : { annotations }),
      ...ownedBy(owner),
    },
    spec: { ...template.spec, ...(nodeName === undefined ? {} : { nodeName }) },
    status: { phase: "Pending", qosClass: "BestEffort" },
  };
  const asked = defaulted(pod);
  const admitted = admit(context.store, asked);
  if (admitted.ok) return create(context, admitted.value, asked);
  tell(context, owner, "FailedCreate", `Error creating: ${admitted.error.message}`, "Warning");
  return undefined;
}

/** Deletes a pod as a controller does: it ends in its own time. */
export const deletePod = ({ store, at }: Context, pod: KubeObject): void =>
  void removeObject(store, pod, { uid: pod.metadata.uid, isDry: false }, at);

/** Controllers' events, by who tells them of a kind. */
const components: Readonly<Record<string, string>> = {
  Deployment: "deployment-controller",
  ReplicaSet: "replicaset-controller",
  StatefulSet: "statefulset-controller",
  DaemonSet: "daemonset-controller",
};

export function tell(
  { recorder, at }: Context,
  about: KubeObject,
  reason: string,
  message: string,
  type: "Normal" | "Warning" = "Normal",
): void {
  const component = components[about.kind] ?? "kube-controller-manager";
  recorder.record(about, { type, reason, message, fieldPath: "", component, host: undefined }, at);
}

const hashes = new WeakMap<Template, string>();

/** A name for a template: the same for the same content. The real one is of Kubernetes' own hash; only that it is one matters. */
export function hashOf(template: Template): string {
  const known = hashes.get(template);
  if (known !== undefined) return known;
  const digits = "bcdfghjklmnpqrstvwxz2456789";
  const hash = createHash("sha256")
    .update(JSON.stringify(sorted(template)))
    .digest();
  const name = [...hash.subarray(0, 10)].map((byte) => digits[byte % digits.length]).join("");
  hashes.set(template, name);
  return name;
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([key, one]) => [key, sorted(one)]));
}

export const sameTemplate = (a: Template, b: Template): boolean => isDeepStrictEqual(a, b);
