import { describe, expect, it } from "vitest";
import { type Inline, type Paragraph, parseMrkdwn } from "../../../src/playground/page/app/mrkdwn.ts";

/** The tree as one line: what is bold in *, code in `, a link as [text](url). */
const write = (nodes: readonly Inline[]): string =>
  nodes
    .map((node) => {
      if (node.kind === "text") return node.text;
      if (node.kind === "break") return "⏎";
      if (node.kind === "code") return `‹code ${node.text}›`;
      if (node.kind === "link") return `[${node.text}](${node.url})`;
      if (node.kind === "mention") return `‹mention ${node.user ?? node.text}›`;
      if (node.kind === "channel") return `‹channel ${node.id}, else ${node.text}›`;
      if (node.kind === "date") return `‹date ${node.seconds} ${node.format} or ${node.fallback}›`;
      return `‹${node.kind} ${write(node.children)}›`;
    })
    .join("");
const paragraphs = (parts: readonly Paragraph[]): string[] =>
  parts.map((part) => (part.kind === "pre" ? `pre: ${part.text}` : `${part.kind}: ${write(part.children)}`));

/** Source: Slack's "Formatting text for app surfaces". */
describe("mrkdwn is read as Slack reads it", () => {
  it.each([
    ["*bold* and _italic_ and ~gone~", ["line: ‹bold bold› and ‹italic italic› and ‹strike gone›"]],
    ["*`checkout` fails*", ["line: ‹bold ‹code checkout› fails›"]],
    ["snake_case_name and 2*3*4", ["line: snake_case_name and 2*3*4"]],
    ["`*not bold* &lt;b&gt;`", ["line: ‹code *not bold* <b>›"]],
    ["a &amp;lt; b", ["line: a &lt; b"]],
    ["one\ntwo", ["line: one⏎two"]],
    ["&gt; quoted\nplain", ["quote: quoted", "line: plain"]],
    ["before\n```kubectl get po\nsecond```\nafter", ["line: before", "pre: kubectl get po\nsecond", "line: after"]],
    ["<https://a.example/x|the docs>", ["line: [the docs](https://a.example/x)"]],
    ["<https://a.example/?a=1&amp;b=2>", ["line: [https://a.example/?a=1&b=2](https://a.example/?a=1&b=2)"]],
    ["<javascript:alert(1)|click>", ["line: <javascript:alert(1)|click>"]],
    ["<@U1> in <#C1|ops>", ["line: ‹mention U1› in ‹channel C1, else ops›"]],
    ["<!here>", ["line: ‹mention @here›"]],
    ["since <!date^1700000000^{time}|10:13>", ["line: since ‹date 1700000000 {time} or 10:13›"]],
    [":x: is known, :no_such_thing: is not", ["line: ❌ is known, :no_such_thing: is not"]],
    ["<img src=x onerror=alert(1)>", ["line: <img src=x onerror=alert(1)>"]],
  ])("%s", (text, expected) => {
    expect(paragraphs(parseMrkdwn(text))).toEqual(expected);
  });
});
