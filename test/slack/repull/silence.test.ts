import { afterEach, describe, expect, it } from "vitest";
import { dana, outside, shown, stage, type Stage } from "../support/stage.ts";
import { PlanningDesk } from "./desk.ts";
import { gate, open, until } from "./window.ts";

let on: Stage;
let desk: PlanningDesk;
afterEach(() => on.close());

const command = "/imagepull repull shop/deploy/checkout --strategy restart";

/** Dana has the plan before her. */
async function planned(): Promise<string> {
  desk = new PlanningDesk();
  on = await stage("socket", desk.parts);
  await on.slack.say(dana, outside, command);
  return (await until(on, dana, "It would")).id;
}

describe("whoever sends the window and closes it reads that nothing was asked for", () => {
  it.each<[string, (desk: PlanningDesk) => void, string]>([
    ["since the plan is another by now", (one) => (one.version = 2), "has changed since you looked"],
    ["since it cannot be planned any more", (one) => (one.found = notFound), "it cannot be planned any more"],
    ["in read-only mode", (one) => (one.isOff = true), "IMAGEPULL_READONLY is on"],
    ["at a failure", (one) => (one.planning = () => Promise.reject(new Error("x"))), "Whether it was asked"],
  ])("%s", async (_what, change, words) => {
    const view = await planned();
    const survey = gate();
    desk.surveying = () => survey.passed;
    change(desk);
    await on.slack.submit(dana, view);
    await on.slack.closeView(dana, view);
    survey.open();
    const [said] = await on.sees(dana, outside, 1);
    expect(said).toMatchObject({ ephemeralTo: dana });
    expect(shown(said!)).toContain(words);
    expect(desk.asked).toEqual([]);
  });

  const notFound: PlanningDesk["found"] = () =>
    Promise.resolve({ kind: "not-found", sentence: "There is no Deployment checkout.", nearest: [] });
});

describe("what Slack does not take at once is shown all the same", () => {
  it.each([
    ["a limit", { retryAfter: 1 }],
    ["a server error", { status: 500 }],
    ["trouble of its own", { error: "internal_error" }],
  ])("%s", async (_what, failure) => {
    desk = new PlanningDesk();
    on = await stage("socket", desk.parts);
    on.slack.failNext("views.update", failure);
    await on.slack.say(dana, outside, command);
    await until(on, dana, "It would", 4_000);
  });
});

describe("what breaks while a plan is on its way", () => {
  it("keeps the plan from nobody, and ends no process", async () => {
    const view = await planned();
    const { needed } = desk;
    const plan = gate();
    let calls = 0;
    desk.planning = () => plan.passed;
    desk.needed = () => {
      calls += 1;
      if (calls === 1) throw new Error("broken");
      return needed();
    };
    await on.slack.chooseIn(dana, view, "strategy", "pin-digest");
    await expect.poll(() => calls, { timeout: 3_000 }).toBe(1);
    plan.open();
    await until(on, dana, /@sha256:/);
  });
});

it("the window carries no address at which others could post as the bot", async () => {
  await planned();
  expect(open(on, dana).privateMetadata).not.toMatch(/https?:/u);
});
