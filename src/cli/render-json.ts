import type { Diagnosis } from "../diagnosis/diagnosis.ts";
import type { Line } from "../diagnosis/say.ts";
import { lasting, write } from "./write.ts";

/** The answer as one JSON object: times are RFC 3339, lines are plain text. */
export function renderJson(diagnosis: Diagnosis): string {
  const text = (line: Line): string => plain(line, diagnosis.takenAt);
  return stringify({
    version: diagnosis.version,
    target: diagnosis.target,
    workload: diagnosis.workload,
    pod: diagnosis.pod,
    cause: diagnosis.cause,
    confidence: diagnosis.confidence,
    headline: text(diagnosis.headline),
    scope: text(diagnosis.scope),
    container: diagnosis.container,
    image: diagnosis.image,
    steps: diagnosis.steps.map(({ id, status, summary }) => ({ id, status, summary: text(summary) })),
    findings: diagnosis.findings.map(({ cause, step, container, image, confidence, evidence }) => ({
      cause,
      step,
      container,
      image,
      confidence,
      evidence: evidence.map(text),
    })),
    fixes: diagnosis.fixes.map(({ text: line, command }) => ({
      text: text(line),
      ...(command === undefined ? {} : { command }),
    })),
    nextTryAt: diagnosis.nextTryAt,
    takenAt: diagnosis.takenAt,
  });
}

/** Why there is no answer; `candidates` are what one may have meant. */
export const renderJsonError = (sentence: string, candidates?: readonly unknown[]): string =>
  stringify({ error: sentence, ...(candidates === undefined || candidates.length === 0 ? {} : { candidates }) });

const plain = (line: Line, takenAt: string): string =>
  write(
    line,
    (part) => ("code" in part ? part.code : "at" in part ? part.at : lasting(part.since, takenAt)),
    (text) => text,
  );

// JSON escapes what is below U+0020 only; terminals obey U+0080–U+009F too, and the direction marks reorder a line.
const unsafe = /[\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/gu;

const stringify = (value: unknown): string =>
  `${JSON.stringify(value, null, 2).replace(unsafe, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`)}\n`;
