import { type Workload, objectName } from "../cluster/objects.ts";
import { type WirePod, wirePod } from "../cluster/pod.ts";
import {
  type Candidate,
  type DiagnoseAnswer,
  type DiagnoseRequest,
  targetKinds,
  type TargetRequest,
  type WorkloadKind,
} from "../core.ts";
import type { EventEvidence, Read } from "../diagnosis/evidence.ts";
import { eventsNamed } from "./events.ts";
import { kinds, workloadKinds } from "./kinds.ts";
import { type Known, candidate, distinct, knownNames, nearest, workloadsByPrefix } from "./names.ts";
import type { Reads } from "./reads.ts";
import { notFound, severalFit } from "./sentences.ts";
import { readWorkload } from "./workload.ts";

/** The one object that a target means, already read; or the answer that there is no such one. */
export type Resolved =
  | { readonly kind: "pod"; readonly pod: WirePod; readonly events: Promise<Read<EventEvidence[]>> }
  | { readonly kind: "workload"; readonly workload: Workload }
  | { readonly kind: "answer"; readonly answer: DiagnoseAnswer };

type Unreadable = { readonly kind: "unreadable"; readonly read: Exclude<Read<never>, { status: "ok" }> };
/** `null`: nothing of that name is here, and the next place may be looked at. */
type Found = Resolved | Unreadable | null;

interface Context {
  readonly reads: Reads;
  /** Every name of a namespace (null: of all), read once for an answer. */
  readonly names: (namespace: string | null) => Promise<Read<readonly Known[]>>;
}

/** Looks where the target says; without a namespace in the default one, then in all that may be listed. */
export async function resolve(reads: Reads, { target, defaultNamespace }: DiagnoseRequest): Promise<Resolved> {
  const kept = new Map<string | null, Promise<Read<readonly Known[]>>>();
  const names = (namespace: string | null): Promise<Read<readonly Known[]>> => {
    const read = kept.get(namespace) ?? knownNames(reads, namespace);
    kept.set(namespace, read);
    return read;
  };
  const context = { reads, names };
  const first = target.namespace ?? defaultNamespace;
  const here = first === null ? null : await lookIn(context, target, first);
  if (here !== null && here.kind !== "unreadable") return here;
  // Who may not read the default namespace may still read others; a server that is gone is gone for all.
  if (here !== null && (target.namespace !== null || here.read.status !== "forbidden")) return unreadable(here);
  if (target.namespace !== null) return answer(await explainAbsence(context, target, target.namespace));
  const everywhere = await lookEverywhere(context, target);
  if (everywhere !== null && everywhere.kind !== "unreadable") return everywhere;
  if (everywhere === null) return answer(await explainAbsence(context, target, null));
  if (here !== null) return unreadable(here);
  return first === null ? unreadable(everywhere) : answer(await explainAbsence(context, target, first));
}

const answer = (value: DiagnoseAnswer): Resolved => ({ kind: "answer", answer: value });
const unreadable = ({ read }: Unreadable): Resolved => answer({ kind: "unreadable", sentence: `${read.reason}.` });

function lookIn(context: Context, target: TargetRequest, namespace: string): Promise<Found> {
  if (target.kind === "selector") return lookBySelector(context, target.selector, namespace);
  if (target.kind === "object") return readObject(context.reads, target.resource, namespace, target.name);
  return lookByName(context, target.name, namespace);
}

/** One read by name; a pod's events are asked for at the same time. */
async function readObject(reads: Reads, kind: WorkloadKind, namespace: string, name: string): Promise<Found> {
  if (kind === "Pod") {
    const events = eventsNamed(reads, namespace, { kind, name });
    const read = await reads.get({ resource: "pods", namespace, name }, wirePod);
    if (read.status === "ok") return { kind: "pod", pod: read.value, events };
    return read.status === "absent" ? null : { kind: "unreadable", read };
  }
  const read = await readWorkload(reads, kind, namespace, name);
  if (read.status === "ok") return { kind: "workload", workload: read.value };
  return read.status === "absent" ? null : { kind: "unreadable", read };
}

const readCandidate = (reads: Reads, { kind, namespace, name }: Candidate): Promise<Found> =>
  readObject(reads, kind, namespace, name);

/** A bare name: the pod, else the workload of that name, else the one workload whose pods begin with it. */
async function lookByName({ reads, names }: Context, name: string, namespace: string): Promise<Found> {
  const pod = await readObject(reads, "Pod", namespace, name);
  if (pod !== null) return pod;
  const workloads = await Promise.all(workloadKinds.map((kind) => readWorkload(reads, kind, namespace, name)));
  const present = workloads.flatMap((read) => (read.status === "ok" ? [read.value] : []));
  if (present.length === 1 && present[0] !== undefined) return { kind: "workload", workload: present[0] };
  if (present.length > 1) {
    const fitting = workloadKinds.filter((_kind, index) => workloads[index]?.status === "ok");
    return answer(
      severalFit(
        name,
        fitting.map((kind) => candidate(kind, namespace, name)),
      ),
    );
  }
  const known = await names(namespace);
  return known.status === "ok" ? one(reads, name, workloadsByPrefix(known.value, name)) : null;
}

/** One candidate is read, several are offered. */
async function one(reads: Reads, wanted: string, candidates: readonly Candidate[]): Promise<Found> {
  const [first] = candidates;
  if (first === undefined) return null;
  return candidates.length === 1 ? readCandidate(reads, first) : answer(severalFit(wanted, candidates));
}

async function lookBySelector({ reads, names }: Context, selector: string, namespace: string | null): Promise<Found> {
  const pods = await reads.list(
    { resource: "pods", namespace, labelSelector: selector, metadataOnly: true },
    objectName,
  );
  if (pods.status !== "ok") return pods.status === "absent" ? null : { kind: "unreadable", read: pods };
  if (pods.value.length === 0) return null;
  const known = await names(namespace);
  if (known.status !== "ok") return { kind: "unreadable", read: known };
  const selected = new Set(pods.value.map(({ namespace: where, name }) => `${where}/${name}`));
  const tops = known.value.filter(({ kind, text }) => kind === "Pod" && selected.has(text)).map(({ top }) => top);
  return one(reads, selector, distinct(tops));
}

/** All namespaces: exact names first, which the API server selects; then what begins with the name. */
async function lookEverywhere(context: Context, target: TargetRequest): Promise<Found> {
  if (target.kind === "selector") return lookBySelector(context, target.selector, null);
  const { reads, names } = context;
  const { name } = target;
  const wanted = target.kind === "object" ? [target.resource] : targetKinds;
  const lists = await Promise.all(
    wanted.map(async (kind) => ({
      kind,
      read: await reads.list(
        { resource: kinds[kind].resource, namespace: null, fieldSelector: `metadata.name=${name}`, metadataOnly: true },
        objectName,
      ),
    })),
  );
  const exact = lists.flatMap(({ kind, read }) =>
    read.status === "ok" ? read.value.map(({ namespace }) => candidate(kind, namespace, name)) : [],
  );
  if (exact.length > 0) return one(reads, name, exact);
  const failed = lists[0]?.read;
  if (failed !== undefined && failed.status !== "ok") return { kind: "unreadable", read: failed };
  if (target.kind === "object") return null;
  const known = await names(null);
  return known.status === "ok" ? one(reads, name, workloadsByPrefix(known.value, name)) : null;
}

/** Nothing fits: the nearest names, or that the namespace itself does not exist. `namespace` is null where all were looked at. */
async function explainAbsence(
  { reads, names }: Context,
  target: TargetRequest,
  namespace: string | null,
): Promise<DiagnoseAnswer> {
  const [known, space] = await Promise.all([
    names(namespace),
    namespace === null ? null : reads.get({ resource: "namespaces", namespace: null, name: namespace }, objectName),
  ]);
  if (namespace !== null && space?.status === "absent") {
    const spaces = await reads.list({ resource: "namespaces", namespace: null, metadataOnly: true }, objectName);
    return notFound(target, namespace, [], spaces.status === "ok" ? spaces.value.map(({ name }) => name) : []);
  }
  const kind = target.kind === "object" ? target.resource : null;
  const near = known.status === "ok" && target.kind !== "selector" ? nearest(known.value, target.name, kind) : [];
  return notFound(target, namespace, near, null);
}
