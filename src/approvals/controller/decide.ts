import { code, type Line, say } from "../../diagnosis/say.ts";
import { decisionsOn, judge, type Judged } from "../judge.ts";
import { isOpen, nextMove } from "../machine.ts";
import { askFor } from "../rights.ts";
import type { RepullRequest, RequestStatus } from "../types.ts";
import { moveBeside } from "./beside.ts";
import { countedOf, firstStatus, isSameCounted, moved, sentence, type To, waitingFor } from "./status.ts";
import type { ControllerParts, Look } from "./types.ts";

type Parts = Pick<ControllerParts, "store" | "rights" | "rules" | "world" | "report">;

/** Milliseconds for which a judgement holds that nothing new has come to: who has been given a right meanwhile waits no longer. */
const holdsFor = 30_000;
const holdsUnchecked = 5_000;

interface Remembered {
  readonly of: string;
  readonly at: number;
  readonly judged: readonly Judged[];
}
/** What was judged of requests that wait, by UID. */
export type Judgements = Map<string, Remembered>;

/** One move by compare and swap. Null: somebody else was faster, or no answer came: the next look tells. */
export async function write(
  { store, report }: Pick<Parts, "store" | "report">,
  request: RepullRequest,
  status: RequestStatus,
  by: string | null = null,
  signal?: AbortSignal,
): Promise<RepullRequest | null> {
  const from = request.status?.phase ?? null;
  const kept = await moveBeside(store, request, status, signal);
  if (kept.kind === "refused") report({ kind: "refused", request, reason: kept.reason });
  if (kept.kind !== "done") return null;
  if (from !== status.phase) report({ kind: "moved", request, from, to: status.phase, by, message: status.message });
  return kept.value;
}

/** The same phase with another message; the request as it is where that stands there already. */
export function told(
  parts: Pick<Parts, "store" | "report" | "world">,
  request: RepullRequest & { readonly status: RequestStatus },
  line: Line,
  signal: AbortSignal,
): Promise<RepullRequest | null> {
  const message = sentence(line, parts.world.clock());
  return message === request.status.message
    ? Promise.resolve(request)
    : write(parts, request, { ...request.status, message }, null, signal);
}

/** Moves a request that is Pending or Approved by time and by people's words. Null where it cannot be gone on with before the next look. */
export async function decide(
  parts: Parts,
  look: Look,
  found: RepullRequest,
  judgements: Judgements,
  signal: AbortSignal,
): Promise<(RepullRequest & { readonly status: RequestStatus }) | null> {
  const rules = parts.rules(found.namespace);
  const seen =
    found.status === null
      ? await write(parts, found, firstStatus(rules.needed, parts.world.clock()), null, signal)
      : found;
  if (seen === null || seen.status === null) return null;
  const barred = seen.status.phase === "Pending" ? barredBy(look, seen) : null;
  const at = parts.world.clock();
  if (barred !== null) {
    await write(parts, seen, moved(seen.status, barred, at), null, signal);
    return null;
  }
  const judged = await judgedOf(parts, look, seen, judgements, signal);
  if (signal.aborted) return null;
  const counted = countedOf(judged);
  const move = nextMove({ request: seen, judged, needed: seen.status.needed, at: look.at });
  const isNew = !isSameCounted(counted, seen.status.decisions);
  if (move === null && !isNew) return withStatus(seen);
  const status = { ...seen.status, decisions: counted };
  if (move === null)
    return withStatus(await write(parts, seen, { ...status, message: waitingNow(status) }, null, signal));
  judgements.delete(seen.uid);
  const message = sentence(move.message, at);
  return withStatus(await write(parts, seen, moved(status, { ...move, message }, at), move.by, signal));
}

const waitingNow = ({ phase, needed, decisions, message }: RequestStatus): string =>
  phase === "Pending" ? waitingFor(needed, decisions) : message;

const withStatus = (request: RepullRequest | null): (RepullRequest & { readonly status: RequestStatus }) | null =>
  request === null || request.status === null ? null : { ...request, status: request.status };

/** Judged anew whenever a decision has come, and every now and then. */
async function judgedOf(
  parts: Parts,
  { decisions }: Look,
  request: RepullRequest,
  judgements: Judgements,
  signal: AbortSignal,
): Promise<readonly Judged[]> {
  const own = decisionsOn(request, decisions);
  if (own.length === 0) return [];
  const of = `${request.status?.phase} ${own.map(({ uid }) => uid).join(" ")}`;
  const now = parts.world.clock().getTime();
  const last = judgements.get(request.uid);
  if (last !== undefined && last.of === of) {
    const holds = last.judged.some(({ isUnchecked }) => isUnchecked) ? holdsUnchecked : holdsFor;
    if (now - last.at < holds) return last.judged;
  }
  const rules = parts.rules(request.namespace);
  const asked = await askFor(parts.rights, { request, decisions: own, rules }, signal);
  const judged = judge({ request, decisions: own, asked, rules });
  judgements.set(request.uid, { of, at: now, judged });
  return judged;
}

/** Whoever writes requests by hand asks no more than whoever asks by command: one open request a plan, and none for one that was denied. */
function barredBy({ requests }: Look, request: RepullRequest): To | null {
  const same = requests.filter(
    ({ uid, namespace, spec }) =>
      uid !== request.uid && namespace === request.namespace && spec.fingerprint === request.spec.fingerprint,
  );
  const at = new Date(request.createdAt);
  const denied = same.find(({ status }) => status?.phase === "Denied");
  if (denied !== undefined)
    return {
      to: "Denied",
      by: null,
      message: sentence(
        say`the same plan was denied already (${code(denied.name)}): it is not asked for again before something of it has changed`,
        at,
      ),
    };
  const open = same.filter(({ status }) => isOpen(status?.phase ?? "Pending")).toSorted(byAge);
  const [first] = [...open, request].toSorted(byAge);
  if (first === undefined || first.uid === request.uid) return null;
  return {
    to: "Cancelled",
    by: null,
    message: sentence(say`the same plan is asked for by ${code(first.name)} already, which has not ended`, at),
  };
}

const byAge = (one: RepullRequest, other: RepullRequest): number =>
  rank(one) - rank(other) ||
  Date.parse(one.createdAt) - Date.parse(other.createdAt) ||
  one.spec.attempt - other.spec.attempt ||
  (one.name < other.name ? -1 : 1);

/** What has been approved already is not called off by an older one that waits. */
const rank = ({ status }: RepullRequest): number => ((status?.phase ?? "Pending") === "Pending" ? 1 : 0);
