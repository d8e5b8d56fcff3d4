import { afterEach, describe, expect, it } from "vitest";
import { textsOf } from "../../src/slack/listeners/shortcuts/explain.ts";
import { dana, inside, outside, sam, settle, shown, stage, type Stage } from "./support/stage.ts";

let on: Stage;
afterEach(() => on.close());

const image = "ghcr.io/shop/web:1";
const notFound = `Failed to pull image "${image}": rpc error: code = NotFound desc = failed to pull and unpack image "${image}": failed to resolve reference "${image}": ${image}: not found`;
const headline = `\`${image}\` cannot be pulled: `;
const shortcut = "explain_message";

describe.each(["socket", "http"] as const)("in %s mode", (mode) => {
  it("a command is answered to the asker alone, with what Slack makes of links in it, and no cluster is asked", async () => {
    on = await stage(mode);
    await on.slack.say(dana, outside, `/imagepull explain ${notFound}`);
    const [answer] = await on.sees(dana, outside, 1);
    expect(shown(answer!)).toContain(headline);
    expect(shown(answer!)).toContain("`image-not-found`, confirmed, by the words of the message alone");
    expect(answer?.ephemeralTo).toBe(dana);
    expect(on.core.asked).toEqual([]);
  });

  it("a mention is answered in its thread, for everybody", async () => {
    on = await stage(mode);
    await on.slack.say(dana, inside, `@imagepull explain ${notFound}`);
    await expect.poll(() => on.slack.messages(inside, sam)[0]?.replies.length).toBe(1);
    expect(shown(on.slack.messages(inside, sam)[0]!.replies[0]!)).toContain(headline);
  });

  it("the shortcut of a message is answered to the one who took it, also where the bot is no member", async () => {
    on = await stage(mode);
    await on.slack.say(sam, outside, notFound);
    const [message] = await on.sees(dana, outside, 1);
    const delivery = await on.slack.messageShortcut(dana, message!, shortcut);
    expect(delivery).toMatchObject({ acknowledged: true });
    expect(delivery.afterMs).toBeLessThan(1_000);
    const [, answer] = await on.sees(dana, outside, 2);
    expect(shown(answer!)).toContain(headline);
    expect(answer).toMatchObject({ ephemeralTo: dana, user: on.slack.botUserId });
    expect(on.slack.messages(outside, sam)).toHaveLength(1);
    expect(on.slack.unknownCalls()).toEqual([]);
    expect(on.slack.calls().map(({ method }) => method)).not.toContain("chat.postMessage");
  });
});

describe("the shortcut", () => {
  it("of a message in a thread is answered in that thread", async () => {
    on = await stage("socket");
    await on.slack.say(sam, inside, "it fails");
    const [root] = await on.sees(dana, inside, 1);
    await on.slack.say(sam, inside, notFound, { thread: root!.ts });
    const reply = on.slack.messages(inside, dana)[0]!.replies[0]!;
    await on.slack.messageShortcut(dana, reply, shortcut);
    await expect.poll(() => on.slack.messages(inside, dana)[0]?.replies.length).toBe(2);
    expect(on.slack.messages(inside, dana)[0]!.replies[1]).toMatchObject({ ephemeralTo: dana });
    expect(on.slack.messages(inside, sam)[0]!.replies).toHaveLength(1);
  });

  it("that Slack delivers twice is answered once", async () => {
    on = await stage("socket");
    await on.slack.say(sam, outside, notFound);
    const [message] = await on.sees(dana, outside, 1);
    await on.slack.messageShortcut(dana, message!, shortcut);
    await on.slack.redeliver();
    await on.sees(dana, outside, 2);
    await settle();
    expect(on.slack.messages(outside, dana)).toHaveLength(2);
  });

  it("is refused to a guest, who is told so", async () => {
    on = await stage("socket");
    await on.slack.say(sam, outside, notFound);
    const [message] = await on.sees("U0GUEST", outside, 1);
    await on.slack.messageShortcut("U0GUEST", message!, shortcut);
    const [, answer] = await on.sees("U0GUEST", outside, 2);
    expect(answer).toMatchObject({ ephemeralTo: "U0GUEST", text: expect.stringContaining("You are a guest here") });
  });

  it("of a message that is about something else says so", async () => {
    on = await stage("socket");
    await on.slack.say(sam, outside, "lunch?");
    const [message] = await on.sees(dana, outside, 1);
    await on.slack.messageShortcut(dana, message!, shortcut);
    const [, answer] = await on.sees(dana, outside, 2);
    expect(answer?.text).toBe("This text tells of no failed image pull");
  });
});

it.each<[string, string]>([
  ["a call", "<!channel> @here <@U0DANA>"],
  ["a link", "<https://evil.example|EVIL>"],
  ["mark-up", "`*EVIL* _EVIL_ ~EVIL~ ```EVIL```"],
])("%s in a message is code in the answer, and nobody is called", async (_, hostile) => {
  on = await stage("socket");
  await on.slack.say(sam, outside, `Failed to pull image "${image}": ${hostile} is full`);
  const [message] = await on.sees(dana, outside, 1);
  await on.slack.messageShortcut(dana, message!, shortcut);
  const [, answer] = await on.sees(dana, outside, 2);
  const sections = (answer!.blocks as readonly { text?: { text: string; type: string; verbatim?: boolean } }[]).flatMap(
    ({ text }) => (text === undefined ? [] : [text]),
  );
  expect(sections[0]?.text).toContain("cannot be pulled");
  for (const { text, type, verbatim } of sections) {
    expect({ type, verbatim }).toEqual({ type: "mrkdwn", verbatim: true });
    expect(text.replaceAll(/`[^`\n]*`/g, "")).not.toMatch(/EVIL|[<>]|@here/);
  }
});

describe("what a message says", () => {
  const none = { text: "", ts: "1", blocks: [], attachments: [] };
  it.each<[string, Partial<Parameters<typeof textsOf>[0]>, string]>([
    [
      "an attachment, as alerts have it",
      { attachments: [{ title: "KubePodNotReady", text: notFound, color: "danger" }] },
      notFound,
    ],
    [
      "fields of an attachment",
      { attachments: [{ fields: [{ title: "Message", value: notFound, short: false }] }] },
      notFound,
    ],
    [
      "rich text in pieces",
      {
        text: "a summary",
        blocks: [
          {
            type: "rich_text",
            elements: [
              {
                type: "rich_text_preformatted",
                elements: [
                  { type: "text", text: 'Failed to pull image "' },
                  { type: "link", url: "http://ghcr.io/shop/web:1", text: image },
                  { type: "text", text: '": x509: certificate has expired' },
                ],
              },
            ],
          },
        ],
      },
      `Failed to pull image "${image}": x509: certificate has expired`,
    ],
    ["a section", { blocks: [{ type: "section", text: { type: "mrkdwn", text: notFound } }] }, notFound],
  ])("is found in %s", (_, over, said) => expect(textsOf({ ...none, ...over }).at(-1)).toContain(said));

  it("is read no deeper than Slack nests", () => {
    let deep: object = { text: "EVIL" };
    for (let level = 0; level < 100_000; level += 1) deep = { elements: [deep] };
    expect(textsOf({ ...none, blocks: [deep] }).join("")).not.toContain("EVIL");
  });
});
