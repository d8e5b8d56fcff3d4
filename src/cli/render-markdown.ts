import type { Diagnosis } from "../diagnosis/diagnosis.ts";
import type { Line } from "../diagnosis/say.ts";
import { neutral } from "../diagnosis/neutral.ts";
import { decisive, risks } from "./parts.ts";
import { lasting, write } from "../diagnosis/write.ts";

/** The answer as Markdown for a ticket or a chat: what comes from the cluster stands in code and cannot become markup. */
export function renderMarkdown(diagnosis: Diagnosis): string {
  const { target, pod, headline, scope, reach, history, cause, confidence, takenAt, steps, fixes, nextTryAt } =
    diagnosis;
  const text = (line: Line): string => markdown(line, takenAt);
  const subject = `${target.kind} ${inline(`${target.namespace}/${target.name}`)}${pod === null || pod === target.name ? "" : `, pod ${inline(pod)}`}`;
  const evidence = decisive(diagnosis).flatMap(({ evidence: lines }) => lines.map((line) => `- ${text(line)}`));
  return [
    `**${text(headline)}**`,
    ...[scope, reach, history].flatMap((line) => (line.length === 0 ? [] : ["", text(line)])),
    "",
    `${subject} on ${inline(target.cluster)}: ${inline(cause)}, ${confidence}, as of ${takenAt}.`,
    "",
    ...steps.map(({ id, status, summary }) => `- **${id}: ${status}** ${text(summary)}`),
    ...section("Evidence", evidence),
    ...section(
      "What to do",
      fixes.flatMap(({ text: line, command }) => [
        `- ${text(line)}`,
        ...(command === undefined ? [] : ["", ...fence(command), ""]),
      ]),
    ),
    ...section(
      "Worth knowing",
      risks(diagnosis).map((line) => `- ${text(line)}`),
    ),
    ...(nextTryAt === null ? [] : ["", `Next try of the kubelet: about ${nextTryAt}.`]),
    "",
  ]
    .join("\n")
    .replace(/\n{3,}/gu, "\n\n");
}

const section = (title: string, lines: readonly string[]): readonly string[] =>
  lines.length === 0 ? [] : ["", `**${title}**`, "", ...lines];

const markdown = (line: Line, takenAt: string): string =>
  write(
    line,
    (part) => ("code" in part ? inline(part.code) : "at" in part ? part.at : lasting(part.since, takenAt)),
    escape,
  );

/** Source: CommonMark 0.31, backslash escapes and entities; `@` and `#` are what GitHub and GitLab link. */
const escape = (text: string): string =>
  neutral(text)
    .replace(/[\\`*_[\]{}|~]/gu, String.raw`\$&`)
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    // A bare address would become a link.
    .replaceAll("://", "&#58;//")
    .replace(/[@#](?=\w)/gu, (mark) => `&#${mark.charCodeAt(0)};`);

/** A code span: its fence is one backtick longer than any run inside. */
function inline(text: string): string {
  const content = neutral(text);
  if (content.trim() === "") return "(empty)";
  const fenced = "`".repeat(longestRun(content) + 1);
  const pad = content.startsWith("`") || content.endsWith("`") ? " " : "";
  return `${fenced}${pad}${content}${pad}${fenced}`;
}

function fence(command: string): readonly string[] {
  const marks = "`".repeat(Math.max(3, longestRun(command) + 1));
  return [`  ${marks}sh`, ...command.split("\n").map((line) => `  ${neutral(line)}`), `  ${marks}`];
}

const longestRun = (text: string): number => Math.max(0, ...(text.match(/`+/gu) ?? []).map(({ length }) => length));
