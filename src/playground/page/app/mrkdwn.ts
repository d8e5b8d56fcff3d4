/** Slack's mrkdwn as a tree. What cannot be markup is text: nothing is ever lost, and nothing becomes HTML by itself. */
export type Inline =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "bold" | "italic" | "strike"; readonly children: readonly Inline[] }
  | { readonly kind: "code"; readonly text: string }
  | { readonly kind: "link"; readonly url: string; readonly text: string }
  | { readonly kind: "mention"; readonly text: string; readonly user: string | null }
  | { readonly kind: "channel"; readonly id: string; readonly text: string }
  | { readonly kind: "date"; readonly seconds: number; readonly format: string; readonly fallback: string }
  | { readonly kind: "break" };

export type Paragraph =
  | { readonly kind: "line"; readonly children: readonly Inline[] }
  | { readonly kind: "quote"; readonly children: readonly Inline[] }
  | { readonly kind: "pre"; readonly text: string };

const unescape = (text: string): string =>
  text.replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&amp;", "&");

const emoji: Readonly<Record<string, string>> = {
  white_check_mark: "✅",
  heavy_check_mark: "✔️",
  x: "❌",
  warning: "⚠️",
  question: "❓",
  grey_question: "❔",
  red_circle: "🔴",
  large_yellow_circle: "🟡",
  large_orange_circle: "🟠",
  large_green_circle: "🟢",
  white_circle: "⚪",
  hourglass_flowing_sand: "⏳",
  hourglass: "⌛",
  mag: "🔍",
  wave: "👋",
  whale: "🐳",
  package: "📦",
  bulb: "💡",
  lock: "🔒",
  rotating_light: "🚨",
  fast_forward: "⏩",
  black_right_pointing_double_triangle_with_vertical_bar: "⏭️",
  information_source: "ℹ️",
  eyes: "👀",
  tada: "🎉",
};

/** `:name:` as a picture; a name that is not known stays as it was typed. */
export const withEmoji = (text: string): string =>
  text.replaceAll(/:([a-z0-9_+-]+):/g, (whole, name: string) =>
    Object.hasOwn(emoji, name) ? (emoji[name] ?? whole) : whole,
  );

const plain = (text: string): Inline => ({ kind: "text", text: withEmoji(unescape(text)) });

/** Splits a text into paragraphs: code blocks, quotes, and lines in between. */
export function parseMrkdwn(text: string): Paragraph[] {
  const paragraphs: Paragraph[] = [];
  text.split(/```\n?([\s\S]*?)\n?```\n?/).forEach((part, index) => {
    if (index % 2 === 1) paragraphs.push({ kind: "pre", text: unescape(stripLinks(part)) });
    else paragraphs.push(...lines(part));
  });
  return paragraphs;
}

/** Inside code Slack shows a link's address as text. */
const stripLinks = (text: string): string =>
  text.replaceAll(/<(https?:[^|>]+)(?:\|([^>]*))?>/g, (_whole, url: string, shown?: string) => shown ?? url);

function lines(text: string): Paragraph[] {
  if (text === "") return [];
  const paragraphs: { kind: "line" | "quote"; texts: string[] }[] = [];
  for (const line of text.replace(/\n$/, "").split("\n")) {
    const quote = /^(?:&gt;|>) ?(.*)$/.exec(line);
    const kind = quote === null ? "line" : "quote";
    const last = paragraphs.at(-1);
    const content = quote?.[1] ?? line;
    if (last?.kind === kind) last.texts.push(content);
    else paragraphs.push({ kind, texts: [content] });
  }
  return paragraphs.map(({ kind, texts }) => ({
    kind,
    children: texts.flatMap((one, index) => [
      ...(index === 0 ? [] : [{ kind: "break" } as const]),
      ...parseInline(one),
    ]),
  }));
}

const styles = new Map<string, "bold" | "italic" | "strike">([
  ["*", "bold"],
  ["_", "italic"],
  ["~", "strike"],
]);
/** Code, then what stands in angle brackets, then styles that begin and end at a word's edge. */
const token = /`([^`\n]+)`|<([^<>\n]+)>|(?<![\p{L}\p{N}])([*_~])(?=\S)((?:(?!\3)[^\n])*[^\s])\3(?![\p{L}\p{N}])/u;

export function parseInline(text: string): Inline[] {
  const found: Inline[] = [];
  let rest = text;
  while (rest !== "") {
    const match = token.exec(rest);
    if (match === null) break;
    if (match.index > 0) found.push(plain(rest.slice(0, match.index)));
    const [whole, code, bracket, style, styled] = match;
    if (code !== undefined) found.push({ kind: "code", text: unescape(stripLinks(code)) });
    else if (bracket === undefined)
      found.push({ kind: styles.get(style ?? "") ?? "bold", children: parseInline(styled ?? "") });
    else found.push(angle(bracket));
    rest = rest.slice(match.index + whole.length);
  }
  if (rest !== "") found.push(plain(rest));
  return found;
}

function angle(content: string): Inline {
  const bar = content.indexOf("|");
  const target = bar < 0 ? content : content.slice(0, bar);
  const shown = bar < 0 ? "" : unescape(content.slice(bar + 1));
  const date = /^!date\^(\d+)\^([^^]+)/.exec(target);
  if (date !== null)
    return { kind: "date", seconds: Number(date[1]), format: unescape(date[2] ?? ""), fallback: shown };
  if (/^(https?|mailto):/.test(target))
    return { kind: "link", url: unescape(target), text: shown === "" ? unescape(target) : shown };
  if (target.startsWith("@")) return { kind: "mention", user: target.slice(1), text: shown };
  if (target.startsWith("#")) return { kind: "channel", id: target.slice(1), text: shown };
  if (target.startsWith("!"))
    return { kind: "mention", user: null, text: shown === "" ? `@${target.slice(1)}` : shown };
  return plain(`<${content}>`);
}
