import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { SlackAppParts } from "../../src/slack/app.ts";
import { type Asker, asker } from "../collect/asked.ts";
import { diagnosisOf } from "../support/diagnoses.ts";
import { namespace, shop, workload } from "../support/kube-objects.ts";
import { mayGetPodsIn } from "../support/reviews.ts";
import { dana, inside, offers, outside, sam, settle, shown, stage, type Stage } from "./support/stage.ts";

const asDana = { user: "slack:T0PLAYGRND:U0DANA", groups: ["slack:T0PLAYGRND", "slack:T0PLAYGRND:S0OPS"] };
const asSam = { user: "slack:T0PLAYGRND:U0SAM", groups: ["slack:T0PLAYGRND", "slack:T0PLAYGRND:S0ALL"] };

let on: Stage;
const begin = async (over: Partial<SlackAppParts> = {}): Promise<void> => {
  on = await stage("socket", { access: { look: "rbac" }, ...over });
};
afterEach(() => on.close());

describe("under access.look: rbac, for whom the core is asked", () => {
  it.each([
    ["by a command", dana, outside, "/imagepull diagnose checkout", asDana],
    ["by somebody else", sam, outside, "/imagepull diagnose checkout", asSam],
    ["in a thread", dana, inside, "@imagepull diagnose checkout", asDana],
  ])("%s", async (_, user, channel, typed, subject) => {
    await begin();
    await on.slack.say(user, channel, typed);
    await expect.poll(() => on.core.asked).toHaveLength(1);
    expect(on.core.asked[0]?.asker).toEqual(subject);
  });

  it.each(["U0GUEST", "U0SINGLE", "U0ROBOT", "U0FLOW", "U0OTHER", "U0STRANGE", "U0GONE"])(
    "not for %s, who is no full member, whatever Kubernetes would say",
    async (user) => {
      await begin();
      on.core.rights = () => [null, "shop"];
      await on.slack.say(user, outside, "/imagepull diagnose checkout");
      await on.slack.say(user, outside, "/imagepull whoami");
      await on.sees(user, outside, 2);
      expect([on.core.asked, on.core.reviewed]).toEqual([[], []]);
    },
  );

  it.each([
    ["an error", { error: "fatal_error" }, 1],
    ["a limit", { retryAfter: 30 }, 1],
    // Asked twice, since a read whose connection broke is made once more.
    ["a server error", { status: 500 }, 2],
  ])("nobody at %s of usergroups.list", async (_, failure, times) => {
    await begin();
    on.slack.failNext("usergroups.list", failure, times);
    await on.slack.say(dana, outside, "/imagepull diagnose checkout");
    const [answer] = await on.sees(dana, outside, 1);
    expect(answer?.text).toContain("Slack did not say which user groups you are in");
    expect(on.core.asked).toEqual([]);
    await on.slack.say(dana, outside, "/imagepull diagnose checkout");
    await expect.poll(() => on.core.asked[0]?.asker).toEqual(asDana);
  });

  it("without user groups in a workspace whose plan has none", async () => {
    await begin();
    on.slack.failNext("usergroups.list", { error: "plan_upgrade_required" });
    await on.slack.say(dana, outside, "/imagepull diagnose checkout");
    await expect.poll(() => on.core.asked[0]?.asker).toEqual({ ...asDana, groups: ["slack:T0PLAYGRND"] });
  });

  it("with the groups of a minute ago, and no older ones", async () => {
    let now = Date.parse("2026-11-24T10:00:00Z");
    await begin({ clock: () => new Date(now) });
    const ask = async (count: number): Promise<number> => {
      await on.slack.say(dana, outside, "/imagepull diagnose checkout");
      await on.sees(dana, outside, count);
      return on.slack.calls("usergroups.list").length;
    };
    expect([await ask(1), await ask(2)]).toEqual([1, 1]);
    now += 61_000;
    expect(await ask(3)).toBe(2);
  });

  it("nobody in particular under members", async () => {
    await begin({ access: { look: "members" } });
    await on.slack.say(dana, outside, "/imagepull diagnose checkout");
    await on.sees(dana, outside, 1);
    expect(on.core.asked[0]).not.toHaveProperty("asker");
    expect(on.core.reviewed).toEqual([]);
  });
});

describe("what the asker may not see", () => {
  let cluster: Asker;
  beforeEach(() => {
    cluster = asker();
  });
  afterEach(() => cluster.stop());

  const objects = [
    ...shop(),
    namespace("vault"),
    workload("Deployment", "ledger", { namespace: "billing" }),
    ...["shop", "vault", "billing"].map((where) => workload("StatefulSet", "db", { namespace: where })),
  ];
  const asks = async (typed: string, rights: readonly string[]): Promise<string> => {
    const core = await cluster.core({ objects, behaviour: { answers: mayGetPodsIn(...rights) } });
    await begin({ core });
    await on.slack.say(dana, outside, `/imagepull diagnose ${typed}`);
    const [answer] = await on.sees(dana, outside, 1);
    return shown(answer!).replace(/"block_id":"[^"]*"/g, "");
  };

  it("is not in a choice, and not counted in it", async () => {
    const choice = await asks("sts/db", ["shop", "vault"]);
    expect(choice).toContain("fits 2 objects");
    expect(choice).toContain("shop/sts/db");
    expect(choice).toContain("vault/sts/db");
    expect(choice).not.toContain("billing");
  });

  it("is not among the nearest names", async () => {
    const answer = await asks("deploy/leger", ["shop"]);
    expect(answer).toContain("(Only namespaces where you may get pods were looked at: /imagepull whoami.)");
    expect(answer).not.toMatch(/ledger|billing/);
  });

  it("does not exist for them: its name reads like one that nobody has", async () => {
    const hidden = await asks("deploy/ledger -n billing", ["shop"]);
    await on.close();
    expect(hidden.replaceAll("billing", "bellows")).toBe(await asks("deploy/ledger -n bellows", ["shop"]));
  });
});

describe("a button asks again", () => {
  const asked = async (): Promise<void> => {
    await begin();
    on.core.rights = () => ["shop"];
    await on.slack.say(dana, outside, "/imagepull diagnose checkout");
    await on.sees(dana, outside, 1);
  };
  const answer = () => on.slack.messages(outside, dana)[0]!;

  it.each(["details", "share", "plan:delete-pods"])(
    "%s shows what was seen, while the right stands",
    async (action) => {
      await asked();
      await on.slack.click(dana, answer(), action);
      await expect.poll(() => on.core.reviewed).toEqual([{ ...asDana, namespace: "shop" }]);
      await settle();
      expect(on.core.asked).toHaveLength(1);
    },
  );

  it.each(["details", "share", "plan:delete-pods"])("%s shows nothing of it once the right is gone", async (action) => {
    await asked();
    on.core.rights = () => [];
    on.core.answer = () => ({ kind: "not-found", sentence: 'no namespace "shop".', nearest: [] });
    await on.slack.click(dana, answer(), action);
    const seen = await on.sees(dana, outside, 2);
    expect(seen[1]?.text).toContain('no namespace "shop". (Only namespaces where you may get pods were looked at');
    expect(seen[1]?.ephemeralTo).toBe(dana);
    expect(on.core.asked[1]?.asker).toEqual(asDana);
    expect(on.slack.messages(outside, sam)).toEqual([]);
  });

  it.each(["details", "plan:delete-pods"])(
    "%s of what another has shared is looked at with one's own sight",
    async (action) => {
      await asked();
      await on.slack.click(dana, answer(), "share");
      const [shared] = await on.sees(sam, outside, 1);
      on.core.answer = () => ({ kind: "not-found", sentence: 'no namespace "shop".', nearest: [] });
      await on.slack.click(sam, shared!, action);
      const seen = await on.sees(sam, outside, 2);
      expect(seen[1]).toMatchObject({ ephemeralTo: sam, text: expect.stringContaining('no namespace "shop".') });
      expect(on.core.asked.map(({ asker: by }) => by)).toEqual([asDana, asSam]);
    },
  );

  it("a choice that another has been given is made with one's own sight", async () => {
    await begin();
    const names = ["web-0", "web-1"];
    on.core.answer = () => ({
      kind: "choice",
      sentence: "two of them",
      candidates: names.map((name) => ({ namespace: "shop", kind: "Pod", name, text: `shop/${name}` })),
    });
    await on.slack.say(dana, inside, "@imagepull diagnose web");
    await expect.poll(() => on.slack.messages(inside, sam)[0]?.replies.length).toBe(1);
    await on.slack.choose(sam, on.slack.messages(inside, sam)[0]!.replies[0]!, "choose", "shop/web-1");
    await expect.poll(() => on.core.asked[1]?.asker).toEqual(asSam);
  });

  it("under an alert looks with the presser's sight; the alert itself is posted whole", async () => {
    await begin();
    await on.app.postDiagnosis(inside, diagnosisOf());
    const [alert] = await on.sees(dana, inside, 1);
    expect(offers(alert!)).toContain("details");
    expect(on.core.reviewed).toEqual([]);
    await on.slack.click(dana, alert!, "details");
    await expect.poll(() => on.core.asked[0]?.asker).toEqual(asDana);
  });
});

describe("whoami says where one may look, and what grants more", () => {
  const grant = (where: string): string =>
    `kubectl create rolebinding imagepull-u0dana --clusterrole=view --user=slack:T0PLAYGRND:U0DANA -n ${where}`;
  it.each<[string, string, (string | null)[], string[], string[]]>([
    ["everywhere", outside, [null], ["yes, in every namespace"], ["kubectl"]],
    [
      "nowhere that is known here",
      outside,
      [],
      ["in each namespace where Kubernetes lets", grant("NAMESPACE")],
      ["In `"],
    ],
    ["where this channel looks first", inside, ["shop"], ["In `shop`: yes", grant("NAMESPACE")], []],
    [
      "not where this channel looks first",
      inside,
      [],
      ["In `shop`: no. slack:T0PLAYGRND:U0DANA may not get pods in namespace shop", grant("shop")],
      [],
    ],
  ])("%s", async (_, channel, rights, expected, not) => {
    await begin();
    on.core.rights = () => rights;
    await on.slack.say(dana, channel, "/imagepull whoami");
    const [answer] = await on.sees(dana, channel, 1);
    for (const text of expected) expect(answer?.text).toContain(text);
    for (const text of not) expect(answer?.text).not.toContain(text);
  });
});
