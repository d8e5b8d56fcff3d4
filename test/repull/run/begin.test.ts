import { describe, expect, it } from "vitest";
import { writeMark } from "../../../src/repull/mark.ts";
import { underWay } from "../../../src/repull/run/under-way.ts";
import { parametersOf } from "../../../src/repull/strategy.ts";
import type { Written } from "../../../src/world.ts";
import { type Case, repository, text } from "../case.ts";
import { anew, evict, probe, refusal, restart } from "./cases.ts";
import type { Cluster, Trouble } from "./cluster.ts";
import { run, stage } from "./process.ts";

describe("refused before the first write: nothing is changed, and it says why", () => {
  const changed = { at: "2026-11-24T10:31:00Z", by: "kubectl-edit" };
  const app = { name: "app", image: `${repository}:9`, policy: "Always", list: "containers" } as const;
  const other = writeMark({ ...stage(evict).plan.mark, startedAt: "2026-11-24T10:30:00Z", fingerprint: "ffff" });
  const newer = (of: object) => JSON.stringify({ version: 2, ...of });
  const before = (over: Parameters<Cluster["touch"]>[0]) => (cluster: Cluster) => cluster.touch(over);
  const forbid = (part: string): Trouble => ({
    rehearse: ({ path }) => (path.includes(part) ? refusal("forbidden", `create ${part} is not allowed`) : null),
  });
  it.each<[string, Case, Trouble, (cluster: Cluster) => void, RegExp]>([
    [
      "its image was changed",
      restart,
      {},
      before({ template: [app], templateChange: changed }),
      /image of app is .*:9, and was .*kubectl-edit/,
    ],
    [
      "a container was added",
      restart,
      {},
      (c) => c.touch({ template: [...(c.object?.template ?? []), { ...app, name: "new" }] }),
      /container new is new/,
    ],
    ["it was made anew", restart, {}, before({ uid: "other" }), /deleted and made anew/],
    ["it is being deleted", restart, {}, before({ deletedAt: "2026-11-24T10:31:00Z" }), /is being deleted/],
    ["it was paused", restart, {}, before({ paused: true }), /paused/],
    ["it is gone", restart, {}, (c) => (c.object = null), /does not exist any more/],
    [
      "another re-pull is under way",
      restart,
      {},
      before({ mark: other }),
      /another re-pull is under way: delete-pods, since 2026-11-24T10:30:00Z; at the latest at 2026-11-24T10:41:00Z/,
    ],
    [
      "an imagepull of another version may be at it",
      restart,
      {},
      before({ mark: newer({ deadline: "2026-11-24T10:40:00Z" }) }),
      /is of another imagepull, and may be under way; at the latest at 2026-11-24T10:40:00Z/,
    ],
    [
      "of another version nobody knows until when",
      { ...restart, parameters: { context: "prod" } },
      {},
      before({ mark: newer({ outcome: null }) }),
      /If nobody is at it any more: kubectl --context prod -n shop annotate deployment\/checkout imagepull\.dev\/repull-\. /,
    ],
    ["the patch is not allowed", restart, forbid("deployments"), () => {}, /is not allowed/],
    ["evictions are not allowed", evict, forbid("eviction"), () => {}, /create eviction is not allowed/],
    ["admission says no", restart, { rehearse: () => refusal("invalid", "policy: no") }, () => {}, /policy: no/],
    ["pods may not be made", probe, forbid("pods"), () => {}, /is not allowed/],
    ["secrets may not be made", anew, forbid("secrets"), () => {}, /is not allowed/],
    [
      "the pod would not be let in again",
      anew,
      {
        rehearse: ({ verb, object, path }) =>
          verb === "create" && object.kind === "Pod" && !path.endsWith("/eviction")
            ? refusal("invalid", "no such class")
            : null,
      },
      () => {},
      /no such class/,
    ],
    ["a probe's workload was changed", probe, {}, before({ template: [app] }), /has changed since/],
    ["the API server is gone for good", restart, { down: [0, 1e9] }, () => {}, /could not be read|does not answer/],
  ])("%s", async (_what, asked, trouble, meanwhile, why) => {
    const now = stage(asked, trouble);
    meanwhile(now.cluster);
    const { outcome, line } = await run(now);
    expect(outcome.phase).toBe("Refused");
    expect(line).toMatch(why);
    expect(line).toMatch(/Nothing was changed$/);
    expect(now.cluster.effects).toEqual([]);
  });

  it.each([
    ["has ended", JSON.stringify({ version: 2, outcome: { phase: "Succeeded" } })],
    ["is over", JSON.stringify({ version: 2, outcome: null, deadline: "2026-11-24T10:30:59Z" })],
    ["is nothing of ours", "restarted by hand"],
    ["is another's JSON", "{}"],
  ])("a note that %s holds nothing off", async (_what, mark) => {
    const now = stage(restart);
    now.cluster.touch({ mark });
    expect((await run(now)).outcome.phase).toBe("Succeeded");
  });

  it.each<[string, Written]>([
    ["a budget says not now", refusal("blocked", "not now")],
    ["a webhook knows no dry run", { kind: "lost", reason: "admission webhook does not support dry run" }],
  ])("%s: that is no refusal", async (_what, answer) => {
    const now = stage(evict, { rehearse: ({ path }) => (path.endsWith("/eviction") ? answer : null) });
    expect((await run(now)).outcome.phase).toBe("Succeeded");
  });
});

describe("somebody else writes the object at the same time", () => {
  it("its status: the patch is made on the newer state, once", async () => {
    const now = stage(restart, { meanwhile: (count, cluster) => count <= 3 && cluster.touch({}) });
    expect((await run(now)).outcome.phase).toBe("Succeeded");
    expect(now.cluster.effects).toEqual(["patched", "closed"]);
  });
  it("its template: nothing is changed", async () => {
    const template = [{ name: "app", image: `${repository}:9`, policy: "Always", list: "containers" }] as const;
    const now = stage(restart, { meanwhile: (count, cluster) => count === 1 && cluster.touch({ template }) });
    const { line } = await run(now);
    expect(line).toMatch(/has changed since this was planned/);
    expect(now.cluster.effects).toEqual([]);
  });
  it("all the time: it gives up, and has changed nothing", async () => {
    const now = stage(restart, { meanwhile: (_, cluster) => cluster.touch({}) });
    expect((await run(now)).line).toMatch(/changes all the time/);
    expect(now.cluster.effects).toEqual([]);
  });
  it("a restart of the same second is not swallowed", async () => {
    const now = stage(restart);
    now.cluster.touch({ restartedAt: "2026-11-24T10:31:00Z" });
    await run(now);
    expect(now.cluster.object?.restartedAt).toBe("2026-11-24T10:31:01Z");
  });
  it("its template while pods are being evicted: no more are", async () => {
    const now = stage(
      { ...evict, strategy: "set-image", kind: "ReplicaSet", parameters: { tag: "2.5.0" } },
      {
        meanwhile: (count, cluster) =>
          count === 3 &&
          cluster.touch({
            template: [{ name: "app", image: `${repository}:9`, policy: "IfNotPresent", list: "containers" }],
          }),
      },
    );
    const { outcome, line } = await run(now);
    expect(outcome.phase).toBe("Failed");
    expect(line).toMatch(/no longer .*no more pods are evicted/);
    expect(now.cluster.effects.filter((one) => one.startsWith("evicted"))).toHaveLength(5);
  });
});

describe("what a mark means for somebody who asks now", () => {
  const { mark } = stage({ strategy: "set-image", parameters: { tag: "2.5.0" } }).plan;
  const now = new Date("2026-11-24T10:32:00Z");
  const same = parametersOf("set-image", { tag: "2.5.0" });
  it.each([
    ["no mark", null, same, "none"],
    ["the same asked", mark, same, "same"],
    ["another tag", mark, parametersOf("set-image", { tag: "2.6.0" }), "other"],
    ["another strategy", mark, parametersOf("restart"), "other"],
    ["some of the pods", mark, parametersOf("set-image", { tag: "2.5.0", only: ["checkout-0"] }), "other"],
    ["pods that labels select", mark, parametersOf("set-image", { tag: "2.5.0", selector: "a=b" }), "other"],
    ["one that takes it back", mark, { ...same, undo: { fingerprint: "f", pins: {} } }, "other"],
    ["it has ended", { ...mark, outcome: { phase: "Failed", at: "2026-11-24T10:31:30Z", running: {} } }, same, "none"],
    ["its time is over", { ...mark, deadline: "2026-11-24T10:31:59Z" }, parametersOf("restart"), "none"],
  ] as const)("%s: %s", (_what, found, parameters, kind) => expect(underWay(found, parameters, now).kind).toBe(kind));
  const ofPod = stage({ ...evict, isPod: true }).plan.mark;
  const all = stage(evict).plan.mark;
  it.each([
    ["the same pod", ofPod, "Pod", "checkout-0", "same"],
    ["another pod", ofPod, "Pod", "checkout-1", "other"],
    ["all pods, while one is", ofPod, "Deployment", "checkout", "other"],
    ["one pod, while all are", all, "Pod", "checkout-0", "other"],
    ["all pods again", all, "Deployment", "checkout", "same"],
    ["a bare pod again", stage(anew).plan.mark, "Pod", "checkout-0", "same"],
  ])("%s of the workload: %#", (_what, found, kind, name, is) =>
    expect(underWay(found, parametersOf("delete-pods"), now, { kind, name }).kind).toBe(is),
  );
  it("says since when", () => {
    const told = underWay(mark, parametersOf("restart"), now);
    expect(told.kind === "other" ? text(told.line) : "").toMatch(/set-image to 2.5.0, since 2026-11-24T10:31:00Z/);
  });
});
