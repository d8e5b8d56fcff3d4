import type { Browser, Page } from "playwright-core";
import { bundlePage } from "../../../src/playground/page/bundle.ts";
import type { Snapshot } from "../../../src/playground/page/protocol.ts";
import { startPage } from "../../../src/playground/page/server.ts";
import type { SlackDouble } from "../../../src/playground/slack/double.ts";
import { launchBrowser } from "../../../scripts/browser.ts";
import { until } from "../stage.ts";
import { actionIds, arun, channel, dana, requestMessage, textInput, textOf, toldTo, viewOf } from "./workspace.ts";

/** One person asks and another decides: by what Slack posts to the bot, or with a mouse. */
export interface Player {
  /** Dana asks by command, sends the modal, and closes it. `app`: the object's name. */
  ask(command: string, app: string): Promise<void>;
  /** Arun approves what the channel shows of it. */
  approve(app: string): Promise<void>;
  close(): Promise<void>;
}

const reason = "the new build is out";

/** What people do comes as Slack's own payloads. */
export function byPayload(slack: SlackDouble): Player {
  return {
    async ask(command, app) {
      const delivery = await slack.say(dana.id, channel, command);
      if (delivery?.acknowledged !== true) throw new Error(`not acknowledged: ${command}`);
      const view = await viewOf(slack, dana, `the plan for ${app}`, ({ submit }) => submit !== null);
      const { block, action } = textInput(view);
      const sent = await slack.submit(dana.id, view.id, { [block]: { [action]: reason } });
      if (!sent.acknowledged) throw new Error("the submission was not acknowledged");
      await until(`the request for ${app}`, () => requestMessage(slack, app));
      const { id } = await viewOf(slack, dana, "the outcome", ({ blocks }) =>
        /Asked|asked/u.test(JSON.stringify(blocks)),
      );
      await slack.closeView(dana.id, id);
    },
    async approve(app) {
      const message = await until(`buttons for ${app}`, () => {
        const found = requestMessage(slack, app);
        return found !== null && actionIds(found).includes("approve") ? found : null;
      });
      const before = toldTo(slack, arun).length;
      await slack.click(arun.id, message, "approve");
      await until("an answer to the click", () => (toldTo(slack, arun).length > before ? true : null), 20);
    },
    close: () => Promise.resolve(),
  };
}

/** The same on the page, in a browser. */
export async function byPage(slack: SlackDouble): Promise<Player> {
  const bundle = await bundlePage();
  const people = [
    { id: dana.id, name: dana.real_name, role: "developer" },
    { id: arun.id, name: arun.real_name, role: "approver" },
  ];
  const snapshot = (you: string): Snapshot => ({
    workspace: "Harbor Lane",
    you,
    people,
    bot: { id: slack.botUserId, name: slack.botName },
    channels: [{ id: channel, name: "ops", topic: "", members: 4 }],
    messages: { [channel]: slack.messages(channel, you) },
    views: slack.views(you),
    recorded: { kubernetes: "", containerRuntime: "" },
  });
  const server = await startPage({ slack, bundle, port: 0, token: "a-token-of-this-test", snapshot });
  const browser = await launchBrowser();
  const page = await opened(browser, server.url);
  const become = async (name: string, role: string): Promise<void> => {
    await page.getByRole("combobox", { name: "You are" }).selectOption({ label: `${name}, ${role}` });
    await page.locator('main[aria-busy="false"]').waitFor();
  };
  return {
    async ask(command, app) {
      await become(dana.real_name, "developer");
      await page.getByRole("textbox", { name: "Message" }).fill(command);
      await page.keyboard.press("Enter");
      const dialog = page.getByRole("dialog");
      await dialog.getByRole("textbox", { name: /Reason/u }).fill(reason);
      await dialog.getByRole("button", { name: /^(Ask|Run)/u }).click();
      await dialog.getByText(/Asked/u).first().waitFor();
      await dialog.getByRole("button", { name: "Close", exact: true }).last().click();
      await dialog.waitFor({ state: "detached" });
      await requestIn(page, app).first().waitFor();
    },
    async approve(app) {
      await become(arun.real_name, "approver");
      const before = toldTo(slack, arun).length;
      await requestIn(page, app).getByRole("button", { name: "Approve" }).last().click();
      await until("an answer to the click", () => (toldTo(slack, arun).length > before ? true : null), 20);
    },
    async close() {
      await browser.close();
      await server.stop();
    },
  };
}

const requestIn = (page: Page, app: string) =>
  page.getByRole("article").filter({ hasText: app }).filter({ hasNotText: "Only visible to you" });

async function opened(browser: Browser, url: string): Promise<Page> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 860 } });
  const page = await context.newPage();
  await page.goto(url);
  await page.getByRole("log").waitFor();
  return page;
}

/** The request's message in the end, or what it says now. */
export const ended = (slack: SlackDouble, app: string): Promise<string> =>
  until(`the outcome of ${app}`, () => {
    const message = requestMessage(slack, app);
    const text = message === null ? "" : textOf(message);
    return /Succeeded|Failed|Stale|Expired|Denied|Cancelled/iu.test(message?.text ?? "") ? text : null;
  });
