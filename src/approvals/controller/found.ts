import { at, code, type Line, say } from "../../diagnosis/say.ts";
import { foreignUnderWay, type Mark, readMark } from "../../repull/mark.ts";
import { sealOf } from "../../repull/keeper.ts";
import { keptPod } from "../../repull/run/bare-pod.ts";
import { forgedKeeper } from "../../repull/run/seal.ts";
import { onlyPulls } from "../../repull/strategy.ts";
import type { ObjectName, ObjectNow, World } from "../../world.ts";
import type { RepullRequest } from "../types.ts";
import { objectOf } from "./asked.ts";

/** What a request that was being carried out has left behind: its mark tells, on the object or in what keeps a bare pod. */
export type Found =
  /** Nothing was written. */
  | { readonly kind: "none" }
  | { readonly kind: "open"; readonly mark: Mark; readonly object: ObjectName }
  | { readonly kind: "ended"; readonly mark: Mark & { readonly outcome: NonNullable<Mark["outcome"]> } }
  /** Whether it was written cannot be told any more: nothing is written again. */
  | { readonly kind: "gone"; readonly line: Line }
  | { readonly kind: "unknown"; readonly line: Line };

/** Another's mark that is older than this before ours began was there before. Between two machines' clocks there is some doubt. */
const doubt = 300_000;

export async function foundOf(world: World, request: RepullRequest, signal: AbortSignal): Promise<Found> {
  const object = objectOf(request);
  const { strategy } = request.spec;
  if (onlyPulls(strategy)) return { kind: "none" };
  const noted = request.status?.kept ?? null;
  let isForged = false;
  if (strategy === "delete-pods" && object.kind === "Pod") {
    const kept = await keptPod(world, object.namespace, object.name, signal);
    if (kept.status !== "ok" && kept.status !== "absent") return { kind: "unknown", line: say`${code(kept.reason)}` };
    if (kept.status === "ok") {
      const isKept = noted === sealOf(kept.value);
      const isOurs = isOf(kept.value.mark, request);
      if (isKept && isOurs) return { kind: "open", mark: kept.value.mark, object };
      // Whoever may write secrets may have written that it was begun, or what is to be made of the pod.
      isForged = !isKept && (isOurs || noted !== null);
    }
  }
  const read = await world.object(object, signal);
  const name = code(request.spec.target.text);
  const isGoing = read.status === "absent" || (read.status === "ok" && read.value.deletedAt !== null);
  if (isForged && isGoing) return gone(forgedKeeper(object, null));
  if (read.status === "absent") return gone(say`${name} does not exist any more, and its note of this is gone with it`);
  if (read.status !== "ok") return { kind: "unknown", line: say`${name} could not be read: ${code(read.reason)}` };
  const mark = readMark(read.value.mark);
  if (mark !== null && isOf(mark, request)) {
    if (mark.outcome !== null) return { kind: "ended", mark: { ...mark, outcome: mark.outcome } };
    return { kind: "open", mark, object: object.kind === "Pod" ? { ...object, uid: read.value.uid } : object };
  }
  if (read.value.uid !== object.uid) return gone(say`${name} was deleted and made anew (another UID)`);
  return since(read.value, mark, request, world.clock());
}

const isOf = (mark: Mark, { uid }: RepullRequest): boolean => mark.request?.uid === uid;
const gone = (line: Line): Found => ({ kind: "gone", line });

/** Without our mark: ours may have been there, and been replaced, or taken back with the change itself (`kubectl rollout undo`). */
function since(now: ObjectNow, other: Mark | null, { spec, status, createdAt }: RepullRequest, clock: Date): Found {
  const name = code(spec.target.text);
  if (status?.phase === "Verifying") return gone(say`what ${name} noted of this is gone`);
  const began = Date.parse(status?.history.find(({ phase }) => phase === "Executing")?.at ?? "");
  const isSince = (time: string | null): boolean => time !== null && !(Date.parse(time) < began - doubt);
  if (other !== null && isSince(other.startedAt))
    return gone(say`another re-pull of ${name} is noted there since ${at(other.startedAt)} (${other.strategy})`);
  if (foreignUnderWay(now.mark, clock) !== null)
    return gone(say`what is noted on ${name} now is of another version of imagepull`);
  const change = now.templateChange;
  // Both times are the API server's own: what was written before it was asked for is none of ours.
  const isBefore = Date.parse(change?.at ?? "") < Date.parse(createdAt);
  if (change !== null && isSince(change.at) && !isBefore)
    return gone(say`the template of ${name} was written at ${at(change.at)} by ${code(change.by)}`);
  return { kind: "none" };
}
