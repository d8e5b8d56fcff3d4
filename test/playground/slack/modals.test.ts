import { describe, expect, it } from "vitest";
import { call, slack, type Json } from "./support/by-hand.ts";
import { anAppEach, envelopes, how, input, last, modal, open, option, press, shown, why } from "./support/modals.ts";

anAppEach();

describe("a choice in a modal", () => {
  it("is handed on with the modal as it stands, and with no message, channel or URL to answer to", async () => {
    const { id } = await open();
    const delivery = await slack.chooseIn("U1", id, "how/in", "restart", {
      why: { in: "because" },
      may: { in: ["other"] },
    });
    expect(delivery).toMatchObject({ acknowledged: true });
    // Source: docs.slack.dev, reference of block_actions payloads, "from a view".
    expect(Object.keys(last()).toSorted()).toEqual(
      "actions api_app_id container enterprise is_enterprise_install team token trigger_id type user view".split(" "),
    );
    expect(last()).toMatchObject({
      type: "block_actions",
      container: { type: "view", view_id: id },
      actions: [{ block_id: "how", action_id: "in", type: "static_select", selected_option: option("restart") }],
      view: {
        id,
        callback_id: "m",
        private_metadata: "p",
        state: {
          values: {
            how: { in: { type: "static_select", selected_option: option("restart") } },
            tag: { in: { type: "external_select", selected_option: null } },
            may: { in: { type: "checkboxes", selected_options: [option("other")] } },
            why: { in: { type: "plain_text_input", value: "because" } },
          },
        },
      },
    });
  });

  it("whose block does not dispatch is told to nobody, and stands there", async () => {
    const { id } = await open(modal([why]));
    expect(await slack.chooseIn("U1", id, "in", "because")).toBeNull();
    expect(envelopes).toHaveLength(1);
    expect(shown().values).toMatchObject({ why: { in: { value: "because" } } });
  });

  it("of a text that dispatches hands the text on", async () => {
    const { id } = await open(modal([{ ...why, dispatch_action: true }]));
    await slack.chooseIn("U1", id, "in", "because");
    expect(last()).toMatchObject({ actions: [{ type: "plain_text_input", value: "because" }] });
  });

  it("by a button hands on what has been entered", async () => {
    const { id } = await open();
    await slack.pressIn("U1", id, "plan", { why: { in: "because" } });
    expect(last()).toMatchObject({
      actions: [{ block_id: "more", action_id: "plan", value: "v", type: "button" }],
      view: { state: { values: { why: { in: { value: "because" } } } } },
    });
  });

  it("has a trigger, with which a modal can be laid on top", async () => {
    const { id } = await open();
    await slack.pressIn("U1", id, "plan");
    const pushed = await call("views.push", { trigger_id: last()["trigger_id"], view: modal([press]) });
    expect(pushed).toMatchObject({ ok: true, view: { root_view_id: id, previous_view_id: id } });
    await expect(slack.pressIn("U1", id, "plan")).rejects.toThrow("another modal lies on top");
  });

  it.each<[string, (id: string) => Promise<unknown>, string]>([
    ["an option that is not there", (id) => slack.chooseIn("U1", id, "how/in", "pin-digest"), "in has no option"],
    ["an input that is not there", (id) => slack.chooseIn("U1", id, "other", "x"), "the modal has no other"],
    [
      "one of several inputs",
      (id) => slack.chooseIn("U1", id, "in", "x"),
      "several in: how/in, tag/in, may/in, why/in",
    ],
    ["a button that is not there", (id) => slack.pressIn("U1", id, "in"), "the modal has no in; it has plan"],
    ["a block that is not there", (id) => slack.submit("U1", id, { what: { in: "x" } }), "has no input what/in"],
    ["somebody else's modal", (id) => slack.pressIn("U2", id, "plan"), "U2 has no view"],
    ["what no look-up has shown", (id) => slack.submit("U1", id, { tag: { in: "1.0" } }), "in has no option"],
  ])("of %s is none", async (_, act, words) => {
    const { id } = await open();
    await expect(act(id)).rejects.toThrow(words);
  });
});

describe("a modal that is changed while it is open", () => {
  const change = (id: string, blocks: readonly Json[], more: Json = {}): Promise<Json> =>
    call("views.update", { view_id: id, view: modal(blocks), ...more });

  it.each<[string, readonly Json[], object]>([
    [
      "keeps what was entered",
      [how, why, press],
      { how: { in: { selected_option: option("restart") } }, why: { in: { value: "so" } } },
    ],
    [
      "keeps it under another initial value",
      [input("why", { type: "plain_text_input", initial_value: "new" })],
      { why: { in: { value: "so" } } },
    ],
    ["begins anew under another block id", [{ ...why, block_id: "why2" }], { why2: { in: { value: null } } }],
    [
      "begins anew under another action id",
      [input("why", { type: "plain_text_input", action_id: "b" })],
      { why: { b: { value: null } } },
    ],
    [
      "begins anew with another kind of input",
      [input("why", { type: "checkboxes", options: [option("a")] })],
      { why: { in: { selected_options: [] } } },
    ],
    [
      "drops a choice that it does not offer any more",
      [input("how", { type: "static_select", options: [option("probe")] })],
      { how: { in: { selected_option: null } } },
    ],
  ])("%s", async (_, blocks, values) => {
    const { id } = await open();
    slack.fillIn("U1", id, { how: { in: "restart" }, why: { in: "so" } });
    expect(await change(id, blocks)).toMatchObject({ ok: true });
    expect(shown().values).toMatchObject(values);
  });

  it("goes by its hash, and is none once it is closed", async () => {
    const { id, hash } = await open();
    expect(await change(id, [press], { hash })).toMatchObject({ ok: true });
    expect(await change(id, [why], { hash })).toMatchObject({ error: "hash_conflict" });
    await slack.closeView("U1", id);
    expect(await change(id, [why])).toMatchObject({ error: "not_found" });
  });

  it("is told of its closing with all that lay below, where it clears", async () => {
    await open();
    await slack.pressIn("U1", shown().id, "plan");
    const view = modal([press], { clear_on_close: true, notify_on_close: true });
    await call("views.push", { trigger_id: last()["trigger_id"], view });
    await slack.closeView("U1", shown().id);
    expect(slack.views("U1")).toEqual([]);
    expect(last()).toMatchObject({ type: "view_closed", is_cleared: true });
  });
});
