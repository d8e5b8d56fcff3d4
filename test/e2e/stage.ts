import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { Browser, Locator, Page } from "playwright-core";
import { afterEach, beforeAll, expect } from "vitest";
import { launchBrowser, launchPlayground } from "../../scripts/browser.ts";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

export interface Screen {
  readonly width: number;
  readonly height: number;
  readonly colorScheme: "light" | "dark";
}
export const desk: Screen = { width: 1280, height: 860, colorScheme: "light" };
export const phone: Screen = { width: 390, height: 844, colorScheme: "light" };
export const dana = "Dana Reyes, developer";
export const arun = "Arun Mehta, approver";

/** A playground for the tests of the block around it, and a browser; what the browser complains of, and what it asks for elsewhere, fails them. */
export function usePlayground(): { readonly open: (screen?: Screen) => Promise<Page> } {
  let url: string;
  let browser: Browser;
  const pages: Page[] = [];
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
  return {
    async open(screen = desk) {
      const { width, height, colorScheme } = screen;
      const context = await browser.newContext({
        viewport: { width, height },
        colorScheme,
        // Halfway through a fade no colour has its contrast.
        reducedMotion: "reduce",
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
    },
  };
}

export const say = async (page: Page, text: string): Promise<void> => {
  await page.getByRole("textbox", { name: "Message" }).fill(text);
  await page.keyboard.press("Enter");
};

/** Asks about a workload, and waits for the answer that only the asker sees. */
export const ask = async (page: Page, workload: string): Promise<Locator> => {
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
export const become = async (page: Page, name: string): Promise<void> => {
  await page.getByRole("combobox", { name: "You are" }).selectOption({ label: name });
  await page.locator('main[aria-busy="false"]').waitFor();
};

/** What axe finds, by the debugger's right: the page's policy forbids scripts of others. */
export const faults = async (page: Page): Promise<unknown> =>
  page.evaluate(
    `${axe}; axe.run().then(({ violations }) => violations.map(({ id, nodes }) => id + ": " + nodes[0].html))`,
  );

/** Pixels that the page is wider than the screen. */
export const overflow = (page: Page): Promise<unknown> =>
  page.evaluate("document.documentElement.scrollWidth - innerWidth");
