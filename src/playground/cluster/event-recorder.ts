import { type KubeObject, type Store, timestamp } from "./store.ts";
import { resourceOf } from "./resources.ts";

export interface Occurrence {
  readonly type: "Normal" | "Warning";
  readonly reason: string;
  readonly message: string;
  readonly fieldPath: string;
  readonly component: string;
  /** The node of a component that runs on one. */
  readonly host: string | undefined;
}

/** The program that a component is part of: by its name the API server knows the writer. */
function managerOf(component: string): string {
  if (component === "default-scheduler") return "kube-scheduler";
  return component.endsWith("-controller") ? "kube-controller-manager" : component;
}

const events = resourceOf({ apiVersion: "v1", kind: "Event" });
/** The API server forgets events after `--event-ttl`, an hour by default. */
const timeToLive = 3_600_000;

/** Writes events as client-go's recorder does: an event that has been seen before is counted, not written again. */
export class EventRecorder {
  readonly #store: Store;
  readonly #names = new Map<string, string>();
  #written = 0;

  constructor(store: Store) {
    this.#store = store;
  }

  record(about: KubeObject, occurrence: Occurrence, at: Date): void {
    const { namespace = "default", name, uid, resourceVersion } = about.metadata;
    const { type, reason, message, fieldPath, component, host } = occurrence;
    const key = JSON.stringify([uid, type, reason, message, fieldPath, component, host]);
    const known = this.#names.get(key);
    const before = known === undefined ? undefined : this.#store.get(events, namespace, known);
    const writer = { manager: managerOf(component) };
    if (before !== undefined) {
      this.#store.put({ ...before, count: Number(before["count"]) + 1, lastTimestamp: timestamp(at) }, at, writer);
      return;
    }
    this.#written += 1;
    // The real recorder names events by the nanosecond.
    const eventName = `${name}.${(BigInt(at.getTime()) * 1_000_000n + BigInt(this.#written)).toString(16)}`;
    this.#names.set(key, eventName);
    this.#store.put(
      {
        apiVersion: "v1",
        kind: "Event",
        metadata: { name: eventName, namespace },
        involvedObject: {
          kind: about.kind,
          namespace,
          name,
          uid,
          apiVersion: about.apiVersion,
          resourceVersion,
          ...(fieldPath === "" ? {} : { fieldPath }),
        },
        reason,
        message,
        source: { component, ...(host === undefined ? {} : { host }) },
        firstTimestamp: timestamp(at),
        lastTimestamp: timestamp(at),
        count: 1,
        type,
        eventTime: null,
        reportingComponent: component,
        reportingInstance: host ?? "",
      },
      at,
      writer,
    );
  }

  /** Drops what is older than the API server keeps. */
  expire(now: Date): void {
    for (const event of this.#store.list(events)) {
      if (now.getTime() - Date.parse(String(event["lastTimestamp"])) > timeToLive) this.#store.delete(event);
    }
  }
}
