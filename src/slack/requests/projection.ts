import { isFinal } from "../../approvals/machine.ts";
import type { ApprovalStore, RepullRequest, RequestStatus } from "../../approvals/types.ts";
import { type Log, reason } from "../log.ts";
import type { Place, Projected, Projector } from "../projector/types.ts";
import { type Message, textMessage } from "../render/message.ts";
import { codeSpan } from "../render/mrkdwn.ts";
import { renderRequest } from "../render/request.ts";

/** Re-pull requests as messages of their channel. */
export interface ShownRequests {
  /** All that there are. */
  see(all: readonly RepullRequest[]): void;
  /** One that has moved just now. */
  changed(one: RepullRequest): void;
  /** What keeps messages from being posted or kept: one sentence a channel. */
  troubles: Projector["troubles"];
  /** Messages that are not yet as they should be. */
  readonly waiting: number;
  /** Sends nothing new; ends when what was being sent is. */
  stop(): Promise<void>;
}

export interface ShownRequestsParts {
  readonly projector: Projector;
  readonly store: Pick<ApprovalStore, "request" | "move">;
  readonly channel: string;
  readonly cluster: string;
  /** Null until Slack has said in which workspace the bot is: nothing is shown before. */
  readonly team: () => string | null;
  readonly clock: () => Date;
  readonly log: Log;
}

/** Requests that nothing has happened to are not rendered again. */
export function showRequests(parts: ShownRequestsParts): ShownRequests {
  const { projector, team } = parts;
  const known = new Map<string, { readonly version: string; readonly projected: Projected }>();
  const projected = (request: RepullRequest): readonly Projected[] => {
    const at = team();
    if (request.status === null || at === null) return [];
    const { uid, resourceVersion: version } = request;
    const old = known.get(uid);
    if (old?.version === version) return [old.projected];
    const made = projectedOf(parts, at, { ...request, status: request.status });
    known.set(uid, { version, projected: made });
    return [made];
  };
  return {
    see(all) {
      if (team() === null) return;
      const uids = new Set(all.map(({ uid }) => uid));
      for (const uid of known.keys()) if (!uids.has(uid)) known.delete(uid);
      projector.see(all.flatMap(projected));
    },
    changed(one) {
      for (const it of projected(one)) projector.changed(it);
    },
    troubles: () => projector.troubles(),
    get waiting() {
      return projector.waiting;
    },
    stop: () => projector.stop(),
  };
}

type Known = RepullRequest & { readonly status: RequestStatus };

function projectedOf(
  { store, channel, cluster, clock, log }: ShownRequestsParts,
  team: string,
  request: Known,
): Projected {
  const { status } = request;
  const name = `${request.namespace}/${request.name}`;
  let message: Message | null = null;
  let current: Known = request;
  return {
    key: request.uid,
    name,
    channel,
    place: status.slack,
    word: status.phase,
    isFinal: isFinal(status.phase),
    by: status.executor?.id ?? null,
    // Of a thousand finished ones most are never looked at.
    get message() {
      message ??= rendered(request, { team, cluster, now: clock() }, log);
      return message;
    },
    async keep(place, signal) {
      const kept = await keep(store, current, place, signal);
      if (typeof kept === "string") return kept;
      current = kept;
      return "kept";
    },
  };
}

/** A request that cannot be rendered is shown for all that. */
function rendered(request: Known, view: Parameters<typeof renderRequest>[1], log: Log): Message {
  try {
    return renderRequest(request, view);
  } catch (error) {
    const { namespace, name, status } = request;
    log.error({ namespace, request: name, reason: reason(error) }, "a request could not be rendered");
    return textMessage(
      `Re-pull request ${codeSpan(name)} in namespace ${codeSpan(namespace)}: ${status.phase}. ${codeSpan(`imagepull requests show ${name} -n ${namespace}`)} tells more.`,
    );
  }
}

const attempts = 5;

/** Writes where the message stands, whatever else is written meanwhile: only another place is not overwritten. */
async function keep(
  store: ShownRequestsParts["store"],
  known: Known,
  place: Place,
  signal?: AbortSignal,
): Promise<Known | "moved" | "gone" | "lost"> {
  const from = known.status.slack;
  let request = known;
  for (let attempt = 0; attempt < attempts; attempt += 1) {
    const answer = await store.move(request, { ...request.status, slack: place }, signal);
    if (answer.kind === "done") return { ...answer.value, status: answer.value.status ?? request.status };
    if (answer.kind === "refused") return "lost";
    const read = await store.request(request.namespace, request.name, signal);
    if (read.status === "absent") return "gone";
    if (read.status !== "ok") return "lost";
    const { value } = read;
    if (value.uid !== request.uid) return "gone";
    if (value.status === null) return "moved";
    const found = { ...value, status: value.status };
    if (isSame(found.status.slack, place)) return found;
    if (!isSame(found.status.slack, from)) return "moved";
    request = found;
  }
  return "lost";
}

const isSame = (one: Place | null, other: Place | null): boolean =>
  one === null || other === null
    ? one === other
    : one.channel === other.channel &&
      one.ts === other.ts &&
      one.by === other.by &&
      one.at === other.at &&
      one.shown === other.shown;
