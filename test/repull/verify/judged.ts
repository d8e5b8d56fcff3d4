import type { Mark } from "../../../src/repull/mark.ts";
import { writeMark } from "../../../src/repull/mark.ts";
import { judge } from "../../../src/repull/run/judge.ts";
import type { Judgement, Known } from "../../../src/repull/run/judgement.ts";
import type { ObjectNow, PodNow } from "../../../src/world.ts";
import { digest } from "../../diagnosis/checks.ts";
import { text } from "../case.ts";
import { known, later, mark, nameOf, object, old, type PodLike, repository } from "./scene.ts";

export interface Row {
  readonly kind?: string;
  readonly pods: readonly PodNow[];
  readonly object?: Partial<ObjectNow>;
  readonly mark?: Partial<Mark>;
  readonly known?: Partial<Known>;
  /** Seconds after the beginning. Default: 60. */
  readonly at?: number;
}

export function judged(row: Row): Judgement {
  const own = mark(row.mark);
  const sight = {
    name: nameOf(row.kind),
    object: object({ mark: writeMark(own), ...row.object }),
    pods: row.pods,
  };
  return judge(sight, own, new Date(later(row.at ?? 60)), known(row.known));
}

/** `succeeded`, `going`, `failed: digest`, and every line of it. */
export function told(row: Row): { is: string; why: string; about: string | null } {
  const judgement = judged(row);
  const lines = judgement.verification.lines.map(text).join("\n");
  if (judgement.kind === "going") return { is: "going", why: text(judgement.progress.line), about: null };
  if (judgement.kind === "succeeded") return { is: "succeeded", why: lines, about: null };
  return { is: `failed: ${judgement.failure}`, why: lines, about: judgement.about };
}

export const overdue = 600;
export const short = (letter: string): string => digest(letter).slice(0, 19);
export const deleting = { strategy: "delete-pods", restartedAt: null } as const;
export const setImage = {
  strategy: "set-image",
  restartedAt: null,
  containers: { app: { image: `${repository}:2.5.0`, policy: "IfNotPresent" } },
} as const;
export const asSet = { name: "app", image: `${repository}:2.5.0`, policy: "IfNotPresent", list: "containers" } as const;

export const desired = (count: number): Partial<ObjectNow> => ({
  replicas: { desired: count, ready: count, updated: count },
});

/** A bare pod whose image has been set. */
export const barePod = (pod: PodLike, of: Partial<Mark> = {}): Row => ({
  kind: "Pod",
  pods: [old(0, { image: asSet.image, policy: asSet.policy, ...pod })],
  mark: { ...setImage, pods: [["old-0", "old-uid-0"]], ...of },
  object: { template: [asSet], restartedAt: null, replicas: null, observedGeneration: null },
});
