import { describe, expect, it } from "vitest";
import { createSeals } from "../../src/slack/sealed.ts";

const url = "https://hooks.slack.com/actions/T0PLAYGRND/1234567890/abcdefghijklmnop";
const seals = createSeals("xoxb-secret");

describe("what is sealed", () => {
  it("is opened by every process that has the secret, and tells nobody else what it is", () => {
    const sealed = seals.seal(url);
    expect(createSeals("xoxb-secret").open(sealed)).toBe(url);
    expect(sealed).not.toMatch(/hooks|slack\.com/u);
    expect(sealed.length).toBeLessThan(url.length * 2);
  });

  it.each<[string, string]>([
    ["another secret's", createSeals("xoxb-another").seal(url)],
    ["something else", url],
    ["nothing", ""],
    ["half of it", seals.seal(url).slice(0, 60)],
    ["a bent one", `${seals.seal(url).slice(0, -2)}AA`],
  ])("%s is not opened", (_what, text) => expect(seals.open(text)).toBeNull());
});
