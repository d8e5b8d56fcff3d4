import type { CauseId } from "../diagnosis/causes/catalogue.ts";
import type { Alert, Webhook } from "./alertmanager.ts";

/** One pod to diagnose, with the alerts that name it. */
export interface Work {
  readonly namespace: string;
  readonly pod: string;
  readonly alerts: readonly string[];
}

export interface Taken {
  readonly work: readonly Work[];
  readonly counts: {
    readonly firing: number;
    readonly repeated: number;
    readonly resolved: number;
    readonly withoutPod: number;
  };
}

interface AlertEntry {
  heardAt: number;
  workload: string | null;
  pod: string;
}

/** Stands here while an alert of the workload fires. */
interface WorkloadEntry {
  readonly alerts: Set<string>;
  /** Pod → the cause that was last told or known of it. */
  readonly causes: Map<string, CauseId>;
}

export interface LedgerLimits {
  /** An alert that is heard again this soon is the same delivery by the other half of an HA pair. */
  readonly duplicateMs: number;
  /** An alert that is not heard of for so long counts as resolved. Longer than any repeat_interval in use. */
  readonly forgetMs: number;
  /** More alerts than that are never remembered: the ones unheard for longest go. */
  readonly capacity: number;
}

const usual: LedgerLimits = { duplicateMs: 30_000, forgetMs: 48 * 3_600_000, capacity: 20_000 };

/** These say less than any other cause: they are told only while nothing better is known. */
const vague: ReadonlySet<CauseId> = new Set(["backoff-only", "undetermined"]);

/**
 * What has been heard and told: which alerts fire, for which workload, and which causes the channel has read of it. In memory;
 * every question carries its time, so that it has no clock and no I/O of its own.
 */
export class AlertLedger {
  readonly #alerts = new Map<string, AlertEntry>();
  readonly #workloads = new Map<string, WorkloadEntry>();
  readonly #limits: LedgerLimits;

  constructor(limits: Partial<LedgerLimits> = {}) {
    this.#limits = { ...usual, ...limits };
  }

  /** How many alerts it remembers as firing. */
  get firing(): number {
    return this.#alerts.size;
  }

  /** Records a webhook at a time (ms), and answers what is to be diagnosed: each pod once, however many alerts name it. */
  take(webhook: Webhook, now: number): Taken {
    this.#forgetOld(now);
    const counts = { firing: 0, repeated: 0, resolved: 0, withoutPod: 0 };
    const pods = new Map<string, { namespace: string; pod: string; alerts: string[] }>();
    for (const alert of webhook.alerts) {
      const { namespace, pod } = alert.labels;
      const key = keyOf(webhook.groupKey, alert);
      if (alert.status === "resolved") {
        counts.resolved += 1;
        this.#clear(key);
      } else if (!namespace || !pod) counts.withoutPod += 1;
      else if (this.#hear(key, podOf({ namespace, pod }), now)) {
        counts.firing += 1;
        const work = pods.get(podOf({ namespace, pod })) ?? { namespace, pod, alerts: [] };
        work.alerts.push(key);
        pods.set(podOf(work), work);
      } else counts.repeated += 1;
    }
    while (this.#alerts.size > this.#limits.capacity) this.#clear(this.#alerts.keys().next().value ?? "");
    return { work: [...pods.values()], counts };
  }

  /** Whether any of these alerts still fires. */
  fires(alerts: readonly string[]): boolean {
    return alerts.some((key) => this.#alerts.has(key));
  }

  /**
   * A diagnosis has ended in a pull failure. `announce`: the channel has not read this cause of this workload; it counts as told
   * from now on. `known`: it has. `resolved`: the alerts have gone meanwhile.
   */
  settle(work: Work, workload: string, cause: CauseId): "announce" | "known" | "resolved" {
    const firing = work.alerts.filter((key) => this.#alerts.has(key));
    if (firing.length === 0) return "resolved";
    const { alerts, causes } = this.#workloads.get(workload) ?? {
      alerts: new Set<string>(),
      causes: new Map<string, CauseId>(),
    };
    this.#workloads.set(workload, { alerts, causes });
    for (const key of firing) {
      alerts.add(key);
      const entry = this.#alerts.get(key);
      if (entry !== undefined) entry.workload = workload;
    }
    const told = new Set(causes.values());
    if (vague.has(cause) && told.size > 0) return "known";
    causes.set(podOf(work), cause);
    return told.has(cause) ? "known" : "announce";
  }

  /** The announcement could not be made: the next diagnosis of this cause is news again. */
  retract(work: Work, workload: string): void {
    this.#workloads.get(workload)?.causes.delete(podOf(work));
  }

  /** True when this is news, and no second delivery of the same. */
  #hear(key: string, pod: string, now: number): boolean {
    const known = this.#alerts.get(key);
    const isRepeated = known !== undefined && now - known.heardAt < this.#limits.duplicateMs;
    // Set anew, so that the map stays in the order in which alerts were last heard.
    this.#alerts.delete(key);
    this.#alerts.set(key, { heardAt: isRepeated ? known.heardAt : now, workload: known?.workload ?? null, pod });
    return !isRepeated;
  }

  #clear(key: string): void {
    const entry = this.#alerts.get(key);
    this.#alerts.delete(key);
    const workload = this.#workloads.get(entry?.workload ?? "");
    if (entry === undefined || entry.workload === null || workload === undefined) return;
    workload.alerts.delete(key);
    if (workload.alerts.size === 0) this.#workloads.delete(entry.workload);
    else if (![...workload.alerts].some((other) => this.#alerts.get(other)?.pod === entry.pod))
      workload.causes.delete(entry.pod);
  }

  #forgetOld(now: number): void {
    for (const [key, entry] of this.#alerts) {
      if (now - entry.heardAt < this.#limits.forgetMs) return;
      this.#clear(key);
    }
  }
}

/** An HA pair sends the same alert of the same group twice: those two are one. */
const keyOf = (groupKey: string, alert: Alert): string => `${groupKey}\n${alert.fingerprint}\n${alert.startsAt}`;

const podOf = ({ namespace, pod }: { readonly namespace: string; readonly pod: string }): string =>
  `${namespace}/${pod}`;
