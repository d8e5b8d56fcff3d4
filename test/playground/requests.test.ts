import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { firstChannel, people } from "../../src/playground/people.ts";
import { readRecordings } from "../../src/playground/recording.ts";
import { resourceOf } from "../../src/playground/cluster/resources.ts";
import { isRecord } from "../../src/playground/cluster/views.ts";
import type { DoubleMessage, DoubleView, Entered } from "../../src/playground/slack/types.ts";
import { type End, type Stage, startStage } from "../../src/playground/start.ts";

const recordings = new URL("../../src/playground/recordings/", import.meta.url);
const [dana, arun] = ["U0DANA", "U0ARUN"] as const;
const withinMs = 15_000;
const requests = resourceOf({ apiVersion: "imagepull.dev/v1alpha1", kind: "RepullRequest" });
const pods = resourceOf({ apiVersion: "v1", kind: "Pod" });

/** Asks until there is something. */
async function until<T>(what: string | (() => string), ask: () => T | null | undefined): Promise<T> {
  const end = Date.now() + withinMs;
  for (;;) {
    const found = ask();
    if (found !== null && found !== undefined) return found;
    if (Date.now() > end) throw new Error(`not within ${withinMs} ms: ${typeof what === "string" ? what : what()}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

describe("asking and approving in the playground", () => {
  const ends: End[] = [];
  let stage: Stage;
  beforeAll(async () => {
    stage = await startStage(readRecordings(recordings), (end) => ends.unshift(end));
  }, 60_000);
  afterAll(async () => {
    const unknown = stage.slack.unknownCalls();
    for (const end of ends) await end();
    expect(unknown).toEqual([]);
  });

  const textOf = (one: Pick<DoubleMessage | DoubleView, "blocks">): string => JSON.stringify(one.blocks);
  const seen = (user: string): readonly DoubleMessage[] => stage.slack.messages(firstChannel, user);
  const request = (uid: string) => stage.cluster.store.list(requests).find(({ metadata }) => metadata.uid === uid);
  const phaseOf = (uid: string): unknown => {
    const status = request(uid)?.["status"];
    return isRecord(status) ? status["phase"] : undefined;
  };
  /** The one message that shows a request. */
  const messageOf = (uid: string): DoubleMessage | undefined => {
    const found = seen(arun).filter(({ metadata }) => metadata?.event_payload["key"] === uid);
    expect(found.length).toBeLessThanOrEqual(1);
    return found[0];
  };
  const shows = (uid: string, words: RegExp): Promise<DoubleMessage> =>
    until(
      () => `the message of ${uid} shows ${words.source}: ${JSON.stringify(messageOf(uid))}`,
      () => {
        const message = messageOf(uid);
        return message !== undefined && words.test(message.text) ? message : null;
      },
    );
  const modal = (user: string, words: RegExp): Promise<DoubleView> =>
    until(
      () => `a window that says ${words.source}: ${JSON.stringify(stage.slack.views(user))}`,
      () => stage.slack.views(user).find((view) => words.test(`${view.submit ?? ""} ${textOf(view)}`)),
    );
  /** Sends the open window, and answers the request that came of it. */
  const send = async (user: string, values: Entered = {}): Promise<string> => {
    const known = new Set(stage.cluster.store.list(requests).map(({ metadata }) => metadata.uid));
    const view = await modal(user, /^(Ask|Run now)/);
    await stage.slack.submit(user, view.id, values);
    const done = await modal(user, /\*Asked:\*/);
    await stage.slack.closeView(user, done.id);
    return until("a new request", () =>
      stage.cluster.store.list(requests).find(({ metadata }) => !known.has(metadata.uid)),
    ).then(({ metadata }) => metadata.uid ?? "");
  };
  const ask = async (user: string, words: string, reason = ""): Promise<string> => {
    await stage.slack.say(user, firstChannel, `/imagepull repull ${words}`);
    return send(user, reason === "" ? {} : { reason: { reason } });
  };
  const press = async (user: string, uid: string, actionId: string): Promise<void> => {
    const { channel, ts } = await until("its message", () => messageOf(uid));
    await stage.slack.click(user, { channel, ts }, actionId);
  };
  /** Digests that the live pods of a workload run. */
  const running = (namespace: string, app: string): readonly string[] => [
    ...new Set(
      stage.cluster.store
        .list(pods, namespace)
        .filter(({ metadata }) => metadata.labels?.["app"] === app && metadata.deletionTimestamp === undefined)
        .flatMap((pod) => /"imageID":"[^"@]+@(sha256:[0-9a-f]{64})"/.exec(JSON.stringify(pod))?.[1] ?? []),
    ),
  ];
  const wantedOf = (uid: string): readonly string[] => {
    const spec = request(uid)?.["spec"];
    const wanted = isRecord(spec) && isRecord(spec["wanted"]) ? Object.values(spec["wanted"]) : [];
    return wanted.flat().map(String);
  };

  it("a restart brings what the tag means now, and Undo what ran before", async () => {
    const before = running("shop", "banners");
    const uid = await ask(dana, "shop/deploy/banners --strategy restart");
    await press(arun, uid, "approve");
    await shows(uid, / · succeeded/);
    const since = running("shop", "banners");
    expect(since.filter((digest) => before.includes(digest))).toEqual([]);
    await press(dana, uid, "undo");
    const back = await send(dana, { reason: { reason: "last week's offers, please" } });
    await shows(back, /<@U0DANA> asks to take .* back to what ran before/);
    await press(arun, back, "approve");
    await shows(back, / · succeeded/);
    expect(running("shop", "banners")).toEqual(before);
    // Everybody in the channel sees the same.
    const shown = people.map(({ id }) => seen(id).flatMap(({ metadata, text }) => (metadata === null ? [] : [text])));
    expect(shown[0]).toHaveLength(2);
    expect(shown[0]).toEqual(shown[1]);
  }, 60_000);

  it.each([
    // words behind repull                                       its workload         can be taken back
    ["shop/deploy/checkout --tag 2.4.0", "checkout", true],
    ["shop/deploy/checkout --tag 2.4.1-rc1", "checkout", true],
    ["shop/deploy/storefront --strategy policy-always", "storefront", true],
    ["shop/deploy/storefront --strategy pin-digest", "storefront", true],
    ["shop/deploy/banners --strategy delete-pods", "banners", true],
    ["shop/deploy/banners --strategy pre-pull", "banners", false],
    ["shop/deploy/storefront --strategy probe", "storefront", false],
  ])(
    "/imagepull repull %s: asked by one, approved by the other, and the digest that was wanted runs",
    async (words, app, hasUndo) => {
      const uid = await ask(dana, words, "a new build is out");
      await shows(uid, /<@U0DANA> asks to .* waits for 1 approval/);
      await press(arun, uid, "approve");
      const { blocks } = await shows(uid, / · succeeded/);
      expect(phaseOf(uid)).toBe("Succeeded");
      const wanted = wantedOf(uid);
      expect(running("shop", app).filter((digest) => !wanted.includes(digest))).toEqual([]);
      const text = JSON.stringify(blocks);
      expect(text).toContain("a new build is out");
      expect(text).toContain("<@U0ARUN> approved");
      expect(text.includes('"action_id":"undo"')).toBe(hasUndo);
    },
    60_000,
  );

  it("whoever asked may not approve it, is told which right is missing, and may cancel it", async () => {
    const uid = await ask(dana, "shop/deploy/storefront --strategy pre-pull");
    await shows(uid, /waits for 1 approval/);
    await press(dana, uid, "approve");
    const why = await modal(dana, /yourself/);
    await stage.slack.submit(dana, why.id, { reason: { reason: "nobody else is here" } });
    const told = await modal(dana, /your own request/);
    expect(textOf(told)).toContain("kubectl -n shop create role");
    await stage.slack.closeView(dana, told.id);
    expect(phaseOf(uid)).toBe("Pending");
    await press(dana, uid, "cancel");
    await shows(uid, /cancelled by <@U0DANA>/);
  });

  it("a denial asks for a reason, shows it, and the same cannot be asked for again", async () => {
    const uid = await ask(dana, "shop/deploy/storefront --tag 7.3.0");
    await press(arun, uid, "deny");
    const why = await modal(arun, /Reason/);
    await stage.slack.submit(arun, why.id, { reason: { reason: "not before the release" } });
    const { blocks } = await shows(uid, /denied by <@U0ARUN>/);
    expect(JSON.stringify(blocks)).toContain("not before the release");
    await stage.slack.say(dana, firstChannel, "/imagepull repull shop/deploy/storefront --tag 7.3.0");
    const again = await modal(dana, /^Ask/);
    await stage.slack.submit(dana, again.id);
    const refused = await modal(dana, /The same was denied/);
    expect(textOf(refused)).toContain("not before the release");
    await stage.slack.closeView(dana, refused.id);
  });

  it("who has no right to ask is told so in the window, with the command that grants it", async () => {
    await stage.slack.say(dana, firstChannel, "/imagepull repull growth/deploy/catalog --strategy probe");
    const view = await modal(dana, /^Ask/);
    await stage.slack.submit(dana, view.id);
    const told = await modal(dana, /may not ask/);
    expect(textOf(told)).toContain("kubectl -n growth create role");
    expect(stage.cluster.store.list(requests, "growth")).toEqual([]);
    await stage.slack.closeView(dana, told.id);
  });
});
