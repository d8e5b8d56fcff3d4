import type { ApprovalStore, RepullRequest } from "../approvals/types.ts";

export interface Observer {
  /** All requests of the cluster, as they are now. */
  see(all: readonly RepullRequest[]): void;
  /** One that this process has written. */
  changed(one: RepullRequest): void;
}

/** The store, with somebody who is told what goes through it. */
export function observedStore(store: ApprovalStore, observer: Observer): ApprovalStore {
  let count = 0;
  /** Lists that were asked for, and the latest of them that was seen. */
  let [asked, seen] = [0, 0];
  /** What was written while a list was on its way, by UID: the list may not know of it yet. */
  const written = new Map<string, { readonly count: number; readonly request: RepullRequest }>();
  return {
    ...store,
    async requests(namespace, signal) {
      const began = count;
      const order = (asked += 1);
      const read = await store.requests(namespace, signal);
      // An older one that took longer is no news.
      if (namespace !== null || read.status !== "ok" || order < seen) return read;
      seen = order;
      observer.see(
        read.value.items.map((listed) => {
          const since = written.get(listed.uid);
          return since !== undefined && since.count > began ? since.request : listed;
        }),
      );
      for (const [uid, since] of written) if (since.count <= began) written.delete(uid);
      return read;
    },
    async move(request, status, signal) {
      const kept = await store.move(request, status, signal);
      if (kept.kind === "done") {
        written.set(kept.value.uid, { count: (count += 1), request: kept.value });
        observer.changed(kept.value);
      }
      return kept;
    },
  };
}
