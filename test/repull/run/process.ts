import type { Ahead, Core } from "../../../src/core.ts";
import { readMark } from "../../../src/repull/mark.ts";
import type { Plan } from "../../../src/repull/plan.ts";
import { keptPod } from "../../../src/repull/run/bare-pod.ts";
import { resumeRepull, runRepull } from "../../../src/repull/run/run.ts";
import type { Hands, Outcome, Progress, Seal } from "../../../src/repull/run/types.ts";
import { underWay } from "../../../src/repull/run/under-way.ts";
import { parametersOf } from "../../../src/repull/strategy.ts";
import type { ObjectName } from "../../../src/world.ts";
import { type Case, planned, text } from "../case.ts";
import { Cluster, type Trouble } from "./cluster.ts";

export interface Stage {
  readonly asked: Case;
  readonly plan: Plan;
  readonly object: ObjectName;
  readonly cluster: Cluster;
}

/** The object that a case is about. */
const objectOf = (plan: Plan, kind: string): ObjectName => {
  const [first] = plan.changes;
  if (kind === "Pod") return { apiVersion: "v1", kind, namespace: "shop", name: "checkout-0", uid: "uid-0" };
  if (first?.verb === "patch") return first.object;
  return {
    apiVersion: kind.endsWith("Job") ? "batch/v1" : "apps/v1",
    kind,
    namespace: "shop",
    name: "checkout",
    uid: "deployment-uid",
  };
};

/** A plan, and a cluster as it was when the plan was made. */
export function stage(asked: Case, trouble: Trouble = {}): Stage {
  const { plan, refused } = planned(asked);
  if (plan === null || refused !== null) throw new Error(`refused: ${text(refused ?? [])}`);
  const object = objectOf(plan, asked.kind ?? "Deployment");
  return { asked, plan, object, cluster: new Cluster(plan, object, trouble, asked.pods) };
}

export interface Told {
  readonly outcome: Outcome;
  readonly line: string;
  readonly progress: readonly Progress[];
}

export interface Over {
  readonly timeout?: number;
  /** Where whoever makes pods for others notes what is kept. */
  readonly seal?: Seal;
  /** Called at each report, with the number of reports so far: Ctrl-C, or what others do meanwhile. */
  readonly onReport?: (progress: Progress, abort: () => void) => void;
}

/** One process that runs the command: it goes on with what it finds under way, as the shell does, or runs the plan. */
export async function run(
  { asked, plan, object, cluster }: Stage,
  { timeout = 600_000, onReport, seal }: Over = {},
): Promise<Told> {
  const world = cluster.world();
  const parameters = parametersOf(asked.strategy, asked.parameters);
  const stopping = new AbortController();
  const progress: Progress[] = [];
  const hands: Hands = {
    world,
    core: coreOf(cluster),
    timeout,
    ...(seal === undefined ? {} : { seal }),
    report: (one) => {
      progress.push(one);
      onReport?.(one, () => stopping.abort());
    },
  };
  const { signal } = stopping;
  const outcome = await ((await resumed()) ?? runRepull({ object, plan, parameters, hands, signal }));
  return { outcome, line: text(outcome.line), progress };

  async function resumed(): Promise<Promise<Outcome> | null> {
    const now = await world.object(object);
    const mark = now.status === "ok" ? readMark(now.value.mark) : null;
    if (now.status === "ok" && mark !== null && underWay(mark, parameters, world.clock()).kind === "same")
      return resumeRepull({ object: { ...object, uid: now.value.uid }, mark, hands, signal });
    const kept =
      now.status === "absent" && object.kind === "Pod" ? await keptPod(world, object.namespace, object.name) : null;
    return kept?.status === "ok" ? resumeRepull({ object, mark: kept.value.mark, hands, signal }) : null;
  }
}

function coreOf(cluster: Cluster): Core & Ahead {
  const unused = (): never => {
    throw new Error("not asked here");
  };
  return {
    cluster: "test",
    mayGetPods: unused,
    tags: unused,
    lookAhead: () => Promise.resolve({ checks: [], nodes: [] }),
    diagnose: () => Promise.resolve({ kind: "unreadable", sentence: "not diagnosed here" }),
    ready: () =>
      Promise.resolve(cluster.isDown() ? { ok: false, sentence: "https://cluster does not answer." } : { ok: true }),
  };
}
