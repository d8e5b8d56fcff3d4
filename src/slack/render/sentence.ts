import { redact } from "../../diagnosis/redact.ts";
import { context, type Message, section } from "./message.ts";
import { codeBlock, proseWithin } from "./mrkdwn.ts";

/** What is typed to put it right stands behind the last colon. */
const withCommand = /^(.*?: ?)((?:kubectl|imagepull|\/imagepull) .+)$/su;

/** Names people in what has been made inert. */
type Naming = (prose: string) => string;

/** A sentence as mrkdwn, with the command in it as a block to copy. */
export function sentenceText(sentence: string, max = 2_800, named: Naming = (prose) => prose): string {
  const [, before, command] = withCommand.exec(sentence.trim()) ?? [];
  // A command in the middle of something is quoted with what follows: half of it must not be there to be pasted.
  const isLast = command !== undefined && !/\. \p{Lu}/u.test(command);
  const block = isLast ? codeBlock(redact(command), Math.min(max - 200, 1_200)) : null;
  if (before === undefined || block === null) return named(proseWithin(redact(sentence), max));
  return `${named(proseWithin(redact(before.trim()), max - block.length - 1))}\n${block}`;
}

/** A message that says one thing, and perhaps how it is put right. */
export function sentenceMessage(sentence: string, below: readonly string[] = [], named?: Naming): Message {
  const text = sentenceText(sentence, 2_500, named);
  const more = below.filter((line) => line !== "");
  return {
    text: proseWithin(redact(sentence), 600),
    blocks: [section(text), ...more.map((line) => context(line))],
    plain: [text, ...more].join("\n"),
  };
}
