import { describe, expect, it } from "vitest";
import {
  actions,
  button,
  call,
  letters,
  list,
  mrkdwn,
  oneSlack,
  option,
  plain,
  post,
  section,
  select,
  type Json,
} from "./support/blocks.ts";

/**
 * Slack's limits, each at its edge and one over it. Sources: docs.slack.dev, reference of Block Kit (blocks, block elements, composition
 * objects) and of chat.postMessage and views.open; `msg_blocks_too_long` from slackapi/bolt-js#2509.
 */
oneSlack();

describe("a message is taken at each limit, and refused one over it", () => {
  it.each<[string, number, (count: number) => unknown, string]>([
    // what                              limit  blocks                                                                        Slack's words
    ["blocks", 50, (n) => list(n, () => ({ type: "divider" })), "no more than 50 items allowed"],
    ["characters of a section", 3_000, (n) => [section(letters(n))], "must be less than 3001 characters"],
    [
      "fields of a section",
      10,
      (n) => [{ type: "section", fields: list(n, () => mrkdwn("x")) }],
      "no more than 10 items allowed",
    ],
    [
      "characters of a field",
      2_000,
      (n) => [{ type: "section", fields: [mrkdwn(letters(n))] }],
      "must be less than 2001 characters",
    ],
    [
      "characters of a header",
      150,
      (n) => [{ type: "header", text: plain(letters(n)) }],
      "must be less than 151 characters",
    ],
    [
      "elements of a context",
      10,
      (n) => [{ type: "context", elements: list(n, () => mrkdwn("x")) }],
      "no more than 10 items allowed",
    ],
    [
      "characters of a context element",
      3_000,
      (n) => [{ type: "context", elements: [mrkdwn(letters(n))] }],
      "must be less than 3001 characters",
    ],
    ["elements of an actions block", 25, (n) => [actions(...list(n, () => button()))], "no more than 25 items allowed"],
    [
      "characters of a button's text",
      75,
      (n) => [actions(button({ text: plain(letters(n)) }))],
      "must be less than 76 characters",
    ],
    [
      "characters of a button's value",
      2_000,
      (n) => [actions(button({ value: letters(n) }))],
      "must be less than 2001 characters",
    ],
    [
      "characters of a button's URL",
      3_000,
      (n) => [actions(button({ url: `https://e.com/${letters(n - 14)}` }))],
      "must be less than 3001 characters",
    ],
    [
      "characters of an action id",
      255,
      (n) => [actions(button({ action_id: letters(n) }))],
      "must be less than 256 characters",
    ],
    [
      "characters of a block id",
      255,
      (n) => [{ type: "divider", block_id: letters(n) }],
      "must be less than 256 characters",
    ],
    [
      "options of a menu",
      100,
      (n) => [actions(select({ options: list(n, () => option()) }))],
      "no more than 100 items allowed",
    ],
    [
      "characters of an option's text",
      75,
      (n) => [actions(select({ options: [option({ text: plain(letters(n)) })] }))],
      "must be less than 76 characters",
    ],
    [
      "characters of an option's value",
      150,
      (n) => [actions(select({ options: [option({ value: letters(n) })] }))],
      "must be less than 151 characters",
    ],
    [
      "characters of an option's description",
      75,
      (n) => [actions(select({ options: [option({ description: plain(letters(n)) })] }))],
      "must be less than 76 characters",
    ],
    [
      "characters of a placeholder",
      150,
      (n) => [actions(select({ placeholder: plain(letters(n)) }))],
      "must be less than 151 characters",
    ],
    [
      "option groups",
      100,
      (n) => [
        actions(
          select({ options: undefined, option_groups: list(n, () => ({ label: plain("g"), options: [option()] })) }),
        ),
      ],
      "no more than 100 items allowed",
    ],
    [
      "options of an overflow menu",
      5,
      (n) => [actions({ type: "overflow", options: list(n, () => option()) })],
      "no more than 5 items allowed",
    ],
    [
      "characters of a confirmation's title",
      100,
      (n) => [
        actions(
          button({ confirm: { title: plain(letters(n)), text: plain("?"), confirm: plain("Yes"), deny: plain("No") } }),
        ),
      ],
      "must be less than 101 characters",
    ],
    [
      "characters of a confirmation's button",
      30,
      (n) => [
        actions(
          button({ confirm: { title: plain("?"), text: plain("?"), confirm: plain(letters(n)), deny: plain("No") } }),
        ),
      ],
      "must be less than 31 characters",
    ],
    [
      "characters of an image's description",
      2_000,
      (n) => [{ type: "image", image_url: "https://e.com/a.png", alt_text: letters(n) }],
      "must be less than 2001 characters",
    ],
  ])("%s: %i", async (_, limit, blocks, words) => {
    expect(await post(blocks(limit))).toMatchObject({ ok: true });
    const refused = await post(blocks(limit + 1));
    expect(refused).toMatchObject({ ok: false, error: "invalid_blocks" });
    expect(refused.errors?.[0]).toMatch(new RegExp(`^${words} \\[json-pointer:/blocks`));
    expect(refused.response_metadata?.messages[0]).toBe(`[ERROR] ${refused.errors?.[0]}`);
  });

  it("characters over all blocks: 12,000, which a response_url does not count", async () => {
    const blocks = (count: number): unknown => list(4, () => section(letters(count / 4)));
    expect(await post(blocks(12_000))).toMatchObject({ ok: true });
    expect(await post([...(blocks(12_000) as unknown[]), section("x")])).toMatchObject({
      ok: false,
      error: "msg_blocks_too_long",
    });
  });

  it("characters of text: 40,000", async () => {
    expect(await post(undefined, { text: letters(40_000) })).toMatchObject({ ok: true });
    expect(await post(undefined, { text: letters(40_001) })).toMatchObject({ ok: false, error: "msg_too_long" });
  });
});

describe("a modal is taken at each limit, and refused one over it", () => {
  const modal = (over: Json = {}): Json => ({ type: "modal", title: plain("Plan"), blocks: [section("x")], ...over });
  const input = (over: Json = {}): Json => ({
    type: "input",
    label: plain("Reason"),
    element: { type: "plain_text_input", action_id: "a" },
    ...over,
  });
  const publish = (view: Json): ReturnType<typeof call> => call("views.update", { view_id: "V1", view });

  it.each<[string, number, (count: number) => Json]>([
    ["characters of its title", 24, (n) => modal({ title: plain(letters(n)) })],
    ["characters of its submit button", 24, (n) => modal({ submit: plain(letters(n)) })],
    ["characters of its close button", 24, (n) => modal({ close: plain(letters(n)) })],
    ["blocks", 100, (n) => modal({ blocks: list(n, () => ({ type: "divider" })) })],
    ["characters of its callback id", 255, (n) => modal({ callback_id: letters(n) })],
    ["characters of its private metadata", 3_000, (n) => modal({ private_metadata: letters(n) })],
    [
      "characters of a label",
      2_000,
      (n) => modal({ submit: plain("OK"), blocks: [input({ label: plain(letters(n)) })] }),
    ],
    [
      "characters of an initial value",
      3_000,
      (n) =>
        modal({
          submit: plain("OK"),
          blocks: [input({ element: { type: "plain_text_input", initial_value: letters(n) } })],
        }),
    ],
  ])("%s: %i", async (_, limit, view) => {
    // A view that Slack would take fails only because there is none to update.
    expect(await publish(view(limit))).toMatchObject({ error: "not_found" });
    expect(await publish(view(limit + 1))).toMatchObject({
      error: "invalid_arguments",
      response_metadata: { messages: [expect.stringContaining("[json-pointer:/view/")] },
    });
  });

  it("with an input and no submit button is refused", async () =>
    expect(await publish(modal({ blocks: [input()] }))).toMatchObject({
      error: "invalid_arguments",
      errors: [expect.stringContaining("submit")],
    }));
});
