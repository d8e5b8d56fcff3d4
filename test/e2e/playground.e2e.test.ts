import { describe, expect, it } from "vitest";
import { arun, ask, become, dana, desk, faults, overflow, phone, say, type Screen, usePlayground } from "./stage.ts";

describe("the playground in Chromium", () => {
  const { open } = usePlayground();

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
    await become(page, arun);
    await answer.waitFor({ state: "hidden" });
  });

  it("a diagnosis that is shared, and a mention's in its thread, are seen by the other", async () => {
    const page = await open();
    await become(page, arun);
    await say(page, "@imagepull diagnose storefront");
    const thread = page.getByRole("group", { name: "Thread" }).last();
    await thread.getByText("storefront").first().waitFor();
    await become(page, dana);
    await thread.getByText("storefront").first().waitFor();
    const own = await ask(page, "recommendations");
    await own.getByRole("button", { name: "Share" }).click();
    await become(page, arun);
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
    expect(await faults(page)).toEqual([]);
    await item.click();
    const answer = page
      .getByRole("article")
      .filter({ hasText: "Only visible to you" })
      .filter({ hasText: "cannot be pulled" });
    await answer.waitFor();
    await become(page, arun);
    await answer.waitFor({ state: "hidden" });
  });

  it("on a phone an answer shows its headline without scrolling, and code breaks behind its separators", async () => {
    const page = await open(phone);
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
    ["a phone", phone],
    ["a phone by night", { ...phone, colorScheme: "dark" }],
  ] as [string, Screen][])("on %s axe finds nothing, and nothing is wider than the screen", async (_what, screen) => {
    const page = await open(screen);
    await ask(page, "checkout");
    await page.getByRole("textbox", { name: "Message" }).fill("/");
    expect(await faults(page)).toEqual([]);
    expect(await overflow(page)).toBe(0);
  });
});
