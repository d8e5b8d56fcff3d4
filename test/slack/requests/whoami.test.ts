import { afterEach, describe, expect, it } from "vitest";
import type { Right, Verdict } from "../../../src/approvals/types.ts";
import { strategies } from "../../../src/repull/strategy.ts";
import { FakeDesk, slackName, team } from "../support/desk.ts";
import { dana, inside, outside, shown, stage, type Stage } from "../support/stage.ts";

let on: Stage;
let desk: FakeDesk;
afterEach(() => on.close());

const all: readonly (readonly [Right["verb"], Right["resource"]])[] = [
  ...(["create", ...strategies, "set-repository", "run-unproven"] as const).map(
    (verb) => [verb, "repullrequests"] as const,
  ),
  ["create", "repulldecisions"],
  ["approve-own", "repullrequests"],
];
type May = (verb: Right["verb"], resource: Right["resource"]) => boolean;
const no = (sentence: string): Verdict => ({ ok: false, sentence });

const asked = async (text: string, channel: string, may: May = () => false): Promise<string> => {
  desk = new FakeDesk();
  desk.rights = (_who, namespace) =>
    all.map(([verb, resource]) => ({
      right: { verb, resource, namespace },
      verdict: may(verb, resource) ? { ok: true } : no(`may not ${verb} ${resource}`),
    }));
  on = await stage("socket", desk.parts);
  await on.slack.say(dana, channel, text);
  const [answer] = await on.sees(dana, channel, 1);
  return answer!.text;
};

const kubectl = "kubectl -n shop create";
const toAsk = `${kubectl} rolebinding imagepull-ask-u0dana --clusterrole=imagepull-ask --user=${slackName(dana)}`;
const toDecide = `${kubectl} rolebinding imagepull-decide-u0dana --clusterrole=imagepull-decide --user=${slackName(dana)}`;
const more = (verbs: string): string =>
  `${kubectl} role imagepull-more-u0dana --verb=${verbs} --resource=repullrequests.imagepull.dev &amp;&amp; ${kubectl} rolebinding imagepull-more-u0dana --role=imagepull-more-u0dana --user=${slackName(dana)}`;
const beyond: readonly string[] = ["set-repository", "run-unproven", "approve-own"];

describe("whoami says which rights somebody has where the channel looks first, and what grants the others", () => {
  it.each<[string, May, readonly string[], readonly string[]]>([
    [
      "none",
      () => false,
      [
        "ask for re-pulls in `shop`: no, `create repullrequests` is missing",
        "decide them there: no, `create repulldecisions` is missing",
        "set-repository no, run-unproven no, approve-own no",
        toAsk,
        toDecide,
        more("set-repository,run-unproven,approve-own"),
      ],
      [],
    ],
    [
      "those who ask",
      (verb, resource) => resource === "repullrequests" && !beyond.includes(verb),
      [
        "ask for re-pulls in `shop`: yes, every strategy",
        "decide them there: no, `create repulldecisions` is missing",
        toDecide,
      ],
      [toAsk],
    ],
    [
      "those who decide",
      (verb, resource) => (resource === "repulldecisions") !== (verb !== "create") && !beyond.includes(verb),
      [
        "ask for re-pulls in `shop`: no, `create repullrequests` is missing",
        "decide them there: yes, every strategy",
        toAsk,
      ],
      [toDecide],
    ],
    [
      "some strategies",
      (verb) => ["create", "restart", "probe"].includes(verb),
      [
        "ask for re-pulls in `shop`: restart, probe; not set-image, pin-digest, policy-always, delete-pods, pre-pull",
        toAsk,
        toDecide,
      ],
      [],
    ],
    [
      "all but one's own approval",
      (verb) => verb !== "approve-own",
      ["set-repository yes, run-unproven yes, approve-own no", more("approve-own")],
      [toAsk, toDecide],
    ],
    ["all", () => true, ["set-repository yes, run-unproven yes, approve-own yes"], ["kubectl"]],
  ])("%s", async (_what, may, parts, not) => {
    const text = await asked("/imagepull whoami", inside, may);
    for (const part of parts) expect(text).toContain(part);
    for (const part of not) expect(text).not.toContain(part);
    expect(text.split("```").length % 2).toBe(1);
    expect(text).not.toMatch(/…$/u);
    expect(desk.rightsAsked).toEqual([
      { user: slackName(dana), groups: [`slack:${team}`, `slack:${team}:S0OPS`], namespace: "shop" },
    ]);
  });

  it("or in the namespace that is named", async () => {
    await asked("/imagepull whoami -n web", inside);
    expect(desk.rightsAsked.map(({ namespace }) => namespace)).toEqual(["web"]);
  });

  it("else asks for one", async () => {
    expect(await asked("/imagepull whoami", outside)).toContain("Name one: `/imagepull whoami -n shop`");
    expect(desk.rightsAsked).toEqual([]);
  });

  it("and what could not be checked", async () => {
    desk = new FakeDesk();
    desk.rights = (_who, namespace) => [
      {
        right: { verb: "create", resource: "repullrequests", namespace },
        verdict: { ok: false, isUnchecked: true, sentence: "Whether you may could not be checked: it took too long." },
      },
    ];
    on = await stage("socket", desk.parts);
    await on.slack.say(dana, inside, "/imagepull whoami");
    expect(shown((await on.sees(dana, inside, 1))[0]!)).toContain("could not be checked: it took too long.");
  });

  it("not for who may not even look", async () => {
    desk = new FakeDesk();
    on = await stage("socket", desk.parts);
    await on.slack.say("U0GUEST", inside, "/imagepull whoami");
    expect((await on.sees("U0GUEST", inside, 1))[0]?.text).toContain("ask for re-pulls and decide them: no");
    expect(desk.rightsAsked).toEqual([]);
  });

  it("nor where nothing is asked for", async () => {
    on = await stage("socket");
    await on.slack.say(dana, inside, "/imagepull whoami");
    expect((await on.sees(dana, inside, 1))[0]?.text).toContain("not here, plans are shown only");
  });
});

it.each([
  "/imagepull whoami -n",
  "/imagepull whoami shop",
  "/imagepull whoami -n Shop",
  "/imagepull whoami -n shop web",
])("%s says what it takes", async (text) =>
  expect(await asked(text, outside)).toContain("for instance: whoami -n shop"),
);
