import type {
  ApprovalStore,
  DecisionSpec,
  Kept,
  Listed,
  RepullDecision,
  RepullRequest,
  RequestSpec,
  RequestStatus,
} from "../../src/approvals/types.ts";
import type { Read } from "../../src/diagnosis/evidence.ts";
import { now } from "../support/evidence.ts";
import { anySpec } from "./any-spec.ts";

/** Requests and decisions in memory, as the API server would keep them. */

export const fingerprint = "0123456789abcdef";

export const specWith = (over: Partial<RequestSpec> = {}): RequestSpec => ({
  ...anySpec,
  target: {
    apiVersion: "apps/v1",
    kind: "Deployment",
    name: "checkout",
    uid: "deployment-uid",
    text: "deployment/checkout",
  },
  fingerprint,
  expiresAfterSeconds: 86_400,
  plan: {
    changes: ["restart deployment/checkout, as kubectl rollout restart does"],
    restarts: "pod checkout-0, one after the other",
    keeps: ["images, tags and pull policies of deployment/checkout"],
    notes: [],
    command: "kubectl -n shop patch deployment/checkout --type strategic -p '{}'",
  },
  preflight: { answer: "possible", reasons: ["accepted by ghcr.io"] },
  wanted: { app: ["sha256:aaaa"] },
  before: { app: "ghcr.io/shop/checkout@sha256:bbbb" },
  ...over,
});

export const statusWith = (over: Partial<RequestStatus> = {}): RequestStatus => ({
  phase: "Pending",
  message: "It waits for one approval",
  needed: 1,
  decisions: [],
  history: [{ phase: "Pending", at: "2026-11-24T10:26:01Z", by: null, message: "It waits for one approval" }],
  executor: null,
  progress: null,
  running: null,
  undo: null,
  kept: null,
  slack: null,
  ...over,
});

export const requestName = `checkout-${fingerprint}-1`;

/** Asked five minutes before `now`. */
export const requestWith = ({
  spec,
  ...over
}: Partial<Omit<RepullRequest, "spec">> & { readonly spec?: Partial<RequestSpec> } = {}): RepullRequest => ({
  namespace: "shop",
  name: requestName,
  uid: "request-uid",
  resourceVersion: "1",
  createdAt: "2026-11-24T10:26:00Z",
  spec: specWith(spec),
  status: statusWith(),
  ...over,
});

export const decisionWith = ({
  spec,
  ...over
}: Partial<Omit<RepullDecision, "spec">> & { readonly spec?: Partial<DecisionSpec> } = {}): RepullDecision => ({
  namespace: "shop",
  name: "decision",
  uid: "decision-uid",
  resourceVersion: "1",
  createdAt: "2026-11-24T10:28:00Z",
  spec: {
    request: requestName,
    requestUid: "request-uid",
    by: "erin",
    byGroups: ["leads"],
    decision: "approve",
    reason: "",
    ...spec,
  },
  ...over,
});

type NotOk = Exclude<Read<never>, { status: "ok" }>;

export interface ShelfOptions {
  readonly requests?: readonly RepullRequest[];
  readonly decisions?: readonly RepullDecision[];
  readonly unreadable?: Listed<never>["unreadable"];
  /** Instead of all reads of requests and decisions. */
  readonly broken?: NotOk;
  /** Before a request is kept: an answer stands instead. */
  readonly onAsk?: (shelf: Shelf, name: string, spec: RequestSpec) => Kept<RepullRequest> | null;
  readonly onDecide?: (shelf: Shelf, name: string, spec: DecisionSpec) => Kept<RepullDecision> | null;
  /** Before a request is read by its name, the how-manieth time it is. */
  readonly onRead?: (shelf: Shelf, time: number) => Read<RepullRequest> | null;
}

export interface Shelf extends ApprovalStore {
  readonly kept: { requests: RepullRequest[]; decisions: RepullDecision[] };
  /** Every write, as it came. */
  readonly writes: { readonly name: string; readonly spec: RequestSpec | DecisionSpec }[];
}

export function shelfWith(options: ShelfOptions = {}): Shelf {
  const kept = { requests: [...(options.requests ?? [])], decisions: [...(options.decisions ?? [])] };
  const writes: Shelf["writes"] = [];
  let reads = 0;
  const listed = <T extends { readonly namespace: string }>(
    items: readonly T[],
    namespace: string | null,
  ): Read<Listed<T>> =>
    options.broken ?? {
      status: "ok",
      value: {
        items: items.filter((one) => namespace === null || one.namespace === namespace),
        unreadable: options.unreadable ?? [],
        at: new Date(now),
      },
    };
  const stored = { uid: "new-uid", resourceVersion: "1", createdAt: now };
  const shelf: Shelf = {
    kept,
    writes,
    requests: (namespace) => Promise.resolve(listed(kept.requests, namespace)),
    decisions: (namespace) => Promise.resolve(listed(kept.decisions, namespace)),
    request: (namespace, name) => {
      reads += 1;
      const found = options.onRead?.(shelf, reads) ?? options.broken;
      if (found) return Promise.resolve(found);
      const request = kept.requests.find((one) => one.namespace === namespace && one.name === name);
      return Promise.resolve(
        request === undefined ? { status: "absent", reason: "it does not exist" } : { status: "ok", value: request },
      );
    },
    ask: (namespace, name, spec) => {
      writes.push({ name, spec });
      const instead = options.onAsk?.(shelf, name, spec) ?? null;
      if (instead !== null) return Promise.resolve(instead);
      if (kept.requests.some((one) => one.namespace === namespace && one.name === name))
        return Promise.resolve({ kind: "exists" });
      const value: RepullRequest = { namespace, name, ...stored, spec, status: null };
      kept.requests.push(value);
      return Promise.resolve({ kind: "done", value });
    },
    decide: (namespace, name, spec) => {
      writes.push({ name, spec });
      const instead = options.onDecide?.(shelf, name, spec) ?? null;
      if (instead !== null) return Promise.resolve(instead);
      if (kept.decisions.some((one) => one.namespace === namespace && one.name === name))
        return Promise.resolve({ kind: "exists" });
      const value: RepullDecision = { namespace, name, ...stored, spec };
      kept.decisions.push(value);
      return Promise.resolve({ kind: "done", value });
    },
    move: () => Promise.reject(new Error("a shell moves nothing")),
    forget: () => Promise.reject(new Error("a shell forgets nothing")),
  };
  return shelf;
}

/** The bot says of a decision that it counts, or why not, and moves the request. */
export function judged(
  shelf: Shelf,
  { name, status }: { readonly name: string; readonly status: (request: RepullRequest) => RequestStatus },
): void {
  shelf.kept.requests = shelf.kept.requests.map((request) =>
    request.name === name ? { ...request, status: status(request) } : request,
  );
}
