import { afterEach, describe, expect, it } from "vitest";
import type { Asking } from "../../../src/approvals/desk/types.ts";
import type { Strategy } from "../../../src/repull/strategy.ts";
import { request, status } from "../../approvals/case.ts";
import { slackName } from "../support/desk.ts";
import { dana, diagnosed, inside, offers, outside, sam, settle, shown, stage, type Stage } from "../support/stage.ts";
import { begun, PlanningDesk, undone } from "./desk.ts";
import { fieldsOf, open, shownIn, until } from "./window.ts";

let on: Stage;
let desk: PlanningDesk;
afterEach(() => on.close());

const target = "shop/deploy/checkout";

const begin = async (...given: Parameters<typeof begun>): Promise<void> => void ({ on, desk } = await begun(...given));

async function opened(words = `--strategy restart`, over: (desk: PlanningDesk) => void = () => {}): Promise<void> {
  await begin(over);
  await on.slack.say(dana, outside, `/imagepull repull ${target} ${words}`.trim());
}

describe("a re-pull is asked for", () => {
  it("from a button of a diagnosis: window, plan, submission, request", async () => {
    await begin();
    on.core.answer = () => diagnosed({ cause: "stale-image" }, "Always");
    await on.slack.say(dana, outside, "/imagepull diagnose checkout");
    const [answer] = await on.sees(dana, outside, 1);
    expect(offers(answer!)).toEqual(["share", "details", "repull:restart", "repull:delete-pods"]);
    await on.slack.click(dana, answer!, "repull:restart");
    const view = await until(on, dana, "It would");
    expect(view).toMatchObject({ title: "Re-pull", submit: "Ask", close: "Cancel" });
    expect(shownIn(view)).toContain("Needs 1 approval in shop");
    expect(fieldsOf(view)).toEqual(["strategy", "reason"]);
    await on.slack.submit(dana, view.id, { reason: { reason: "the tag moved" } });
    const end = await until(on, dana, "Asked:");
    expect(shownIn(end)).toContain(`It is shown in <#${outside}>.`);
    expect(end).toMatchObject({ title: "Re-pull", submit: null });
    expect(desk.asked).toHaveLength(1);
    expect(desk.asked[0]).toMatchObject({ reason: "the tag moved", who: { user: slackName(dana) } });
    expect(desk.asked[0]?.who.groups).toContain("slack:T0PLAYGRND:S0OPS");
    expect(desk.nudges).toBe(1);
  });

  it.each<[string, string, Strategy, string | null]>([
    ["by its name", "checkout", "restart", null],
    ["by a strategy", `${target} --strategy delete-pods`, "delete-pods", null],
    ["by a tag alone, which sets it", `${target} --tag 2.4.0`, "set-image", "2.4.0"],
    [
      "by all of it, in kubectl's way",
      "deploy checkout -n shop --strategy=set-image --tag=2.4.0",
      "set-image",
      "2.4.0",
    ],
  ])("by a command, %s: %s", async (_, words, strategy, tag) => {
    await begin();
    await on.slack.say(dana, outside, `/imagepull repull ${words}`);
    const view = await until(on, dana, "It would");
    await on.slack.submit(dana, view.id);
    await until(on, dana, "Asked:");
    const { parameters } = desk.asked[0]!.drafted.draft;
    expect(parameters).toMatchObject({ strategy, tag });
  });

  it("by a mention, whose answer has a button that opens the window, also for somebody else", async () => {
    await begin();
    await on.slack.say(dana, inside, `@imagepull repull ${target} --strategy set-image --tag 2.4.0`);
    await expect.poll(() => on.slack.messages(inside, dana)[0]?.replies.length).toBe(1);
    const reply = on.slack.messages(inside, sam)[0]!.replies[0]!;
    expect(desk.surveys).toEqual([]);
    await on.slack.click(sam, reply, "repull");
    const view = await until(on, sam, "It would");
    await on.slack.submit(sam, view.id);
    await until(on, sam, "Asked:");
    expect(desk.asked[0]).toMatchObject({
      who: { user: slackName(sam) },
      drafted: { planned: { strategy: "set-image" } },
    });
  });

  it.each([
    ["/imagepull", "repull checkout --yes", "repull does not know --yes"],
    ["/imagepull", "repull", "repull needs to know what"],
    ["@imagepull", "repull checkout --strategy explode", "explode is no strategy"],
  ])("%s %s is answered by a sentence, and opens nothing", async (call, words, sentence) => {
    await begin();
    await on.slack.say(dana, inside, `${call} ${words}`);
    await expect.poll(() => JSON.stringify(on.slack.messages(inside, dana))).toContain(sentence);
    expect(JSON.stringify(on.slack.messages(inside, dana))).toContain(`\`${call} help\``);
    expect(on.slack.views(dana)).toEqual([]);
  });

  it("without a desk there is no way in: plans are shown, and a command says so", async () => {
    desk = new PlanningDesk();
    on = await stage("socket");
    on.core.answer = () => diagnosed({ cause: "stale-image" }, "Always");
    await on.slack.say(dana, outside, "/imagepull diagnose checkout");
    const [answer] = await on.sees(dana, outside, 1);
    expect(offers(answer!)).toEqual(["share", "details", "plan:restart", "plan:delete-pods"]);
    await on.slack.say(dana, outside, "/imagepull repull checkout");
    const [, said] = await on.sees(dana, outside, 2);
    expect(shown(said!)).toContain("Re-pulls cannot be asked for here");
    expect(on.slack.views(dana)).toEqual([]);
  });

  it("over HTTP", async () => {
    desk = new PlanningDesk();
    on = await stage("http", desk.parts);
    await on.slack.say(dana, outside, `/imagepull repull ${target} --strategy restart`);
    const view = await until(on, dana, "It would");
    await on.slack.submit(dana, view.id);
    await until(on, dana, "Asked:");
  });
});

describe("a name that is not one object", () => {
  const candidate = (name: string) =>
    ({ namespace: "shop", kind: "Deployment", name, text: `shop/deploy/${name}` }) as const;

  it.each(["choice", "not-found"] as const)("%s: chosen in the window", async (kind) => {
    const candidates = [candidate("checkout"), candidate("web")];
    await begin((one) => {
      const { found } = one;
      one.found = (request, ...rest) =>
        request.kind === "object"
          ? found(request, ...rest)
          : Promise.resolve(
              kind === "choice"
                ? { kind, sentence: "chekout is the name of 2 objects", candidates }
                : { kind, sentence: "no pod or workload chekout", nearest: candidates },
            );
    });
    await on.slack.say(dana, outside, "/imagepull repull chekout --strategy restart");
    const view = await until(on, dana, /(?:chekout is|workload chekout)/);
    expect(view.submit).toBeNull();
    await on.slack.chooseIn(dana, view.id, "target", "shop/deploy/checkout");
    await until(on, dana, "It would");
    expect(desk.surveys.at(-1)?.[0]).toMatchObject({ kind: "object", namespace: "shop", name: "checkout" });
    await on.slack.submit(dana, view.id);
    await until(on, dana, "Asked:");
  });

  it("that cannot be read says why", async () => {
    await opened("", (one) => {
      one.found = () => Promise.resolve({ kind: "unreadable", sentence: "The API server gave no answer." });
    });
    const view = await until(on, dana, "The API server gave no answer.");
    expect(view.submit).toBeNull();
  });

  it("is looked for first where the channel says", async () => {
    await begin();
    await on.slack.say(dana, inside, "/imagepull repull checkout");
    await until(on, dana, "It would");
    expect(desk.surveys[0]?.[1]).toEqual({ defaultNamespace: "shop", asker: null });
  });
});

describe("what is shown is what is asked for", () => {
  it("a plan that has changed is shown again, and nothing is asked", async () => {
    await opened();
    const view = await until(on, dana, "It would");
    desk.version = 2;
    await on.slack.submit(dana, view.id, { reason: { reason: "why" } });
    await until(on, dana, "It has changed since you looked");
    expect(desk.asked).toEqual([]);
    await on.slack.submit(dana, view.id);
    await until(on, dana, "Asked:");
    expect(desk.asked).toMatchObject([{ reason: "why" }]);
  });

  it("so is one that can no longer be asked for", async () => {
    await opened();
    const view = await until(on, dana, "It would");
    desk.of = { ...desk.of, workload: { paused: true } };
    await on.slack.submit(dana, view.id);
    const end = await until(on, dana, "It has changed since you looked");
    expect(end.submit).toBeNull();
    expect(desk.asked).toEqual([]);
  });

  it("handed over twice, it is asked once, and the window shows what became of it", async () => {
    await opened();
    const view = await until(on, dana, "It would");
    await on.slack.submit(dana, view.id);
    await until(on, dana, "Asked:");
    await on.slack.redeliver();
    await settle();
    expect(desk.asked).toHaveLength(1);
    expect(shownIn(open(on, dana))).toContain("Asked:");
  });

  it("sent twice at once, it is asked once", async () => {
    await opened();
    const view = await until(on, dana, "It would");
    await Promise.all([on.slack.submit(dana, view.id), on.slack.submit(dana, view.id)]);
    await until(on, dana, "Asked:");
    await settle();
    expect(desk.asked).toHaveLength(1);
  });
});

describe("a request is taken back", () => {
  const done = request({ status: status("Succeeded", { undo: "offered" }) });
  const button = {
    action_id: "undo",
    value: JSON.stringify({ v: 1, ns: "shop", name: done.name, uid: done.uid, by: "x" }),
  };

  it("in a window of its own, as a request of its own", async () => {
    await begin((one) => (one.requests = [done]));
    await on.slack.clickAs(dana, { channel: inside, ts: "1.1" }, { type: "button", ...button });
    const view = await until(on, dana, "It takes back");
    expect(view).toMatchObject({ title: "Take back a re-pull", submit: "Ask" });
    expect(fieldsOf(view)).toEqual(["reason"]);
    await on.slack.submit(dana, view.id, { reason: { reason: "worse than before" } });
    await until(on, dana, "Asked:");
    expect(desk.asked[0]).toMatchObject({ reason: "worse than before", drafted: { undoes: done.name } } satisfies {
      reason: string;
      drafted: Partial<Asking["drafted"]>;
    });
  });

  it("one that cannot be proved is a risk to take", async () => {
    await begin((one) => {
      one.requests = [done];
      one.of = { ...one.of, isSilent: true };
      one.undoing = (_, { allowUnproven }) => one.planned({ ...undone, allowUnproven });
    });
    await on.slack.clickAs(dana, { channel: inside, ts: "1.1" }, { type: "button", ...button });
    const view = await until(on, dana, "Take the risk");
    expect(view.submit).toBeNull();
    await on.slack.chooseIn(dana, view.id, "risk", ["yes"]);
    await expect.poll(() => open(on, dana).submit).toBe("Ask");
    await on.slack.submit(dana, view.id);
    await until(on, dana, "Asked:");
    expect(desk.asked[0]?.drafted.draft.parameters.allowUnproven).toBe(true);
  });

  it("one that is gone says so", async () => {
    await begin();
    await on.slack.clickAs(dana, { channel: inside, ts: "1.1" }, { type: "button", ...button });
    await until(on, dana, "There is no request");
  });
});
