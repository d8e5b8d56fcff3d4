import { afterEach, describe, expect, it } from "vitest";
import type { Desk } from "../../../src/approvals/desk/types.ts";
import { optionsFor } from "../../../src/slack/repull/tags.ts";
import { dana, hasty, outside, stage, type Stage } from "../support/stage.ts";
import { PlanningDesk } from "./desk.ts";
import { open, shownIn, until } from "./window.ts";

const many = Array.from({ length: 1_000 }, (_, index) => `2.${999 - index}.0`);
const values = (typed: string, tags: readonly string[]): readonly string[] =>
  optionsFor(typed, tags).map(({ value }) => value ?? "");

describe("the tags that are offered for what was typed", () => {
  it.each<[string, string, readonly string[], readonly string[]]>([
    ["nothing: all, in the registry's order", "", ["2.0", "1.0"], ["2.0", "1.0"]],
    ["a part, wherever it stands", "rc", ["2.0-RC1", "1.0", "rc"], ["rc", "2.0-RC1"]],
    ["what is there, first", "1.0", ["11.0", "1.0.1", "1.0"], ["1.0", "11.0", "1.0.1"]],
    ["what is not there, as typed, last", "1.0", ["1.0.1"], ["1.0.1", "1.0"]],
    ["what is no tag is not offered", "a b", ["1.0"], []],
    ["nor what a registry says that is none", "", ["ok", "no/no", "", "<!channel>", "x".repeat(129)], ["ok"]],
    ["each once", "", ["1.0", "1.0"], ["1.0"]],
    ["without a registry, what was typed", " 3.1 ", [], ["3.1"]],
    ["and nothing where nothing was typed", "", [], []],
  ])("%s", (_, typed, tags, expected) => expect(values(typed, tags)).toEqual(expected));

  it("are a hundred at most, what was typed among them", () => {
    expect(values("", many)).toEqual(many.slice(0, 100));
    expect(values("2", many)).toEqual([...many.filter((tag) => tag.includes("2")).slice(0, 99), "2"]);
    expect(optionsFor("2", many).at(-1)?.text.text).toBe("2 (as typed)");
  });

  it("fit Slack's limits whatever they are", () => {
    const [one] = optionsFor("x".repeat(128), []);
    expect(one?.value).toHaveLength(128);
    expect(one?.text.text.length).toBeLessThanOrEqual(75);
  });
});

describe("typing a tag in the window", () => {
  let on: Stage;
  let desk: PlanningDesk;
  afterEach(() => on.close());

  async function typing(listing: Desk["tags"], parts: Parameters<typeof stage>[1] = {}): Promise<string> {
    desk = new PlanningDesk();
    desk.listing = listing;
    on = await stage("socket", { ...desk.parts, ...parts });
    await on.slack.say(dana, outside, "/imagepull repull shop/deploy/checkout --strategy set-image");
    return (await until(on, dana, "needs to know which image")).id;
  }
  const suggested = async (id: string, typed: string): Promise<readonly string[]> =>
    (await on.slack.suggest(dana, id, "tag", typed)).map(({ value }) => value);

  it("offers the registry's, asked once while the window opened, and plans the chosen one", async () => {
    let asked = 0;
    const id = await typing(() => {
      asked += 1;
      return Promise.resolve({ status: "ok", value: many });
    });
    expect(await suggested(id, "")).toEqual(many.slice(0, 100));
    expect(await suggested(id, "2.77.0")).toEqual(["2.77.0"]);
    expect(asked).toBe(1);
    await on.slack.chooseIn(dana, id, "tag", "2.77.0");
    await until(on, dana, "It would");
    expect(desk.plans.at(-1)).toMatchObject({ strategy: "set-image", tag: "2.77.0" });
    expect(open(on, dana).values["tag:"]).toMatchObject({ tag: { selected_option: { value: "2.77.0" } } });
  });

  it.each<[string, Desk["tags"]]>([
    ["is down", () => Promise.resolve({ status: "failed", reason: "connection refused" })],
    ["breaks", () => Promise.reject(new Error("connection refused"))],
  ])("a registry that %s leaves the tag that is typed", async (_, listing) => {
    const id = await typing(listing);
    expect(await suggested(id, "")).toEqual([]);
    expect(await suggested(id, "2.4.0")).toEqual(["2.4.0"]);
    await on.slack.chooseIn(dana, id, "tag", "2.4.0");
    const view = await until(on, dana, "It would");
    expect(shownIn(view)).toContain(
      "The registry's tags cannot be offered (connection refused): type the tag, and choose it.",
    );
    expect(view.submit).toBe("Ask");
  });

  it("a registry that takes too long does too, in time", async () => {
    const id = await typing(() => new Promise(() => {}), { wait: hasty });
    const before = Date.now();
    expect(await suggested(id, "2.4.0")).toEqual(["2.4.0"]);
    expect(Date.now() - before).toBeLessThan(2_500);
  });

  it("one that was down is asked again by the next letter", async () => {
    let isDown = true;
    const id = await typing(() =>
      Promise.resolve(isDown ? { status: "failed", reason: "connection refused" } : { status: "ok", value: ["2.4.0"] }),
    );
    expect(await suggested(id, "")).toEqual([]);
    isDown = false;
    expect(await suggested(id, "")).toEqual(["2.4.0"]);
  });
});
