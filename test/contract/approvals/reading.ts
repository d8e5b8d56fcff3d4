import type { Ask } from "../sides.ts";
import { people } from "./people.ts";
import { type Row, ask, base, decide, decisions, moved, requests } from "./row.ts";

const label = (name: string): Ask => ({
  as: "bot",
  method: "PATCH",
  path: `${requests}/${name}`,
  type: "application/merge-patch+json",
  body: { metadata: { labels: { listed: "yes" } } },
});
/** Made once: the rows before have left others there, so every list selects these. */
export const listed: readonly Ask[] = [
  ...["list-a", "list-b", "list-c"].flatMap((name): Ask[] => [ask(name), label(name)]),
  ...moved("list-d", "Pending", "Denied"),
  label("list-d"),
  ...moved("list-e", "Pending"),
  label("list-e"),
  decide("list-f", "list-a", "approve"),
];

const get = (what: string, path: string, more: Partial<Row> = {}): Row => ({
  what,
  as: "asker",
  method: "GET",
  path,
  status: 200,
  ...more,
});
const ours = `labelSelector=listed%3Dyes`;
const badField = (field: string): Partial<Row> => ({
  status: 400,
  reason: "BadRequest",
  message: `field label not supported: ${field}`,
});

const lists: readonly Row[] = [
  get("one request", `${requests}/list-a`, { answer: { kind: "RepullRequest", spec: { strategy: "restart" } } }),
  get("one request's status", `${requests}/list-d/status`, {
    as: "bot",
    answer: { kind: "RepullRequest", status: { phase: "Denied" } },
  }),
  get("one decision", `${decisions}/list-f`, { answer: { kind: "RepullDecision", spec: { decision: "approve" } } }),
  get("a request that is not there", `${requests}/nobody`, {
    status: 404,
    reason: "NotFound",
    message: 'repullrequests.imagepull.dev "nobody" not found',
  }),
  get("requests by label", `${requests}?${ours}`, {
    answer: { kind: "RepullRequestList", apiVersion: "imagepull.dev/v1alpha1" },
    names: ["list-a", "list-b", "list-c", "list-d", "list-e"],
  }),
  get(
    "requests of all namespaces",
    `/apis/imagepull.dev/v1alpha1/repullrequests?${ours}&fieldSelector=metadata.namespace%3D{ns}`,
    {
      as: "admin",
      names: ["list-a", "list-b", "list-c", "list-d", "list-e"],
    },
  ),
  get("requests by phase", `${requests}?${ours}&fieldSelector=status.phase%3DPending`, { names: ["list-e"] }),
  get("requests of other phases", `${requests}?${ours}&fieldSelector=status.phase!%3DPending`, {
    names: ["list-a", "list-b", "list-c", "list-d"],
  }),
  get("requests of no phase", `${requests}?${ours}&fieldSelector=status.phase%3D`, {
    names: ["list-a", "list-b", "list-c"],
  }),
  get("requests by name", `${requests}?fieldSelector=metadata.name%3Dlist-b`, { names: ["list-b"] }),
  get("a first page of requests", `${requests}?${ours}&limit=2`, { names: ["list-a", "list-b"] }),
  get(
    "a field that requests cannot be selected by",
    `${requests}?fieldSelector=spec.strategy%3Drestart`,
    badField("spec.strategy"),
  ),
  get(
    "a field that decisions cannot be selected by",
    `${decisions}?fieldSelector=spec.request%3Da`,
    badField("spec.request"),
  ),
  get("names and labels of requests only", `${requests}?${ours}`, {
    accept: "application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io,application/json",
    answer: { kind: "PartialObjectMetadataList" },
    names: ["list-a", "list-b", "list-c", "list-d", "list-e"],
  }),
  get("requests, by who may not look", requests, {
    as: "pods-only",
    status: 403,
    reason: "Forbidden",
    message:
      'repullrequests.imagepull.dev is forbidden: User "contract-pods-only" cannot list resource "repullrequests" in API group "imagepull.dev" in the namespace "{ns}"',
  }),
  get("a group that nobody has installed", "/apis/nothing.imagepull.dev/v1/namespaces/{ns}/repullrequests", {
    as: "admin",
    status: 404,
  }),
  get("what the group serves", base.split("/namespaces")[0] ?? "", {
    answer: { kind: "APIResourceList", groupVersion: "imagepull.dev/v1alpha1" },
  }),
  get("the group", "/apis/imagepull.dev", { answer: { kind: "APIGroup", preferredVersion: { version: "v1alpha1" } } }),
];

const authorization = "authorization.k8s.io/v1";
const may = (
  what: string,
  who: object,
  verb: string,
  answer: { readonly allowed: boolean; readonly reason?: string },
  attributes: object = {},
): Row => ({
  what,
  as: "admin",
  method: "POST",
  path: `/apis/${authorization}/subjectaccessreviews`,
  body: {
    apiVersion: authorization,
    kind: "SubjectAccessReview",
    spec: {
      ...who,
      resourceAttributes: {
        namespace: "{ns}",
        verb,
        group: "imagepull.dev",
        resource: "repullrequests",
        ...attributes,
      },
    },
  },
  status: 201,
  answer: { status: answer },
});
const dana = { user: "slack:T1:U5", groups: ["slack:T1"] };

const rights: readonly Row[] = [
  may("may somebody of Slack restart", dana, "restart", {
    allowed: true,
    reason:
      'RBAC: allowed by RoleBinding "contract-slack-user/{ns}" of Role "contract-slack-user" to User "slack:T1:U5"',
  }),
  may("may somebody of Slack set an image", dana, "set-image", { allowed: false }),
  ...(
    [
      ["any", false],
      ["", true],
    ] as const
  ).map(([name, allowed]) =>
    may(
      `may somebody of whom a rule lists the empty name create a decision named "${name}"`,
      { user: people.canceller.name },
      "create",
      { allowed },
      { resource: "repulldecisions", name },
    ),
  ),
  may("may somebody of a group pin", { user: "slack:T1:U6", groups: ["slack:T1", "slack:T1:S9"] }, "pin-digest", {
    allowed: true,
    reason: 'RBAC: allowed by RoleBinding "contract-slack/{ns}" of Role "contract-slack" to Group "slack:T1:S9"',
  }),
  may("may somebody without the group pin", dana, "pin-digest", { allowed: false }),
  may("may somebody approve her own", dana, "approve-own", { allowed: false }),
  may("may she restart elsewhere", dana, "restart", { allowed: false }, { namespace: "kube-system" }),
  may("may she restart everywhere", dana, "restart", { allowed: false }, { namespace: "" }),
  may("may she decide", dana, "create", { allowed: false }, { resource: "repulldecisions" }),
  may("may she write the status", dana, "restart", { allowed: false }, { subresource: "status" }),
  may("may a person of the API restart", { user: people.asker.name }, "restart", { allowed: true }),
  {
    ...may("may nobody", {}, "restart", { allowed: false }),
    status: 422,
    reason: "Invalid",
    message:
      '.authorization.k8s.io "" is invalid: spec.user: Invalid value: "": at least one of user or group must be specified',
    answer: {},
  },
  {
    ...may("may she, asked by who may not ask", dana, "restart", { allowed: false }),
    as: "asker",
    status: 403,
    reason: "Forbidden",
    message:
      'subjectaccessreviews.authorization.k8s.io is forbidden: User "contract-asker" cannot create resource "subjectaccessreviews" in API group "authorization.k8s.io" at the cluster scope',
    answer: {},
  },
  {
    what: "may I",
    as: "asker",
    method: "POST",
    path: `/apis/${authorization}/selfsubjectaccessreviews`,
    body: {
      apiVersion: authorization,
      kind: "SelfSubjectAccessReview",
      spec: {
        resourceAttributes: { namespace: "{ns}", verb: "restart", group: "imagepull.dev", resource: "repullrequests" },
      },
    },
    status: 201,
    answer: { status: { allowed: true } },
  },
];

const authentication = "authentication.k8s.io/v1";
const whoami = (as: Ask["as"], more: Partial<Row> & Pick<Row, "status">): Row => ({
  what: `who am I, asked by ${as}`,
  as,
  method: "POST",
  path: `/apis/${authentication}/selfsubjectreviews`,
  body: { apiVersion: authentication, kind: "SelfSubjectReview" },
  ...more,
});
const me = (who: keyof typeof people): Row =>
  whoami(who, {
    status: 201,
    answer: {
      kind: "SelfSubjectReview",
      status: { userInfo: { username: people[who].name, groups: people[who].groups } },
    },
  });

const identity: readonly Row[] = [
  me("asker"),
  me("bot"),
  whoami("stranger", { status: 401, reason: "Unauthorized" }),
  whoami("nobody", {
    status: 403,
    reason: "Forbidden",
    message:
      'selfsubjectreviews.authentication.k8s.io is forbidden: User "system:anonymous" cannot create resource "selfsubjectreviews" in API group "authentication.k8s.io" at the cluster scope',
  }),
];

export const reading: readonly Row[] = [...lists, ...rights, ...identity];
