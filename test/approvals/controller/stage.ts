import { specOf, usualExpiry } from "../../../src/approvals/ask.ts";
import { createController } from "../../../src/approvals/controller/controller.ts";
import type { Controller, ControllerEvent, ControllerParts } from "../../../src/approvals/controller/types.ts";
import { decisionName, requestName } from "../../../src/approvals/naming.ts";
import type { RepullRequest, RequestSpec, Right, Verb, Verdict } from "../../../src/approvals/types.ts";
import type { Ahead, Core, LookAheadRequest } from "../../../src/core.ts";
import { diagnose } from "../../../src/diagnosis/diagnose.ts";
import { parametersOf } from "../../../src/repull/strategy.ts";
import { found, withSecret } from "../../diagnosis/checks.ts";
import { nodeWith, read } from "../../support/evidence.ts";
import { type Case, evidenceFor, planned } from "../../repull/case.ts";
import type { Trouble } from "../../repull/run/cluster.ts";
import { stage as staged } from "../../repull/run/process.ts";
import { Kubernetes } from "./imitated-store.ts";
import { createTime } from "./time.ts";

/** Where the n-th call of a process ends it. */
export interface Kill {
  readonly call: number;
  readonly when: "before" | "after";
}
export type Fault = "answer-lost" | "write-lost" | null;

export interface Options {
  readonly kill?: Kill;
  /** Of the n-th write of the process, to the store or the world. */
  readonly fault?: (write: number, what: string) => Fault;
  readonly isReadOnly?: () => boolean;
  readonly over?: Partial<ControllerParts>;
}

export interface Process {
  readonly controller: Controller;
  readonly events: ControllerEvent[];
  /** Calls so far, by name. */
  readonly calls: string[];
  readonly isDead: () => boolean;
  kill(): void;
  /** The machine stands still, and later does not know that it did. */
  freeze(): void;
  thaw(): void;
  /** SIGTERM: ends when everything was let go. */
  stop(): Promise<void>;
}

const writes: ReadonlySet<string> = new Set(["move", "write", "forget"]);

/** A cluster with one workload, requests for it, and as many bots as are started. */
export function createStage(asked: Case, trouble: Trouble = {}) {
  const { plan, object, cluster } = staged(asked, trouble);
  const time = createTime(cluster);
  const world = cluster.world();
  const kubernetes = new Kubernetes(() => world.clock());
  /** What diagnosis and registry say now; tests change it. */
  const now: { asked: Case; isSilent: boolean; isUnreadable: boolean } = {
    asked,
    isSilent: false,
    isUnreadable: false,
  };
  const rights: { refused: (user: string, right: Right) => Verdict | null } = { refused: () => null };
  const needed = { value: 1 };

  const core: Core & Ahead = {
    cluster: "test",
    mayGetPods: () => Promise.resolve({ ok: true }),
    tags: () => Promise.resolve(read([])),
    ready: () => Promise.resolve({ ok: true }),
    diagnose: () => {
      if (now.isUnreadable) return Promise.resolve({ kind: "unreadable", sentence: "the API server is silent." });
      const evidence = evidenceFor(now.asked);
      const diagnosis = { ...diagnose(evidence), cause: "healthy" as const };
      return Promise.resolve({ kind: "diagnosis", evidence, diagnosis });
    },
    lookAhead: (request) => Promise.resolve(ahead(now, request)),
  };

  /** A request for the plan of the case as it is now, as a person writes it. */
  const ask = (over: Partial<RequestSpec> = {}, name?: string): RepullRequest => {
    const spec = specOf({
      planned: planned(now.asked),
      parameters: parametersOf(asked.strategy, asked.parameters),
      object,
      who: { user: "ann", groups: ["dev"] },
      reason: "a new build",
      undoes: null,
      attempt: 1,
      expiresAfterSeconds: usualExpiry,
    });
    if (!spec.ok) throw new Error(spec.error.sentence);
    const whole = { ...spec.value, ...over };
    const kept = kubernetes.ask("shop", name ?? requestName(whole), whole);
    if (kept.kind !== "done") throw new Error(JSON.stringify(kept));
    return kept.value;
  };
  const say = (request: RepullRequest, by: string, decision: Verb, reason = ""): void =>
    void kubernetes.decide("shop", decisionName(request.name, by, decision), {
      request: request.name,
      requestUid: request.uid,
      by,
      byGroups: [],
      decision,
      reason,
    });
  function start(id: string, { kill, fault, isReadOnly = () => false, over = {} }: Options = {}): Process {
    const stopping = new AbortController();
    const calls: string[] = [];
    const events: ControllerEvent[] = [];
    let dead = false;
    let written = 0;
    let frozen: PromiseWithResolvers<void> | null = null;
    const never = <T>(): Promise<T> => new Promise(() => undefined);
    const through = async (name: string, call: () => Promise<unknown>): Promise<unknown> => {
      await frozen?.promise;
      if (dead) return never();
      calls.push(name);
      const isHere = kill !== undefined && calls.length === kill.call;
      if (isHere && kill.when === "before") dead = true;
      if (dead) return never();
      const trouble = writes.has(name) ? (fault?.((written += 1), name) ?? null) : null;
      const answer = trouble === "write-lost" ? null : await call();
      if (isHere) dead = true;
      if (dead) return never();
      return trouble === null ? answer : { kind: "lost", reason: "connection reset" };
    };
    /** Each call of an interface goes through the process' life. */
    const mortal = <T extends object>(all: T, passed: readonly string[] = []): T =>
      Object.fromEntries(
        Object.entries(all).map(([name, value]) => [
          name,
          typeof value !== "function" || passed.includes(name)
            ? value
            : (...given: unknown[]) => through(name, () => value(...given) as Promise<unknown>),
        ]),
      ) as T;
    const sleep = async (milliseconds: number, signal?: AbortSignal): Promise<void> => {
      await time.sleep(milliseconds, signal);
      await frozen?.promise;
      if (dead) await never();
    };
    const parts: ControllerParts = {
      store: mortal(kubernetes.store()),
      world: { ...mortal({ ...world, sleep }, ["clock", "sleep"]) },
      core: mortal(core, []),
      rights: {
        may: async (who, right) => (dead ? never() : (rights.refused(who.user, right) ?? { ok: true })),
      },
      rules: () => ({ needed: needed.value, people: new Map() }),
      id,
      isReadOnly,
      atOnce: { namespace: 5, cluster: 20 },
      keep: 30 * 86_400_000,
      report: (event) => void events.push(event),
      ...over,
    };
    const controller = createController(parts);
    const running = controller.run(stopping.signal);
    return {
      controller,
      events,
      calls,
      isDead: () => dead,
      kill: () => {
        dead = true;
      },
      freeze: () => {
        frozen = Promise.withResolvers();
      },
      thaw: () => {
        frozen?.resolve();
        frozen = null;
      },
      stop: () => {
        stopping.abort();
        return running;
      },
    };
  }
  const request = (name?: string): RepullRequest => {
    const all = [...kubernetes.requests.values()];
    const one = name === undefined ? all[0] : all.find((it) => it.name === name);
    if (one === undefined) throw new Error("no request");
    return one;
  };
  const phase = (name?: string): string => request(name).status?.phase ?? "none";
  return { plan, object, cluster, core, time, kubernetes, now, rights, needed, ask, say, start, request, phase };
}

/** What registry and nodes say to exactly what is asked. */
function ahead({ asked, isSilent }: { asked: Case; isSilent: boolean }, request: LookAheadRequest) {
  const { pod, images, nodes, stopped = [] } = request;
  const answerOf = (of: string) => {
    const said = Object.entries(asked.registry ?? {}).find(([ending]) => of.endsWith(ending))?.[1];
    const pinned = /@(sha256:.*)$/.exec(of)?.[1];
    return said ?? (pinned === undefined ? found() : found({ digest: pinned, forNode: null }));
  };
  const names = pod.nodeName === null ? ["node-1"] : nodes;
  const all = names.map((name) => nodeWith({ name }));
  return {
    checks: isSilent ? [] : images.map((of) => withSecret(answerOf(of), null, { image: of })),
    nodes: all.map((node) => ({ name: node.name, read: read(node) })),
    ...(pod.nodeName === null ? { landing: read(all) } : {}),
    ...(pod.uid === "" ? { pullSecrets: read(pod.imagePullSecrets) } : {}),
    ...(stopped.length === 0 ? {} : { budgets: read([]), autoscalers: read([]) }),
  };
}

export type Stage = ReturnType<typeof createStage>;
export const isOver = (phase: string): boolean =>
  ["Succeeded", "Failed", "Stale", "Cancelled", "Denied", "Expired"].includes(phase);
