import type { Diagnosis } from "../diagnosis/diagnosis.ts";
import type { Line } from "../diagnosis/say.ts";
import { stringify } from "./stringify.ts";
import { plainText } from "../diagnosis/write.ts";

/** The answer as one JSON object: times are RFC 3339, lines are plain text. */
export function renderJson(diagnosis: Diagnosis): string {
  const text = (line: Line): string => plainText(line, diagnosis.takenAt);
  return stringify({
    version: diagnosis.version,
    target: diagnosis.target,
    workload: diagnosis.workload,
    pod: diagnosis.pod,
    cause: diagnosis.cause,
    confidence: diagnosis.confidence,
    headline: text(diagnosis.headline),
    scope: text(diagnosis.scope),
    reach: text(diagnosis.reach),
    history: text(diagnosis.history),
    container: diagnosis.container,
    image: diagnosis.image,
    steps: diagnosis.steps.map(({ id, status, summary }) => ({ id, status, summary: text(summary) })),
    findings: diagnosis.findings.map(({ cause, step, container, image, confidence, evidence, risk }) => ({
      cause,
      step,
      container,
      image,
      confidence,
      evidence: evidence.map(text),
      ...(risk === undefined ? {} : { risk }),
    })),
    fixes: diagnosis.fixes.map(({ text: line, command }) => ({
      text: text(line),
      ...(command === undefined ? {} : { command }),
    })),
    nextTryAt: diagnosis.nextTryAt,
    takenAt: diagnosis.takenAt,
  });
}
