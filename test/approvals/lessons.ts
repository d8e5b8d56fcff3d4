import { expect } from "vitest";
import { askOnce } from "../../src/approvals/ask-once.ts";
import { digest, found } from "../diagnosis/checks.ts";
import { type Case, planned } from "../repull/case.ts";
import { createStage, isOver, type Stage } from "./controller/stage.ts";

/** One workload, Ann who asks for a re-pull of it, Bob who decides, and bots that carry it out. */

export const restart: Case = { strategy: "restart", policy: "Always", pods: ["b", "b"] };
export const many: Case = { ...restart, strategy: "delete-pods", pods: ["b", "b", "b", "b", "b", "b", "b"] };
export const otherDigest: Case = { ...restart, registry: { ":2.4.1": found({ digest: digest("d"), forNode: null }) } };
export const once = ["patched", "closed"];
export const week = 7 * 86_400;

/** Ann asks, Bob says a word. */
export function said(asked: Case, word: "approve" | "deny" = "approve"): Stage {
  const stage = createStage(asked);
  stage.say(stage.ask(), "bob", word, "because");
  return stage;
}
export const end = (stage: Stage, name?: string): Promise<boolean> => stage.time.until(() => isOver(stage.phase(name)));
export const expectDone = (stage: Stage, effects: readonly string[] = once): void =>
  expect([stage.phase(), stage.cluster.effects]).toEqual(["Succeeded", effects]);
export const expectNothing = (stage: Stage, phase: string): void =>
  expect([stage.phase(), stage.cluster.effects]).toEqual([phase, []]);

/** Asks for a case as every door does: once, by the plan's own name. */
export function askFor({ kubernetes, ask, request }: Stage, asked: Case) {
  const fingerprint = planned(asked).plan?.mark.fingerprint ?? "none";
  const { spec } = kubernetes.requests.size === 0 ? ask() : request();
  return askOnce(kubernetes.store(), "shop", fingerprint, (attempt) => ({
    ok: true,
    value: { ...spec, fingerprint, attempt },
  }));
}
