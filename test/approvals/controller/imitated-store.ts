import { mayMove } from "../../../src/approvals/machine.ts";
import {
  parseDecision,
  parseRequest,
  decisionManifest,
  requestManifest,
  statusManifest,
} from "../../../src/approvals/schema.ts";
import type {
  ApprovalStore,
  DecisionSpec,
  Kept,
  Listed,
  RepullDecision,
  RepullRequest,
  RequestSpec,
  RequestStatus,
} from "../../../src/approvals/types.ts";
import type { Read } from "../../../src/diagnosis/evidence.ts";

/** Requests and decisions as the API server keeps them: one version for all, compare and swap, and no step that the table does not have. */
export class Kubernetes {
  readonly #clock: () => Date;
  #version = 1000;
  #made = 0;
  readonly requests = new Map<string, RepullRequest>();
  readonly decisions = new Map<string, RepullDecision>();
  /** Every step that was really written. */
  readonly steps: string[] = [];
  /** In that time nothing is answered. */
  isDown = false;
  isInstalled = true;

  constructor(clock: () => Date) {
    this.#clock = clock;
  }

  #stored(namespace: string, name: string) {
    const createdAt = this.#clock()
      .toISOString()
      .replace(/\.\d+Z$/u, "Z");
    return { namespace, name, uid: `uid-of-${name}-${(this.#made += 1)}`, resourceVersion: this.#next(), createdAt };
  }
  #next = (): string => String((this.#version += 1));

  /** Through the manifest and back, as the API server does it. */
  ask(namespace: string, name: string, spec: RequestSpec): Kept<RepullRequest> {
    if (this.requests.has(`${namespace}/${name}`)) return { kind: "exists" };
    const stored = this.#stored(namespace, name);
    const metadata = { ...stored, creationTimestamp: stored.createdAt };
    const made = parseRequest({ ...requestManifest(namespace, name, spec), metadata });
    if (!made.ok) return { kind: "refused", reason: made.error.sentence };
    this.requests.set(`${namespace}/${name}`, made.value);
    return { kind: "done", value: made.value };
  }

  decide(namespace: string, name: string, spec: DecisionSpec): Kept<RepullDecision> {
    if (this.decisions.has(`${namespace}/${name}`)) return { kind: "exists" };
    const stored = this.#stored(namespace, name);
    const metadata = { ...stored, creationTimestamp: stored.createdAt };
    const made = parseDecision({ ...decisionManifest(namespace, name, spec), metadata });
    if (!made.ok) return { kind: "refused", reason: made.error.sentence };
    this.decisions.set(`${namespace}/${name}`, made.value);
    return { kind: "done", value: made.value };
  }

  move({ namespace, name, uid, resourceVersion }: RepullRequest, status: RequestStatus): Kept<RepullRequest> {
    const key = `${namespace}/${name}`;
    const found = this.requests.get(key);
    if (found === undefined || found.uid !== uid || found.resourceVersion !== resourceVersion)
      return { kind: "conflict" };
    const from = found.status?.phase ?? null;
    if (from !== status.phase && !(from === null && status.phase === "Pending") && !mayMove(from, status.phase))
      return { kind: "refused", reason: `no step from ${from} to ${status.phase}` };
    const metadata = { ...found, creationTimestamp: found.createdAt, resourceVersion: this.#next() };
    const made = parseRequest({
      ...requestManifest(namespace, name, found.spec),
      metadata,
      status: statusManifest(status),
    });
    if (!made.ok) return { kind: "refused", reason: made.error.sentence };
    this.requests.set(key, made.value);
    if (from !== status.phase) this.steps.push(`${name} ${status.phase}`);
    return { kind: "done", value: made.value };
  }

  forget({ namespace, name, uid, resourceVersion, spec }: RepullRequest | RepullDecision): Kept<null> {
    const all: Map<string, RepullRequest | RepullDecision> = "attempt" in spec ? this.requests : this.decisions;
    const found = all.get(`${namespace}/${name}`);
    if (found !== undefined && (found.uid !== uid || found.resourceVersion !== resourceVersion))
      return { kind: "conflict" };
    all.delete(`${namespace}/${name}`);
    return { kind: "done", value: null };
  }

  /** What one process sees of it. */
  store(): ApprovalStore {
    const answer = <T>(get: () => Read<T>): Promise<Read<T>> =>
      Promise.resolve(this.isDown ? { status: "timeout", reason: "the API server does not answer" } : get());
    const list = <T>(all: Map<string, T & { namespace: string }>, namespace: string | null) =>
      answer((): Read<Listed<T>> =>
        this.isInstalled
          ? {
              status: "ok",
              value: {
                items: [...all.values()].filter((one) => namespace === null || one.namespace === namespace),
                unreadable: [],
                at: new Date(Math.floor(this.#clock().getTime() / 1000) * 1000),
              },
            }
          : { status: "absent", reason: "requests are not installed" },
      );
    const change = <T>(make: () => Kept<T>): Promise<Kept<T>> =>
      Promise.resolve(this.isDown ? { kind: "lost", reason: "the API server does not answer" } : make());
    return {
      requests: (namespace) => list(this.requests, namespace),
      decisions: (namespace) => list(this.decisions, namespace),
      request: (namespace, name) =>
        answer(() => {
          const found = this.requests.get(`${namespace}/${name}`);
          return found === undefined
            ? { status: "absent", reason: `${name} does not exist` }
            : { status: "ok", value: found };
        }),
      ask: (namespace, name, spec) => change(() => this.ask(namespace, name, spec)),
      decide: (namespace, name, spec) => change(() => this.decide(namespace, name, spec)),
      move: (request, status) => change(() => this.move(request, status)),
      forget: (object) => change(() => this.forget(object)),
    };
  }
}
