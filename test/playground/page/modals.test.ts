import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Snapshot } from "../../../src/playground/page/protocol.ts";
import { type PageServer, startPage } from "../../../src/playground/page/server.ts";
import { slack, type Envelope, type Json } from "../slack/support/by-hand.ts";
import { anAppEach, answering, last, modal, open, option, shown } from "../slack/support/modals.ts";

const token = "a-token-for-this-test";
let page: PageServer;
anAppEach();
beforeEach(async () => {
  const snapshot = (you: string): Snapshot => ({
    workspace: "w",
    you,
    people: [],
    bot: { id: "B", name: "imagepull" },
    channels: [],
    messages: {},
    views: slack.views(you),
    recorded: { kubernetes: "", containerRuntime: "" },
  });
  page = await startPage({ slack, bundle: { html: "", script: "", style: "" }, port: 0, token, snapshot });
});
afterEach(() => page.stop());

const send = async (path: string, what: Json, from = new URL(page.url).origin): Promise<[number, unknown]> => {
  const { origin, port } = new URL(page.url);
  const response = await fetch(`${origin}${path}`, {
    method: "POST",
    headers: {
      cookie: `imagepull-playground-${port}=${token}`,
      origin: from,
      "content-type": "application/json",
    },
    body: JSON.stringify(what),
  });
  return [response.status, response.status === 403 ? null : await response.json()];
};
const act = async (what: Json): Promise<number> => (await send("/act", { user: "U1", ...what }))[0];
const suggesting = ({ payload }: Envelope): Json =>
  payload["type"] === "block_suggestion" ? { options: [option("1.0")] } : {};

describe("in a modal on the page", () => {
  it("a choice comes with what was typed, and stands there", async () => {
    const { id: view } = await open();
    const values = { why: { in: "because" } };
    expect(await act({ kind: "pick", view, actionId: "how/in", value: "restart", values })).toBe(200);
    expect(last()).toMatchObject({
      type: "block_actions",
      actions: [{ block_id: "how", selected_option: { value: "restart" } }],
      view: { state: { values: { why: { in: { value: "because" } } } } },
    });
    expect(shown().values).toMatchObject({ how: { in: { selected_option: { value: "restart" } } } });
  });

  it("boxes are ticked, of which the app is not told", async () => {
    const { id: view } = await open();
    expect(await act({ kind: "pick", view, actionId: "may/in", value: ["other"], values: {} })).toBe(200);
    expect(last()["type"]).not.toBe("block_actions");
    expect(shown().values).toMatchObject({ may: { in: { selected_options: [{ value: "other" }] } } });
  });

  it("a button is pressed", async () => {
    const { id: view } = await open();
    expect(await act({ kind: "press", view, actionId: "more/plan", values: { why: { in: "x" } } })).toBe(200);
    expect(last()).toMatchObject({ actions: [{ action_id: "plan" }] });
  });

  it("what was typed in an input that is gone is left out", async () => {
    const { id: view } = await open();
    const values = { why: { in: "x", other: "y" }, gone: { in: "z" } };
    expect(await act({ kind: "press", view, actionId: "more/plan", values })).toBe(200);
    expect(shown().values).toMatchObject({ why: { in: { value: "x" } } });
  });

  it("a menu looks things up, and offers nothing where the app does not answer", async () => {
    answering(suggesting);
    const { id: view } = await open();
    const asked = { user: "U1", view, actionId: "tag/in", typed: "1" };
    expect(await send("/lookup", asked)).toEqual([200, { options: [{ text: "1.0", value: "1.0" }] }]);
    expect(await act({ kind: "pick", view, actionId: "tag/in", value: "1.0", values: {} })).toBe(200);
    answering(() => null);
    expect(await send("/lookup", asked)).toMatchObject([409, { error: expect.stringContaining("timeout") }]);
  });

  it("what is missing is said in the modal, and nothing is sent", async () => {
    const { id: view } = await open();
    expect(await act({ kind: "submit", view, values: {} })).toBe(200);
    expect(last()["type"]).not.toBe("view_submission");
    expect(shown().errors).toEqual({
      how: "Please complete this required field.",
      why: "Please complete this required field.",
    });
    const values = { how: { in: "restart" }, why: { in: "x" } };
    expect(await act({ kind: "submit", view, values })).toBe(200);
    expect(last()["type"]).toBe("view_submission");
    expect(slack.views("U1")).toEqual([]);
  });

  it.each<[string, string, Json, number]>([
    ["a look-up that is none", "/lookup", { user: "U1" }, 400],
    ["a choice that is none", "/act", { kind: "pick", user: "U1", view: "V1" }, 400],
    ["a modal that is closed", "/act", { kind: "press", user: "U1", view: "V1", actionId: "a", values: {} }, 409],
  ])("%s is refused", async (_, path, what, status) => {
    await open(modal());
    expect((await send(path, what))[0]).toBe(status);
  });

  it("no other site looks anything up", async () => {
    answering(suggesting);
    const { id: view } = await open();
    const asked = { user: "U1", view, actionId: "tag/in", typed: "1" };
    expect((await send("/lookup", asked, "http://evil.example"))[0]).toBe(403);
    expect(last()["type"]).not.toBe("block_suggestion");
  });
});
