import { afterEach, describe, expect, it } from "vitest";
import { methods } from "../../src/playground/slack/methods.ts";
import { createStage } from "../approvals/controller/stage.ts";
import { statusWith } from "../approvals/shelf.ts";
import { FakeDesk } from "./support/desk.ts";
import { dana, hasty, inside, outside, sam, shown, stage, type Stage } from "./support/stage.ts";

/** How posting broke elsewhere, each by name: repository#number, and what happened there and must not here; the real app in front of a Slack as strict as the real one. */

describe("in Slack", () => {
  let on: Stage;
  let later = 0;
  const clock = (): Date => new Date(Date.now() + later);
  afterEach(() => on.close());
  const all = [...new Set(Object.values(methods).flatMap(({ scopes }) => [...scopes])), "channels:history"];

  /** One request that waits, and the app that shows it. */
  async function begin(channel: string, scopes?: readonly string[]) {
    const cluster = createStage({ strategy: "restart", policy: "Always", pods: ["b", "b"] });
    const { kubernetes } = cluster;
    expect(kubernetes.move(cluster.ask(), statusWith()).kind).toBe("done");
    const desk = new FakeDesk();
    const requests = { desk, channel, nudge: () => undefined };
    later = 0;
    on = await stage("socket", {
      clock,
      requests,
      wait: hasty,
      ...(scopes === undefined ? {} : { double: { scopes } }),
    });
    const show = (id: string) => {
      const shows = on.app.showRequests({ store: kubernetes.store(), id, count: () => undefined });
      if (shows === null) throw new Error("nothing is shown");
      return shows;
    };
    const projected = show("p");
    const look = (by = projected): void => by.see([...kubernetes.requests.values()]);
    const messages = (): readonly string[] => on.slack.messages(channel, sam).map(({ text }) => text);
    const isKept = (): boolean =>
      cluster.request().status?.slack?.ts !== null && cluster.request().status?.slack !== null;
    return { cluster, projected, show, look, messages, isKept };
  }

  it.each<[lesson: string, scopes: readonly string[] | undefined, mostMessages: number]>([
    [
      "openclaw/openclaw#22780, Virtual-Coffee PR#1574, hyperdx PR#2534: a post whose answer is lost is made again",
      all,
      1,
    ],
    // Without the right to look, one more is accepted, and said.
    ["openclaw/openclaw#22780: and again, where nobody may look whether it arrived", undefined, 2],
  ])(
    "%s",
    async (_lesson, scopes, most) => {
      const { projected, look, messages, isKept } = await begin(inside, scopes);
      on.slack.failNext("chat.postMessage", { lost: "answer" });
      look();
      await expect.poll(isKept, { timeout: 10_000 }).toBe(true);
      for (let round = 0; round < 5; round += 1) look();
      await projected.stop();
      expect(messages().length).toBeLessThanOrEqual(most);
      expect(on.slack.calls("chat.postMessage").length).toBeLessThanOrEqual(most);
      expect(on.logged.filter((line) => line.includes("may stand there twice"))).toHaveLength(most - 1);
    },
    20_000,
  );

  it("luisgf/infrabroker#356: after a restart what is decided is posted as new", async () => {
    const { cluster, projected, show, look, messages, isKept } = await begin(inside);
    look();
    await expect.poll(isKept).toBe(true);
    await projected.stop();
    const { ts } = cluster.request().status?.slack ?? { ts: null };
    const [waiting] = messages();
    const { slack } = cluster.request().status ?? { slack: null };
    cluster.kubernetes.move(cluster.request(), statusWith({ phase: "Denied", message: "Not now.", slack }));
    const next = show("q");
    await expect
      .poll(
        () => {
          look(next);
          // Whoever kept the message before is waited for.
          later += 2_000;
          return messages();
        },
        { timeout: 10_000 },
      )
      .not.toEqual([waiting]);
    await next.stop();
    expect(messages()).toEqual([expect.stringContaining("denied")]);
    expect(on.slack.calls("chat.postMessage")).toHaveLength(1);
    expect(cluster.request().status?.slack).toMatchObject({ ts, shown: "Denied" });
  }, 20_000);

  it("kubeshop/botkube#1430, metalmatze/alertmanager-bot#72: the bot's own start and stop are told to the channel", async () => {
    const { look, projected, messages } = await begin(inside);
    expect(on.slack.calls().filter(({ method }) => method.startsWith("chat."))).toEqual([]);
    look();
    await expect.poll(messages).toHaveLength(1);
    await projected.stop();
    await on.app.stop(100);
    expect(on.slack.calls("chat.postMessage")).toHaveLength(1);
  });

  it("metalmatze/alertmanager-bot#72: a bot that is not in the channel looks healthy", async () => {
    const { look, projected } = await begin(outside);
    expect(await on.app.checkChannels([outside, inside])).toEqual([
      { channel: outside, sentence: expect.stringContaining("/invite @imagepull") },
    ]);
    look();
    await expect
      .poll(() => projected.troubles())
      .toEqual([{ channel: outside, sentence: expect.stringContaining(outside) }]);
    await projected.stop();
  });

  it("home-assistant/core#30665: an answer that cannot be delivered is told in the channel", async () => {
    await begin(inside);
    on.slack.failNext("response_url", { status: 500 }, 9);
    on.slack.failNext("chat.postEphemeral", { retryAfter: 1 }, 9);
    await on.slack.say(dana, inside, "/imagepull requests");
    await expect.poll(() => on.logged.filter((line) => line.includes("could not be delivered")).length).toBe(1);
    expect(on.slack.messages(inside, sam).map(shown)).toEqual([]);
    expect(on.slack.calls("chat.postMessage")).toEqual([]);
  });
});
