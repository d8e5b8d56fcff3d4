import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { Browser, Locator, Page } from "playwright-core";
import { afterEach, beforeAll, describe, expect, it } from "vitest";
import { launchBrowser, launchPlayground } from "../../scripts/browser.ts";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

interface Screen {
  readonly width: number;
  readonly height: number;
  readonly colorScheme: "light" | "dark";
}
const desk: Screen = { width: 1280, height: 860, colorScheme: "light" };

describe("the playground in Chromium", () => {
  let url: string;
  let browser: Browser;
  const pages: Page[] = [];
  /** What the browser complained of, and what it asked for elsewhere. */
  const complaints: string[] = [];
  beforeAll(async () => {
    browser = await launchBrowser();
    const playground = await launchPlayground().catch(async (error: unknown) => {
      await browser.close();
      throw error;
    });
    url = playground.url;
    return async () => {
      await browser.close();
      const begun = Date.now();
      expect(await playground.stop()).toBe(0);
      expect(Date.now() - begun).toBeLessThan(5000);
    };
  }, 90_000);
  afterEach(async () => {
    await Promise.all(pages.splice(0).map((page) => page.context().close()));
    expect(complaints.splice(0)).toEqual([]);
  });

  const open = async (screen: Screen = desk): Promise<Page> => {
    const { width, height, colorScheme } = screen;
    const context = await browser.newContext({
      viewport: { width, height },
      colorScheme,
      permissions: ["clipboard-read", "clipboard-write"],
    });
    const page = await context.newPage();
    pages.push(page);
    page.on("console", (message) => {
      if (["error", "warning"].includes(message.type())) complaints.push(message.text());
    });
    page.on("pageerror", (error) => complaints.push(error.message));
    page.on("request", (request) => {
      if (new URL(request.url()).origin !== new URL(url).origin) complaints.push(`asked for ${request.url()}`);
    });
    await page.goto(url);
    await page.getByRole("log").waitFor();
    return page;
  };
  const say = async (page: Page, text: string): Promise<void> => {
    await page.getByRole("textbox", { name: "Message" }).fill(text);
    await page.keyboard.press("Enter");
  };
  /** Asks about a workload, and waits for the answer that only the asker sees. */
  const ask = async (page: Page, workload: string): Promise<Locator> => {
    // On a busy machine "Looking at …" comes first, as a message of its own.
    const answers = page
      .getByRole("article")
      .filter({ hasText: "Only visible to you" })
      .filter({ has: page.getByRole("button", { name: "Share" }) });
    const before = await answers.count();
    await say(page, `/imagepull diagnose ${workload}`);
    await answers.nth(before).waitFor();
    return answers.nth(before);
  };
  /** Becomes somebody else, and waits until the page shows what they see. */
  const become = async (page: Page, name: string): Promise<void> => {
    await page.getByRole("combobox", { name: "You are" }).selectOption({ label: name });
    await page.locator('main[aria-busy="false"]').waitFor();
  };

  it.each([
    // workload        what its diagnosis names
    ["checkout", "ghcr.io/shop/checkout:2.4.1"],
    ["payments-api", "registry.payments.example"],
    ["session-cache", "docker.io"],
    ["recommendations", "ghcr.io/shop/recommendations:5.0.2"],
    ["fraud-scorer", "ghcr-payments"],
    ["invoice-mailer", "registry.billing.internal"],
    ["ledger", "imagePullPolicy"],
    ["storefront", "storefront"],
  ])("/imagepull diagnose %s is answered for the asker alone, and names %s", async (workload, named) => {
    const page = await open();
    const answer = await ask(page, workload);
    await answer.getByText(named).first().waitFor();
    await become(page, "Arun Mehta, approver");
    await answer.waitFor({ state: "hidden" });
  });

  it("a diagnosis that is shared, and a mention's in its thread, are seen by the other", async () => {
    const page = await open();
    await become(page, "Arun Mehta, approver");
    await say(page, "@imagepull diagnose storefront");
    const thread = page.getByRole("group", { name: "Thread" }).last();
    await thread.getByText("storefront").first().waitFor();
    await become(page, "Dana Reyes, developer");
    await thread.getByText("storefront").first().waitFor();
    const own = await ask(page, "recommendations");
    await own.getByRole("button", { name: "Share" }).click();
    await become(page, "Arun Mehta, approver");
    await page
      .getByRole("article")
      .filter({ hasText: "recommendations:5.0.2" })
      .filter({ hasNotText: "Only visible to you" })
      .first()
      .waitFor();
  });

  it("the first message's tries go into the message box, and a command can be copied from an answer", async () => {
    const page = await open();
    await page.getByRole("button", { name: "/imagepull diagnose ledger" }).first().click();
    expect(await page.getByRole("textbox", { name: "Message" }).inputValue()).toBe("/imagepull diagnose ledger");
    const answer = await ask(page, "fraud-scorer");
    const command = await answer.locator("pre").first().innerText();
    await answer.getByRole("button", { name: "Copy" }).first().click();
    expect(await page.evaluate("navigator.clipboard.readText()")).toBe(command);
  });

  it("a message's menu explains the pull error in it to the one who asks, also by the keyboard", async () => {
    const page = await open();
    const words = 'Failed to pull image "ghcr.io/shop/web:1": x509: certificate has expired or is not yet valid';
    await say(page, words);
    const message = page.getByRole("article").filter({ hasText: words }).first();
    await message.waitFor();
    await message.getByRole("button", { name: "More actions" }).press("Enter");
    const item = page.getByRole("menuitem", { name: "Explain this pull error" });
    await page.keyboard.press("Escape");
    await item.waitFor({ state: "detached" });
    await message.hover();
    await message.getByRole("button", { name: "More actions" }).click();
    const found: unknown = await page.evaluate(
      `${axe}; axe.run().then(({ violations }) => violations.map(({ id }) => id))`,
    );
    expect(found).toEqual([]);
    await item.click();
    const answer = page
      .getByRole("article")
      .filter({ hasText: "Only visible to you" })
      .filter({ hasText: "cannot be pulled" });
    await answer.waitFor();
    await become(page, "Arun Mehta, approver");
    await answer.waitFor({ state: "hidden" });
  });

  it("on a phone an answer shows its headline without scrolling, and code breaks behind its separators", async () => {
    const page = await open({ width: 390, height: 844, colorScheme: "light" });
    // Also of an answer that is longer than the screen.
    await page.setViewportSize({ width: 390, height: 640 });
    const answer = await ask(page, "checkout");
    await answer.getByText("cannot pull").first().waitFor();
    const log = await page.getByRole("log").boundingBox();
    const headline = await answer.getByText("cannot pull").first().boundingBox();
    expect(headline?.y ?? 0).toBeGreaterThanOrEqual(log?.y ?? 0);
    expect(await answer.locator("pre wbr").count()).toBeGreaterThan(0);
  });

  it("a slash shows what there is, and Tab takes the first", async () => {
    const page = await open();
    await page.getByRole("textbox", { name: "Message" }).pressSequentially("/image");
    await page.getByRole("list", { name: "Commands" }).getByRole("button").first().waitFor();
    await page.keyboard.press("Tab");
    expect(await page.getByRole("textbox", { name: "Message" }).inputValue()).toBe("/imagepull diagnose ");
  });

  it("a reload needs no token in the address, and the address shows none", async () => {
    const page = await open();
    expect(new URL(page.url()).search).toBe("");
    await page.reload();
    await page.getByRole("log").waitFor();
  });

  it.each([
    ["a desk by day", desk],
    ["a desk by night", { ...desk, colorScheme: "dark" }],
    ["a phone", { width: 390, height: 844, colorScheme: "light" }],
    ["a phone by night", { width: 390, height: 844, colorScheme: "dark" }],
  ] as [string, Screen][])("on %s axe finds nothing, and nothing is wider than the screen", async (_what, screen) => {
    const page = await open(screen);
    await ask(page, "checkout");
    await page.getByRole("textbox", { name: "Message" }).fill("/");
    // Run in the page by the debugger's right: its policy forbids scripts of others.
    const found: unknown = await page.evaluate(
      `${axe}; axe.run().then(({ violations }) => violations.map(({ id, nodes }) => id + ": " + nodes[0].html))`,
    );
    expect(found).toEqual([]);
    expect(await page.evaluate("document.documentElement.scrollWidth - innerWidth")).toBe(0);
  });
});
