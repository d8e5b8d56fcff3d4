import { definitions } from "../../../src/playground/cluster/custom/definitions.ts";
import { people } from "./people.ts";
import { type Row, ask, base, bent, denied, invalid, notAsked, request, requests, spec } from "./row.ts";

const post = (what: string, body: object, more: Partial<Row> & Pick<Row, "status">): Row => ({
  what,
  as: "asker",
  method: "POST",
  path: requests,
  body,
  ...more,
});
const byPolicy = (name: string, why: string): Pick<Row, "status" | "reason" | "message" | "afterwards"> => ({
  status: 403,
  reason: "Forbidden",
  message: denied("repullrequests", name, "imagepull-requests", why),
  afterwards: [`${requests}/${name}`, null],
});
const bySchema = (name: string, what: string): Pick<Row, "status" | "reason" | "message"> => ({
  status: 422,
  reason: "Invalid",
  message: invalid("RepullRequest", name, `[${what}, ${notAsked}]`),
});
const slack = { requestedBy: "slack:T1:U5", requestedByGroups: ["slack:T1", "slack:T1:S9"] };
const wide = { requestedBy: people.wide.name, requestedByGroups: people.wide.groups };

/** New requests: what is kept of them. */
const made: readonly Row[] = [
  post("a request", request("asked"), {
    status: 201,
    answer: { kind: "RepullRequest", metadata: { generation: 1 }, spec: { strategy: "restart", attempt: 1 } },
    lacks: ["status"],
  }),
  post("the same request again", request("again"), {
    given: [ask("again")],
    status: 409,
    reason: "AlreadyExists",
    message: 'repullrequests.imagepull.dev "again" already exists',
  }),
  post("a request that is tried only", request("tried"), {
    path: `${requests}?dryRun=All`,
    status: 201,
    lacks: ["metadata.resourceVersion"],
    afterwards: [`${requests}/tried`, null],
  }),
  post(
    "a request that brings a status",
    { ...request("decided"), status: { phase: "Approved" } },
    {
      status: 201,
      lacks: ["status"],
    },
  ),
  post(
    "fields that are not known",
    { ...bent("unknown", { colour: "blue" }), more: 1 },
    {
      status: 201,
      lacks: ["more", "spec.colour"],
    },
  ),
  post(
    "a null where nothing may be null",
    bent("nulls", { plan: null }),
    bySchema("nulls", "spec.plan: Required value"),
  ),
  post("the bot asks for somebody of Slack", request("slack", slack), { as: "bot", status: 201 }),
  post(
    "everything that one may ask for",
    request("wide", {
      ...wide,
      strategy: "set-image",
      parameters: {
        container: "app",
        tag: null,
        image: "registry.example/other:1",
        only: null,
        undo: null,
        allowRepository: true,
        allowUnproven: true,
        timeoutSeconds: 60,
      },
    }),
    { as: "wide", status: 201 },
  ),
];

/** Who may not, and in whose name. */
const refused: readonly Row[] = [
  post("a request without the right to ask", request("readers"), {
    as: "reader",
    status: 403,
    reason: "Forbidden",
    message:
      'repullrequests.imagepull.dev is forbidden: User "contract-reader" cannot create resource "repullrequests" in API group "imagepull.dev" in the namespace "{ns}"',
  }),
  post(
    "a request in another's name",
    request("others", { requestedBy: "dana" }),
    byPolicy("others", `spec.requestedBy is dana, but this is ${people.asker.name}`),
  ),
  post(
    "a request in a name of Slack",
    request("slacks", slack),
    byPolicy("slacks", "names that begin with slack: are the bot's to write"),
  ),
  post(
    "a request with a group too few",
    request("few", { requestedByGroups: ["system:authenticated"] }),
    byPolicy(
      "few",
      `spec.requestedByGroups are not the groups of ${people.asker.name} (kubectl auth whoami shows them)`,
    ),
  ),
  post(
    "a request with a group too many",
    request("many", { requestedByGroups: [...people.asker.groups, "system:masters"] }),
    byPolicy(
      "many",
      `spec.requestedByGroups are not the groups of ${people.asker.name} (kubectl auth whoami shows them)`,
    ),
  ),
  post("the bot asks for itself", request("itself", { requestedBy: people.bot.name }), {
    as: "bot",
    ...byPolicy(
      "itself",
      `the bot asks and decides for people of Slack alone (slack:TEAM:USER), not for ${people.bot.name}`,
    ),
  }),
  post("the bot asks in a group of the API", request("grouped", { ...slack, requestedByGroups: ["system:masters"] }), {
    as: "bot",
    ...byPolicy("grouped", "the bot names groups of Slack alone (slack:…)"),
  }),
  post(
    "a strategy without its verb",
    request("imaged", { strategy: "set-image" }),
    byPolicy("imaged", `${people.asker.name} may not set-image repullrequests.imagepull.dev in namespace {ns}`),
  ),
  ...(["allowRepository", "allowUnproven"] as const).map((field, index) =>
    post(
      `${field} without its verb`,
      bent(`allowed-${index}`, {
        parameters: { allowRepository: false, allowUnproven: false, timeoutSeconds: 60, [field]: true },
      }),
      byPolicy(
        `allowed-${index}`,
        `${people.asker.name} may not ${field === "allowRepository" ? "set-repository" : "run-unproven"} repullrequests.imagepull.dev in namespace {ns}`,
      ),
    ),
  ),
  ...[
    { ownerReferences: [{ apiVersion: "v1", kind: "Pod", name: "p", uid: "00000000-0000-4000-a000-000000000001" }] },
    { finalizers: ["example.com/kept"] },
  ].map((metadata, index) =>
    post(
      `a request with ${Object.keys(metadata).join()}`,
      { ...request(`kept-${index}`), metadata: { name: `kept-${index}`, ...metadata } },
      byPolicy(`kept-${index}`, "requests and decisions have no owners and no finalizers"),
    ),
  ),
  post(
    "a namespace that does not exist",
    { ...request("nowhere"), metadata: { name: "nowhere" } },
    {
      as: "admin",
      path: base.replace("{ns}", "imagepull-contract-none") + "/repullrequests",
      status: 404,
      reason: "NotFound",
      message: 'namespaces "imagepull-contract-none" not found',
    },
  ),
];

const most =
  definitions[0]?.schema.properties?.["spec"]?.properties?.["preflight"]?.properties?.["reasons"]?.maxItems ?? 0;

/** What the schema refuses, before anybody is asked who may. */
const misshapen: readonly Row[] = [
  post("a strategy that is none", bent("odd", { strategy: "hope" }), {
    status: 422,
    message: invalid(
      "RepullRequest",
      "odd",
      `[spec.strategy: Unsupported value: "hope": supported values: "restart", "set-image", "pin-digest", "policy-always", "delete-pods", "pre-pull", "probe", ${notAsked}]`,
    ),
  }),
  post(
    "a name that is too long",
    bent("long", { target: { ...spec().target, name: "x".repeat(254) } }),
    bySchema("long", "spec.target.name: Too long: may not be more than 253 bytes"),
  ),
  post(
    "a number as a text",
    bent("text", { attempt: "1" }),
    bySchema("text", 'spec.attempt: Invalid value: "string": spec.attempt in body must be of type integer: "string"'),
  ),
  post(
    "a fraction as a number of attempts",
    bent("half", { attempt: 1.5 }),
    bySchema("half", 'spec.attempt: Invalid value: "number": spec.attempt in body must be of type integer: "number"'),
  ),
  post(
    "too many reasons",
    bent("reasons", { preflight: { answer: "possible", reasons: Array.from({ length: most + 1 }, () => "x") } }),
    bySchema("reasons", `spec.preflight.reasons: Too many: ${most + 1}: must have at most ${most} items`),
  ),
  post(
    "a text within a list that is none",
    bent("listed", { requestedByGroups: [null] }),
    bySchema(
      "listed",
      'spec.requestedByGroups[0]: Invalid value: "null": spec.requestedByGroups[0] in body must be of type string: "null"',
    ),
  ),
  post("an attempt that is no attempt", bent("zero", { attempt: 0 }), {
    status: 422,
    reason: "Invalid",
    message: invalid(
      "RepullRequest",
      "zero",
      "spec.attempt: Invalid value: 0: spec.attempt in body should be greater than or equal to 1",
    ),
  }),
  post("a fingerprint that is none", bent("print", { fingerprint: "XYZ" }), {
    status: 422,
    reason: "Invalid",
    message: invalid(
      "RepullRequest",
      "print",
      "spec.fingerprint: Invalid value: \"XYZ\": spec.fingerprint in body should match '^[0-9a-f]{16,64}$'",
    ),
  }),
  post("a name that nobody has", bent("empty", { requestedBy: "" }), {
    status: 422,
    reason: "Invalid",
    message: invalid(
      "RepullRequest",
      "empty",
      'spec.requestedBy: Invalid value: "": spec.requestedBy in body should be at least 1 chars long',
    ),
  }),
  post("a container's name that is none", bent("contained", { before: { ["x".repeat(64)]: "a:1" } }), {
    status: 422,
    reason: "Invalid",
    message: invalid(
      "RepullRequest",
      "contained",
      'spec.before: Invalid value: "object": a container\'s name has at most 63 characters',
    ),
  }),
  post("a request without a spec", { ...request("bare"), spec: undefined }, bySchema("bare", "spec: Required value")),
  post(
    "a request without a name",
    { ...request(""), metadata: {} },
    bySchema("", "metadata.name: Required value: name or generateName is required"),
  ),
  post(
    "a request by a name that is none",
    { ...request("Not_Me"), metadata: { name: "Not_Me" } },
    { status: 422, reason: "Invalid" },
  ),
];

export const asking: readonly Row[] = [...made, ...refused, ...misshapen];
