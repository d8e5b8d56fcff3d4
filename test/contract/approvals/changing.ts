import type { Ask } from "../sides.ts";
import { type Row, ask, denied, invalid, json, merge, modified, notAsked, other, request, requests } from "./row.ts";

const patch = (what: string, name: string, body: unknown, more: Partial<Row> & Pick<Row, "status">): Row => ({
  what,
  given: [ask(name)],
  as: "bot",
  method: "PATCH",
  path: `${requests}/${name}`,
  type: merge,
  body,
  ...more,
});
const conflict = (name: string): Pick<Row, "status" | "reason" | "message"> => ({
  status: 409,
  reason: "Conflict",
  message: `Operation cannot be fulfilled on repullrequests.imagepull.dev "${name}": ${modified}`,
});
const never = "requests and decisions are never changed; the status of a request is written by the bot alone";
const put = (what: string, name: string, metadata: object, more: Partial<Row> & Pick<Row, "status">): Row =>
  patch(
    what,
    name,
    { ...request(name), metadata: { name, ...metadata } },
    { method: "PUT", type: "application/json", ...more },
  );

/** The object itself, which nobody changes. */
const objects: readonly Row[] = [
  patch(
    "a label by the bot",
    "labelled",
    { metadata: { labels: { app: "web" } } },
    {
      status: 200,
      answer: { metadata: { generation: 1, labels: { app: "web" } } },
    },
  ),
  patch(
    "a change that changes nothing",
    "same",
    { metadata: { uid: "{uid}" } },
    {
      status: 200,
      answer: { metadata: { resourceVersion: "{version}" } },
    },
  ),
  patch(
    "a label by somebody else",
    "meddled",
    { metadata: { labels: { app: "web" } } },
    {
      as: "asker",
      status: 403,
      reason: "Forbidden",
      message: denied("repullrequests", "meddled", "imagepull-only-the-bot-writes", never),
    },
  ),
  patch(
    "another spec",
    "respecified",
    { spec: { strategy: "probe" } },
    {
      status: 422,
      reason: "Invalid",
      message: invalid("RepullRequest", "respecified", '<nil>: Invalid value: "object": spec never changes'),
    },
  ),
  patch(
    "another spec, by somebody else",
    "rebelled",
    { spec: { strategy: "probe" } },
    {
      as: "asker",
      status: 422,
      reason: "Invalid",
      message: invalid("RepullRequest", "rebelled", '<nil>: Invalid value: "object": spec never changes'),
    },
  ),
  patch(
    "no spec",
    "unspecified",
    { spec: null },
    {
      status: 422,
      reason: "Invalid",
      message: invalid("RepullRequest", "unspecified", `[spec: Required value, ${notAsked}]`),
    },
  ),
  patch(
    "a status where the object is written",
    "elsewhere",
    { status: { phase: "Approved" } },
    {
      status: 200,
      lacks: ["status"],
      afterwards: [`${requests}/elsewhere`, { metadata: { resourceVersion: "{version}" } }],
    },
  ),
  patch(
    "a patch with another's UID",
    "uids",
    { metadata: { uid: other } },
    {
      status: 422,
      reason: "Invalid",
      message: invalid("RepullRequest", "uids", `metadata.uid: Invalid value: "${other}": field is immutable`),
    },
  ),
  patch(
    "a patch of an old version",
    "old",
    { metadata: { resourceVersion: "1", labels: { a: "b" } } },
    conflict("old"),
  ),
  patch(
    "a strategic merge",
    "strategic",
    {},
    {
      type: "application/strategic-merge-patch+json",
      status: 415,
      reason: "UnsupportedMediaType",
      message:
        "the body of the request was in an unknown format - accepted media types include: application/json-patch+json, application/merge-patch+json, application/apply-patch+yaml",
    },
  ),
  patch(
    "a JSON patch whose test holds",
    "jsonned",
    [
      { op: "test", path: "/metadata/uid", value: "{uid}" },
      { op: "add", path: "/metadata/labels", value: { a: "b" } },
    ],
    { type: json, status: 200, answer: { metadata: { labels: { a: "b" } } } },
  ),
  patch("a JSON patch whose test fails", "untested", [{ op: "test", path: "/spec/strategy", value: "probe" }], {
    type: json,
    status: 422,
    reason: "Invalid",
    message: "the server rejected our request due to an error in our request",
  }),
  patch(
    "a change that is tried only",
    "tried-change",
    { metadata: { labels: { a: "b" } } },
    {
      path: `${requests}/tried-change?dryRun=All`,
      status: 200,
      answer: { metadata: { labels: { a: "b" }, resourceVersion: "{version}" } },
      afterwards: [`${requests}/tried-change`, { metadata: { resourceVersion: "{version}" } }],
    },
  ),
  patch(
    "a change of what is not there",
    "nobody",
    {},
    {
      given: [],
      status: 404,
      reason: "NotFound",
      message: 'repullrequests.imagepull.dev "nobody" not found',
    },
  ),
  put(
    "a whole object as it is",
    "whole",
    { resourceVersion: "{version}", uid: "{uid}" },
    {
      status: 200,
      answer: { metadata: { resourceVersion: "{version}" } },
    },
  ),
  put(
    "a whole object of no version",
    "versionless",
    {},
    {
      status: 422,
      reason: "Invalid",
      message:
        'repullrequests.imagepull.dev "versionless" is invalid: metadata.resourceVersion: Invalid value: 0: must be specified for an update',
    },
  ),
  put("a whole object of an old version", "old-whole", { resourceVersion: "1" }, conflict("old-whole")),
  put(
    "a whole object with another's UID",
    "other-whole",
    { resourceVersion: "{version}", uid: other },
    {
      status: 409,
      reason: "Conflict",
      message: `Operation cannot be fulfilled on repullrequests.imagepull.dev "other-whole": StorageError: invalid object, Code: 4, Key: /registry/imagepull.dev/repullrequests/{ns}/other-whole, ResourceVersion: 0, AdditionalErrorMsg: Precondition failed: UID in precondition: ${other}, UID in object meta: {uid}`,
    },
  ),
  put(
    "a whole object under another's name",
    "named",
    { name: "unnamed", resourceVersion: "{version}" },
    {
      status: 400,
      reason: "BadRequest",
      message: "the name of the object (unnamed) does not match the name on the URL (named)",
    },
  ),
];

const remove = (what: string, name: string, body: unknown, more: Partial<Row> & Pick<Row, "status">): Row => ({
  what,
  given: [ask(name)] satisfies readonly Ask[],
  as: "bot",
  method: "DELETE",
  path: `${requests}/${name}`,
  body,
  ...more,
});

const deletions: readonly Row[] = [
  remove(
    "a request of this UID and version",
    "gone",
    { preconditions: { uid: "{uid}", resourceVersion: "{version}" } },
    {
      status: 200,
      answer: { kind: "Status", status: "Success", details: { name: "gone", kind: "repullrequests", uid: "{uid}" } },
      afterwards: [`${requests}/gone`, null],
    },
  ),
  remove(
    "a request of another UID",
    "stays",
    { preconditions: { uid: other } },
    {
      status: 409,
      reason: "Conflict",
      message: `Operation cannot be fulfilled on RepullRequest.imagepull.dev "stays": the UID in the precondition (${other}) does not match the UID in record ({uid}). The object might have been deleted and then recreated`,
      afterwards: [`${requests}/stays`, {}],
    },
  ),
  remove(
    "a request of an old version",
    "newer",
    { preconditions: { resourceVersion: "1" } },
    {
      status: 409,
      reason: "Conflict",
      message:
        'Operation cannot be fulfilled on RepullRequest.imagepull.dev "newer": the ResourceVersion in the precondition (1) does not match the ResourceVersion in record ({version}). The object might have been modified',
    },
  ),
  remove("a request, by who may not", "kept", undefined, {
    as: "asker",
    status: 403,
    reason: "Forbidden",
    message:
      'repullrequests.imagepull.dev "kept" is forbidden: User "contract-asker" cannot delete resource "repullrequests" in API group "imagepull.dev" in the namespace "{ns}"',
  }),
];

export const changing: readonly Row[] = [...objects, ...deletions];
