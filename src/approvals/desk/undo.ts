import { type Subject, targetKinds, type WorkloadKind } from "../../core.ts";
import { readMark } from "../../repull/mark.ts";
import { draftOf } from "../../repull/repull.ts";
import { undoParameters } from "../../repull/undo.ts";
import { say } from "../../diagnosis/say.ts";
import { objectOf } from "../controller/asked.ts";
import { textOf } from "../controller/status.ts";
import type { RepullRequest } from "../types.ts";
import type { DeskParts } from "./parts.ts";
import { planned, refused } from "./plan.ts";
import type { Drafted } from "./types.ts";

const kinds: ReadonlySet<string> = new Set(targetKinds);
const isKind = (kind: string): kind is WorkloadKind => kinds.has(kind);

/** What takes a request back, as long as nothing else has come after it: what ran before stands on the object itself. */
export async function planUndo(
  parts: Pick<DeskParts, "core" | "world">,
  request: RepullRequest,
  { allowUnproven, asker }: { readonly allowUnproven: boolean; readonly asker: Subject | null },
  signal?: AbortSignal,
): Promise<Drafted> {
  const { core, world } = parts;
  const { namespace, spec } = request;
  const { kind, name, text } = spec.target;
  if (!isKind(kind)) return refused(`objects of the kind ${kind} are not read, so nothing of ${text} is taken back`);
  if (asker !== null && !(await core.mayGetPods(asker, namespace, signal)).ok)
    return refused(`you may not get pods in namespace ${namespace}, so what is there is not shown to you`);
  const object = objectOf(request);
  const read = await world.object(object, signal);
  if (read.status === "absent") return refused(`${text} does not exist any more: there is nothing to take back`);
  if (read.status !== "ok") return refused(`what is noted of the last re-pull could not be read: ${read.reason}`);
  const clock = world.clock();
  const { value: now } = read;
  if (now.uid !== object.uid)
    return refused(
      `${text} was deleted and made anew since ${request.name} (another UID): there is nothing to take back`,
    );
  const other = ofAnother(request, now.mark);
  if (other !== null) return refused(other);
  const parameters = undoParameters({ object, now, clock }, { allowUnproven });
  if (!parameters.ok) return refused(parameters.error.sentence);
  const seen = await core.diagnose(
    {
      target: { kind: "object", namespace, resource: kind, name },
      defaultNamespace: namespace,
      ...(asker === null ? {} : { asker }),
    },
    signal,
  );
  if (seen.kind !== "diagnosis") return refused(seen.sentence);
  const draft = draftOf(parameters.value, seen.evidence, seen.diagnosis);
  if (!draft.ok) {
    const { error } = draft;
    const why = error.kind === "usage" ? error.sentence : (error.planned.refused ?? say`it is refused`);
    return refused(textOf(why, clock));
  }
  return draft.value.subject.object.uid === object.uid
    ? planned(parts, draft.value, request.name, signal)
    : refused(`${text} was deleted and made anew a moment ago: there is nothing to take back`);
}

/** The last re-pull that is noted is none of this request; null where it is. Without any the rules of going back say so. */
function ofAnother({ name, uid, spec }: RepullRequest, noted: string | null): string | null {
  const mark = readMark(noted);
  if (mark === null || mark.request?.uid === uid) return null;
  const { request, strategy, startedAt, undoes } = mark;
  const which = request === null ? `a ${strategy} that nobody asked for here` : `request ${request.name}`;
  return undoes !== null && undoes === spec.fingerprint
    ? `${name} was taken back already, by ${which} (at ${startedAt})`
    : `the last re-pull of ${spec.target.text} is ${which} (at ${startedAt}), no longer ${name}: there is no way back past it`;
}
