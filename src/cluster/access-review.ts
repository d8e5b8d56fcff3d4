import * as z from "zod";

/** Whether somebody may do one thing, in the words of RBAC. */
export interface AccessReview {
  readonly user: string;
  readonly groups: readonly string[];
  readonly verb: string;
  /** Empty: the core group. */
  readonly group: string;
  readonly resource: string;
  /** Null: in all. */
  readonly namespace: string | null;
  /** Of one object; left out, of none: a rule that lists names does not hold then, but where it lists the empty one. */
  readonly name?: string;
}

export interface Reviewed {
  readonly allowed: boolean;
  /** What went wrong while the API server decided: a binding to a role that is gone, an authorizer that did not answer. Its own words. */
  readonly error: string | null;
}

const apiVersion = "authorization.k8s.io/v1";

/** SubjectAccessReview. A POST that nothing is kept of. */
export const accessReview = {
  path: `/apis/${apiVersion}/subjectaccessreviews`,
  body: ({ user, groups, verb, group, resource, namespace, name }: AccessReview) => ({
    apiVersion,
    kind: "SubjectAccessReview",
    // An empty namespace is all of them.
    spec: {
      user,
      groups,
      resourceAttributes: {
        verb,
        group,
        resource,
        namespace: namespace ?? "",
        ...(name === undefined ? {} : { name }),
      },
    },
  }),
  words: ({ verb, resource }: AccessReview) => ({
    what: `who may ${verb} ${resource}`,
    forbidden: "create subjectaccessreviews",
    absent: `the API ${apiVersion}`,
  }),
  /** `denied` is an authorizer's word against all others. */
  schema: z
    .object({
      status: z.object({ allowed: z.boolean(), denied: z.boolean().nullish(), evaluationError: z.string().nullish() }),
    })
    .transform(({ status: { allowed, denied, evaluationError } }): Reviewed => ({
      allowed: allowed && denied !== true,
      error: evaluationError || null,
    })),
} as const;
