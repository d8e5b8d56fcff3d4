import { afterEach, describe, expect, it, vi } from "vitest";
import { createDesk } from "../../src/approvals/desk/desk.ts";
import { createLogger } from "../../src/log.ts";
import { createMetrics } from "../../src/metrics.ts";
import { createApprovals } from "../../src/serve/approvals.ts";
import { observedStore } from "../../src/serve/observed-store.ts";
import type { RepullRequest } from "../../src/approvals/types.ts";
import { createStage, isOver } from "../approvals/controller/stage.ts";
import { request, status } from "../approvals/case.ts";
import { inside, outside, sam, shown as textOf, stage as slackStage } from "../slack/support/stage.ts";

const restart = { strategy: "restart", policy: "Always", pods: ["b", "b"] } as const;
const rights = { may: () => Promise.resolve({ ok: true } as const) };

const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).toReversed()) await close();
});

/** Requests on the imitated cluster, carried out and shown as `serve` does it, in a Slack that behaves. */
async function serve(channel: string | null) {
  const stage = createStage(restart);
  const parts = {
    store: stage.kubernetes.store(),
    rights,
    rules: () => ({ needed: 1, people: new Map() }),
    core: stage.core,
    world: { ...stage.cluster.world(), sleep: stage.time.sleep },
    isReadOnly: () => false,
  };
  const nudges: number[] = [];
  const inSlack = await slackStage("socket", {
    requests: {
      desk: createDesk({ ...parts, expiresAfterSeconds: 3_600 }),
      channel,
      nudge: () => void nudges.push(1),
    },
  });
  const { slack, app } = inSlack;
  closers.push(() => inSlack.close());
  const lines: string[] = [];
  const metrics = createMetrics("1.2.3");
  const approvals = createApprovals({
    ...parts,
    atOnce: { namespace: 3, cluster: 10 },
    keep: 1e12,
    log: createLogger({ level: "info", clock: () => 0, write: (line) => lines.push(line) }),
    metrics,
    wait: stage.time.sleep,
    slack: app,
  });
  const messages = () => (channel === null ? [] : slack.messages(channel, sam));
  /** The bot looks again and again, until something holds. */
  const until = (isSo: () => boolean) =>
    vi.waitFor(
      async () => {
        await stage.time.pass(2);
        expect(isSo()).toBe(true);
      },
      { timeout: 5_000, interval: 10 },
    );
  return { stage, approvals, slack, metrics, messages, until, lines };
}

describe("requests of serve in Slack", () => {
  it("one is posted, follows its phases in place, and is counted; the place stands in its status", async () => {
    const { stage, approvals, metrics, messages, until } = await serve(inside);
    const asked = stage.ask();
    approvals.start();
    await until(() => messages().length === 1);
    expect(textOf(messages()[0] ?? { text: "", blocks: [] })).toContain(asked.name.split("-")[0]);
    const { ts } = messages()[0] ?? { ts: "" };
    await until(() => stage.request().status?.slack?.shown === "Pending");
    expect(stage.request().status?.slack).toMatchObject({ channel: inside, ts });
    stage.say(asked, "bob", "approve");
    await until(() => isOver(stage.phase()) && stage.request().status?.slack?.shown === "Succeeded");
    expect(messages().map((message) => message.ts)).toEqual([ts]);
    expect(stage.request().status?.slack).toMatchObject({ channel: inside, ts });
    expect(approvals.channelTroubles()).toEqual([]);
    const { text } = await metrics.render();
    expect(text).toContain('imagepull_slack_deliveries_total{kind="request",outcome="posted"} 1');
    expect(text).toContain("imagepull_slack_messages_waiting 0");
    expect(text).toMatch(/imagepull_slack_deliveries_total\{kind="request",outcome="updated"\} [1-9]/u);
  });

  it("a channel without the bot is told, once in the log, and what waits is counted", async () => {
    const { stage, approvals, metrics, slack, until } = await serve(outside);
    stage.ask();
    approvals.start();
    await until(() => approvals.channelTroubles().length === 1);
    expect(approvals.channelTroubles()).toEqual([expect.stringContaining(`not in channel ${outside}`)]);
    expect(stage.request().status?.slack).toMatchObject({ ts: null, shown: null });
    const { text } = await metrics.render();
    expect(text).toContain("imagepull_slack_messages_waiting 1");
    expect(text).toContain('imagepull_slack_deliveries_total{kind="request",outcome="refused"} 1');
    expect(slack.messages(outside, sam)).toEqual([]);
  });

  it("without a channel nothing is shown, and everything else goes on", async () => {
    const { stage, approvals } = await serve(null);
    stage.say(stage.ask(), "bob", "approve");
    approvals.start();
    expect(await stage.time.until(() => isOver(stage.phase()))).toBe(true);
    expect(stage.request().status).toMatchObject({ phase: "Succeeded", slack: null });
  });

  it("a stop ends the loop first, then the messages", async () => {
    const { stage, approvals, until, messages } = await serve(inside);
    stage.ask();
    approvals.start();
    await until(() => stage.request().status?.slack?.shown === "Pending");
    let isStopped = false;
    void approvals.stop(10_000).then(() => (isStopped = true));
    await stage.time.until(() => isStopped, 5);
    expect(isStopped).toBe(true);
    stage.ask({ attempt: 2 }, "another-0123456789abcdef-2");
    await stage.time.pass(20);
    expect(messages()).toHaveLength(1);
  });
});

describe("the store that is watched", () => {
  const at = new Date(0);
  const one = (version: string, phase: "Pending" | "Approved"): RepullRequest =>
    request({ resourceVersion: version, status: status(phase) });

  it("a list that was on its way as a request moved does not take it back", async () => {
    const listed = Promise.withResolvers<readonly RepullRequest[]>();
    const seen: string[] = [];
    const told = (all: readonly RepullRequest[]): void => void seen.push(all.map((it) => it.resourceVersion).join());
    const shelf = createStage(restart).kubernetes.store();
    const store = observedStore(
      {
        ...shelf,
        requests: async () => ({ status: "ok", value: { items: await listed.promise, unreadable: [], at } }),
        move: (it, wanted) => Promise.resolve({ kind: "done", value: { ...it, status: wanted, resourceVersion: "2" } }),
      },
      { see: told, changed: (it) => told([it]) },
    );
    const [first, second] = [store.requests(null), store.requests("shop")];
    await store.move(one("1", "Pending"), status("Approved"));
    listed.resolve([one("1", "Pending")]);
    await Promise.all([first, second]);
    // The next one is the API server's word again, whatever it is.
    await store.requests(null);
    expect(seen).toEqual(["2", "2", "1"]);
  });

  it("of two lists that overtake each other the later one counts", async () => {
    const lists = [
      Promise.withResolvers<readonly RepullRequest[]>(),
      Promise.withResolvers<readonly RepullRequest[]>(),
    ];
    const seen: string[] = [];
    let asked = 0;
    const store = observedStore(
      {
        ...createStage(restart).kubernetes.store(),
        requests: async () => {
          const items = await (lists[asked++]?.promise ?? Promise.resolve([]));
          return { status: "ok", value: { items, unreadable: [], at } };
        },
      },
      { see: (all) => void seen.push(all.map((it) => it.resourceVersion).join()), changed: () => undefined },
    );
    const both = [store.requests(null), store.requests(null)];
    lists[1]?.resolve([one("2", "Approved")]);
    await both[1];
    lists[0]?.resolve([one("1", "Pending")]);
    await both[0];
    expect(seen).toEqual(["2"]);
  });

  it.each<[string, Partial<ReturnType<ReturnType<typeof createStage>["kubernetes"]["store"]>>]>([
    ["a list that failed", { requests: () => Promise.resolve({ status: "timeout", reason: "no answer" }) }],
    ["a write that was not made", { move: () => Promise.resolve({ kind: "conflict" }) }],
  ])("%s tells nothing", async (_what, over) => {
    const seen: unknown[] = [];
    const told = (it: unknown): void => void seen.push(it);
    const shelf = { ...createStage(restart).kubernetes.store(), ...over };
    const store = observedStore(shelf, { see: told, changed: told });
    if (over.requests !== undefined) await store.requests(null);
    else await store.move(one("1", "Pending"), status("Approved"));
    expect(seen).toEqual([]);
  });
});
