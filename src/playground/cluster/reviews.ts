import * as z from "zod";
import { type Result, failure, success } from "../../diagnosis/result.ts";
import { type User, anonymous } from "./access.ts";
import { type Decision, decide } from "./rbac.ts";
import type { Resource } from "./resources.ts";
import { type Failure, badRequest, forbidden, invalid } from "./status.ts";
import { type Store, timestamp } from "./store.ts";

/** Who asks a question about rights, and what it is answered by. */
export interface Reviewing {
  readonly store: Store;
  readonly user: User;
  /** Users that were given rules of their own at the start. */
  readonly users: Iterable<User>;
  readonly at: Date;
}

type Answer = Result<Record<string, unknown>, Failure>;
type Kind = "SubjectAccessReview" | "SelfSubjectAccessReview" | "SelfSubjectReview";

const resource = (group: string, kind: Kind): Resource => ({
  group,
  version: "v1",
  plural: `${kind.toLowerCase()}s`,
  singular: kind.toLowerCase(),
  kind,
  namespaced: false,
  shortNames: [],
  selectableFields: [],
});
const paths: Readonly<Record<string, Resource>> = Object.fromEntries(
  [
    resource("authorization.k8s.io", "SubjectAccessReview"),
    resource("authorization.k8s.io", "SelfSubjectAccessReview"),
    resource("authentication.k8s.io", "SelfSubjectReview"),
  ].map((one) => [`/apis/${one.group}/v1/${one.plural}`, one]),
);

/** The question that a path asks; undefined for any other path. */
export const reviewAt = (path: string): Resource | undefined => paths[path];

/** Answers who somebody is, or what somebody may do. */
export function review(asked: Resource, reviewing: Reviewing, body: string): Answer {
  const { store, user } = reviewing;
  // About oneself anybody may ask who has said who he is.
  const isOwn = asked.kind !== "SubjectAccessReview" && user.name !== anonymous.name;
  const attempt = { verb: "create", resource: asked, namespace: undefined };
  if (!isOwn && !decide(store, user, attempt).allowed)
    return failure(forbidden({ ...attempt, user: user.name, name: undefined }));
  let json: unknown;
  try {
    json = JSON.parse(body);
  } catch {
    return failure(badRequest("the object provided is unrecognized: couldn't get version/kind; json parse error"));
  }
  return asked.kind === "SelfSubjectReview" ? success(whoIs(reviewing)) : accessReview(asked, reviewing, json);
}

const whoIs = ({ user: { name, groups }, at }: Reviewing): Record<string, unknown> => ({
  kind: "SelfSubjectReview",
  apiVersion: "authentication.k8s.io/v1",
  metadata: { creationTimestamp: timestamp(at) },
  status: { userInfo: { username: name, groups } },
});

const reviewBody = z.object({
  spec: z.object({
    resourceAttributes: z.object({
      namespace: z.string().optional(),
      verb: z.string().optional(),
      group: z.string().optional(),
      version: z.string().optional(),
      resource: z.string().optional(),
      subresource: z.string().optional(),
      name: z.string().optional(),
    }),
    user: z.string().optional(),
    groups: z.array(z.string()).optional(),
  }),
});

function accessReview(asked: Resource, reviewing: Reviewing, json: unknown): Answer {
  const parsed = reviewBody.safeParse(json);
  if (!parsed.success) return failure(badRequest("spec.resourceAttributes: Required value"));
  const { spec } = parsed.data;
  const isOwn = asked.kind === "SelfSubjectAccessReview";
  if (!isOwn && (spec.user ?? "") === "" && (spec.groups ?? []).length === 0) {
    const message = 'Invalid value: "": at least one of user or group must be specified';
    // The real server names no kind here.
    return failure(
      invalid({ group: asked.group, kind: "" }, "", [{ field: "spec.user", type: "FieldValueInvalid", message }]),
    );
  }
  const { allowed, reason } = answer(isOwn ? reviewing.user : subjectOf(reviewing, spec), reviewing.store, spec);
  const said = Object.entries(spec.resourceAttributes).filter(([, value]) => value !== "");
  return success({
    kind: asked.kind,
    apiVersion: "authorization.k8s.io/v1",
    metadata: {},
    spec: { ...spec, resourceAttributes: Object.fromEntries(said) },
    status: { allowed, ...(reason === "" ? {} : { reason }) },
  });
}

type Spec = z.infer<typeof reviewBody>["spec"];

/** Who is asked about: in the groups that the question names, and in no other; what was given at the start is a user's by its name. */
const subjectOf = ({ users }: Reviewing, { user = "", groups = [] }: Spec): User => ({
  name: user,
  groups,
  rules: [...users].find(({ name }) => name === user)?.rules ?? [],
});

function answer(user: User, store: Store, { resourceAttributes }: Spec): Decision {
  const {
    verb = "",
    group = "",
    resource: plural = "",
    subresource = "",
    namespace = "",
    name = "",
  } = resourceAttributes;
  return decide(store, user, {
    verb,
    resource: { group, plural },
    subresource: subresource === "" ? undefined : subresource,
    namespace: namespace === "" ? undefined : namespace,
    name: name === "" ? undefined : name,
  });
}
