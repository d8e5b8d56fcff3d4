import type { Said, Word } from "../../approvals/desk/types.ts";
import type { Verb } from "../../approvals/types.ts";
import type { Door } from "../door.ts";
import { reason } from "../log.ts";
import { renderSaid } from "../render/request-said.ts";
import { saidWord } from "../render/request-words.ts";
import { type Message, textMessage } from "../render/message.ts";
import { sentenceMessage } from "../render/sentence.ts";

/** What somebody says, before it is known who they are to Kubernetes. */
export interface Saying {
  /** As Slack names them. */
  readonly user: string;
  readonly request: Word["request"];
  readonly verb: Verb;
  readonly reason: string;
}

/** `reason-needed`: they approve what they asked for themselves; the message says so, with what to type. */
export interface Outcome {
  readonly kind: Said["kind"] | "not-here" | "stranger";
  readonly message: Message;
}

export const noDesk = textMessage(
  "Re-pulls are neither asked for nor decided here: this imagepull runs without its part for requests, and shows plans only.",
);

/** Says somebody's word for them, under their own rights. Whatever happens, there is an answer. */
export async function say(door: Door, { user, request, verb, reason: why }: Saying): Promise<Outcome> {
  const { desk } = door;
  if (desk === null) return { kind: "not-here", message: noDesk };
  const who = await door.access.mayAct(user);
  if (!who.ok) return { kind: "stranger", message: sentenceMessage(who.sentence) };
  let said: Said;
  try {
    said = await desk.say({ who: who.subject, request, verb, reason: why }, door.stopping);
  } catch (error) {
    door.log.error({ reason: reason(error) }, "a decision failed");
    said = {
      kind: "unknown",
      sentence: `Whether you ${saidWord[verb]} ${request.name} is not known: it failed on the side of imagepull, and its log says why. Press again: nothing is said twice.`,
    };
  }
  if (said.kind !== "refused" && said.kind !== "reason-needed") door.nudge();
  const view = { team: door.identity()?.team ?? "", cluster: desk.cluster, now: door.clock() };
  const of = { verb, request, needed: (ns: string) => desk.needed(ns), isReadOnly: desk.isReadOnly() };
  return { kind: said.kind, message: renderSaid(said, of, view) };
}
