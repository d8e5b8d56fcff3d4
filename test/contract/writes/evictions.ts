import { core } from "../request.ts";
import { type WriteRequest, merge, other, pod, recreated } from "./write-request.ts";

const evicting = (name: string, more: object = {}): Pick<WriteRequest, "method" | "path" | "body"> => ({
  method: "POST",
  path: `${core}/pods/${name}/eviction`,
  body: { apiVersion: "policy/v1", kind: "Eviction", metadata: { name, namespace: "{ns}" }, ...more },
});
/** A pod that runs and is ready, of a budget that lets none go. */
const guarded = (name: string): Pick<WriteRequest, "given" | "first"> => ({
  given: [
    pod(name),
    [
      "/apis/policy/v1/namespaces/{ns}/poddisruptionbudgets",
      { metadata: { name }, spec: { minAvailable: 1, selector: { matchLabels: { app: name } } } },
    ],
  ],
  first: [
    {
      method: "PATCH",
      path: `${core}/pods/${name}/status`,
      type: merge,
      body: {
        status: {
          phase: "Running",
          conditions: [{ type: "Ready", status: "True", lastTransitionTime: "2026-11-24T10:00:00Z" }],
        },
      },
    },
    {
      method: "PATCH",
      path: `/apis/policy/v1/namespaces/{ns}/poddisruptionbudgets/${name}/status`,
      type: merge,
      body: {
        status: { observedGeneration: 1, disruptionsAllowed: 0, currentHealthy: 1, desiredHealthy: 1, expectedPods: 1 },
      },
    },
  ],
});

export const evictions: readonly WriteRequest[] = [
  {
    what: "evict a pod by its UID",
    given: [pod("evicted")],
    ...evicting("evicted", { deleteOptions: { preconditions: { uid: "{uid}" } } }),
    status: 201,
    kind: "Status",
    answer: { status: "Success", code: 201 },
    afterwards: [`${core}/pods/evicted`, null],
  },
  {
    what: "evict a pod that is another's",
    given: [pod("stranger")],
    ...evicting("stranger", { deleteOptions: { preconditions: { uid: other } } }),
    status: 409,
    reason: "Conflict",
    message: `Operation cannot be fulfilled on Pod "stranger": ${recreated("{uid}")}`,
    afterwards: [`${core}/pods/stranger`, { metadata: { uid: "{uid}" } }],
  },
  {
    what: "evict a pod, tried only",
    given: [pod("kept")],
    ...evicting("kept", { deleteOptions: { dryRun: ["All"] } }),
    status: 201,
    kind: "Status",
    afterwards: [`${core}/pods/kept`, { metadata: { resourceVersion: "{version}" } }],
  },
  {
    what: "evict a pod whose budget says not now",
    ...guarded("guarded"),
    ...evicting("guarded", { deleteOptions: { preconditions: { uid: "{uid}" } } }),
    status: 429,
    reason: "TooManyRequests",
    message: "Cannot evict pod as it would violate the pod's disruption budget.",
    answer: {
      details: {
        causes: [
          {
            reason: "DisruptionBudget",
            message: "The disruption budget guarded needs 1 healthy pods and has 1 currently",
          },
        ],
      },
    },
    afterwards: [`${core}/pods/guarded`, { metadata: { uid: "{uid}" } }],
  },
  {
    what: "evict a pod that is not there",
    ...evicting("nobody"),
    status: 404,
    reason: "NotFound",
    message: 'pods "nobody" not found',
  },
  {
    what: "evict a pod by another name",
    given: [pod("named")],
    ...evicting("named", { metadata: { name: "unnamed" } }),
    status: 400,
    reason: "BadRequest",
    message: "name in URL does not match name in Eviction object",
  },
  {
    what: "evict a pod without the right",
    as: "reader",
    given: [pod("safe")],
    ...evicting("safe"),
    status: 403,
    reason: "Forbidden",
    message:
      'pods "safe" is forbidden: User "contract-reader" cannot create resource "pods/eviction" in API group "" in the namespace "{ns}"',
  },
];
