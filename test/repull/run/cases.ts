import type { Written } from "../../../src/world.ts";
import type { Case } from "../case.ts";
import type { Cluster } from "./cluster.ts";

/** What the tests ask for, on seven pods where batches matter. */
export const restart: Case = { strategy: "restart", policy: "Always", pods: ["b", "b"] };
export const evict: Case = { strategy: "delete-pods", policy: "Always", pods: ["b", "b", "b", "b", "b", "b", "b"] };
export const anew: Case = { strategy: "delete-pods", kind: "Pod", policy: "Always" };
export const probe: Case = { strategy: "probe", pods: ["b", "b"] };
export const refusal = (why: "forbidden" | "invalid" | "absent" | "blocked", reason: string): Written => ({
  kind: "refused",
  why,
  reason,
});
export const pullers = ({ pods }: Cluster): string[] =>
  [...pods.values()].flatMap(({ pod }) =>
    pod.name.startsWith("imagepull-") && pod.deletedAt === null ? pod.name : [],
  );
