import fc from "fast-check";
import { expect } from "vitest";
import { type Block } from "../../../src/playground/slack/types.ts";
import { checkBlocks, shownCharacters } from "../../../src/playground/slack/validate.ts";
import type { Message } from "../../../src/slack/render/message.ts";

/** Names and messages as nobody should choose them. */
export const hostile = fc.oneof(
  fc.constantFrom(
    "<!channel>",
    "<!here|x>",
    "<@U0DANA>",
    "<#C1>",
    "@channel @here @everyone",
    "```rm -rf /```",
    "`",
    "*bold* _it_ ~no~",
    "<https://evil.example|click>",
    "&lt;!channel&gt;",
    "\u202Eesrever\u202C",
    "\u2066\u2069\u200F\u061C",
    "\u0000\u001B[31m\n\r\t",
    "\uD800",
    "😀".repeat(200),
    "&".repeat(5_000),
    "<".repeat(5_000),
    "",
  ),
  fc.string({ unit: "binary", maxLength: 80 }),
  fc.string({
    unit: fc.constantFrom("<", ">", "&", "`", "*", "_", "~", "|", "!", "@", "\n", "\u202E", "a"),
    maxLength: 600,
  }),
);
/** A time in the reader's zone is the one thing that may stand in angle brackets. */
const times = /<!date\^\d+\^(?:\{date_short_pretty\} )?\{time\}\|\d{4}-\d\d-\d\d \d\d:\d\d UTC>/g;

/** A message that Slack takes, in which nothing begins that was not begun by us, and nobody is called; `allowed` is passed over. */
export function expectInert(message: Message, allowed = /(?!)/g): void {
  expect(checkBlocks(message.blocks)).toEqual([]);
  expect(shownCharacters(message.blocks as unknown as readonly Block[])).toBeLessThanOrEqual(10_000);
  expect(JSON.stringify(message.blocks).length).toBeLessThanOrEqual(10_000);
  expect(message.text.length).toBeGreaterThan(0);
  expect(message.text.length).toBeLessThanOrEqual(3_000);
  expect(message.plain.length).toBeLessThanOrEqual(40_000);
  const sections = message.blocks.flatMap((block) =>
    block.type === "section" && block.text !== undefined
      ? [block.text.text]
      : block.type === "context"
        ? block.elements.map((element) => ("text" in element ? element.text : ""))
        : [],
  );
  for (const text of [...sections, message.text, message.plain]) {
    const rest = text.replaceAll(times, "").replaceAll(allowed, "");
    expect(rest).not.toMatch(/[<>]/);
    expect(rest.replaceAll(/&(?:amp|lt|gt);/g, "")).not.toContain("&");
    // No steering characters but the one that keeps @here from calling.
    expect(rest.replaceAll(/[\u2060\n]/g, "")).not.toMatch(/[\p{Cf}\p{Zl}\p{Zp}\p{Cc}]/u);
    expect(rest.isWellFormed()).toBe(true);
  }
  for (const text of sections) {
    // Code begins and ends in its own line, and blocks of it in their own section.
    const blocks = text.split("```");
    expect(blocks.length % 2).toBe(1);
    const prose = blocks.filter((_, index) => index % 2 === 0);
    for (const row of prose.join("").split("\n")) {
      expect((row.match(/`/g) ?? []).length % 2).toBe(0);
      expect(row.replaceAll(/`[^`]*`/g, "")).not.toMatch(/@(?:channel|here|everyone)/i);
    }
  }
}
