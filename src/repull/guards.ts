import type { Budget } from "../core.ts";
import type { SiblingEvidence } from "../diagnosis/evidence.ts";
import { code, join, type Line, say } from "../diagnosis/say.ts";
import { type Informed, replaced } from "./draft.ts";
import { resourceOf } from "./subject.ts";
import { impossible, note, risk, type Verdict } from "./verdict.ts";

/** What evictions wait for, and who changes the number of pods meanwhile. `evicted`: names of the pods that the plan evicts. */
export function guards(informed: Informed, evicted: ReadonlySet<string>): readonly Verdict[] {
  const stopped = replaced(informed);
  const pods = stopped.filter(({ name }) => evicted.has(name));
  return [
    ...(pods.length === 0 ? [] : budgets(informed, pods)),
    ...(stopped.length === 0 ? [] : autoscalers(informed)),
  ];
}

/** As the API server decides on an eviction (pkg/registry/core/pod/storage/eviction.go, 1.34): pods that are still Pending go whatever a budget says. */
function budgets({ ahead }: Informed, evicted: readonly SiblingEvidence[]): readonly Verdict[] {
  const read = ahead.budgets;
  if (read?.status !== "ok")
    return [
      note(say`whether evictions wait for a PodDisruptionBudget is not known: ${read?.reason ?? "none was asked for"}`),
    ];
  const pods = evicted.filter(({ phase }) => phase !== "Pending");
  const twice = pods.flatMap(({ name, uid }) => {
    const own = read.value.filter((budget) => budget.pods.includes(uid));
    return own.length < 2
      ? []
      : [
          impossible(
            say`${own.length} PodDisruptionBudgets select pod ${code(name)} (${named(own)}): the API server evicts no such pod`,
          ),
        ];
  });
  return [...twice, ...read.value.flatMap((budget) => waits(budget, pods))];
}

function waits(budget: Budget, evicted: readonly SiblingEvidence[]): readonly Verdict[] {
  const { name, disruptionsAllowed, currentHealthy, desiredHealthy, expectedPods } = budget;
  if (disruptionsAllowed > 0) return [];
  const isEnough = desiredHealthy > 0 && currentHealthy >= desiredHealthy;
  const held = evicted.filter(
    ({ uid, ready }) => budget.pods.includes(uid) && (ready || !(budget.letsUnhealthyGo || isEnough)),
  );
  if (held.length === 0) return [];
  const line = say`evictions wait for budget ${code(name)}: 0 allowed now (${currentHealthy} pods of ${expectedPods} are healthy, and ${desiredHealthy} have to be)`;
  if (expectedPods > 0 && currentHealthy >= expectedPods)
    return [risk(say`${line}: as long as nobody changes the budget or the replicas, it never lets one go`)];
  return [
    note(
      held.every(({ ready }) => !ready)
        ? say`${line}. The pods are not ready themselves: only ${code("unhealthyPodEvictionPolicy: AlwaysAllow")} would let them go`
        : line,
    ),
  ];
}

const named = (all: readonly Budget[]): Line =>
  join(
    all.map(({ name }) => [code(name)]),
    ", ",
  );

function autoscalers({ ahead, subject: { object, foreign } }: Informed): readonly Verdict[] {
  const read = ahead.autoscalers;
  if (read === undefined) return [];
  if (read.status !== "ok")
    return [note(say`whether an autoscaler changes the number of pods meanwhile is not known: ${read.reason}`)];
  return read.value
    .filter(({ target }) => [object, foreign].some((one) => one?.kind === target.kind && one.name === target.name))
    .map(({ name, target, min, max }) =>
      note(
        say`HorizontalPodAutoscaler ${code(name)} keeps ${code(resourceOf(target))} between ${min} and ${max} replicas: their number may change while this runs`,
      ),
    );
}
