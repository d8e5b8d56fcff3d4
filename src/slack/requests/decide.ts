import { isFinal } from "../../approvals/machine.ts";
import { isOverdue, phaseOf, stateOf } from "../../approvals/told.ts";
import type { Found, Named } from "../../approvals/desk/types.ts";
import type { Verb } from "../../approvals/types.ts";
import type { Door } from "../door.ts";
import { besides, outdated, type Press } from "../listeners/actions/answer.ts";
import { codeSpan } from "../render/mrkdwn.ts";
import { readRequestButton, type RequestButton } from "../render/request-button.ts";
import { answerModal, reasonModal, reasonTitle } from "../render/request-modal.ts";
import { decideCommand, sentenceOf } from "../render/request-words.ts";
import { sentenceMessage } from "../render/sentence.ts";
import { type Message, textMessage } from "../render/message.ts";
import { reasonCallback, writeReasonFor } from "./reason.ts";
import { noDesk, say } from "./said.ts";

/** Each button's value is a `requestButton`. */
export const approve = (door: Door, press: Press): Promise<void> => pressed(door, press, "approve");
export const deny = (door: Door, press: Press): Promise<void> => pressed(door, press, "deny");
export const cancel = (door: Door, press: Press): Promise<void> => pressed(door, press, "cancel");

/** One press has one answer, for the one who pressed: a modal that asks why, or what became of it. */
async function pressed(door: Door, press: Press, verb: Verb): Promise<void> {
  const reply = besides(door, press);
  if (door.desk === null) return reply.answer(noDesk);
  const button = readRequestButton(press.value);
  if (button === null) return reply.answer(outdated);
  const isOwn = button.by === `slack:${door.identity()?.team ?? ""}:${press.user}`;
  // Nobody denies their own: the desk says what they do instead.
  if ((verb === "deny" && !isOwn) || (verb === "approve" && isOwn)) {
    if (await askWhy(door, press, { verb, button })) return;
    return reply.answer(untimely(verb, button));
  }
  const { ns: namespace, name, uid } = button;
  const { kind, message } = await say(door, { user: press.user, request: { namespace, name, uid }, verb, reason: "" });
  // One person by two doors: that it is their own only the configuration knew.
  if (kind === "reason-needed" && (await askWhy(door, press, { verb, button }))) return;
  return reply.answer(message);
}

/** A trigger lives for three seconds, counted at Slack: the modal comes first, and what it is about is looked at behind it. */
async function askWhy(
  door: Door,
  { user, trigger, url, thread }: Press,
  { verb, button }: { readonly verb: Verb; readonly button: RequestButton },
): Promise<boolean> {
  const { ns: namespace, name, uid } = button;
  const metadata = writeReasonFor({ v: 1, verb, ns: namespace, name, uid, url: door.seals.seal(url), thread });
  const opened = await door.views.open(
    trigger,
    reasonModal({ verb, namespace, name }, { callbackId: reasonCallback, metadata }),
  );
  if (!opened.ok) return false;
  const over = await whyNot(door, user, { namespace, name, uid });
  // Whoever has sent it meanwhile reads the same there: an update of what is no longer shown changes nothing.
  if (over !== null) await door.views.update(opened.value, answerModal(reasonTitle(verb), over));
  return true;
}

/** Why nobody need write a reason; null where it can be decided. Who may not look reads nothing of the request. */
async function whyNot(door: Door, user: string, request: Named): Promise<Message | null> {
  const verdict = await door.access.mayLook(user);
  if (!verdict.ok) return sentenceMessage(verdict.sentence);
  const { asker } = verdict;
  // Whether they may decide is another right, which the desk asks for.
  if (asker !== null && !(await door.core.mayGetPods(asker, request.namespace, door.stopping)).ok) return null;
  const found = await door.desk?.find(request, door.stopping);
  return found === undefined ? null : overOf(door, found);
}

/** Why nobody need write a reason any more; null where it may still be decided. */
function overOf(door: Door, found: Found): Message | null {
  if (found.kind !== "found") return sentenceMessage(found.sentence);
  const { request } = found;
  const phase = phaseOf(request);
  const view = { team: door.identity()?.team ?? "", cluster: door.desk?.cluster ?? "", now: door.clock() };
  const isLate = isOverdue(request, view.now);
  if (phase === "Pending" && !isLate) return null;
  const state = sentenceOf(request, view, stateOf(request, view.now), 1_500);
  const is = isLate
    ? "can no longer be decided"
    : isFinal(phase)
      ? `is ${phase}, and nothing can be decided any more`
      : `is ${phase} already, and neither approved nor denied any more`;
  return textMessage(`${codeSpan(request.name, 260)} ${is}: ${state}`);
}

/** The modal could not be opened: what to type instead. */
function untimely(verb: Verb, button: RequestButton): Message {
  const command = `${decideCommand(verb, { namespace: button.ns, name: button.name })} WHY`;
  return textMessage(
    `Slack did not open the window that asks why (it has three seconds for that), and nothing was said. Press again, or type ${codeSpan(command, 400)}`,
  );
}
