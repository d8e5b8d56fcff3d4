import { afterEach, describe, expect, it } from "vitest";
import type { Choice } from "../../../src/approvals/desk/types.ts";
import { createSlackApp } from "../../../src/slack/app.ts";
import { dana, FakeCore, hasty, outside, parseTarget, settle, shown, type Stage } from "../support/stage.ts";
import { begun, type PlanningDesk } from "./desk.ts";
import { gate, open, shownIn, until } from "./window.ts";

let on: Stage;
let desk: PlanningDesk;
afterEach(() => on.close());

const command = "/imagepull repull shop/deploy/checkout --strategy restart";

const begin = async (...given: Parameters<typeof begun>): Promise<void> => void ({ on, desk } = await begun(...given));

/** Changes a modal as another process of the bot does. */
async function elsewhere(viewId: string, words: string): Promise<void> {
  const { privateMetadata, callbackId, blocks } = open(on, dana);
  const view = {
    type: "modal",
    callback_id: callbackId,
    private_metadata: privateMetadata,
    title: { type: "plain_text", text: "Re-pull" },
    blocks: [
      { type: "section", text: { type: "mrkdwn", text: words } },
      ...blocks.filter(({ block_id: id }) => id === "strategy"),
    ],
  };
  await fetch(`${on.slack.apiUrl}views.update`, {
    method: "POST",
    headers: { authorization: `Bearer ${on.slack.botToken}`, "content-type": "application/json" },
    body: JSON.stringify({ view_id: viewId, view }),
  });
}

describe("a trigger lives for three seconds", () => {
  it("a desk that takes longer finds the window open, and fills it later", async () => {
    const survey = gate();
    await begin((one) => (one.surveying = () => survey.passed));
    await on.slack.say(dana, outside, command);
    const view = await until(on, dana, "Looking at `shop/deploy/checkout` in cluster `kind` …");
    expect(view.submit).toBeNull();
    survey.open();
    await until(on, dana, "It would");
    expect(open(on, dana)).toMatchObject({ id: view.id, title: view.title });
  });

  it("nothing is asked of Slack or of the cluster before the window is open: not even who it is", async () => {
    await begin();
    await on.slack.say(dana, outside, command);
    await until(on, dana, "It would");
    const methods = on.slack.calls().map(({ method }) => method);
    const first = methods.findIndex((method) => method === "views.open");
    expect(
      methods.slice(0, first).filter((method) => method !== "auth.test" && method !== "apps.connections.open"),
    ).toEqual([]);
    expect(methods.slice(first)).toContain("users.info");
  });

  it("Slack that opens no window is told about where it was asked", async () => {
    await begin();
    on.slack.failNext("views.open", { error: "expired_trigger_id" });
    await on.slack.say(dana, outside, command);
    const [said] = await on.sees(dana, outside, 1);
    expect(shown(said!)).toContain("more than three seconds had passed. Try again.");
  });

  it("a desk that never answers leaves no dead window", async () => {
    await begin((one) => (one.surveying = () => new Promise(() => {})), { wait: hasty });
    await on.slack.say(dana, outside, command);
    const view = await until(on, dana, "gave no answer within 40 s, and nothing was asked for", 8_000);
    expect(view.close).toBe("Close");
  }, 15_000);

  it.each<[string, (desk: PlanningDesk) => void, RegExp]>([
    [
      "survey",
      (one) => (one.found = () => Promise.reject(new Error("xoxb-secret"))),
      /The plan failed on the side of imagepull/,
    ],
    [
      "plan",
      (one) => (one.planning = () => Promise.reject(new Error("xoxb-secret"))),
      /The plan failed on the side of imagepull/,
    ],
  ])("nor does one whose %s breaks", async (_, over, words) => {
    await begin(over);
    await on.slack.say(dana, outside, command);
    expect(shownIn(await until(on, dana, words))).not.toContain("xoxb");
  });

  it("nor one that breaks while it is asked", async () => {
    await begin((one) => (one.asking = () => Promise.reject(new Error("lost"))));
    await on.slack.say(dana, outside, command);
    await on.slack.submit(dana, (await until(on, dana, "It would")).id);
    await until(on, dana, "asking again asks nothing twice");
  });
});

describe("a window that was closed meanwhile", () => {
  it("is left alone", async () => {
    const survey = gate();
    await begin((one) => (one.surveying = () => survey.passed));
    await on.slack.say(dana, outside, command);
    const view = await until(on, dana, "Looking at");
    await on.slack.closeView(dana, view.id);
    survey.open();
    await expect.poll(() => on.slack.calls("views.update").map(({ answer }) => answer)).toEqual(["not_found"]);
    expect(on.slack.views(dana)).toEqual([]);
    expect(on.logged.filter((line) => !line.includes("socket"))).toEqual([]);
  });

  it("has its end told where it was opened", async () => {
    const asking = gate();
    await begin((one) => {
      const { asking: usual } = one;
      one.asking = async (asked) => {
        await asking.passed;
        return usual(asked);
      };
    });
    await on.slack.say(dana, outside, command);
    const view = await until(on, dana, "It would");
    await on.slack.submit(dana, view.id);
    await on.slack.closeView(dana, view.id);
    asking.open();
    const [said] = await on.sees(dana, outside, 1);
    expect(said).toMatchObject({ ephemeralTo: dana });
    expect(shown(said!)).toContain("Asked:");
  });
});

/** What the plan of `pin-digest` says, and no other. */
const pinned = /@sha256:/;

describe("what is chosen last is what is shown", () => {
  /** Plans wait, each for its own gate. */
  async function gated(): Promise<Readonly<Record<string, ReturnType<typeof gate>>>> {
    const gates = { restart: gate(), "delete-pods": gate(), "pin-digest": gate() };
    gates.restart.open();
    await begin((one) => {
      one.planning = ({ strategy }: Choice) => (gates as Record<string, ReturnType<typeof gate>>)[strategy]!.passed;
    });
    await on.slack.say(dana, outside, command);
    await until(on, dana, "It would");
    return gates;
  }

  it.each([
    ["in order", ["delete-pods", "pin-digest"]],
    ["in the wrong order", ["pin-digest", "delete-pods"]],
  ])("two choices that are answered %s", async (_, order) => {
    const gates = await gated();
    const { id } = open(on, dana);
    await on.slack.chooseIn(dana, id, "strategy", "delete-pods");
    await on.slack.chooseIn(dana, id, "strategy", "pin-digest");
    await expect.poll(() => desk.plans.length).toBe(3);
    for (const strategy of order) {
      gates[strategy]!.open();
      await settle();
    }
    await until(on, dana, pinned);
    await settle();
    expect(shownIn(open(on, dana))).toMatch(pinned);
    expect(JSON.parse(open(on, dana).privateMetadata)).toMatchObject({ strategy: "pin-digest" });
    expect(on.slack.calls("views.update").filter(({ answer }) => answer !== "ok")).toEqual([]);
  });

  it("while it is planned, that is said, and nothing that was not shown is asked for", async () => {
    const gates = await gated();
    const { id } = open(on, dana);
    await on.slack.chooseIn(dana, id, "strategy", "pin-digest", { reason: { reason: "typing" } });
    const planning = await until(on, dana, "Planning …");
    expect(planning.submit).toBe("Ask");
    expect(planning.values["reason"]).toMatchObject({ reason: { value: "typing" } });
    gates["pin-digest"]!.open();
    await until(on, dana, pinned);
    expect(open(on, dana).values["reason"]).toMatchObject({ reason: { value: "typing" } });
  });

  it("sent while it is planned, it is shown first", async () => {
    const gates = await gated();
    const { id } = open(on, dana);
    await on.slack.chooseIn(dana, id, "strategy", "pin-digest");
    await until(on, dana, "Planning …");
    await on.slack.submit(dana, id);
    gates["pin-digest"]!.open();
    await until(on, dana, "It has changed since you looked");
    expect(desk.asked).toEqual([]);
    await on.slack.submit(dana, id);
    await until(on, dana, "Asked:");
    expect(desk.asked[0]?.drafted.planned.strategy).toBe("pin-digest");
  });

  it("what another process has shown meanwhile stays, and the next choice goes on from there", async () => {
    const gates = await gated();
    const { id } = open(on, dana);
    await on.slack.chooseIn(dana, id, "strategy", "delete-pods");
    await expect.poll(() => desk.plans.length).toBe(2);
    await elsewhere(id, "from elsewhere");
    gates["delete-pods"]!.open();
    await expect.poll(() => on.slack.calls("views.update").map(({ answer }) => answer)).toContain("hash_conflict");
    expect(shownIn(open(on, dana))).toContain("from elsewhere");
    gates["pin-digest"]!.open();
    await on.slack.chooseIn(dana, id, "strategy", "pin-digest");
    await until(on, dana, pinned);
  });
});

describe("a process that has not seen the window goes on with it", () => {
  async function restarted(): Promise<() => Promise<void>> {
    await on.app.stop(100);
    const quiet = (): void => undefined;
    const { apiUrl, botToken, appToken } = on.slack;
    const app = createSlackApp({
      core: new FakeCore(),
      slack: { mode: "socket", apiUrl, botToken, appToken },
      clock: () => new Date(),
      log: { info: quiet, warn: quiet, error: quiet },
      access: { look: "members" },
      namespaces: new Map(),
      parseTarget,
      ...desk.parts,
    });
    await app.start();
    return () => app.stop(100);
  }

  it("chooses, offers tags, and asks", async () => {
    await begin();
    await on.slack.say(dana, outside, command);
    const { id } = await until(on, dana, "It would");
    const stop = await restarted();
    await on.slack.chooseIn(dana, id, "strategy", "set-image");
    await until(on, dana, "needs to know which image");
    const again = await onceMore(stop);
    expect((await on.slack.suggest(dana, id, "tag", "2.4.0")).map(({ value }) => value)).toEqual(["2.4.0"]);
    await on.slack.chooseIn(dana, id, "tag", "2.4.0");
    await until(on, dana, "It would");
    const last = await onceMore(again);
    await on.slack.submit(dana, id);
    await until(on, dana, "Asked:");
    expect(desk.asked[0]?.drafted.draft.parameters).toMatchObject({ strategy: "set-image", tag: "2.4.0" });
    await last();
  });

  const onceMore = async (stop: () => Promise<void>): Promise<() => Promise<void>> => {
    await stop();
    return restarted();
  };
});
