import { formatDistanceStrict } from "date-fns/formatDistanceStrict";
import type { Instant, Line, Part } from "../../diagnosis/say.ts";

/**
 * Lines as Slack's mrkdwn. Whatever comes from outside is inert here: escaped, without control and direction marks, and unable to end
 * the code span that it stands in.
 */

/** Characters that steer a terminal or the direction of text, and separators that break a line. */
const steering = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\u{FFF9}-\u{FFFB}]+/gu;

/** Of more than this, only both ends are looked at: no message shows as much. */
const longest = 20_000;

/** One line of visible characters. */
export function visible(text: string): string {
  const looked = text.length > longest ? `${text.slice(0, longest / 2)}…${text.slice(-longest / 2)}` : text;
  return looked.toWellFormed().replaceAll(/\s+/gu, " ").replaceAll(steering, "");
}

export const escape = (text: string): string =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");

/** The longest beginning of a text within so many UTF-16 units that splits no character, with an ellipsis where something is cut. */
export function cut(text: string, max: number): string {
  if (text.length <= max) return text;
  let kept = "";
  for (const character of text) {
    if (kept.length + character.length > max - 1) break;
    kept += character;
  }
  return `${kept}…`;
}

/** Cuts out of the middle: of an image or an object's name both ends tell. */
export function cutMiddle(text: string, max: number): string {
  const characters = Array.from(text);
  if (text.length <= max) return text;
  const half = Math.floor((max - 1) / 2);
  const take = (from: readonly string[], join: (kept: string, next: string) => string): string => {
    let kept = "";
    for (const character of from) {
      if (kept.length + character.length > half) break;
      kept = join(kept, character);
    }
    return kept;
  };
  return `${take(characters, (kept, next) => kept + next)}…${take(characters.toReversed(), (kept, next) => next + kept)}`;
}

const maxCode = 400;

/** A name, image, host or quoted text, verbatim. */
export function codeSpan(text: string, max = maxCode): string {
  const inert = cutMiddle(visible(text).replaceAll("`", "ʼ").trim(), max);
  return inert === "" ? "`—`" : `\`${escape(inert)}\``;
}

/** Prose of our own, in which names may stand: no mark-up begins in it, and nobody is called. */
export const prose = (text: string): string =>
  escape(
    visible(text)
      .replaceAll("`", "ʼ")
      .replaceAll("*", "∗")
      .replaceAll("~", "∼")
      .replaceAll(/(?<![\p{L}\p{N}])_|_(?![\p{L}\p{N}])/gu, "ˍ")
      .replaceAll(/@(?=channel|here|everyone)/gi, "@\u2060"),
  );

const isTime = (instant: Instant): boolean => !Number.isNaN(Date.parse(instant));
const utc = (date: Date): string => `${date.toISOString().slice(0, 16).replace("T", " ")} UTC`;

/** A time in the reader's own zone; the day is said where it is not today's. */
export function time(instant: Instant, now: Date): string {
  const date = new Date(instant);
  const format =
    date.toISOString().slice(0, 10) === now.toISOString().slice(0, 10) ? "{time}" : "{date_short_pretty} {time}";
  return `<!date^${Math.floor(date.getTime() / 1_000)}^${format}|${utc(date)}>`;
}

/** Prose that is at most `max` characters after escaping, which makes five of one at worst. */
export const proseWithin = (text: string, max: number): string => within(max, (length) => prose(cut(text, length)));

function within(max: number, write: (length: number) => string): string {
  for (const length of [max, Math.floor(max / 2)]) {
    const text = write(length);
    if (text.length <= max) return text;
  }
  return write(Math.floor(max / 5));
}

function part(value: Part, now: Date, style: "mrkdwn" | "plain", max: number): string {
  if (typeof value === "string") return proseWithin(value, max);
  const quoted = "code" in value ? value.code : "at" in value ? value.at : value.since;
  const instant = "code" in value ? null : quoted;
  if (instant === null || !isTime(instant)) {
    const length = Math.min(max, maxCode);
    return within(length, (most) =>
      style === "mrkdwn" ? codeSpan(quoted, Math.max(3, most - 2)) : prose(cutMiddle(visible(quoted), most)),
    );
  }
  if ("since" in value) return formatDistanceStrict(new Date(instant), now);
  return style === "mrkdwn" ? time(instant, now) : utc(new Date(instant));
}

function render(line: Line, now: Date, max: number, style: "mrkdwn" | "plain"): string {
  let text = "";
  for (const value of line) {
    const left = max - 1 - text.length;
    const next = left < 12 ? null : part(value, now, style, left);
    if (next === null || next.length > left) return `${text}…`;
    text += next;
  }
  return text;
}

/** A line for a mrkdwn text object, at most `max` characters. A part that does not fit whole is left out, so that no span and no entity is cut. */
export const mrkdwn = (line: Line, now: Date, max = 2_800): string => render(line, now, max, "mrkdwn");

/** A line for a message's `text`, which a lock screen shows: no mark-up, times in UTC. */
export const plain = (line: Line, now: Date, max = 1_000): string => render(line, now, max, "plain");

/** A command to copy, as it is; null where it is too long to be shown whole, since half a command is worse than none. */
export function codeBlock(command: string, max = 1_200): string | null {
  const inert = command
    .toWellFormed()
    .split("\n")
    .map((line) => line.replaceAll(steering, "").replaceAll("`", "ʼ"))
    .join("\n")
    .trim();
  const block = `\`\`\`\n${escape(inert)}\n\`\`\``;
  return inert === "" || block.length > max ? null : block;
}

interface BulletLimits {
  readonly most: number;
  readonly max: number;
  /** Where the rest is to be found. */
  readonly more?: string;
  /** Lines that were not even rendered. */
  readonly beyond?: number;
}

/** Bullets as long as they fit; what does not is counted: "… and 37 more". */
export function bullets(lines: readonly string[], { most, max, more = "", beyond = 0 }: BulletLimits): string {
  const rest = (count: number): string => `… and ${count} more${more}`;
  const shown: string[] = [];
  let length = 0;
  for (const line of lines) {
    if (shown.length === most || length + line.length + 3 + rest(lines.length + beyond).length + 1 > max) break;
    shown.push(`• ${line}`);
    length += line.length + 3;
  }
  const left = lines.length + beyond - shown.length;
  return [...shown, ...(left > 0 ? [rest(left)] : [])].join("\n");
}
