import * as z from "zod";
import { type Result, failure, success } from "../../diagnosis/result.ts";
import { type User, allows } from "./access.ts";
import { type Failure, badRequest } from "./status.ts";

const reviewBody = z.object({
  spec: z.object({
    resourceAttributes: z.object({
      namespace: z.string().optional(),
      verb: z.string(),
      group: z.string().optional(),
      resource: z.string(),
      subresource: z.string().optional(),
      name: z.string().optional(),
    }),
    user: z.string().optional(),
    groups: z.array(z.string()).optional(),
  }),
});

/** Answers a SubjectAccessReview or a SelfSubjectAccessReview; `subject` is who it is about by its name, undefined for somebody without any right. */
export function review(
  kind: "SubjectAccessReview" | "SelfSubjectAccessReview",
  body: string,
  subject: (name: string | undefined) => User | undefined,
): Result<Record<string, unknown>, Failure> {
  let json: unknown;
  try {
    json = JSON.parse(body);
  } catch {
    return failure(badRequest("the object provided is unrecognized: couldn't get version/kind; json parse error"));
  }
  const parsed = reviewBody.safeParse(json);
  if (!parsed.success) return failure(badRequest("spec.resourceAttributes: Required value"));
  const { spec } = parsed.data;
  const { verb, group = "", resource, subresource, namespace = "" } = spec.resourceAttributes;
  const user = subject(spec.user);
  const action = { verb, resource: { group, plural: resource }, namespace: namespace === "" ? undefined : namespace };
  const allowed = user !== undefined && allows(user, { ...action, subresource });
  return success({
    kind,
    apiVersion: "authorization.k8s.io/v1",
    metadata: {},
    spec,
    status: { allowed, ...(allowed ? { reason: "RBAC: allowed" } : {}) },
  });
}
