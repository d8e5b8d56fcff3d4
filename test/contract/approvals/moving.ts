import type { Phase } from "../../../src/approvals/types.ts";
import {
  type Row,
  ask,
  denied,
  invalid,
  merge,
  modified,
  move,
  moved,
  notAsked,
  other,
  requests,
  statusOf,
} from "./row.ts";

const steps: Readonly<Partial<Record<Phase, readonly Phase[]>>> = {
  Pending: ["Pending"],
  Approved: ["Pending", "Approved"],
  Denied: ["Pending", "Denied"],
  Cancelled: ["Pending", "Cancelled"],
  Expired: ["Pending", "Expired"],
  Stale: ["Pending", "Stale"],
  Executing: ["Pending", "Approved", "Executing"],
  Verifying: ["Pending", "Approved", "Executing", "Verifying"],
  Succeeded: ["Pending", "Approved", "Executing", "Verifying", "Succeeded"],
  Failed: ["Pending", "Approved", "Executing", "Failed"],
};

const write = (what: string, name: string, body: unknown, more: Partial<Row> & Pick<Row, "status">): Row => ({
  what,
  given: [ask(name)],
  as: "bot",
  method: "PATCH",
  path: `${requests}/${name}/status`,
  type: merge,
  body,
  ...more,
});
const byRule = (name: string, why: string): Pick<Row, "status" | "reason" | "message"> => ({
  status: 422,
  reason: "Invalid",
  message: invalid("RepullRequest", name, `<nil>: Invalid value: "object": ${why}`),
});

/** From where, to where, and what is said against it. */
const step = ([from, to, why]: readonly [Phase | null, Phase, string | null]): Row => {
  const name = `${from ?? "none"}-${to}`.toLowerCase();
  return write(
    `${from ?? "no phase"} to ${to}`,
    name,
    { status: statusOf(to) },
    {
      given: moved(name, ...(from === null ? [] : (steps[from] ?? []))),
      ...(why === null
        ? { status: 200, answer: { metadata: { generation: 1 }, status: { phase: to } } }
        : byRule(name, why)),
    },
  );
};

const posted = { channel: "C1", ts: "1.1", by: "bot-1", at: "2026-11-24T10:00:00Z", shown: "Pending" };

const stays = "a finished request stays finished";
const walked = (
  [
    [null, "Pending", null],
    [null, "Approved", "the first phase is Pending"],
    [null, "Succeeded", "the first phase is Pending"],
    ["Pending", "Pending", null],
    ["Pending", "Approved", null],
    ["Pending", "Denied", null],
    ["Pending", "Cancelled", null],
    ["Pending", "Expired", null],
    ["Pending", "Stale", null],
    ["Pending", "Executing", "there is no step from Pending to Executing"],
    ["Pending", "Succeeded", "there is no step from Pending to Succeeded"],
    ["Approved", "Executing", null],
    ["Approved", "Stale", null],
    ["Approved", "Cancelled", null],
    ["Approved", "Expired", "there is no step from Approved to Expired"],
    ["Approved", "Pending", "there is no step from Approved to Pending"],
    ["Executing", "Verifying", null],
    ["Executing", "Failed", null],
    ["Executing", "Cancelled", "there is no step from Executing to Cancelled"],
    ["Verifying", "Succeeded", null],
    ["Verifying", "Failed", null],
    ["Verifying", "Executing", "there is no step from Verifying to Executing"],
    ["Denied", "Approved", stays],
    ["Cancelled", "Pending", stays],
    ["Expired", "Approved", stays],
    ["Stale", "Approved", stays],
    ["Succeeded", "Executing", stays],
    ["Failed", "Executing", stays],
  ] as const
).map(step);

const written: readonly Row[] = [
  write(
    "a status, and a spec and a label with it",
    "besides",
    {
      metadata: { labels: { a: "b" } },
      spec: { strategy: "probe" },
      status: statusOf("Pending", { colour: "blue", executor: null }),
    },
    {
      status: 200,
      answer: { spec: { strategy: "restart" }, status: { phase: "Pending" } },
      lacks: ["metadata.labels", "status.colour"],
    },
  ),
  write(
    "another's UID with a status",
    "foreign",
    { metadata: { uid: other }, status: statusOf("Pending") },
    {
      status: 200,
      answer: { metadata: { uid: "{uid}" } },
    },
  ),
  write(
    "a status by who asks",
    "mine",
    { status: statusOf("Pending") },
    {
      as: "asker",
      status: 403,
      reason: "Forbidden",
      message: denied(
        "repullrequests",
        "mine",
        "imagepull-only-the-bot-writes",
        "requests and decisions are never changed; the status of a request is written by the bot alone",
      ),
    },
  ),
  write(
    "a status without the right",
    "rightless",
    { status: statusOf("Pending") },
    {
      as: "decider",
      status: 403,
      reason: "Forbidden",
      message:
        'repullrequests.imagepull.dev "rightless" is forbidden: User "contract-decider" cannot patch resource "repullrequests/status" in API group "imagepull.dev" in the namespace "{ns}"',
    },
  ),
  write(
    "no status",
    "dropped",
    { status: null },
    {
      given: moved("dropped", "Pending"),
      ...byRule("dropped", "status cannot be dropped"),
    },
  ),
  write(
    "a status without its phase",
    "phaseless",
    { status: { phase: null } },
    {
      given: moved("phaseless", "Pending"),
      status: 422,
      reason: "Invalid",
      message: invalid("RepullRequest", "phaseless", `[status.phase: Required value, ${notAsked}]`),
    },
  ),
  write(
    "a time that is none",
    "timeless",
    { status: statusOf("Pending", { history: [{ phase: "Pending", at: "soon", message: "" }] }) },
    {
      status: 422,
      reason: "Invalid",
      message: invalid(
        "RepullRequest",
        "timeless",
        `[status.history[0].at: Invalid value: "soon": history[0].at in body must be of type date-time: "soon", ${notAsked}]`,
      ),
    },
  ),
  write(
    "a null in a place that stands there already",
    "reposted",
    { status: statusOf("Pending", { slack: { ...posted, ts: null, shown: null } }) },
    {
      given: [
        ask("reposted"),
        { ...move("reposted", "Pending"), body: { status: statusOf("Pending", { slack: posted }) } },
      ],
      status: 200,
      answer: { status: { slack: { channel: "C1", by: "bot-1" } } },
      lacks: ["status.slack.ts", "status.slack.shown"],
    },
  ),
  write(
    "a place that leaves out what stands there already: it stays",
    "placed",
    { status: statusOf("Pending", { slack: { channel: "C1", by: "bot-1", at: posted.at } }) },
    {
      given: [
        ask("placed"),
        { ...move("placed", "Pending"), body: { status: statusOf("Pending", { slack: posted }) } },
      ],
      status: 200,
      answer: { status: { slack: posted } },
    },
  ),
  write(
    "a status of an old version",
    "overtaken",
    { metadata: { resourceVersion: "1" }, status: statusOf("Pending") },
    {
      status: 409,
      reason: "Conflict",
      message: `Operation cannot be fulfilled on repullrequests.imagepull.dev "overtaken": ${modified}`,
    },
  ),
  write(
    "a status of this version",
    "swapped",
    { metadata: { resourceVersion: "{version}" }, status: statusOf("Pending") },
    {
      status: 200,
      answer: { status: { phase: "Pending" } },
    },
  ),
  write(
    "a status that is tried only",
    "rehearsed",
    { status: statusOf("Pending") },
    {
      path: `${requests}/rehearsed/status?dryRun=All`,
      status: 200,
      answer: { status: { phase: "Pending" }, metadata: { resourceVersion: "{version}" } },
      afterwards: [`${requests}/rehearsed`, { metadata: { resourceVersion: "{version}" } }],
    },
  ),
  write(
    "the same status again",
    "unmoved",
    { status: statusOf("Pending") },
    {
      given: moved("unmoved", "Pending"),
      status: 200,
      answer: { metadata: { resourceVersion: "{version}" } },
    },
  ),
  write(
    "a status of what is not there",
    "nobody-there",
    { status: statusOf("Pending") },
    {
      given: [],
      status: 404,
      reason: "NotFound",
      message: 'repullrequests.imagepull.dev "nobody-there" not found',
    },
  ),
  ...(
    [
      ["{version}", 200],
      ["1", 409],
    ] as const
  ).map(([resourceVersion, status]): Row => {
    const name = `put-${status}`;
    return {
      what: `a whole status of version ${resourceVersion}`,
      given: [ask(name)],
      as: "bot",
      method: "PUT",
      path: `${requests}/${name}/status`,
      body: {
        apiVersion: "imagepull.dev/v1alpha1",
        kind: "RepullRequest",
        metadata: { name, resourceVersion },
        status: statusOf("Pending"),
      },
      status,
      ...(status === 200 ? { answer: { spec: { attempt: 1 }, status: { phase: "Pending" } } } : { reason: "Conflict" }),
    };
  }),
];

export const moving: readonly Row[] = [...walked, ...written];
