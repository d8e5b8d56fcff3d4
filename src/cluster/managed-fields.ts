import * as z from "zod";
import type { Change } from "../diagnosis/evidence.ts";
import { instant, list, message } from "./pod.ts";

/**
 * Who wrote an object, and when: `metadata.managedFields`. A writer's time moves when any of its fields changes, so a change of one field is no
 * later than what is told here. Source: kubernetes staging/src/k8s.io/apimachinery/pkg/apis/meta/v1/types.go, ManagedFieldsEntry.
 */
export const managedFields = list(
  z.object({
    manager: message,
    time: instant.nullish(),
    subresource: z.string().nullish(),
    fieldsV1: z.unknown().optional(),
  }),
);
type ManagedFields = z.output<typeof managedFields>;

/** The latest write of what stands at a path of `fieldsV1` (`["f:spec", "f:template"]`), or, with an empty one, of anything; null where none is told. */
export function lastChange(fields: ManagedFields, path: readonly string[] = []): Change | null {
  let last: Change | null = null;
  for (const { manager, time, subresource, fieldsV1 } of fields) {
    // Status is written by those who watch an object, not by those who change it.
    if (!time || subresource === "status" || !holds(fieldsV1, path)) continue;
    if (last === null || Date.parse(time) >= Date.parse(last.at)) last = { at: time, by: manager || "unknown" };
  }
  return last;
}

/** Everybody who owns a part of what stands at a path, each once. */
export const managersOf = (fields: ManagedFields, path: readonly string[]): string[] => [
  ...new Set(
    fields.flatMap(({ manager, subresource, fieldsV1 }) =>
      manager !== "" && subresource !== "status" && holds(fieldsV1, path) ? [manager] : [],
    ),
  ),
];

function holds(fields: unknown, path: readonly string[]): boolean {
  let here = fields;
  for (const key of path) {
    if (typeof here !== "object" || here === null || !Object.hasOwn(here, key)) return false;
    here = Reflect.get(here, key);
  }
  return true;
}
