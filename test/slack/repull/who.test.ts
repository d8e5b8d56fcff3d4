import { afterEach, describe, expect, it } from "vitest";
import { dana, everybody, inside, outside, sam, type Stage } from "../support/stage.ts";
import { slackName } from "../support/desk.ts";
import { begun, type PlanningDesk } from "./desk.ts";
import { until } from "./window.ts";

let on: Stage;
let desk: PlanningDesk;
afterEach(() => on.close());

const command = "/imagepull repull shop/deploy/checkout --strategy restart";

const begin = async (...given: Parameters<typeof begun>): Promise<void> => void ({ on, desk } = await begun(...given));

describe("who may", () => {
  it.each(everybody.filter((user) => user !== dana && user !== sam))("%s reads in the window why not", async (user) => {
    await begin();
    await on.slack.clickAs(
      user,
      { channel: inside, ts: "1.1" },
      {
        type: "button",
        action_id: "repull",
        value: "shop/deploy/checkout",
      },
    );
    const view = await until(on, user, /imagepull answers full members|gives? no answer|Bots and workflows/);
    expect(view).toMatchObject({ submit: null, close: "Close" });
    expect(desk.surveys).toEqual([]);
  });

  it("somebody who leaves between looking and asking asks nothing", async () => {
    await begin();
    await on.slack.say(dana, outside, command);
    const { id } = await until(on, dana, "It would");
    on.slack.setUser(dana, { is_restricted: true });
    await on.slack.submit(dana, id);
    await until(on, dana, "You are a guest here");
    expect(desk.asked).toEqual([]);
  });

  it("Slack that does not say who it is lets nobody in", async () => {
    await begin();
    on.slack.failNext("users.info", { error: "fatal_error" }, 2);
    await on.slack.say(dana, outside, command);
    await until(on, dana, "Slack did not say whether you are a member");
    expect(desk.surveys).toEqual([]);
  });

  it("where Kubernetes decides what they see, the target is looked at under their own name", async () => {
    await begin(() => {}, { access: { look: "rbac" } });
    await on.slack.say(dana, outside, command);
    await until(on, dana, "It would");
    expect(desk.surveys[0]?.[1].asker).toMatchObject({ user: slackName(dana) });
  });

  it.each<[string, readonly string[], number]>([
    ["has been taken away since", [], 2],
    ["is there still", ["shop"], 1],
  ])("what was looked at is shown no longer where the right %s", async (_what, rights, surveys) => {
    await begin(() => {}, { access: { look: "rbac" } });
    await on.slack.say(dana, outside, command);
    const { id } = await until(on, dana, "It would");
    on.core.rights = () => rights;
    await on.slack.chooseIn(dana, id, "strategy", "pin-digest");
    await until(on, dana, /@sha256:/);
    expect(desk.surveys).toHaveLength(surveys);
  });
});
