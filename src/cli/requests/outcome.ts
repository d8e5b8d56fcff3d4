import { phaseOf, stateOf } from "../../approvals/told.ts";
import type { Counted, RepullRequest, Verb } from "../../approvals/types.ts";
import { neutral } from "../../diagnosis/neutral.ts";
import { stringify } from "../stringify.ts";
import { stopped } from "../../approvals/desk/sentences.ts";
import { type Desk } from "./desk.ts";

/** Milliseconds for which the bot is waited for, and between two looks. */
const patience = 5000;
const pause = 500;

interface Made {
  /** The RepullDecision. */
  readonly name: string;
  readonly verb: Verb;
  /** By this call. */
  readonly isNew: boolean;
}

/** Waits for the bot to look at a decision, and tells what became of it. The exit code: 1 where it does not count. */
export async function tellOutcome(desk: Desk, request: RepullRequest, { name, verb, isNew }: Made): Promise<number> {
  const { io, isJson, clock, command } = desk;
  const { now, counted, trouble } = await looked(desk, request, name);
  const show = command(request.namespace, "show", request.name);
  const sentence = trouble ?? sentenceOf(now, counted, { clock: clock(), show });
  if (isJson)
    io.out(
      stringify({
        request: { namespace: request.namespace, name: request.name },
        decision: { name, decision: verb, isNew, counts: counted?.counts ?? null, why: counted?.why ?? null },
        phase: phaseOf(now),
        message: sentence,
      }),
    );
  else io.out(`${neutral(`${isNew ? `Said: ${verb}. ` : ""}${sentence}`)}\n`);
  return counted?.counts === false ? 1 : 0;
}

function sentenceOf(
  now: RepullRequest,
  counted: Counted | null,
  { clock, show }: { readonly clock: Date; readonly show: string },
): string {
  if (counted === null) return `The bot has not looked at it yet: is it running? ${show} tells what became of it.`;
  const why = counted.why === "" ? "" : ` ${stopped(counted.why)}`;
  const phase = phaseOf(now);
  // What it says may end with the command that would grant a right.
  if (!counted.counts) return `It does not count, and the request is ${phase}.${why}`;
  return `It counts.${why} The request is ${phase}: ${stopped(stateOf(now, clock))}`;
}

/** What the bot has made of the decision, in time; `counted` null where it has not looked at it. */
async function looked(
  { approvals: { store }, clock, sleep }: Desk,
  request: RepullRequest,
  name: string,
): Promise<{ readonly now: RepullRequest; readonly counted: Counted | null; readonly trouble: string | null }> {
  const end = clock().getTime() + patience;
  let now = request;
  for (;;) {
    const read = await store.request(request.namespace, request.name);
    if (read.status === "ok" && read.value.uid === request.uid) now = read.value;
    else if (read.status === "absent" || read.status === "ok")
      return { now, counted: null, trouble: "The request has been deleted meanwhile." };
    const counted = now.status?.decisions.find((one) => one.name === name) ?? null;
    if (counted !== null || clock().getTime() >= end) {
      const trouble =
        read.status === "ok" || counted !== null ? null : `What became of it could not be read: ${read.reason}.`;
      return { now, counted, trouble };
    }
    await sleep(pause);
  }
}
