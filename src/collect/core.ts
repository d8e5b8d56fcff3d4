import { setImmediate as nextTurn } from "node:timers/promises";
import type { ClusterReader } from "../cluster/reader.ts";
import type { Ahead, Core, DiagnoseAnswer, DiagnoseRequest } from "../core.ts";
import type { diagnose } from "../diagnosis/diagnose.ts";
import type { Evidence } from "../diagnosis/evidence.ts";
import type { Registry } from "../registry/registry.ts";
import { collectPod, collectWorkload } from "./collect.ts";
import { type Deadlines, type Reads, usualDeadlines, withDeadlines } from "./reads.ts";
import { lookAhead, tagsAhead } from "./look-ahead.ts";
import type { Asking } from "./registry-checks.ts";
import { type Resolved, resolve } from "./resolve.ts";
import { notReviewed, openSight, withinSight } from "./sight.ts";

export interface CoreParts {
  readonly clusterReader: ClusterReader;
  /** Null: registries are not asked. */
  readonly registry: Registry | null;
  readonly clock: () => Date;
  /** Milliseconds. Default: 2.5 s for each read, 4.5 s for the whole answer. */
  readonly deadlines?: Deadlines;
}

/** The core on one cluster: resolve the target, collect evidence, diagnose it. Never throws: what went wrong is an answer too. */
export function createCore({ clusterReader, registry, clock, deadlines = usualDeadlines }: CoreParts): Core & Ahead {
  const asking = { registry, clock };
  return {
    cluster: clusterReader.cluster,
    async diagnose(request, signal) {
      const reads = withDeadlines(clusterReader, deadlines, signal);
      if (request.asker === undefined) return answer(reads, request, asking);
      const sight = await openSight(reads, request.asker);
      if (!sight.ok) return { kind: "unreadable", sentence: sight.error.sentence };
      const found = await answer(withinSight(reads, sight.value), request, asking);
      const failure = sight.value.failure();
      // What was left out by an error is not said to be missing.
      return found.kind === "not-found" && failure !== null ? { kind: "unreadable", sentence: failure } : found;
    },
    lookAhead: (request, signal) => lookAhead(withDeadlines(clusterReader, deadlines, signal), asking, request),
    tags: (request, signal) => tagsAhead(withDeadlines(clusterReader, deadlines, signal), asking, request),
    async mayGetPods(asker, namespace, signal) {
      const read = await withDeadlines(clusterReader, deadlines, signal).review(asker, namespace);
      if (read.status !== "ok") return { ok: false, sentence: notReviewed(read) };
      const where = namespace === null ? "all namespaces" : `namespace ${namespace}`;
      return read.value ? { ok: true } : { ok: false, sentence: `${asker.user} may not get pods in ${where}.` };
    },
    async ready(signal) {
      const deadline = AbortSignal.timeout(deadlines.read);
      const read = await clusterReader.ready(signal === undefined ? deadline : AbortSignal.any([deadline, signal]));
      return read.status === "ok" ? { ok: true } : { ok: false, sentence: `${read.reason}.` };
    },
  };
}

async function answer(reads: Reads, request: DiagnoseRequest, asking: Asking): Promise<DiagnoseAnswer> {
  const [resolved, judge] = await Promise.all([resolve(reads, request), loadDiagnosis()]);
  if (resolved.kind === "answer") return resolved.answer;
  const evidence = await collect(reads, resolved, asking);
  return { kind: "diagnosis", diagnosis: judge(evidence), evidence };
}

/** A turn later: by then the first question to the cluster has gone out, and loading takes no longer than the answer. */
async function loadDiagnosis(): Promise<typeof diagnose> {
  await nextTurn();
  return (await import("../diagnosis/diagnose.ts")).diagnose;
}

async function collect(
  reads: Reads,
  resolved: Exclude<Resolved, { kind: "answer" }>,
  asking: Asking,
): Promise<Evidence> {
  const collected =
    resolved.kind === "workload"
      ? await collectWorkload(reads, asking, resolved.workload)
      : await collectPod(reads, asking, {
          pod: resolved.pod,
          target: targetOf(reads, resolved),
          events: resolved.events,
        });
  return { version: 1, takenAt: asking.clock().toISOString(), ...collected };
}

const targetOf = (
  { cluster }: Reads,
  { pod: { metadata } }: Extract<Resolved, { kind: "pod" }>,
): Evidence["target"] => ({
  cluster,
  namespace: metadata.namespace,
  kind: "Pod",
  name: metadata.name,
});
