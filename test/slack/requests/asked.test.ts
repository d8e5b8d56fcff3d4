import { afterEach, describe, expect, it } from "vitest";
import type { RepullRequest } from "../../../src/approvals/types.ts";
import type { SlackAppParts } from "../../../src/slack/app.ts";
import { checkBlocks } from "../../../src/playground/slack/validate.ts";
import { status } from "../../approvals/case.ts";
import { FakeDesk, requestBy, slackName, team } from "../support/desk.ts";
import { dana, inside, offers, outside, sam, shown, stage, type Stage } from "../support/stage.ts";

let on: Stage;
let desk: FakeDesk;
const begin = async (requests: readonly RepullRequest[] = [], over: Partial<SlackAppParts> = {}): Promise<void> => {
  desk = new FakeDesk();
  desk.requests = requests;
  on = await stage("socket", { ...desk.parts, ...over });
};
afterEach(() => on.close());

const typed = async (user: string, channel: string, text: string): Promise<string> => {
  const before = on.slack.messages(channel, user).length;
  await on.slack.say(user, channel, text);
  const seen = await on.sees(user, channel, before + 1);
  return shown(seen[before]!);
};
const named = (name: string, over: Partial<RepullRequest> = {}): RepullRequest =>
  requestBy(dana, { name, uid: `uid-${name}`, ...over });
const said = (): readonly string[] =>
  desk.said.map(({ verb, request, reason }) => `${verb} ${request.namespace}/${request.name}: ${reason}`);

describe("/imagepull requests lists", () => {
  it("the open ones first, with their buttons, then the newest that are over", async () => {
    await begin([
      named("over-1", { status: status("Succeeded"), createdAt: "2026-11-25T11:00:00Z" }),
      named("over-2", { status: status("Denied"), createdAt: "2026-11-25T11:30:00Z" }),
      named("open-1", { status: status("Pending"), createdAt: "2026-11-25T10:00:00Z" }),
      named("open-2", { status: status("Executing"), createdAt: "2026-11-25T10:30:00Z" }),
    ]);
    const text = await typed(sam, inside, "/imagepull requests");
    const order = ["open-2", "open-1", "over-2", "over-1"].map((name) => text.indexOf(name));
    expect(order).toEqual(order.toSorted((one, other) => one - other));
    expect(order).not.toContain(-1);
    expect(offers(on.slack.messages(inside, sam)[0]!)).toEqual(["approve", "deny", "cancel"]);
    expect(text).toContain("*Re-pulls asked for in `shop`* · 2 open");
    expect(desk.listed).toEqual(["shop"]);
  });

  it("and a button of the list decides", async () => {
    await begin([named("open-1")]);
    await typed(sam, outside, "/imagepull requests -n shop");
    await on.slack.click(sam, on.slack.messages(outside, sam)[0]!, "approve");
    await expect.poll(() => on.slack.messages(outside, sam)[1]?.text).toContain("You approved it.");
    expect(said()).toEqual(["approve shop/open-1: "]);
  });

  it("forty of them, within Slack's limits", async () => {
    const text = "x".repeat(900);
    await begin(
      Array.from({ length: 40 }, (_, index) =>
        named(
          `web-${index}-${"y".repeat(200)}`,
          index < 20 ? { status: status("Pending", { message: text }) } : { status: status("Failed") },
        ),
      ),
    );
    await typed(sam, inside, "/imagepull requests");
    const [answer] = on.slack.messages(inside, sam);
    expect(checkBlocks(answer!.blocks)).toEqual([]);
    expect(JSON.stringify(answer!.blocks).length).toBeLessThanOrEqual(10_500);
    expect(shown(answer!)).toMatch(/… and \d+ more/u);
    expect(offers(answer!).filter((id) => id === "approve").length).toBeGreaterThanOrEqual(3);
    expect(on.logged.filter((line) => line.includes("refused"))).toEqual([]);
  });

  it("the buttons of eight at most, and no other is left out", async () => {
    await begin(Array.from({ length: 12 }, (_, index) => named(`checkout-${index}123456789abcdef-1`)));
    const text = await typed(sam, inside, "/imagepull requests");
    expect(offers(on.slack.messages(inside, sam)[0]!).filter((id) => id === "approve").length).toBeGreaterThanOrEqual(
      6,
    );
    for (const { name } of desk.requests) expect(text).toContain(name);
  });

  it.each([
    ["/imagepull requests", outside, [null], "No re-pull is asked for."],
    ["/imagepull requests", inside, ["shop"], "No re-pull is asked for in `shop`."],
    ["/imagepull requests -A", inside, [null], "No re-pull is asked for."],
    ["/imagepull requests -n web", inside, ["web"], "No re-pull is asked for in `web`."],
    ["/imagepull requests --namespace=web", inside, ["web"], "No re-pull is asked for in `web`."],
    ["/imagepull requests list", outside, [null], "No re-pull is asked for."],
  ])("%s in %s looks in %j", async (text, channel, listed, answer) => {
    await begin();
    expect(await typed(sam, channel, text)).toContain(answer);
    expect(desk.listed).toEqual(listed);
  });

  it("tells of what cannot be read", async () => {
    await begin([named("open-1")]);
    desk.unreadable = [{ namespace: "shop", name: "bent", why: "it is not of imagepull.dev/v1alpha1" }];
    expect(await typed(sam, inside, "/imagepull requests")).toContain(
      "Not shown: `shop/bent`: it is not of imagepull.dev/v1alpha1",
    );
  });

  it.each<[string, Awaited<ReturnType<FakeDesk["list"]>>, readonly string[]]>([
    [
      "that requests are not installed, and how they are",
      { status: "absent", reason: "no such resource" },
      [
        "Requests are not set up in this cluster",
        "```\\nimagepull install --dry-run | kubectl apply --server-side -f -\\n```",
      ],
    ],
    [
      "why they cannot be read",
      { status: "timeout", reason: "the API server gave no answer in 10 s" },
      ["the API server gave no answer in 10 s."],
    ],
  ])("tells %s", async (_what, read, parts) => {
    await begin();
    desk.list = () => Promise.resolve(read);
    const text = await typed(sam, outside, "/imagepull requests");
    for (const part of parts) expect(text.toLowerCase()).toContain(part.toLowerCase());
  });

  it("where there is no desk", async () => {
    await begin([], { requests: undefined } as object);
    expect(await typed(sam, inside, "/imagepull requests")).toContain("neither asked for nor decided here");
  });
});

describe("/imagepull requests VERB NAME", () => {
  it.each([
    ["requests approve web-1", "approve shop/web-1: "],
    ["requests approve web-1 -n web", "approve web/web-1: "],
    ["requests APPROVE web/web-1", "approve web/web-1: "],
    ["requests -n web cancel web-1", "cancel web/web-1: "],
    ["requests deny web-1 not before the -x sale", "deny shop/web-1: not before the -x sale"],
    ['requests deny web-1 --reason "not *now*, it\'s late"', "deny shop/web-1: not *now*, it's late"],
    ["requests deny web-1 because of this -n web", "deny web/web-1: because of this"],
    [`requests deny web-1 ${"x".repeat(10_000)}`, `deny shop/web-1: ${"x".repeat(10_000)}`],
  ])("%s", async (text, word) => {
    await begin([named("web-1"), named("web-1", { namespace: "web" })]);
    await typed(sam, inside, `/imagepull ${text}`);
    expect(said()).toEqual([word]);
    expect(desk.said[0]?.who).toEqual({ user: slackName(sam), groups: [`slack:${team}`, `slack:${team}:S0ALL`] });
    expect(desk.said[0]?.request.uid).toBeNull();
  });

  it.each([
    ["requests approve", "requests approve needs the name of one request"],
    ["requests approve Web_1", "requests approve needs the name of one request"],
    ["requests aprove web-1", "Did you mean requests approve?"],
    ["requests web-1", "To see it: requests show web-1"],
    ["requests approve web-1 --force", "You approved it."],
    ["requests --force", "requests does not know --force"],
    ["requests -n", "-n needs a namespace after it"],
    ["requests -n Shop", "Shop is no name of a namespace"],
    ["requests approve web-1 -A", "-A is for the list"],
    ["requests show nothing", "There is no request nothing in namespace shop"],
  ])("%s is answered", async (text, answer) => {
    await begin([named("web-1")]);
    expect(await typed(sam, inside, `/imagepull ${text}`)).toContain(answer);
  });

  it("finds the one namespace in which there is a request of this name", async () => {
    await begin([named("web-1", { namespace: "web" }), named("both"), named("both", { namespace: "web" })]);
    expect(await typed(sam, outside, "/imagepull requests approve web-1")).toContain("You approved it.");
    expect(said()).toEqual(["approve web/web-1: "]);
    expect(await typed(sam, outside, "/imagepull requests approve both")).toContain(
      "in 2 namespaces (shop, web): name one with -n",
    );
    expect(await typed(sam, outside, "/imagepull requests approve other")).toContain(
      "There is no request other in any namespace",
    );
  });

  it("show shows it as its channel sees it, with its buttons", async () => {
    await begin([named("web-1")]);
    expect(await typed(sam, inside, "/imagepull requests show web-1")).toContain(`<@${dana}> asks to restart`);
    const [answer] = on.slack.messages(inside, sam);
    await on.slack.click(sam, answer!, "cancel");
    await expect.poll(() => on.slack.messages(inside, sam)[1]?.text).toContain("You cancelled it.");
  });

  it("one's own without a reason: what to type", async () => {
    await begin([named("web-1")]);
    desk.answer = () => ({
      kind: "reason-needed",
      request: named("web-1"),
      sentence: "It is your own, and you have to say why.",
    });
    const text = await typed(dana, inside, "/imagepull requests approve web-1");
    expect(text).toContain("you have to say why");
    expect(text).toContain("`/imagepull requests approve web-1 -n shop WHY`");
  });

  it("by a mention, in its thread, for who mentions", async () => {
    await begin([named("web-1")]);
    await on.slack.say(sam, inside, "@imagepull requests approve web-1");
    await expect.poll(() => on.slack.messages(inside, dana)[0]?.replies.map(({ text }) => text)).toHaveLength(1);
    expect(on.slack.messages(inside, dana)[0]?.replies[0]?.text).toContain("You approved it.");
    expect(desk.said[0]?.who.user).toBe(slackName(sam));
  });

  it.each(["U0GUEST", "U0ROBOT", "U0OTHER", "U0GONE"])("not by %s", async (user) => {
    await begin([named("web-1")]);
    await typed(user, outside, "/imagepull requests approve web-1");
    await typed(user, outside, "/imagepull requests");
    expect([said(), desk.listed]).toEqual([[], []]);
  });
});

describe("under access.look: rbac, nobody learns of what they may not see", () => {
  const rbac = { access: { look: "rbac" } } as const;
  it("in a list, each namespace being asked for once", async () => {
    await begin([named("a"), named("b"), named("secret", { namespace: "hidden" })], rbac);
    desk.unreadable = [{ namespace: "hidden", name: "bent-secret", why: "" }];
    on.core.rights = () => ["shop"];
    const text = await typed(sam, outside, "/imagepull requests");
    expect(text).toContain("Only namespaces where you may get pods");
    expect(text).toContain("requests show a -n shop");
    expect(text).not.toMatch(/secret|hidden/u);
    expect(on.core.reviewed).toHaveLength(2);
    expect(new Set(on.core.reviewed.map(({ namespace }) => namespace))).toEqual(new Set(["hidden", "shop"]));
  });

  it.each(["show", "approve"])("by %s, with or without the namespace", async (verb) => {
    await begin([named("secret", { namespace: "hidden" })], rbac);
    const without = await typed(sam, outside, `/imagepull requests ${verb} secret`);
    const withIt = await typed(sam, outside, `/imagepull requests ${verb} secret -n hidden`);
    const absent = await typed(sam, outside, `/imagepull requests ${verb} absent -n hidden`);
    expect(without).toContain("There is no request secret in any namespace");
    const bare = (text: string): string => (text.split("\n")[0] ?? "").replaceAll(/secret|absent/gu, "X");
    expect(bare(withIt)).toBe(bare(absent));
    expect(said()).toEqual([]);
  });
});
