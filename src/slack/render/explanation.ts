import { explain, type Explanation } from "../../diagnosis/explain.ts";
import { code, say } from "../../diagnosis/say.ts";
import { fixList } from "./fixes.ts";
import { context, type Message, section, textMessage } from "./message.ts";
import { codeSpan, mrkdwn, plain } from "./mrkdwn.ts";

/** What a pasted text says about a pull: the first of its readings that is about a failed one; a sentence where there is no text. */
export function answerExplain(readings: readonly string[]): Message {
  const [first, ...others] = readings.map((text) => explain(text)).filter((explained) => explained.ok);
  if (first === undefined)
    return textMessage("There is no text to explain: paste the pull error. Files and pictures are not read.");
  const telling = [first, ...others].find(({ value }) => value.cause !== "not-an-image-pull-failure");
  return renderExplanation((telling ?? first).value);
}

const mark = ({ cause, confidence }: Explanation): string => {
  if (cause === "not-an-image-pull-failure") return "⚪";
  return confidence === "possible" ? "🟡" : "🔴";
};

/** No time stands in what a message alone tells. */
const never = new Date(0);
const mostFixes = 3;

/** The cause of a message by its words alone, in one answer. Everything from the message is code. Pure. */
export function renderExplanation(explanation: Explanation): Message {
  const { headline, words, explain: why, also, fixes, cause, confidence } = explanation;
  const line = (text: Parameters<typeof mrkdwn>[0], max: number): string => mrkdwn(text, never, max);
  const texts = [
    `${mark(explanation)} *${line(headline, 900)}*`,
    [
      ...(words === null ? [] : [`The words that decide: ${codeSpan(words, 400)}`]),
      line(why, 900),
      ...(also.length === 0 ? [] : [`The same words may mean ${also.map((id) => codeSpan(id)).join(", ")}.`]),
    ].join("\n"),
    ...(fixes.length === 0 ? [] : [`*What to do*\n${fixList(fixes, never, mostFixes, 1_800, "")}`]),
  ];
  const foot = `${line(say`${code(cause)}, ${confidence}`, 200)}, by the words of the message alone: nothing was looked at. \`/imagepull diagnose POD\` looks.`;
  return {
    text: plain(headline, never, 900),
    blocks: [...texts.map(section), context(foot)],
    plain: [...texts, foot].join("\n\n"),
  };
}
