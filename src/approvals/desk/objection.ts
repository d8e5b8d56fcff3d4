import { isFinal } from "../machine.ts";
import { isOverdue, phaseOf } from "../told.ts";
import type { RepullRequest, Verb } from "../types.ts";

/** A word that somebody is about to say. */
export interface Spoken {
  readonly request: RepullRequest;
  readonly verb: Verb;
  /** Whoever says it has asked for it. */
  readonly isOwn: boolean;
  /** As `reasonOf` gives it. */
  readonly reason: string;
  /** By the API server's clock. */
  readonly at: Date;
  /** What is true of the request now: `stateOf`, as a whole sentence. */
  readonly state: string;
}

/** What a door says in words of its own. */
export interface DoorWords {
  /** A sentence: how to go back once it has ended. */
  readonly goBack: string;
  /** A sentence: how to ask again. */
  readonly askAgain: string;
  /** A sentence: how to take back what is one's own. */
  readonly takeBack: string;
  /** What follows "somebody else approves it", up to the full stop. */
  readonly approve: string;
  /** What follows "have to say why", up to the full stop. */
  readonly why: string;
}

/** `over`: whoever says it. `own`: to the requester alone. `reason`: the same, and a reason would do. */
export interface Objection {
  readonly kind: "over" | "own" | "reason";
  readonly sentence: string;
}

/** Why a word is not even said; null where nothing stands against it that is known here. Whether it counts the bot decides. */
export function objection({ request, verb, isOwn, reason, at, state }: Spoken, words: DoorWords): Objection | null {
  const phase = phaseOf(request);
  const { name, namespace } = request;
  const what = `request ${name} in namespace ${namespace}`;
  const over = (sentence: string): Objection => ({ kind: "over", sentence });
  if (isFinal(phase)) return over(`${what} is ${phase}, and nothing can be decided any more: ${state}`);
  if (verb === "cancel" && (phase === "Executing" || phase === "Verifying"))
    return over(`${what} is being carried out (${phase}), and cannot be cancelled any more: ${state} ${words.goBack}`);
  if (verb === "cancel") return null;
  if (phase !== "Pending") return over(`${what} is ${phase} already: ${state}`);
  if (isOverdue(request, at)) return over(`${what} can no longer be decided: ${state} ${words.askAgain}`);
  if (!isOwn) return null;
  if (verb === "deny") return { kind: "own", sentence: `${what} is your own. ${words.takeBack}` };
  return reason === ""
    ? {
        kind: "reason",
        sentence: `${what} is your own, and somebody else approves it${words.approve}. To approve it yourself you need the right approve-own on repullrequests.imagepull.dev in namespace ${namespace}, and have to say why${words.why}.`,
      }
    : null;
}
