import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { App } from "@slack/bolt";
import type { ModalView } from "@slack/types";
import type { Browser, Locator, Page } from "playwright-core";
import { afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { launchBrowser } from "../../scripts/browser.ts";
import { type Bundle, bundlePage } from "../../src/playground/page/bundle.ts";
import type { Snapshot } from "../../src/playground/page/protocol.ts";
import { type PageServer, startPage } from "../../src/playground/page/server.ts";
import { channels, doubleChannels, firstChannel, people, users } from "../../src/playground/people.ts";
import { type SlackDouble, startSlackDouble } from "../../src/playground/slack/double.ts";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const plain = (text: string): { type: "plain_text"; text: string } => ({ type: "plain_text", text });
const option = (text: string): { text: ReturnType<typeof plain>; value: string } => ({
  text: plain(text),
  value: text,
});

/** One modal with everything that ours may hold; `words` are what the app changes. */
const modal = (words: string): ModalView => ({
  type: "modal",
  title: plain("Re-pull"),
  submit: plain("Ask"),
  blocks: [
    {
      type: "section",
      block_id: "how",
      text: { type: "mrkdwn", text: "*How*" },
      accessory: {
        type: "static_select",
        action_id: "how",
        placeholder: plain("How"),
        options: ["restart", "probe"].map(option),
      },
    },
    {
      type: "section",
      block_id: "tag",
      text: { type: "mrkdwn", text: "*Tag*" },
      accessory: { type: "external_select", action_id: "tag", placeholder: plain("Type"), min_query_length: 0 },
    },
    { type: "divider" },
    { type: "section", text: { type: "mrkdwn", text: words } },
    {
      type: "actions",
      block_id: "risk",
      elements: [
        { type: "checkboxes", action_id: "risk", options: [option("Take the risk")] },
        {
          type: "button",
          action_id: "drop",
          style: "danger",
          text: plain("Drop it"),
          confirm: {
            title: plain("Drop it?"),
            text: plain("It is lost."),
            confirm: plain("Drop"),
            deny: plain("Keep"),
          },
        },
      ],
    },
    {
      type: "input",
      block_id: "why",
      label: plain("Reason"),
      element: { type: "plain_text_input", action_id: "why", multiline: true, max_length: 40 },
    },
  ],
});
const done: ModalView = {
  type: "modal",
  title: plain("Re-pull"),
  blocks: [{ type: "section", text: plain("Asked.") }],
};

describe("a modal in Chromium", () => {
  let browser: Browser;
  let bundle: Bundle;
  let slack: SlackDouble;
  let app: App;
  let server: PageServer;
  let page: Page;
  let dialog: Locator;
  const complaints: string[] = [];
  beforeAll(async () => {
    [browser, bundle] = await Promise.all([launchBrowser(), bundlePage()]);
    return () => browser.close();
  }, 90_000);
  beforeEach(async () => {
    slack = await startSlackDouble({ clock: () => new Date(), users, channels: doubleChannels });
    app = anApp(slack);
    await app.start();
    server = await startPage({ slack, bundle, port: 0, token: "t", snapshot: (you) => snapshotFor(slack, you) });
    page = await browser.newPage({ viewport: { width: 1280, height: 860 } });
    page.on("pageerror", (error) => complaints.push(error.message));
    page.on("console", (message) => {
      if (["error", "warning"].includes(message.type())) complaints.push(message.text());
    });
    await page.goto(server.url);
    await page.getByRole("textbox", { name: "Message" }).fill("/imagepull repull web");
    await page.keyboard.press("Enter");
    dialog = page.getByRole("dialog", { name: "Re-pull" });
    await dialog.waitFor();
  });
  afterEach(async () => {
    await page.close();
    await app.stop();
    await expect.poll(() => slack.connections()).toBe(0);
    await server.stop();
    await slack.close();
    expect(complaints.splice(0)).toEqual([]);
  });
  const view = (): ReturnType<SlackDouble["views"]>[number] | undefined => slack.views("U0DANA").at(-1);
  const faults = (): Promise<unknown> =>
    page.evaluate(`${axe}; axe.run().then(({ violations }) => violations.map(({ id }) => id))`);
  const focused = (): Promise<unknown> => page.evaluate("document.activeElement.closest('dialog') !== null");
  const options = (): Locator => page.getByRole("listbox", { name: "Options" }).getByRole("option");

  it("keeps what is typed while the app changes it, and tells the app of a choice", async () => {
    const reason = dialog.getByRole("textbox", { name: "Reason" });
    await reason.fill("because");
    await dialog.getByRole("combobox", { name: "How" }).selectOption("probe");
    await dialog.getByText("changed by how").waitFor();
    expect(await reason.inputValue()).toBe("because");
    expect(await dialog.getByRole("combobox", { name: "How" }).inputValue()).toBe("probe");
    expect(view()?.values).toMatchObject({ why: { why: { value: "because" } } });
    await dialog.getByRole("checkbox", { name: "Take the risk" }).check();
    await dialog.getByText("changed by risk").waitFor();
    expect(await dialog.getByRole("checkbox", { name: "Take the risk" }).isChecked()).toBe(true);
    expect(await faults()).toEqual([]);
  });

  it("looks a tag up by the keyboard alone", async () => {
    const tag = dialog.getByRole("combobox", { name: "Tag" });
    await tag.focus();
    await page.keyboard.press("ArrowDown");
    await expect.poll(() => options().allInnerTexts()).toEqual(["1.0", "1.1", "2.0"]);
    expect(await faults()).toEqual([]);
    await page.keyboard.press("Escape");
    await options().first().waitFor({ state: "detached" });
    await page.keyboard.type("1");
    await expect.poll(() => options().allInnerTexts()).toEqual(["1.0", "1.1"]);
    await page.keyboard.press("ArrowDown");
    const active = page.getByRole("option", { selected: true, name: "1.1" });
    await active.waitFor();
    expect(await tag.getAttribute("aria-activedescendant")).toBe(await active.getAttribute("id"));
    await page.keyboard.press("Enter");
    await dialog.getByText("changed by tag").waitFor();
    expect(await tag.inputValue()).toBe("1.1");
    expect(view()?.values).toMatchObject({ tag: { tag: { selected_option: { value: "1.1" } } } });
  });

  it("says under an input what is wrong with it, and goes there", async () => {
    const reason = dialog.getByRole("textbox", { name: "Reason" });
    const ask = dialog.getByRole("button", { name: "Ask" });
    for (const [typed, words] of [
      ["", "Please complete this required field."],
      ["x".repeat(41), "Please enter no more than 40 characters."],
      ["bad", "Say more."],
    ] as const) {
      await reason.fill(typed);
      await ask.click();
      await dialog.getByRole("alert").filter({ hasText: words }).waitFor();
      expect(await reason.getAttribute("aria-invalid")).toBe("true");
      expect(await reason.inputValue()).toBe(typed);
    }
    expect(await faults()).toEqual([]);
    await reason.fill("good");
    await ask.click();
    await dialog.getByText("Asked.").waitFor();
    // Nothing is left to be sent, and the focus is still in it.
    expect(await dialog.getByRole("button", { name: "Ask" }).count()).toBe(0);
    await expect.poll(focused).toBe(true);
    await page.keyboard.press("Escape");
    await dialog.waitFor({ state: "detached" });
    await expect.poll(() => page.evaluate("document.activeElement.getAttribute('aria-label')")).toBe("Message");
    expect(view()).toBeUndefined();
  });

  it("keeps the focus, asks before a dangerous button, and is closed by Escape", async () => {
    for (let press = 0; press < 12; press += 1) await page.keyboard.press("Tab");
    await dialog.getByRole("button", { name: "Drop it" }).click();
    const question = page.getByRole("dialog", { name: "Drop it?" });
    await question.getByRole("button", { name: "Keep" }).click();
    await question.waitFor({ state: "detached" });
    expect(await focused()).toBe(true);
    await dialog.getByRole("button", { name: "Drop it" }).click();
    await question.getByRole("button", { name: "Drop", exact: true }).click();
    await dialog.getByText("changed by drop").waitFor();
    await page.keyboard.press("Escape");
    await dialog.waitFor({ state: "detached" });
    await expect.poll(view).toBeUndefined();
  });

  it("a message that is changed in place stays where it is, and keeps the focus of its buttons", async () => {
    await page.keyboard.press("Escape");
    const blocks = (text: string): object[] => [
      { type: "section", text: { type: "mrkdwn", text } },
      { type: "actions", elements: [{ type: "button", action_id: "stop", text: plain("Cancel") }] },
    ];
    const call = (method: string, body: object): Promise<unknown> =>
      app.client.apiCall(method, { channel: firstChannel, text: "t", ...body });
    const { ts } = (await call("chat.postMessage", { blocks: blocks("1/5 pods") })) as { ts: string };
    const message = page.getByRole("article").filter({ hasText: "pods" });
    await message.getByText("1/5 pods").waitFor();
    await message.getByRole("button", { name: "Cancel" }).focus();
    await call("chat.update", { ts, blocks: blocks("3/5 pods") });
    await message.getByText("3/5 pods").waitFor();
    expect(await page.evaluate("document.activeElement.textContent")).toBe("Cancel");
    expect(await page.getByRole("log").getAttribute("aria-relevant")).toBe("additions");
  });
});

/** A small bot: opens the modal, changes it at each choice, and takes it when it says enough. */
function anApp(slack: SlackDouble): App {
  const app = new App({
    token: slack.botToken,
    appToken: slack.appToken,
    socketMode: true,
    clientOptions: { slackApiUrl: slack.apiUrl },
  });
  app.command("/imagepull", async ({ ack, body, client }) => {
    await ack();
    await client.views.open({ trigger_id: body.trigger_id, view: modal("as it was") });
  });
  app.options(/./u, async ({ ack, body }) => {
    await ack({ options: ["1.0", "1.1", "2.0"].filter((tag) => tag.startsWith(body.value)).map(option) });
  });
  app.action(/./u, async ({ ack, body, client }) => {
    await ack();
    if (body.type !== "block_actions" || body.view === undefined) return;
    await client.views.update({ view_id: body.view.id, view: modal(`changed by ${body.actions[0]?.action_id}`) });
  });
  app.view(/^/u, async ({ ack, view: { state } }) => {
    if (state.values["why"]?.["why"]?.value === "bad")
      await ack({ response_action: "errors", errors: { why: "Say more." } });
    else await ack({ response_action: "update", view: done });
  });
  return app;
}

const snapshotFor = (slack: SlackDouble, user: string): Snapshot => {
  const you = user === "" ? (people[0]?.id ?? "") : user;
  return {
    workspace: "Harbor Lane",
    you,
    people,
    bot: { id: slack.botUserId, name: slack.botName },
    channels,
    messages: { [firstChannel]: slack.messages(firstChannel, you) },
    views: slack.views(you),
    recorded: { kubernetes: "", containerRuntime: "" },
  };
};
