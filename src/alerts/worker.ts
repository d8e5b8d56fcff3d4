import pLimit from "p-limit";
import type { Core, DiagnoseAnswer } from "../core.ts";
import type { Diagnosis } from "../diagnosis/diagnosis.ts";
import type { Evidence } from "../diagnosis/evidence.ts";
import type { Webhook } from "./alertmanager.ts";
import type { Taking } from "./door.ts";
import { AlertLedger } from "./ledger.ts";
import type { Work } from "./ledger.ts";

/** How a taken alert ended; also the label of the metric. */
export type Outcome =
  | "announced"
  | "known"
  | "resolved"
  | "passed-over"
  | "gone"
  | "unreadable"
  | "undelivered"
  | "dropped"
  | "repeated"
  | "without-pod";

export interface WorkerOptions {
  readonly core: Core;
  /** Whether there is a channel that reads. */
  readonly hasChannel: boolean;
  /** Posts one diagnosis; throws where it could not. */
  readonly announce: (diagnosis: Diagnosis, evidence: Evidence) => Promise<void>;
  readonly clock: () => number;
  /** Resolves after so many milliseconds, or at once when the signal aborts. */
  readonly wait: (milliseconds: number, signal: AbortSignal) => Promise<void>;
  readonly report: (
    outcome: Outcome,
    about: { readonly namespace: string; readonly pod: string },
    error?: unknown,
  ) => void;
  readonly ledger?: AlertLedger;
  readonly concurrency?: number;
  /** How many pods may wait for their turn. */
  readonly capacity?: number;
}

export interface AlertWorker {
  take(webhook: Webhook): Taking;
  /** Resolves when nothing is left to do. */
  idle(): Promise<void>;
  /** Takes no more, drops what has not begun, and resolves when what runs has ended. */
  stop(): Promise<void>;
  readonly waiting: number;
  readonly firing: number;
}

/** The API server may be away for a moment, and Alertmanager repeats itself only after hours: so it is asked again. */
const retryAfterMs = [5000, 20_000, 60_000] as const;

/** Diagnoses the pods that alerts name, a few at a time, and announces each workload's cause once. */
export function createAlertWorker(options: WorkerOptions): AlertWorker {
  const { clock, report, ledger = new AlertLedger(), concurrency = 4, capacity = 1000 } = options;
  const limit = pLimit(concurrency);
  const running = new Set<Promise<void>>();
  const stopping = new AbortController();

  const work = async (item: Work): Promise<void> => {
    for (let attempt = 0; ; attempt++) {
      if (!ledger.fires(item.alerts)) return report("resolved", item);
      const outcome = await limit(() => (stopping.signal.aborted ? dropped : diagnoseAndTell(item, options, ledger)));
      const delay = retryAfterMs[attempt];
      if (outcome.end !== "unreadable" || delay === undefined) return report(outcome.end, item, outcome.error);
      // Waited for outside the limit: others get their turn.
      await options.wait(delay, stopping.signal);
    }
  };

  return {
    take(webhook) {
      if (!options.hasChannel) return "no-channel";
      if (stopping.signal.aborted) return "full";
      // Alone, a webhook of any size is taken: refused for ever, it would block its group in Alertmanager.
      const firing = webhook.alerts.filter(({ status }) => status === "firing").length;
      if (running.size > 0 && running.size + firing > capacity) return "full";
      const { work: items, counts } = ledger.take(webhook, clock());
      for (let n = 0; n < counts.repeated; n++) report("repeated", { namespace: "", pod: "" });
      for (let n = 0; n < counts.withoutPod; n++) report("without-pod", { namespace: "", pod: "" });
      for (const item of items) {
        // After the answer: the request that brought the alert is not kept waiting by the first diagnosis.
        const task = new Promise<void>((resolve) => setImmediate(resolve))
          .then(() => work(item))
          .catch((error: unknown) => report("unreadable", item, error))
          .finally(() => running.delete(task));
        running.add(task);
      }
      return "taken";
    },
    async idle() {
      while (running.size > 0) await Promise.all(running);
    },
    async stop() {
      stopping.abort();
      await this.idle();
    },
    get waiting() {
      return running.size;
    },
    get firing() {
      return ledger.firing;
    },
  };
}

interface End {
  readonly end: Outcome;
  readonly error?: unknown;
}

const dropped: End = { end: "dropped" };

async function diagnoseAndTell(item: Work, options: WorkerOptions, ledger: AlertLedger): Promise<End> {
  const answer = await ask(item, options.core);
  if (answer.kind === "unreadable") return { end: "unreadable", error: answer.sentence };
  if (answer.kind !== "diagnosis") return { end: "gone" };
  const { diagnosis, evidence } = answer;
  if (!isPullFailure(diagnosis)) return { end: "passed-over" };
  const workload = `${item.namespace}/${diagnosis.workload.kind}/${diagnosis.workload.name}`;
  const verdict = ledger.settle(item, workload, diagnosis.cause);
  if (verdict !== "announce") return { end: verdict };
  try {
    await options.announce(diagnosis, evidence);
    return { end: "announced" };
  } catch (error) {
    ledger.retract(item, workload);
    return { end: "undelivered", error };
  }
}

async function ask({ namespace, pod }: Work, core: Core): Promise<DiagnoseAnswer> {
  const target = { kind: "object", resource: "Pod", namespace, name: pod } as const;
  try {
    return await core.diagnose({ target, defaultNamespace: null });
  } catch (error) {
    return { kind: "unreadable", sentence: error instanceof Error ? error.message : String(error) };
  }
}

/** `undetermined` is one only where a pull error was read that nobody recognises; otherwise nothing speaks for a pull. */
function isPullFailure({ cause, findings }: Diagnosis): boolean {
  if (cause === "undetermined") return findings.some((finding) => finding.cause === "undetermined");
  return cause !== "healthy" && cause !== "not-an-image-pull-failure";
}
