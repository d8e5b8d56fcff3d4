import type { Asking } from "../asked.ts";
import type { Door } from "../door.ts";
import { actions, button, textMessage } from "../render/message.ts";
import { codeSpan, proseWithin } from "../render/mrkdwn.ts";
import type { Reply } from "../reply.ts";
import { readAsked } from "../typed.ts";
import { notHere, openModal } from "./open.ts";
import { stateOf } from "./state.ts";
import { readRepull, type TypedRepull } from "./typed.ts";

/** Slack's limit of a button's value. */
const longestValue = 2_000;

/** What a modal can be opened for at once; null: something else was typed, or it is to be answered by a sentence. */
export function repullTyped({ desk, parseTarget }: Door, text: string): TypedRepull | null {
  if (desk === null) return null;
  const asked = readAsked(text, parseTarget);
  if (asked.verb !== "repull") return null;
  const typed = readRepull(asked.words, parseTarget);
  return typed.ok ? typed.value : null;
}

/** A command that opens a modal, before anything else is asked. */
export const openTyped = (
  door: Door,
  typed: TypedRepull,
  from: { readonly user: string; readonly channel: string; readonly trigger: string; readonly url: string },
  reply: Reply,
): Promise<void> => openModal(door, from, stateOf({ ...typed, channel: from.channel, url: from.url }), reply);

/** `repull TARGET [--strategy …]` where no modal could be opened for it at once: by mention there is nothing that could, so a button does it. */
export async function answerRepull(door: Door, asking: Asking, words: readonly string[], reply: Reply): Promise<void> {
  if (door.desk === null) return reply.answer(notHere);
  const typed = readRepull(words, door.parseTarget);
  if (!typed.ok) {
    const help = `\`${asking.call} help\` shows what can be asked.`;
    return reply.answer(textMessage(`${proseWithin(typed.error.sentence, 2_000)}\n${help}`));
  }
  const value = words.join(" ");
  if (value.length > longestValue) return reply.answer(textMessage("This is too long. Name one object."));
  const said = textMessage(
    `A re-pull of ${codeSpan(typed.value.target, 300)}: the button opens a window that shows the plan. Nothing is asked for before you send it.`,
    actions([button("Re-pull …", "repull", value, "primary")]),
  );
  return reply.answer(said);
}
