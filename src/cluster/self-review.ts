import * as z from "zod";

/** Somebody as the API server knows them: names that RBAC may bind. */
export interface Identity {
  readonly user: string;
  readonly groups: readonly string[];
}

/** Since Kubernetes 1.28; every login may ask it. */
const apiVersion = "authentication.k8s.io/v1";

/** SelfSubjectReview: who the own login is. A POST that nothing is kept of. */
export const selfReview = {
  path: `/apis/${apiVersion}/selfsubjectreviews`,
  body: { apiVersion, kind: "SelfSubjectReview" },
  words: {
    what: "who this login is",
    forbidden: "create selfsubjectreviews",
    absent: `the API ${apiVersion}, of Kubernetes 1.28 and later,`,
  },
  schema: z
    .object({
      status: z.object({ userInfo: z.object({ username: z.string().min(1), groups: z.array(z.string()).nullish() }) }),
    })
    .transform(({ status: { userInfo } }): Identity => ({ user: userInfo.username, groups: userInfo.groups ?? [] })),
} as const;
