import { afterEach, describe, expect, it } from "vitest";
import type { AskedAt } from "../../../src/approvals/desk/types.ts";
import { request, spec, status } from "../../approvals/case.ts";
import { notFound } from "../../diagnosis/checks.ts";
import type { Case } from "../../repull/case.ts";
import { slackName } from "../support/desk.ts";
import { dana, outside, sam, stage, type Stage } from "../support/stage.ts";
import { begun, type PlanningDesk } from "./desk.ts";
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

/** Two containers, of which either could be meant. */
const two: Case = {
  strategy: "restart",
  policy: "Always",
  workload: {
    template: [
      { name: "app", image: "ghcr.io/shop/checkout:2.4.1", imagePullPolicy: "Always" },
      { name: "proxy", image: "ghcr.io/shop/proxy:1.0.0", imagePullPolicy: "Always" },
    ],
  },
};

describe("the window shows what is true of what is chosen", () => {
  it.each<[string, string, (desk: PlanningDesk) => void, { fields: string[]; submit: string | null; words: RegExp }]>([
    [
      "runs at once where no approval is needed",
      "--strategy restart",
      (desk) => (desk.approvals = 0),
      { fields: ["strategy", "reason"], submit: "Run now", words: /Needs no approval here: it runs at once/ },
    ],
    [
      "IMAGEPULL_READONLY shows the plan and sends nothing",
      "--strategy restart",
      (desk) => (desk.isOff = true),
      { fields: ["strategy"], submit: null, words: /It would.*IMAGEPULL_READONLY is on/ },
    ],
    [
      "a tag is missing",
      "--strategy set-image",
      () => {},
      { fields: ["strategy", "tag"], submit: null, words: /set-image needs to know which image/ },
    ],
    [
      "what is not proved is a risk to take",
      "--strategy restart",
      (desk) => (desk.of = { ...desk.of, isSilent: true }),
      {
        fields: ["strategy", "risk"],
        submit: null,
        words: /Not proved.*It can be proved first: choose _Prove that a pull works.*Take the risk: it is not proved/,
      },
    ],
    [
      "what would fail is none",
      "--tag 9.9.9",
      (desk) => (desk.of = { ...desk.of, registry: { ":9.9.9": notFound() } }),
      { fields: ["strategy", "tag"], submit: null, words: /It would fail/ },
    ],
    [
      "a probe proves itself, and takes a tag",
      "--strategy probe",
      (desk) => (desk.of = { ...desk.of, isSilent: true }),
      { fields: ["strategy", "tag", "reason"], submit: "Ask", words: /Not proved, and this is what proves it/ },
    ],
    [
      "what is refused on such an object says why",
      "--strategy restart",
      (desk) => (desk.of = { ...desk.of, workload: { paused: true } }),
      { fields: ["strategy"], submit: null, words: /This cannot be asked for/ },
    ],
    [
      "a container that is not there is chosen anew",
      "--tag 2.4.0 --container nope",
      () => {},
      { fields: ["strategy", "container", "tag"], submit: null, words: /no container/ },
    ],
    [
      "several containers are chosen from where it matters",
      "--strategy policy-always",
      (desk) => (desk.of = { ...two, policy: "IfNotPresent" }),
      { fields: ["strategy", "container"], submit: null, words: /Which container/ },
    ],
  ])("%s", async (_, words, over, { fields, submit, words: said }) => {
    await opened(words, over);
    const view = await until(on, dana, said);
    expect(fieldsOf(view)).toEqual(fields);
    expect(view.submit).toBe(submit);
    expect(on.slack.calls().filter(({ answer }) => answer !== "ok")).toEqual([]);
  });

  it("a risk that is taken can be asked for, and is not taken for another plan", async () => {
    await opened("--strategy restart", (one) => (one.of = { ...one.of, isSilent: true }));
    const view = await until(on, dana, "Take the risk");
    await on.slack.chooseIn(dana, view.id, "risk", ["yes"]);
    await expect.poll(() => open(on, dana).submit).toBe("Ask");
    await on.slack.chooseIn(dana, view.id, "strategy", "delete-pods");
    await expect.poll(() => desk.plans.at(-1)).toMatchObject({ strategy: "delete-pods", allowUnproven: false });
    await expect.poll(() => open(on, dana).submit).toBeNull();
    await on.slack.chooseIn(dana, view.id, "strategy", "restart");
    await until(on, dana, /"block_id":"risk:restart:/);
    expect(open(on, dana).submit).toBeNull();
    await on.slack.chooseIn(dana, view.id, "risk", ["yes"]);
    await expect.poll(() => open(on, dana).submit).toBe("Ask");
    await on.slack.submit(dana, view.id);
    await until(on, dana, "Asked:");
    expect(desk.asked[0]?.drafted.draft.parameters).toMatchObject({ strategy: "restart", allowUnproven: true });
  });

  it("another container has other tags", async () => {
    await opened("--container app --tag 2.4.0", (one) => (one.of = two));
    await until(on, dana, "It would");
    await on.slack.chooseIn(dana, open(on, dana).id, "container", "proxy");
    const view = await until(on, dana, "needs to know which image");
    expect(desk.plans.at(-1)).toMatchObject({ container: "proxy", tag: null });
    expect(view.submit).toBeNull();
  });

  it("a reason that was typed stays, whatever is chosen besides, also while there is no field for it", async () => {
    await opened();
    const view = await until(on, dana, "It would");
    await on.slack.chooseIn(dana, view.id, "strategy", "set-image", { reason: { reason: "half a reas" } });
    await until(on, dana, "needs to know which image");
    await on.slack.chooseIn(dana, view.id, "strategy", "restart");
    await expect.poll(() => open(on, dana).submit).toBe("Ask");
    await on.slack.submit(dana, view.id);
    await until(on, dana, "Asked:");
    expect(desk.asked[0]?.reason).toBe("half a reas");
  });
});

describe("what became of it is said in the window", () => {
  const other = request({
    spec: spec({ requestedBy: slackName(sam) }),
    status: status("Pending", { message: "It waits for 1 approval." }),
  });
  const denied = request({
    status: {
      ...status("Denied"),
      history: [{ phase: "Denied", at: "2026-11-25T12:00:00Z", by: slackName(sam), message: "not on a Friday" }],
    },
  });
  it.each<[string, AskedAt, readonly RegExp[]]>([
    [
      "open",
      { kind: "open", request: other },
      [/The same is asked for already/, new RegExp(`by <@${sam}>`), /Pending/],
    ],
    ["denied", { kind: "denied", request: denied }, [/The same was denied/, /not on a Friday\./, /It stays so until/]],
    [
      "refused",
      { kind: "refused", sentence: "requests are not set up" },
      [/Nothing was asked/, /Requests are not set up\./],
    ],
    ["unknown", { kind: "unknown", sentence: "whether it was asked is not known" }, [/It may have been asked/]],
    [
      "forbidden",
      {
        kind: "forbidden",
        sentence:
          "slack:T:U may not restart repullrequests.imagepull.dev in namespace shop. Who may grant it types: kubectl -n shop create role x --verb=restart",
      },
      [/You may not ask for this/, /may not restart/, /```\\nkubectl -n shop create role x --verb=restart\\n```/],
    ],
  ])("%s", async (_, outcome, words) => {
    await opened("--strategy restart", (one) => (one.asking = () => outcome));
    const view = await until(on, dana, "It would");
    await on.slack.submit(dana, view.id);
    const end = await until(on, dana, words[0]!);
    for (const word of words) expect(shownIn(end)).toMatch(word);
    expect(end).toMatchObject({ submit: null, close: "Close" });
  });

  it("without a channel it says how it is decided", async () => {
    await begin();
    await on.close();
    on = await stage("socket", { requests: { ...desk.parts.requests, channel: null } });
    await on.slack.say(dana, outside, `/imagepull repull ${target} --strategy restart`);
    const view = await until(on, dana, "It would");
    await on.slack.submit(dana, view.id);
    const end = await until(on, dana, "Asked:");
    expect(shownIn(end)).toContain("/imagepull requests approve checkout-0123456789abcdef-1 -n shop");
  });
});
