import { afterEach, describe, expect, it } from "vitest";
import type { JsonObject } from "../../../src/playground/slack/types.ts";
import { stateOf, writeState } from "../../../src/slack/repull/state.ts";
import { dana, inside, outside, settle, shown, stage, type Stage } from "../support/stage.ts";
import { PlanningDesk } from "./desk.ts";
import { open, shownIn, until } from "./window.ts";

let on: Stage;
let desk: PlanningDesk;
afterEach(() => on.close());

async function begin(): Promise<void> {
  desk = new PlanningDesk();
  on = await stage("socket", desk.parts);
}

const somewhere = { channel: inside, ts: "1.1" };

describe("a button that was not made for this is answered, and opens nothing", () => {
  it.each<[string, string, string]>([
    ["no value", "repull:restart", ""],
    [
      "another version's value",
      "repull:restart",
      JSON.stringify({ v: 9, ns: "shop", kind: "Deployment", name: "web" }),
    ],
    ["a name that is none", "repull:restart", JSON.stringify({ v: 1, ns: "../..", kind: "Deployment", name: "web" })],
    [
      "a way that is none",
      "repull:delete-namespace",
      JSON.stringify({ v: 1, ns: "shop", kind: "Deployment", name: "web" }),
    ],
    ["something typed that is nothing", "repull", "web --strategy explode"],
    ["a request that is none", "undo", "{}"],
    ["a target for an undo", "undo", JSON.stringify({ v: 1, ns: "shop", kind: "Deployment", name: "web" })],
  ])("%s: %s %s", async (_, action_id, value) => {
    await begin();
    await on.slack.clickAs(dana, somewhere, { type: "button", action_id, value });
    await expect.poll(() => on.slack.messages(inside, dana).map(shown).join()).toContain("made by another version");
    expect(on.slack.views(dana)).toEqual([]);
    expect(desk.surveys).toEqual([]);
  });
});

/** What Slack hands over for a modal, with something else in it. */
async function forged(type: "view_submission" | "block_actions", view: JsonObject): Promise<JsonObject> {
  await on.slack.say(dana, outside, "/imagepull repull shop/deploy/checkout --strategy restart");
  const { id, hash, callbackId, privateMetadata } = await until(on, dana, "It would");
  return {
    type,
    team: { id: on.slack.teamId },
    user: { id: dana },
    trigger_id: `${Math.random()}`,
    container: { type: "view", view_id: id },
    ...(type === "block_actions" && {
      actions: [
        { type: "static_select", action_id: "strategy", block_id: "strategy", selected_option: { value: "restart" } },
      ],
    }),
    view: {
      type: "modal",
      id,
      hash,
      callback_id: callbackId,
      private_metadata: privateMetadata,
      state: { values: {} },
      ...view,
    },
  };
}

describe("a modal that was not made by this version says so, and asks nothing", () => {
  const old = JSON.stringify({ ...stateOf({ target: "web" }), v: 0 });
  it.each<[string, "view_submission" | "block_actions", JsonObject]>([
    ["sent", "view_submission", { private_metadata: old }],
    ["sent, of nobody", "view_submission", { callback_id: "merge" }],
    ["chosen in", "block_actions", { private_metadata: "{}" }],
    ["chosen in, of nobody", "block_actions", { callback_id: "merge" }],
  ])("%s", async (_, type, view) => {
    await begin();
    const delivery = await on.slack.forge(await forged(type, view));
    if (type === "view_submission")
      expect(JSON.stringify(delivery.payload)).toContain("made by another version of imagepull");
    else await until(on, dana, "made by another version of imagepull");
    await settle();
    expect(desk.asked).toEqual([]);
  });

  it("a plan that was never shown is shown, whatever the metadata says", async () => {
    await begin();
    const state = stateOf({ target: "shop/deploy/checkout", strategy: "restart", shown: "0".repeat(64) });
    await on.slack.forge(await forged("view_submission", { private_metadata: writeState(state) }));
    await until(on, dana, "It has changed since you looked");
    expect(desk.asked).toEqual([]);
  });

  it("somebody else's modal is sent under the name of whoever sends it", async () => {
    await begin();
    await on.slack.forge({ ...(await forged("view_submission", {})), user: { id: "U0GUEST" } });
    await until(on, dana, "You are a guest here");
    expect(desk.asked).toEqual([]);
  });

  it("a reason of 10,000 characters is refused at its field", async () => {
    await begin();
    const values = { reason: { reason: { type: "plain_text_input", value: "x".repeat(10_000) } } };
    const delivery = await on.slack.forge(await forged("view_submission", { state: { values } }));
    expect(delivery.payload).toEqual({
      response_action: "errors",
      errors: { reason: expect.stringContaining("10000 characters, and 1000 are kept") },
    });
    expect(desk.asked).toEqual([]);
  });

  it("a mention in a reason calls nobody", async () => {
    await begin();
    await on.slack.say(dana, outside, "/imagepull repull shop/deploy/checkout --strategy restart");
    const view = await until(on, dana, "It would");
    desk.version = 2;
    await on.slack.submit(dana, view.id, { reason: { reason: "<!channel> look" } });
    await until(on, dana, "It has changed");
    expect(shownIn(open(on, dana))).toContain('"initial_value":"<!channel> look"');
    await on.slack.submit(dana, view.id);
    await until(on, dana, "Asked:");
    expect(shownIn(open(on, dana))).not.toContain("<!channel>");
  });

  it("tags are offered to no other menu", async () => {
    await begin();
    const asked = {
      ...(await forged("block_actions", {})),
      type: "block_suggestion",
      action_id: "people",
      block_id: "x",
      value: "",
    };
    expect((await on.slack.forge(asked)).payload).toEqual({ options: [] });
  });
});
