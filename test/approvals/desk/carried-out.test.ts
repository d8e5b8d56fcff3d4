import { describe, expect, it } from "vitest";
import { createDesk } from "../../../src/approvals/desk/desk.ts";
import type { Choice, Desk, Drafted } from "../../../src/approvals/desk/types.ts";
import type { RepullRequest } from "../../../src/approvals/types.ts";
import type { Ahead, Core, TargetRequest } from "../../../src/core.ts";
import { diagnose } from "../../../src/diagnosis/diagnose.ts";
import { type Case, evidenceFor } from "../../repull/case.ts";
import { createStage, isOver, type Stage } from "../controller/stage.ts";
import { choice, dana, erin } from "./bureau.ts";

/** What the desk asks for is what the bot plans anew from the cluster, and carries out. */

/** As the cluster would tell each: the workload, or a pod by its name. */
const coreOf = ({ core, now }: Stage): Core & Ahead => ({
  ...core,
  diagnose: ({ target }) => {
    const isPod = target.kind === "object" && target.resource === "Pod";
    const evidence = evidenceFor({ ...now.asked, isPod });
    return Promise.resolve({
      kind: "diagnosis",
      evidence,
      diagnosis: { ...diagnose(evidence), cause: "healthy" as const },
    });
  },
});

const deskOn = (stage: Stage): Desk =>
  createDesk({
    core: coreOf(stage),
    world: stage.cluster.world(),
    store: stage.kubernetes.store(),
    rights: { may: () => Promise.resolve({ ok: true }) },
    rules: () => ({ needed: 1, people: new Map() }),
    isReadOnly: () => false,
    expiresAfterSeconds: 3_600,
  });

/** Dana asks, Erin approves, and a bot does the rest. */
async function ends(stage: Stage, desk: Desk, drafted: Drafted): Promise<RepullRequest> {
  if (drafted.kind !== "planned") throw new Error(drafted.sentence);
  const asked = await desk.ask({ who: dana, drafted, reason: "pushed again" });
  if (asked.kind !== "asked") throw new Error(JSON.stringify(asked));
  const { namespace, name, uid } = asked.request;
  const said = await desk.say({ who: erin, request: { namespace, name, uid }, verb: "approve", reason: "" });
  expect(said.kind).toBe("said");
  const bot = stage.start(`bot-of-${name}`, { over: { core: coreOf(stage) } });
  await stage.time.until(() => isOver(stage.phase(name)));
  await bot.stop();
  return stage.request(name);
}

const workload = (kind: "Deployment" | "Pod", name: string): TargetRequest => ({
  kind: "object",
  namespace: "shop",
  resource: kind,
  name,
});

const always = { policy: "Always" } as const;
const two = { pods: ["b", "b"] } as const;

describe("asked, approved, done", () => {
  it.each<[what: string, Case, Partial<Choice>, target: TargetRequest, effects: readonly string[]]>([
    [
      "restart",
      { ...always, ...two, strategy: "restart" },
      {},
      workload("Deployment", "checkout"),
      ["patched", "closed"],
    ],
    [
      "set-image",
      { ...two, strategy: "set-image", parameters: { tag: "2.5.0" } },
      { tag: "2.5.0" },
      workload("Deployment", "checkout"),
      ["patched", "closed"],
    ],
    [
      "delete-pods",
      { ...always, ...two, strategy: "delete-pods" },
      {},
      workload("Deployment", "checkout"),
      ["patched", "evicted checkout-0 uid-0", "evicted checkout-1 uid-1", "closed"],
    ],
    [
      "delete-pods of one pod of two: the other stays",
      { ...always, ...two, strategy: "delete-pods", parameters: { only: ["checkout-0"] } },
      {},
      workload("Pod", "checkout-0"),
      ["patched", "evicted checkout-0 uid-0", "closed"],
    ],
    [
      "delete-pods of a bare pod",
      { ...always, strategy: "delete-pods", kind: "Pod" },
      {},
      workload("Pod", "checkout-0"),
      ["kept", "evicted checkout-0 uid-0", "created checkout-0", "forgot", "closed"],
    ],
  ])("%s", async (_what, asked, over, target, effects) => {
    const stage = createStage(asked);
    const desk = deskOn(stage);
    const surveyed = await desk.survey(target, { defaultNamespace: null, asker: null });
    if (surveyed.kind !== "surveyed") throw new Error(surveyed.sentence);
    const end = await ends(stage, desk, await desk.plan(surveyed, choice({ strategy: asked.strategy, ...over })));
    expect([end.status?.phase, end.status?.message]).toEqual(["Succeeded", end.status?.message]);
    expect(stage.cluster.effects).toEqual(effects);
    expect(end.status?.history.map(({ phase }) => phase)).toEqual([
      "Pending",
      "Approved",
      "Executing",
      "Verifying",
      "Succeeded",
    ]);
  });

  it("and taken back, by a request of its own, once", async () => {
    const asked: Case = { ...always, ...two, strategy: "restart" };
    const stage = createStage(asked);
    const desk = deskOn(stage);
    const surveyed = await desk.survey(workload("Deployment", "checkout"), { defaultNamespace: null, asker: null });
    if (surveyed.kind !== "surveyed") throw new Error(surveyed.sentence);
    const first = await ends(stage, desk, await desk.plan(surveyed, choice()));
    expect(first.status).toMatchObject({ phase: "Succeeded", undo: "offered" });
    stage.now.asked = { ...asked, pods: ["a", "a"] };
    stage.cluster.trouble = { pulls: "b" };
    const undo = await desk.planUndo(first, { allowUnproven: false, asker: null });
    const back = await ends(stage, desk, undo);
    expect(back).toMatchObject({ spec: { undoes: first.name, strategy: "set-image" }, status: { phase: "Succeeded" } });
    const again = await desk.planUndo(first, { allowUnproven: false, asker: null });
    expect(again).toMatchObject({ kind: "refused", sentence: expect.stringContaining("was taken back already") });
    const further = await desk.planUndo(back, { allowUnproven: false, asker: null });
    expect(further).toMatchObject({ kind: "refused", sentence: expect.stringContaining("was taken back already") });
  });
});
