import { decisionManifest, requestManifest } from "../../../src/approvals/schema.ts";
import type { DecisionSpec, Phase, RequestSpec, Verb } from "../../../src/approvals/types.ts";
import type { Ask } from "../sides.ts";
import { people } from "./people.ts";
import { anySpec } from "../../approvals/any-spec.ts";

/** A request, those that went before it, and what is answered. `{uid}` and `{version}` are those of the object that the first made. */
export interface Row extends Ask {
  readonly what: string;
  /** Done before, in order: each has to succeed. */
  readonly given?: readonly Ask[];
  readonly status: number;
  readonly reason?: string;
  /** The sentence of a refusal, word for word. */
  readonly message?: string;
  /** Part of the answer. */
  readonly answer?: object;
  /** Paths of fields that the answer does not have. */
  readonly lacks?: readonly string[];
  /** Names of the items of a list, in order. */
  readonly names?: readonly string[];
  /** Read afterwards as the administrator: part of what is there, or null where nothing is. */
  readonly afterwards?: readonly [path: string, part: object | null];
}

export const base = "/apis/imagepull.dev/v1alpha1/namespaces/{ns}";
export const requests = `${base}/repullrequests`;
export const decisions = `${base}/repulldecisions`;
export const merge = "application/merge-patch+json";
export const json = "application/json-patch+json";
export const other = "00000000-0000-4000-a000-000000000001";
export const modified = "the object has been modified; please apply your changes to the latest version and try again";

export const spec = (more: Partial<RequestSpec> = {}): RequestSpec => ({
  ...anySpec,
  requestedBy: people.asker.name,
  requestedByGroups: people.asker.groups,
  target: { apiVersion: "apps/v1", kind: "Deployment", name: "web", uid: other, text: "deployment/web" },
  plan: {
    changes: ["spec.template.metadata.annotations"],
    restarts: "2 pods, one after another",
    keeps: [],
    notes: [],
    command: "kubectl rollout restart deployment/web",
  },
  wanted: { app: [`sha256:${"0".repeat(64)}`] },
  before: { app: "registry.example/web:1" },
  ...more,
});

export const request = (name: string, more: Partial<RequestSpec> = {}): object =>
  requestManifest("{ns}", name, spec(more));

/** What `request` makes, with something else in its spec that no type allows. */
export const bent = (name: string, more: object): object => {
  const made = request(name) as { readonly spec: object };
  return { ...made, spec: { ...made.spec, ...more } };
};

export const decision = (name: string, about: string, verb: Verb, more: Partial<DecisionSpec> = {}): object =>
  decisionManifest("{ns}", name, {
    request: about,
    requestUid: other,
    by: people.decider.name,
    byGroups: people.decider.groups,
    decision: verb,
    reason: "",
    ...more,
  });

export const ask = (name: string, more: object = {}): Ask => ({
  as: "asker",
  method: "POST",
  path: requests,
  body: { ...request(name), ...more },
});

export const decide = (name: string, about: string, verb: Verb): Ask => ({
  as: "decider",
  method: "POST",
  path: decisions,
  body: decision(name, about, verb),
});

/** The status that a phase needs at least. */
export const statusOf = (phase: Phase, more: object = {}): object => ({
  phase,
  message: `it is ${phase}`,
  needed: 1,
  decisions: [],
  history: [{ phase, at: "2026-11-24T10:00:00Z", message: "" }],
  ...more,
});

export const move = (name: string, phase: Phase, as: Ask["as"] = "bot"): Ask => ({
  as,
  method: "PATCH",
  path: `${requests}/${name}/status`,
  type: merge,
  body: { status: statusOf(phase) },
});

/** A request that has come so far. */
export const moved = (name: string, ...phases: readonly Phase[]): readonly Ask[] => [
  ask(name),
  ...phases.map((phase) => move(name, phase)),
];

/** A sentence of admission. */
export const denied = (plural: string, name: string, policy: string, why: string): string =>
  `${plural}.imagepull.dev "${name}" is forbidden: ValidatingAdmissionPolicy '${policy}' with binding '${policy}' denied request: ${why}`;
export const invalid = (kind: string, name: string, what: string): string =>
  `${kind}.imagepull.dev "${name}" is invalid: ${what}`;
/** What is said besides, where the schema alone refuses. */
export const notAsked =
  "<nil>: Invalid value: null: some validation rules were not checked because the object was invalid; correct the existing errors to complete validation";
