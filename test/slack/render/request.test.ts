import { describe, expect, it } from "vitest";
import { isFinal } from "../../../src/approvals/machine.ts";
import {
  type Phase,
  phases,
  type RepullRequest,
  type RequestSpec,
  type RequestStatus,
} from "../../../src/approvals/types.ts";
import { renderRequest } from "../../../src/slack/render/request.ts";
import { readRequestButton } from "../../../src/slack/render/request-button.ts";
import { after, dana, erin, request, spec, status } from "../../approvals/case.ts";
import { expectInert } from "./inert.ts";

const view = { team: "T1", cluster: "kind", now: after(600) };
const digest = (letter: string): string => `sha256:${letter.repeat(64)}`;
const { parameters, plan } = spec();

/** As Dana of this workspace asks for another tag. */
const tagged = spec({
  strategy: "set-image",
  parameters: { ...parameters, container: "app", tag: "2.4.1" },
  wanted: { app: [digest("a")] },
});
const at = after(300).toISOString();
const moved = (phase: Phase, by: string | null, over: Partial<RequestStatus> = {}): RequestStatus =>
  status(phase, { history: [{ phase, at, by, message: "" }], ...over });
const word = (by: string, decision: "approve" | "deny" | "cancel", counts = true, why = "") => ({
  name: `${decision}-${by}`,
  by,
  decision,
  counts,
  why,
});
const approvedByErin = { decisions: [word(erin, "approve")] };

const of = (over: RequestStatus | null, asked: RequestSpec = tagged): RepullRequest =>
  request({ spec: asked, status: over });
const buttonsOf = (one: RepullRequest): readonly string[] =>
  JSON.stringify(renderRequest(one, view).blocks).match(/(?<="action_id":")[^"]+/gu) ?? [];
const asks = "<@U1> asks to set app of shop/deployment/web to tag 2.4.1";
const asked = "<@U1> asked to set app of shop/deployment/web to tag 2.4.1";

/** What becomes of a request: what a lock screen says, what the message has besides, and what can be pressed. */
const rows: readonly [string, RequestStatus | null, string, readonly string[], readonly string[]][] = [
  ["new", null, `${asks} · new, can be decided until 13:00 UTC`, [], ["approve", "deny", "cancel"]],
  [
    "waiting",
    status("Pending"),
    `${asks} · waits for 1 approval until 13:00 UTC`,
    [
      "*Reason* the tag was pushed again",
      "*Pre-flight* possible: proved",
      "kubectl -n shop describe rpr web-0123456789abcdef-1",
    ],
    ["approve", "deny", "cancel"],
  ],
  [
    "waiting for a second approval",
    status("Pending", {
      needed: 2,
      decisions: [word(erin, "approve"), word("omar", "approve", false, "It was made too late.")],
    }),
    `${asks} · waits for 1 approval until 13:00 UTC`,
    ["<@U2> approved", "`omar` approved, which does not count: It was made too late."],
    ["approve", "deny", "cancel"],
  ],
  [
    "without approval",
    status("Pending", { needed: 0 }),
    `${asks} · needs no approval, begins in a moment`,
    [],
    ["approve", "deny", "cancel"],
  ],
  [
    "approved",
    moved("Approved", erin, { ...approvedByErin, message: `Approved by ${erin}.` }),
    `${asks} · approved by <@U2>, begins in a moment`,
    ["Approved by <@U2>."],
    ["cancel"],
  ],
  [
    "approved by who asked",
    status("Approved", {
      decisions: [word(dana, "approve", true, "It is an approval of one's own request.")],
      history: [
        {
          phase: "Approved",
          at,
          by: dana,
          message: `Approved by ${dana}, who asked for it (by the right approve-own: "nobody is up").`,
        },
      ],
    }),
    `${asks} · approved by <@U1>, who asked for it`,
    ["⚠ *<@U1> approved their own request*, by the right `approve-own`: nobody is up"],
    ["cancel"],
  ],
  [
    "being carried out",
    moved("Executing", null, { ...approvedByErin, progress: { done: 3, of: 5, line: "web-x pulls since 12 s" } }),
    `${asks} · under way, 3/5 pods`,
    ["▰▰▰▱▱ 3/5 pods", "web-x pulls since 12 s"],
    [],
  ],
  [
    "being verified, with many pods",
    moved("Verifying", null, { progress: { done: 39, of: 40, line: "" } }),
    `${asks} · under way, 39/40 pods, being verified`,
    ["▰▰▰▰▰▰▰▰▰▱ 39/40 pods"],
    [],
  ],
  [
    "succeeded",
    moved("Succeeded", null, { running: { app: [digest("a")] }, undo: "offered" }),
    `${asked} · succeeded`,
    ["`app` runs `sha256:aaaaaaaa…`, as wanted"],
    ["undo"],
  ],
  ["succeeded, with no way back", moved("Succeeded", null, { undo: "none" }), `${asked} · succeeded`, [], []],
  [
    "failed",
    moved("Failed", null, {
      message: "2 of 5 pods wait for their image.",
      running: { app: [digest("b")] },
      undo: "offered",
    }),
    `${asked} · failed`,
    ["2 of 5 pods wait for their image.", "`app` runs `sha256:bbbbbbbb…`; wanted is `sha256:aaaaaaaa…`"],
    ["undo"],
  ],
  [
    "denied",
    moved("Denied", erin, {
      decisions: [word(erin, "deny")],
      message: `Denied by ${erin}: "ask slack:T1:U9 <!channel>".`,
    }),
    `${asked} · denied by <@U2>`,
    // Whoever has no part in it is not called by somebody's reason.
    ['Denied by <@U2>: "ask slack:T1:U9 &lt;!channel&gt;".'],
    [],
  ],
  [
    "cancelled",
    moved("Cancelled", dana, { message: `Cancelled by ${dana}.` }),
    `${asked} · cancelled by <@U1>`,
    ["Cancelled by <@U1>."],
    [],
  ],
  [
    "expired",
    moved("Expired", null, { message: "Expired: no approval." }),
    `${asked} · expired, nothing was changed`,
    ["Expired: no approval."],
    [],
  ],
  [
    "stale",
    moved("Stale", null, { message: "The template is another." }),
    `${asked} · out of date, nothing was changed`,
    ["The template is another."],
    [],
  ],
];

describe("a request in its channel", () => {
  it.each(rows)("%s", (_what, over, text, parts, buttons) => {
    const message = renderRequest(of(over), view);
    expect(message.text).toBe(text);
    for (const part of parts) expect(message.plain).toContain(part);
    const [first] = message.blocks;
    expect(first?.type === "section" && first.text?.text).toMatch(
      /^\*<@U1> ask(?:s|ed) to set `app` of `shop\/deployment\/web` to tag `2\.4\.1`\* · /u,
    );
    expect(buttonsOf(of(over))).toEqual(buttons);
    // What is over is told shortly.
    const isOver = over !== null && isFinal(over.phase);
    const titles = ["*Restarts*", "*Pre-flight*"];
    expect(titles.filter((title) => message.plain.includes(title))).toEqual(isOver ? [] : titles);
    expectInert(message, /<@U[12]>/gu);
  });

  it("has a row for each phase", () =>
    expect(new Set(rows.map(([, over]) => over?.phase ?? "Pending"))).toEqual(new Set(phases)));

  it("that nobody decided in time says so, whatever the bot has said yet", () =>
    expect(renderRequest(of(status("Pending")), { ...view, now: after(3_600) }).text).toBe(
      `${asks} · nobody decided it in time`,
    ));

  it("names the day where it is not today's", () =>
    expect(renderRequest(of(status("Pending")), { ...view, now: after(-86_400) }).text).toContain(
      "until 2026-11-25 13:00 UTC",
    ));

  it("carries in each button which request is meant", () => {
    const values =
      JSON.stringify(renderRequest(of(status("Pending")), view).blocks).match(/"value":"(?:[^"\\]|\\.)*"/gu) ?? [];
    expect(values).toHaveLength(3);
    for (const value of values)
      expect(readRequestButton((JSON.parse(`{${value}}`) as { value: string }).value)).toEqual({
        v: 1,
        ns: "shop",
        name: "web-0123456789abcdef-1",
        uid: "uid-request",
        by: dana,
      });
  });

  it.each([
    ["of this workspace, by name", "slack:T1:U2", "<@U2>"],
    ["of another workspace, as Kubernetes knows them", "slack:T2:U2", "slack:T2:U2"],
    ["from a shell", "omar@example.com", "omar@example.com"],
    ["who would be a call", "slack:T1:U2> <!channel", "slack:T1:U2&gt; &lt;!channel"],
    ["a group", "slack:T1:S2", "slack:T1:S2"],
  ])("somebody %s", (_what, by, shown) =>
    expect(renderRequest(of(status("Pending"), { ...tagged, requestedBy: by }), view).text.split(" asks to ")[0]).toBe(
      shown,
    ),
  );
});

describe("what an approver has to see", () => {
  it.each<[string, Partial<RequestSpec>, string]>([
    [
      "that it is unproven, and why",
      { preflight: { answer: "unproven", reasons: ["only the node holds the credential"] } },
      "*unproven*: that the pull works could not be proved\n• only the node holds the credential",
    ],
    [
      "another repository",
      { parameters: { ...parameters, allowRepository: true } },
      "*Mind*\n• An image of another repository is asked for",
    ],
    ["what it takes back", { undoes: "web-fedcba9876543210-1" }, "It takes back request `web-fedcba9876543210-1`."],
    ["what changes", { plan: { ...plan, changes: ["image web:1 -> web:2"] } }, "*Changes*\n• image web:1 -&gt; web:2"],
    [
      "what restarts",
      { plan: { ...plan, restarts: "5 pods, one after the other" } },
      "*Restarts* 5 pods, one after the other",
    ],
    [
      "what stays, and what to mind",
      { plan: { ...plan, keeps: ["the policy"], notes: ["Argo CD"] } },
      "*Stays*\n• the policy\n*Mind*\n• Argo CD",
    ],
    ["that nobody said why", { reason: " " }, "*Reason* none was given"],
    [
      "no secret in a reason",
      { reason: "with password=hunter2hunter2 it works" },
      "*Reason* with password=[hidden] it works",
    ],
  ])("%s", (_what, over, part) => expect(renderRequest(of(status("Pending"), spec(over)), view).plain).toContain(part));
});
