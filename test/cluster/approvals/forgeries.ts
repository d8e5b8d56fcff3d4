import type { DecisionSpec, Phase, RequestSpec } from "../../../src/approvals/types.ts";
import { strategies } from "../../../src/repull/strategy.ts";
import { type Call, patches, type Who } from "./api.ts";
import { everybody, exampleDecision, exampleRequest, exampleStatus } from "./example.ts";
import { dana, lena, lou, mallory, nora, omar, slackNamed } from "./people.ts";
import type { Scene } from "./scene.ts";
import { admin } from "./stand.ts";

/** Something that somebody tries and must not, and the words in which they are refused. */
export interface Forgery {
  readonly what: string;
  readonly call: Call;
  readonly refused: RegExp;
}

export const at = (namespace: string, resource: "repullrequests" | "repulldecisions", name = ""): string =>
  `/apis/imagepull.dev/v1alpha1/namespaces/${namespace}/${resource}${name === "" ? "" : `/${name}`}`;

/** Wrong in one thing: it would be created otherwise. */
export const asking = (namespace: string, as: Who, changes: Partial<RequestSpec>, more: object = {}): Call => ({
  as,
  method: "POST",
  path: `${at(namespace, "repullrequests")}?fieldValidation=Strict`,
  body: {
    ...exampleRequest(namespace, "forged", { requestedBy: as.name, ...changes }),
    ...more,
  },
});
export const deciding = (namespace: string, as: Who, changes: Partial<DecisionSpec>, more: object = {}): Call => ({
  as,
  method: "POST",
  path: `${at(namespace, "repulldecisions")}?fieldValidation=Strict`,
  body: { ...exampleDecision(namespace, "forged", { by: as.name, ...changes }), ...more },
});

const owner = { apiVersion: "v1", kind: "ConfigMap", name: "mine", uid: "6f2d1c0e-0000-4000-8000-000000000009" };
const owned = { ownerReferences: [owner] };
const kept = { finalizers: ["example.com/mine"] };
const forged = (namespace: string, more: object) => ({ metadata: { namespace, name: "forged", ...more } });
const parameters = exampleRequest("", "").spec.parameters;

/** Requests in another's name, or without a right. */
export const requestForgeries = (namespace: string, bot: Who): readonly Forgery[] => {
  const row = (what: string, as: Who, changes: Partial<RequestSpec>, refused: RegExp, more = {}): Forgery => ({
    what,
    call: asking(namespace, as, changes, more),
    refused,
  });
  const notThis = /spec\.requestedBy is .*, but this is /;
  const notTheseGroups = /spec\.requestedByGroups are not the groups of/;
  const forSlack = /the bot asks and decides for people of Slack alone/;
  return [
    row("asks as another user", mallory, { requestedBy: "dana" }, notThis),
    row("asks as the administrator's user", mallory, { requestedBy: admin.name }, notThis),
    row("asks as the bot", mallory, { requestedBy: "system:serviceaccount:imagepull:imagepull" }, notThis),
    row("asks as a person of Slack", mallory, { requestedBy: "slack:T1:U1" }, /begin with slack: are the bot's/),
    row("asks as another user, being administrator", admin, { requestedBy: "dana" }, notThis),
    row("asks as nobody", mallory, { requestedBy: "" }, /spec\.requestedBy/),
    row("asks under an API name that begins with slack:", slackNamed, {}, /begin with slack: are the bot's/),
    row(
      "claims the group of administrators",
      mallory,
      { requestedByGroups: [everybody, "system:masters"] },
      notTheseGroups,
    ),
    row("claims a group of Slack", mallory, { requestedByGroups: [everybody, "slack:T1:S1"] }, notTheseGroups),
    row("leaves a group out", mallory, { requestedByGroups: [] }, notTheseGroups),
    row("claims another group instead of its own", mallory, { requestedByGroups: ["dev"] }, notTheseGroups),
    row("the bot asks as a user", bot, { requestedBy: "dana", requestedByGroups: [] }, forSlack),
    row("the bot asks as itself", bot, { requestedBy: "system:serviceaccount:imagepull:imagepull" }, forSlack),
    row("the bot asks as a team", bot, { requestedBy: "slack:T1", requestedByGroups: [] }, forSlack),
    row(
      "the bot asks as a person and more",
      bot,
      { requestedBy: "slack:T1:U1\ndana", requestedByGroups: [] },
      // A sentence of more than one line is not said.
      /spec\.requestedBy is not who asks/,
    ),
    row(
      "the bot gives a person of Slack the administrators' group",
      bot,
      { requestedBy: "slack:T1:U1", requestedByGroups: ["slack:T1", "system:masters"] },
      /the bot names groups of Slack alone/,
    ),
    row(
      "the bot gives a person of Slack a group that Slack has not",
      bot,
      { requestedBy: "slack:T1:U1", requestedByGroups: ["slack:"] },
      /the bot names groups of Slack alone/,
    ),
    row("has no right", nora, {}, /cannot create resource "repullrequests"/),
    row("may only look", lou, {}, /cannot create resource "repullrequests"/),
    row("may only decide", omar, {}, /cannot create resource "repullrequests"/),
    ...strategies
      .filter((strategy) => strategy !== "restart")
      .map((strategy) =>
        row(`may restart only, and asks for ${strategy}`, lena, { strategy }, new RegExp(`lena may not ${strategy} `)),
      ),
    row(
      "asks for another repository without the right to",
      dana,
      { parameters: { ...parameters, allowRepository: true } },
      /dana may not set-repository /,
    ),
    row(
      "asks for what is unproven without the right to",
      dana,
      { parameters: { ...parameters, allowUnproven: true } },
      /dana may not run-unproven /,
    ),
    // Whoever owns the owner could delete the request through it: the word no would be gone with it.
    row("gives the request an owner", mallory, {}, /no owners and no finalizers/, forged(namespace, owned)),
    row("keeps the request by a finalizer", mallory, {}, /no owners and no finalizers/, forged(namespace, kept)),
    row("writes three megabytes", dana, { reason: "x".repeat(3_200_000) }, /too large|Request entity/i),
    row("adds a field", dana, { note: "x" } as object, /unknown field "spec\.note"/),
    row("leaves spec out", dana, {}, /spec: Required value/, { spec: undefined }),
  ];
};

/** Decisions in another's name, or without a right. */
export const decisionForgeries = (namespace: string, bot: Who): readonly Forgery[] => {
  const row = (what: string, as: Who, changes: Partial<DecisionSpec>, refused: RegExp, more = {}): Forgery => ({
    what,
    call: deciding(namespace, as, changes, more),
    refused,
  });
  const notTheseGroups = /spec\.byGroups are not the groups of/;
  const forSlack = /the bot asks and decides for people of Slack alone/;
  return [
    row("decides as another user", mallory, { by: "omar" }, /spec\.by is omar, but this is mallory/),
    row("decides as a person of Slack", mallory, { by: "slack:T1:U1" }, /begin with slack: are the bot's/),
    row("decides as another user, being administrator", admin, { by: "omar" }, /spec\.by is omar, but this is/),
    row("decides under an API name that begins with slack:", slackNamed, {}, /begin with slack: are the bot's/),
    row("claims the group of administrators", mallory, { byGroups: [everybody, "system:masters"] }, notTheseGroups),
    row("leaves a group out", mallory, { byGroups: [] }, notTheseGroups),
    row("the bot decides as a user", bot, { by: "omar", byGroups: [] }, forSlack),
    row("the bot decides as itself", bot, { by: "system:serviceaccount:imagepull:imagepull" }, forSlack),
    row(
      "the bot gives a person of Slack the administrators' group",
      bot,
      { by: "slack:T1:U1", byGroups: ["system:masters"] },
      /the bot names groups of Slack alone/,
    ),
    ...(["approve", "deny"] as const).map((decision) =>
      row(
        `may only ask, and decides ${decision}`,
        dana,
        { decision },
        /dana may not create repulldecisions\.imagepull\.dev in namespace .* but to cancel/,
      ),
    ),
    row("may only ask, and cancels as another", dana, { decision: "cancel", by: "omar" }, /spec\.by is omar/),
    row("may ask for restarts only, by a role of her own", lena, {}, /cannot create resource "repulldecisions"/),
    row("may only look", lou, {}, /cannot create resource "repulldecisions"/),
    row("has no right", nora, {}, /cannot create resource "repulldecisions"/),
    row("decides maybe", omar, { decision: "maybe" } as object, /spec\.decision: Unsupported value/),
    row("gives the decision an owner", mallory, {}, /no owners and no finalizers/, forged(namespace, owned)),
    row("keeps the decision by a finalizer", mallory, {}, /no owners and no finalizers/, forged(namespace, kept)),
    row("leaves spec out", omar, {}, /spec: Required value/, { spec: undefined }),
  ];
};

/** What is there, changed or removed by anybody but the bot. */
export const changeForgeries = (namespace: string, request: string, decision: string): readonly Forgery[] => {
  const requestPath = at(namespace, "repullrequests", request);
  const decisionPath = at(namespace, "repulldecisions", decision);
  const rbac = /cannot (?:patch|update|delete|deletecollection) resource/;
  const policy = /requests and decisions are never changed/;
  const approved = { status: exampleStatus("Approved") };
  const merge = (what: string, as: Who, path: string, body: object, refused: RegExp): Forgery => ({
    what,
    call: { as, method: "PATCH", path, body, type: patches.merge },
    refused,
  });
  const remove = (what: string, as: Who, path: string): Forgery => ({
    what,
    call: { as, method: "DELETE", path },
    refused: rbac,
  });
  const apply = { apiVersion: "imagepull.dev/v1alpha1", kind: "RepullRequest", metadata: { name: request } };
  return [
    ...[dana, omar, lou, nora].flatMap((as) => [
      merge("writes status", as, `${requestPath}/status`, approved, rbac),
      merge("changes the request", as, requestPath, { metadata: { labels: { a: "b" } } }, rbac),
      remove("deletes the request", as, requestPath),
      remove("deletes all requests", as, at(namespace, "repullrequests")),
      merge("changes the decision", as, decisionPath, { spec: { decision: "deny" } }, rbac),
      remove("deletes the decision", as, decisionPath),
    ]),
    ...[mallory, admin].flatMap((as): Forgery[] => [
      merge("writes status, and RBAC lets her", as, `${requestPath}/status`, approved, policy),
      merge("writes one word of status", as, `${requestPath}/status`, { status: { message: "all is well" } }, policy),
      merge("drops status", as, `${requestPath}/status`, { status: null }, /status cannot be dropped|never changed/),
      merge("drops the phase", as, `${requestPath}/status`, { status: { phase: null } }, /status\.phase: Required/),
      merge("writes status through the request", as, requestPath, approved, policy),
      merge("writes a label", as, requestPath, { metadata: { labels: { approved: "yes" } } }, policy),
      merge("writes an annotation", as, requestPath, { metadata: { annotations: { approved: "yes" } } }, policy),
      merge("gives it an owner", as, requestPath, { metadata: owned }, policy),
      merge("keeps it by a finalizer", as, requestPath, { metadata: kept }, policy),
      merge("changes spec through status", as, `${requestPath}/status`, { spec: { strategy: "probe" } }, policy),
      merge("writes a label of a decision", as, decisionPath, { metadata: { labels: { a: "b" } } }, policy),
      merge("keeps a decision by a finalizer", as, decisionPath, { metadata: kept }, policy),
      {
        what: "applies a label on the server's side",
        call: {
          as,
          method: "PATCH",
          path: `${requestPath}?fieldManager=forger&force=true`,
          body: { ...apply, metadata: { ...apply.metadata, labels: { approved: "yes" } } },
          type: patches.apply,
        },
        refused: policy,
      },
      {
        what: "applies a status on the server's side",
        call: {
          as,
          method: "PATCH",
          path: `${requestPath}/status?fieldManager=forger&force=true`,
          body: { ...apply, ...approved },
          type: patches.apply,
        },
        refused: policy,
      },
    ]),
  ];
};

/** The bot itself, off the table. */
export const phaseForgeries = (
  { namespace, bot, standing, unseen }: Pick<Scene, "namespace" | "bot" | "standing" | "unseen">,
  wrong: readonly (readonly [Phase | null, Phase])[],
): readonly Forgery[] => {
  const write = (what: string, name: string, body: unknown, type: string, refused: RegExp): Forgery => ({
    what,
    call: { as: bot, method: "PATCH", path: `${at(namespace, "repullrequests", name)}/status`, body, type },
    refused,
  });
  const steps = wrong.map(([from, to]): Forgery => {
    const name = from === null ? unseen : (standing.get(from) ?? "");
    const refused = from === null ? /the first phase is Pending/ : /stays finished|there is no step from/;
    return write(`${from ?? "(none)"} to ${to}`, name, { status: exampleStatus(to) }, patches.merge, refused);
  });
  const back = [
    { op: "remove", path: "/status" },
    { op: "add", path: "/status", value: exampleStatus("Pending") },
  ];
  return [
    ...steps,
    ...[...standing].flatMap(([phase, name]): Forgery[] => [
      write(`${phase}: drops status`, name, { status: null }, patches.merge, /status cannot be dropped/),
      write(`${phase}: drops the phase`, name, { status: { phase: null } }, patches.merge, /status\.phase: Required/),
      ...(phase === "Pending"
        ? []
        : [write(`${phase}: drops status and begins anew`, name, back, patches.json, /stays finished|no step from/)]),
    ]),
    write(
      "a phase that does not exist",
      unseen,
      { status: { ...exampleStatus("Pending"), phase: "Done" } },
      patches.merge,
      /Unsupported value/,
    ),
    {
      what: "the bot changes a request",
      call: {
        as: bot,
        method: "PATCH",
        path: at(namespace, "repullrequests", unseen),
        body: { metadata: { labels: { a: "b" } } },
        type: patches.merge,
      },
      refused: /cannot patch resource "repullrequests"/,
    },
  ];
};
