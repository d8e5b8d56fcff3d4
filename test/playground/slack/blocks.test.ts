import { describe, expect, it } from "vitest";
import { actions, button, call, mrkdwn, oneSlack, plain, post, section, select } from "./support/blocks.ts";

oneSlack();

describe("blocks that are not built as Slack wants them are refused", () => {
  it.each<[string, unknown, string]>([
    ["no array", { type: "divider" }, "invalid_blocks_format"],
    ["an unknown block", [{ type: "sectoin", text: mrkdwn("x") }], "unsupported type: sectoin"],
    ["a button outside of actions", [button()], "unsupported type: button"],
    [
      "an input outside of a view",
      [{ type: "input", label: plain("x"), element: { type: "plain_text_input" } }],
      "unsupported type: input",
    ],
    ["a block without a type", [{ text: mrkdwn("x") }], "missing required field: type"],
    ["a section without text and fields", [{ type: "section" }], "missing required field: text"],
    ["an empty text", [section("")], "must be more than 0 characters"],
    ["a header in mrkdwn", [{ type: "header", text: mrkdwn("x") }], "must be one of plain_text"],
    ["a button in mrkdwn", [actions(button({ text: mrkdwn("x") }))], "must be one of plain_text"],
    [
      "a button that says it is disabled",
      [actions(button({ disabled: true }))],
      "invalid additional property: disabled",
    ],
    ["a style that does not exist", [actions(button({ style: "warning" }))], "must be one of primary, danger"],
    ["an actions block without elements", [actions()], "no less than 1 items allowed"],
    ["a menu without options", [actions(select({ options: [] }))], "no less than 1 items allowed"],
    [
      "a menu with neither options nor groups",
      [actions(select({ options: undefined }))],
      "either options or option_groups is required",
    ],
    [
      "verbatim on plain text",
      [{ type: "header", text: { ...plain("x"), verbatim: true } }],
      "invalid additional property: verbatim",
    ],
    [
      "the same action id twice in a block",
      [actions(button({ action_id: "a" }), button({ action_id: "a" }))],
      "action_id must be unique within a block",
    ],
    [
      "the same block id twice",
      [
        { type: "divider", block_id: "b" },
        { type: "divider", block_id: "b" },
      ],
      "block_id must be unique within a message",
    ],
    ["a text that is no string", [{ type: "section", text: { type: "mrkdwn", text: 3 } }], "must be a string"],
  ])("%s", async (_, blocks, words) => {
    const refused = await post(blocks);
    expect(refused.ok).toBe(false);
    expect([refused.error, ...(refused.errors ?? [])].join("\n")).toContain(words);
  });

  it("the same action id in two blocks is taken", async () =>
    expect(await post([actions(button({ action_id: "a" })), actions(button({ action_id: "a" }))])).toMatchObject({
      ok: true,
    }));
  it("neither text nor blocks is refused", async () =>
    expect(await call("chat.postMessage", { channel: "C1" })).toMatchObject({ error: "no_text" }));
});
