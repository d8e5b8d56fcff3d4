/** Makes `docs/playground.png`, the picture in the README: the playground with a diagnosis in it. Run: node scripts/screenshot.ts */
import { fileURLToPath } from "node:url";
import type { Page } from "playwright-core";
import { launchBrowser, launchPlayground } from "./browser.ts";

const picture = fileURLToPath(new URL("../docs/playground.png", import.meta.url));
const width = 1180;

const say = async (page: Page, text: string): Promise<void> => {
  await page.getByRole("textbox", { name: "Message" }).fill(text);
  await page.keyboard.press("Enter");
};

const playground = await launchPlayground();
const browser = await launchBrowser();
try {
  const page = await browser.newPage({
    viewport: { width, height: 900 },
    deviceScaleFactor: 2,
    colorScheme: "light",
    locale: "en-GB",
    // Waiting for a condition evaluates a script in the page.
    bypassCSP: true,
  });
  await page.goto(playground.url);
  await say(page, "The rollout of checkout 2.4.1 has not moved for twenty minutes. Asking the bot.");
  const question = page.getByRole("article").filter({ hasText: "Asking the bot" });
  await question.waitFor();
  await say(page, "/imagepull diagnose checkout");
  await page.getByRole("button", { name: "Share" }).waitFor();
  // As high as it takes to begin with the question.
  const log = await page.getByRole("log").boundingBox();
  const first = await question.boundingBox();
  const above = (first?.y ?? 0) - (log?.y ?? 0) - 8;
  await page.setViewportSize({ width, height: 900 - Math.round(above) });
  // The channel follows its end once the window has its new size.
  await page.waitForFunction(
    "(log => log.scrollTop + log.clientHeight >= log.scrollHeight - 1)(document.querySelector('[role=log]'))",
  );
  await page.screenshot({ path: picture });
  process.stdout.write(`${picture}\n`);
} finally {
  await browser.close();
  await playground.stop();
}
