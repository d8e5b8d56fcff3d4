import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { claim } from "../../../src/approvals/controller/approved.ts";
import { createSlots, type Slots } from "../../../src/approvals/controller/slots.ts";
import { firstStatus, moved } from "../../../src/approvals/controller/status.ts";
import type { ControllerParts, Look } from "../../../src/approvals/controller/types.ts";
import type { ApprovalStore, RepullRequest, RequestStatus } from "../../../src/approvals/types.ts";
import type { Case } from "../../repull/case.ts";
import { createStage, isOver, type Stage } from "./stage.ts";

/** The last place, taken by two replicas at the same time: of requests of one workload one is carried out at once. */

const restart: Case = { strategy: "restart", policy: "Always", pods: ["b", "b"] };
const never = new AbortController().signal;
const at = new Date("2026-11-24T10:00:00Z");
type Known = RepullRequest & { readonly status: RequestStatus };

function approved({ kubernetes, ask }: Stage, name: string): Known {
  const kept = kubernetes.move(ask({}, name), firstStatus(0, at));
  if (kept.kind !== "done" || kept.value.status === null) throw new Error(JSON.stringify(kept));
  const next = moved(kept.value.status, { to: "Approved", by: null, message: "It needs no approval." }, at);
  const last = kubernetes.move(kept.value, next);
  if (last.kind !== "done") throw new Error(JSON.stringify(last));
  return { ...last.value, status: next };
}

interface Replica {
  readonly parts: ControllerParts;
  readonly slots: Slots;
}

function replica(stage: Stage, id: string, store: ApprovalStore): Replica {
  const atOnce = { namespace: 5, cluster: 20 };
  const parts: ControllerParts = {
    store,
    world: stage.cluster.world(),
    core: stage.core,
    rights: { may: () => Promise.resolve({ ok: true }) },
    rules: () => ({ needed: 0, people: new Map() }),
    id,
    isReadOnly: () => false,
    atOnce,
    keep: 1e10,
    report: () => undefined,
  };
  return { parts, slots: createSlots(atOnce) };
}

const lookAt = ({ kubernetes, cluster }: Stage): Look => ({
  requests: [...kubernetes.requests.values()],
  decisions: [],
  unreadable: new Set(),
  at: cluster.world().clock(),
});

/** One try, as the loop makes it: what was not claimed is let go here. */
async function tryOnce({ parts, slots }: Replica, look: Look, request: Known): Promise<boolean> {
  const claimed = await claim(parts, look, request, slots, never);
  if ("wait" in claimed) slots.free(request);
  return "request" in claimed;
}

const known = (stage: Stage, name: string): Known => {
  const request = stage.request(name);
  if (request.status === null) throw new Error(`${name} has no status`);
  return { ...request, status: request.status };
};

describe("two replicas that take the last place at the same time", () => {
  it("however their calls meet, one at the most begins", async () => {
    let [met, begun] = [0, 0];
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), async (scheduler) => {
        const stage = createStage(restart);
        const requests = [approved(stage, "one"), approved(stage, "two")];
        const look = lookAt(stage);
        const kept = stage.kubernetes.store();
        const store: ApprovalStore = {
          ...kept,
          requests: scheduler.scheduleFunction((namespace) => kept.requests(namespace)),
          move: scheduler.scheduleFunction((request, status) => kept.move(request, status)),
        };
        const tries = requests.map((request, index) => tryOnce(replica(stage, `bot-${index}`, store), look, request));
        await scheduler.waitFor(Promise.all(tries));
        const claims = (await Promise.all(tries)).filter(Boolean).length;
        expect(claims).toBeLessThanOrEqual(1);
        [met, begun] = [met + (claims === 0 ? 1 : 0), begun + claims];
      }),
      { numRuns: 300 },
    );
    // Otherwise it has tried nothing.
    expect(met).toBeGreaterThan(10);
    expect(begun).toBeGreaterThan(10);
  });

  it("where both gave way, one goes first, and nothing of the other is left behind", async () => {
    const stage = createStage(restart);
    const [one, two] = [approved(stage, "one"), approved(stage, "two")];
    const store = stage.kubernetes.store();
    const own = replica(stage, "bot-1", store);
    // The other replica has reserved just now.
    const { status } = two;
    stage.kubernetes.move(two, { ...status, executor: { id: "bot-2", renewedAt: at.toISOString() } });
    const old: Look = { ...lookAt(stage), requests: [one, two] };
    const first = await claim(own.parts, old, one, own.slots, never);
    own.slots.free(one);
    expect(first).toEqual({ wait: 0 });
    expect(stage.request("one").status).toMatchObject({ phase: "Approved", executor: null });
    const [reserved, mine] = [known(stage, "two"), known(stage, "one")];
    stage.kubernetes.move(reserved, { ...reserved.status, executor: null });
    stage.kubernetes.move(mine, { ...mine.status, executor: { id: "bot-3", renewedAt: at.toISOString() } });
    const other = replica(stage, "bot-2", store);
    expect(await claim(other.parts, old, known(stage, "two"), other.slots, never)).toEqual({ wait: 5_000 });
    expect(stage.request("two").status).toMatchObject({ phase: "Approved", executor: null });
  });
});

describe("a place that was reserved", () => {
  it("by a replica that is gone is taken after 30 s without a word, and nobody waits for longer", async () => {
    const stage = createStage(restart);
    const request = approved(stage, "one");
    stage.kubernetes.move(request, { ...request.status, executor: { id: "bot-1", renewedAt: at.toISOString() } });
    stage.start("bot-2");
    expect(await stage.time.until(() => stage.phase() !== "Approved", 28)).toBe(false);
    expect(await stage.time.until(() => stage.phase() === "Executing", 8)).toBe(true);
    await stage.time.until(() => isOver(stage.phase()));
    expect([stage.phase(), stage.cluster.effects]).toEqual(["Succeeded", ["patched", "closed"]]);
  });

  it("is let go with what it was reserved for, where that is called off", async () => {
    const stage = createStage(restart);
    const request = approved(stage, "one");
    const { parts, slots } = replica(stage, "bot-1", stage.kubernetes.store());
    // After the gate, while it is reserved already.
    stage.say(request, "ann", "cancel", "wrong tag");
    expect(await claim(parts, lookAt(stage), request, slots, never)).toEqual({ wait: 0 });
    expect(stage.request("one").status).toMatchObject({ phase: "Cancelled", executor: null });
  });

  it("is let go where it has to wait, and when the bot is told to stop", async () => {
    const stage = createStage(restart);
    const request = approved(stage, "one");
    const store = stage.kubernetes.store();
    const stopping = new AbortController();
    const { parts, slots } = replica(stage, "bot-1", {
      ...store,
      decisions: (namespace) => {
        stopping.abort();
        return store.decisions(namespace);
      },
    });
    expect(await claim(parts, lookAt(stage), request, slots, stopping.signal)).toEqual({ wait: 0 });
    expect(stage.request("one").status).toMatchObject({ phase: "Approved", executor: null });

    const reserved = known(stage, "one");
    stage.kubernetes.move(reserved, { ...reserved.status, executor: { id: "bot-1", renewedAt: at.toISOString() } });
    stage.now.isSilent = true;
    const again = replica(stage, "bot-1", store);
    await claim(again.parts, lookAt(stage), known(stage, "one"), again.slots, never);
    expect(stage.request("one").status).toMatchObject({
      executor: null,
      message: expect.stringMatching(/^Could not be checked/u),
    });
  });
});
