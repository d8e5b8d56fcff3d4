import type { Locator, Page } from "playwright-core";
import { describe, expect, it } from "vitest";
import { arun, ask, become, dana, faults, overflow, phone, say, usePlayground } from "./stage.ts";

describe("a re-pull in the playground, in Chromium", () => {
  const { open } = usePlayground();

  const window = (page: Page): Locator => page.getByRole("dialog");
  /** The message of the channel that shows a request of somebody's about a workload. */
  const message = (page: Page, workload: string, words: RegExp): Locator =>
    page
      .getByRole("article")
      .filter({ hasText: workload })
      .filter({ hasText: words })
      .filter({ hasNotText: "Only visible to you" })
      .last();
  const looksWell = async (page: Page): Promise<void> => {
    expect(await faults(page)).toEqual([]);
    expect(await overflow(page)).toBe(0);
  };
  /** Sends the open window, and closes what it says then. */
  const send = async (page: Page, reason: string): Promise<void> => {
    await window(page).getByRole("button", { name: "Ask", exact: true }).waitFor();
    await window(page).getByRole("textbox", { name: "Reason" }).fill(reason);
    await window(page).getByRole("button", { name: "Ask", exact: true }).click();
    await window(page).getByText("Nothing is changed until it is approved").waitFor();
    await window(page).getByRole("button", { name: "Close" }).last().click();
    await window(page).waitFor({ state: "detached" });
  };

  it("from a diagnosis by way of a tag that is looked up as one types, an approval and its progress to the digest, and Undo", async () => {
    const page = await open();
    const answer = await ask(page, "checkout");
    await answer.getByRole("button", { name: "Re-pull: other tag …" }).click();
    const tag = window(page).getByRole("combobox", { name: "Tag" });
    await tag.click();
    await window(page).getByRole("option", { name: "2.3.9", exact: true }).waitFor();
    await tag.fill("rc");
    await window(page).getByRole("option", { name: "2.3.9", exact: true }).waitFor({ state: "detached" });
    await looksWell(page);
    await page.keyboard.press("Enter");
    await window(page).getByText("Proved: the pull works").waitFor();
    await looksWell(page);
    await send(page, "2.4.1 was never pushed");

    await become(page, arun);
    const waits = message(page, "checkout", /asks to set .*2\.4\.1-rc1.*waits for 1 approval/);
    await waits.getByText("2.4.1 was never pushed").waitFor();
    await looksWell(page);
    await waits.getByRole("button", { name: "Approve" }).click();
    await message(page, "checkout", /\d\/\d pods/).waitFor();
    const done = message(page, "checkout", /asked to set .*2\.4\.1-rc1.* · succeeded/);
    await done.getByText(/runs sha256:[0-9a-f]{8}…, as wanted/).waitFor();
    expect(await done.getByRole("button").allInnerTexts()).toContain("Undo");
    expect(await done.getByRole("button", { name: "Approve" }).count()).toBe(0);
    await page.getByText("You approved it").waitFor();
    await looksWell(page);

    await become(page, dana);
    await done.getByRole("button", { name: "Undo" }).click();
    await send(page, "rc1 is no release");
    await message(page, "checkout", /asks to take .* back to what ran before/).waitFor();
  }, 120_000);

  it("Deny asks for a reason, which everybody reads", async () => {
    const page = await open();
    await say(page, "/imagepull repull storefront --tag 7.3.0");
    await send(page, "7.3.1 is slow");
    await become(page, arun);
    await message(page, "storefront", /waits for 1 approval/)
      .getByRole("button", { name: "Deny" })
      .click();
    await window(page).getByRole("textbox", { name: "Reason" }).fill("not before the release");
    await looksWell(page);
    await window(page).getByRole("button", { name: "Deny" }).click();
    const denied = message(page, "storefront", /denied by @Arun Mehta/);
    await denied.getByText("not before the release").waitFor();
    expect(await denied.getByRole("button", { name: "Approve" }).count()).toBe(0);
    await looksWell(page);
  }, 60_000);

  it("nobody approves their own: the answer names the right that is missing; Cancel takes it back", async () => {
    const page = await open();
    await say(page, "/imagepull repull banners --strategy pre-pull");
    await send(page, "");
    const own = message(page, "banners", /waits for 1 approval/);
    await own.getByRole("button", { name: "Approve" }).click();
    await window(page).getByRole("textbox", { name: "Reason" }).fill("nobody else is awake");
    await window(page).getByRole("button", { name: "Approve" }).click();
    await window(page).getByText("It is your own request").waitFor();
    await window(page).getByText("kubectl -n shop create role").first().waitFor();
    await looksWell(page);
    await window(page).getByRole("button", { name: "Close" }).last().click();
    await own.getByRole("button", { name: "Cancel" }).click();
    await message(page, "banners", /cancelled by @Dana Reyes/).waitFor();
  }, 60_000);

  it.each([
    ["by day", "light"],
    ["by night", "dark"],
  ] as const)(
    "on a phone %s the window and the request are read without scrolling sideways",
    async (_when, colorScheme) => {
      const page = await open({ ...phone, colorScheme });
      await say(page, "/imagepull repull storefront --strategy probe");
      await window(page).getByText("Proved: the pull works").waitFor();
      await looksWell(page);
      await send(page, "");
      const waits = message(page, "storefront", /asks to try whether/);
      await waits.getByRole("button", { name: "Cancel" }).click();
      await message(page, "storefront", /cancelled by/).waitFor();
      await looksWell(page);
    },
    60_000,
  );
});
