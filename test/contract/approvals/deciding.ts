import { people } from "./people.ts";
import { type Row, decide, decision, decisions, denied, invalid, merge, notAsked } from "./row.ts";

const post = (what: string, body: object, more: Partial<Row> & Pick<Row, "status">): Row => ({
  what,
  as: "decider",
  method: "POST",
  path: decisions,
  body,
  ...more,
});
const byPolicy = (name: string, why: string): Pick<Row, "status" | "reason" | "message"> => ({
  status: 403,
  reason: "Forbidden",
  message: denied("repulldecisions", name, "imagepull-decisions", why),
});

const canceller = { by: people.canceller.name, byGroups: people.canceller.groups };

/** Decisions: who may, in whose name, and that nobody turns one round. */
export const deciding: readonly Row[] = [
  post(
    "a decision",
    { ...decision("yes", "a", "approve"), status: { is: "not known" } },
    {
      status: 201,
      answer: { kind: "RepullDecision", metadata: { generation: 1 }, spec: { decision: "approve" } },
      lacks: ["status"],
    },
  ),
  post("the same decision again", decision("twice", "a", "deny"), {
    given: [decide("twice", "a", "deny")],
    status: 409,
    reason: "AlreadyExists",
    message: 'repulldecisions.imagepull.dev "twice" already exists',
  }),
  post(
    "a decision that is none",
    { ...decision("maybe", "a", "deny"), spec: { ...spec("a"), decision: "maybe" } },
    {
      status: 422,
      reason: "Invalid",
      message: invalid(
        "RepullDecision",
        "maybe",
        `[spec.decision: Unsupported value: "maybe": supported values: "approve", "deny", "cancel", ${notAsked}]`,
      ),
    },
  ),
  post("a decision without the right", decision("askers", "a", "approve", { by: people.asker.name }), {
    as: "asker",
    status: 403,
    reason: "Forbidden",
    message:
      'repulldecisions.imagepull.dev is forbidden: User "contract-asker" cannot create resource "repulldecisions" in API group "imagepull.dev" in the namespace "{ns}"',
  }),
  ...(["approve", "deny"] as const).map((verb) =>
    post(`who may only cancel, and decides ${verb}`, decision(`only-${verb}`, "a", verb, canceller), {
      as: "canceller",
      ...byPolicy(
        `only-${verb}`,
        `${people.canceller.name} may not create repulldecisions.imagepull.dev in namespace {ns} but to cancel what they have asked for`,
      ),
    }),
  ),
  post("who may only cancel, and cancels", decision("only-cancel", "a", "cancel", canceller), {
    as: "canceller",
    status: 201,
  }),
  post(
    "a decision in another's name",
    decision("forged", "a", "approve", { by: people.asker.name }),
    byPolicy("forged", `spec.by is ${people.asker.name}, but this is ${people.decider.name}`),
  ),
  post(
    "a decision of somebody of Slack",
    decision("slacked", "a", "approve", { by: "slack:T1:U5", byGroups: ["slack:T1"] }),
    {
      as: "bot",
      status: 201,
    },
  ),
  post("the bot decides by itself", decision("botted", "a", "approve", { by: people.bot.name, byGroups: [] }), {
    as: "bot",
    ...byPolicy(
      "botted",
      `the bot asks and decides for people of Slack alone (slack:TEAM:USER), not for ${people.bot.name}`,
    ),
  }),
  ...(
    [
      [
        "bot",
        422,
        "Invalid",
        invalid("RepullDecision", "turned-0", '<nil>: Invalid value: "object": a decision never changes'),
      ],
      [
        "asker",
        422,
        "Invalid",
        invalid("RepullDecision", "turned-1", '<nil>: Invalid value: "object": a decision never changes'),
      ],
    ] as const
  ).map(([as, status, reason, message], index): Row => ({
    what: `a decision that is turned round, by the ${as}`,
    given: [decide(`turned-${index}`, "a", "deny")],
    as,
    method: "PATCH",
    path: `${decisions}/turned-${index}`,
    type: merge,
    body: { spec: { decision: "approve" } },
    status,
    reason,
    message,
  })),
  {
    what: "a status of a decision, which has none",
    given: [decide("stateless", "a", "deny")],
    as: "admin",
    method: "PATCH",
    path: `${decisions}/stateless/status`,
    type: merge,
    body: {},
    status: 404,
    reason: "NotFound",
    message: 'repulldecisions.imagepull.dev "stateless" not found',
  },
];

function spec(about: string): object {
  return (decision("any", about, "deny") as { readonly spec: object }).spec;
}
