import * as z from "zod";
import { labelSelector } from "./objects.ts";
import { metadata, text } from "./pod.ts";

/** What guards the pods of a workload, or counts them. */

const count = z
  .number()
  .nullish()
  .transform((value) => value ?? 0);

/** policy/v1, and what selects its pods (null: none). Without a status its controller has not counted yet, and an eviction has to wait for it. */
export const budget = z
  .object({
    metadata,
    spec: z.object({ selector: labelSelector.nullish(), unhealthyPodEvictionPolicy: text }),
    status: z
      .object({ disruptionsAllowed: count, expectedPods: count, currentHealthy: count, desiredHealthy: count })
      .nullish(),
  })
  .transform(({ metadata: { name }, spec, status }) => ({
    selector: spec.selector ?? null,
    budget: {
      name,
      ...(status ?? { disruptionsAllowed: 0, expectedPods: 0, currentHealthy: 0, desiredHealthy: 0 }),
      letsUnhealthyGo: spec.unhealthyPodEvictionPolicy === "AlwaysAllow",
    },
  }));

/** autoscaling/v2; `minReplicas` is 1 where nobody says. */
export const autoscaler = z
  .object({
    metadata,
    spec: z.object({
      scaleTargetRef: z.object({ kind: z.string(), name: z.string() }),
      minReplicas: z.number().nullish(),
      maxReplicas: z.number(),
    }),
  })
  .transform(({ metadata: { name }, spec }) => ({
    name,
    target: spec.scaleTargetRef,
    min: spec.minReplicas ?? 1,
    max: spec.maxReplicas,
  }));
