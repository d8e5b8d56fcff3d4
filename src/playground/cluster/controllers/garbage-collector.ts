import * as z from "zod";
import { removeObject } from "../deletion.ts";
import { resources } from "../resources.ts";
import { isEnding } from "../views.ts";
import type { Context } from "./context.ts";

const owned = z.object({ ownerReferences: z.array(z.object({ uid: z.string() })).default([]) });

/** Deletes what all owners of are gone. */
export function collectGarbage({ store, at }: Context): void {
  const all = resources.flatMap((resource) => store.list(resource));
  const uids = new Set(all.map(({ metadata }) => metadata.uid));
  for (const object of all) {
    const { ownerReferences } = owned.parse(object.metadata);
    if (ownerReferences.length === 0 || isEnding(object) || ownerReferences.some(({ uid }) => uids.has(uid))) continue;
    removeObject(store, object, { uid: object.metadata.uid, isDry: false }, at);
  }
}
