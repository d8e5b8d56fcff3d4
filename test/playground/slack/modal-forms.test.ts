import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { text as readText } from "node:stream/consumers";
import { describe, expect, it } from "vitest";
import { FormRefusal, type Entered } from "../../../src/playground/slack/double.ts";
import { call, slack, type Envelope, type Json } from "./support/by-hand.ts";
import {
  anAppEach,
  answering,
  envelopes,
  input,
  last,
  modal,
  open,
  option,
  plain,
  press,
  shown,
  why,
} from "./support/modals.ts";

anAppEach();

const nothing = { how: { in: { type: "static_select", selected_option: null } }, why: { in: { value: null } } };

describe("a menu that looks things up", () => {
  const options = (...values: string[]): Json => ({ options: values.map(option) });
  const suggesting = (answered: Json | null) => (envelope: Envelope) =>
    envelope.payload["type"] === "block_suggestion" ? answered : {};

  it("asks the app for what has been typed, and offers what it answers", async () => {
    answering(suggesting(options("1.0", "1.1")));
    const { id } = await open();
    expect(await slack.suggest("U1", id, "tag/in", "1")).toEqual([
      { text: "1.0", value: "1.0" },
      { text: "1.1", value: "1.1" },
    ]);
    expect(envelopes.at(-1)?.type).toBe("interactive");
    // Source: docs.slack.dev, reference of block_suggestion payloads; Bolt's BlockSuggestion.
    expect(last()).toMatchObject({
      type: "block_suggestion",
      container: { type: "view", view_id: id },
      block_id: "tag",
      action_id: "in",
      value: "1",
      view: { callback_id: "m", private_metadata: "p", state: { values: nothing } },
    });
    expect(last()).not.toHaveProperty("trigger_id");
    await slack.submit("U1", id, { tag: { in: "1.1" }, how: { in: "probe" }, why: { in: "so" } });
    expect(last()).toMatchObject({
      view: { state: { values: { tag: { in: { selected_option: { value: "1.1" } } } } } },
    });
  });

  it("asks at the request URL, signed, where there is no socket", async () => {
    const asked: URLSearchParams[] = [];
    const app = createServer((request, response) => {
      void readText(request).then((body) => {
        asked.push(new URLSearchParams(body));
        response.setHeader("content-type", "application/json");
        return response.end(JSON.stringify(options("2.0")));
      });
    });
    await once(app.listen(0, "127.0.0.1"), "listening");
    const { id } = await open();
    slack.deliverTo(`http://127.0.0.1:${(app.address() as AddressInfo).port}/slack/events`);
    expect(await slack.suggest("U1", id, "tag/in", "2")).toEqual([{ text: "2.0", value: "2.0" }]);
    expect(JSON.parse(asked[0]?.get("payload") ?? "")).toMatchObject({ type: "block_suggestion", value: "2" });
    app.close();
  });

  it("offers groups too", async () => {
    answering(suggesting({ option_groups: [{ label: plain("g"), options: [option("a")] }] }));
    const { id } = await open();
    expect(await slack.suggest("U1", id, "tag/in", "")).toEqual([{ text: "A", value: "a" }]);
  });

  const many = (count: number): Json => options(...Array.from({ length: count }, (_, index) => `t${index}`));
  const long = (text: number, value: number): Json => ({
    options: [{ text: plain("x".repeat(text)), value: "x".repeat(value) }],
  });
  it.each<[string, Json | null, string | null]>([
    ["100 options", many(100), null],
    ["101 options", many(101), "no more than 100 items allowed"],
    ["a text of 75", long(75, 1), null],
    ["a text of 76", long(76, 1), "must be less than 76 characters"],
    ["a value of 150", long(1, 150), null],
    ["a value of 151", long(1, 151), "must be less than 151 characters"],
    ["none", { options: [] }, null],
    ["nothing", {}, "either options or option_groups is required"],
    ["an answer that comes too late", null, "timeout"],
  ])("shows what it gets, and not what Slack refuses: %s", async (_, answered, words) => {
    answering(suggesting(answered));
    const { id } = await open();
    if (words === null) expect(await slack.suggest("U1", id, "tag/in", "x")).toBeInstanceOf(Array);
    else await expect(slack.suggest("U1", id, "tag/in", "x")).rejects.toThrow(words);
  });

  it("asks for nothing before three letters, or as many as it says", async () => {
    answering(suggesting(options("a")));
    const { id } = await open(modal([input("tag", { type: "external_select" })]));
    await expect(slack.suggest("U1", id, "tag/in", "ab")).rejects.toThrow("before 3 characters");
    expect(envelopes).toHaveLength(1);
    expect(await slack.suggest("U1", id, "tag/in", "abc")).toHaveLength(1);
  });
});

describe("Slack's form", () => {
  const whole: Entered = { how: { in: "restart" }, why: { in: "because" } };
  it.each<[string, Entered, Readonly<Record<string, string>>]>([
    ["everything required", whole, {}],
    ["nothing", {}, { how: "Please complete this required field.", why: "Please complete this required field." }],
    ["a text taken away", { ...whole, why: { in: "" } }, { why: "Please complete this required field." }],
    ["a text of 20", { ...whole, why: { in: "x".repeat(20) } }, {}],
    ["a text of 21", { ...whole, why: { in: "x".repeat(21) } }, { why: "Please enter no more than 20 characters." }],
  ])("with %s", async (_, values, errors) => {
    const { id } = await open();
    const sent = slack.submit("U1", id, values);
    if (Object.keys(errors).length === 0) expect(await sent).toMatchObject({ acknowledged: true });
    else {
      await expect(sent).rejects.toThrow(FormRefusal);
      expect(shown().errors).toEqual(errors);
    }
    expect(envelopes).toHaveLength(Object.keys(errors).length === 0 ? 2 : 1);
  });

  it("without a text's own limit has 3,000 characters", async () => {
    const { id } = await open(modal([input("why", { type: "plain_text_input" })]));
    await expect(slack.submit("U1", id, { why: { in: "x".repeat(3_001) } })).rejects.toThrow("no more than 3000");
  });

  it("sends what a modal held at first", async () => {
    const { id } = await open(
      modal([
        input("how", { type: "static_select", options: [option("a"), option("b")], initial_option: option("b") }),
        input("may", { type: "checkboxes", options: [option("c")], initial_options: [option("c")] }),
        input("why", { type: "plain_text_input", initial_value: "x" }),
      ]),
    );
    await slack.submit("U1", id);
    expect(last()).toMatchObject({
      type: "view_submission",
      view: {
        state: {
          values: {
            how: { in: { selected_option: { value: "b" } } },
            may: { in: { selected_options: [{ value: "c" }] } },
            why: { in: { value: "x" } },
          },
        },
      },
    });
  });

  it.each<[string, Json | null, string]>([
    [
      "errors of a block that is no input",
      { response_action: "errors", errors: { more: "x" } },
      "more is no input block",
    ],
    ["errors without words", { response_action: "errors", errors: {} }, "errors need words"],
    ["a view that is none", { response_action: "update", view: { type: "modal" } }, "missing required field: title"],
    ["an action that there is not", { response_action: "open" }, "there is no response_action"],
    ["nothing in time", null, "timeout"],
  ])("stays with a word of Slack's when it is answered by %s", async (_, answered, why_) => {
    answering(({ payload }) => (payload["type"] === "view_submission" ? answered : {}));
    const { id } = await open();
    const delivery = await slack.submit("U1", id, whole);
    expect(delivery.acknowledged).toBe(false);
    expect(delivery.outcome).toContain(why_);
    expect(shown()).toMatchObject({
      id,
      trouble: "We had some trouble connecting. Try again?",
      values: { why: { in: { value: "because" } } },
    });
  });

  it("keeps what was entered when the app finds an error", async () => {
    answering(({ payload }) =>
      payload["type"] === "view_submission" ? { response_action: "errors", errors: { why: "say more" } } : {},
    );
    const { id } = await open();
    await slack.submit("U1", id, whole);
    expect(shown()).toMatchObject({ errors: { why: "say more" }, values: { why: { in: { value: "because" } } } });
  });

  it("has no way to be sent without a button for it", async () => {
    const { id } = await open(modal([press], { submit: undefined }));
    await expect(slack.submit("U1", id)).rejects.toThrow("no button to send it");
  });
});

describe("a modal that is not built as Slack wants it is refused", () => {
  it.each<[string, Json, string]>([
    ["the same block id twice", modal([why, why]), "block_id must be unique"],
    ["a title of 25", modal([press], { title: plain("x".repeat(25)) }), "less than 25 characters"],
    ["an input without a button to send it", modal([why], { submit: undefined }), "submit"],
    ["private metadata of 3,001", modal([press], { private_metadata: "x".repeat(3_001) }), "less than 3001"],
    [
      "11 boxes",
      modal([input("b", { type: "checkboxes", options: Array.from({ length: 11 }, (_, i) => option(`${i}`)) })]),
      "no more than 10 items",
    ],
    [
      "options in a menu that looks them up",
      modal([input("b", { type: "external_select", options: [option("a")] })]),
      "invalid additional property: options",
    ],
    [
      "an initial option that is none",
      modal([input("b", { type: "static_select", options: [option("a")], initial_option: option("b") })]),
      "initial option must match",
    ],
    ["an unknown input", modal([input("b", { type: "slider" })]), "unsupported type: slider"],
    [
      "a confirmation with a style of its own",
      modal([
        {
          ...press,
          elements: [
            {
              type: "button",
              text: plain("x"),
              confirm: { title: plain("a"), text: plain("b"), confirm: plain("c"), deny: plain("d"), style: "red" },
            },
          ],
        },
      ]),
      "must be one of primary, danger",
    ],
  ])("%s", async (_, view, words) => {
    await slack.say("U1", "C1", "/imagepull repull");
    const refused = await call("views.open", { trigger_id: last()["trigger_id"], view });
    expect(refused).toMatchObject({ ok: false, error: "invalid_arguments" });
    expect(JSON.stringify(refused["errors"])).toContain(words);
  });
});
