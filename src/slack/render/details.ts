import type { Diagnosis, StepResult } from "../../diagnosis/diagnosis.ts";
import type { Evidence, EventEvidence } from "../../diagnosis/evidence.ts";
import { at, code, type Line, say } from "../../diagnosis/say.ts";
import { footing, stepTitle } from "./diagnosis.ts";
import { fixList } from "./fixes.ts";
import { context, maxMessage, type Message, section } from "./message.ts";
import { bullets, mrkdwn, plain } from "./mrkdwn.ts";

interface Budget {
  readonly step: number;
  readonly other: number;
}
const budgets: readonly Budget[] = [
  { step: 1_500, other: 1_400 },
  { step: 900, other: 900 },
  { step: 450, other: 450 },
];

function step({ id, status, summary, findings }: StepResult, now: Date, max: number): string {
  const lines = findings.flatMap(({ evidence }) => evidence).map((line) => mrkdwn(line, now, 400));
  const list = lines.length === 0 ? "" : `\n${bullets([...new Set(lines)], { most: 12, max: max - 400 })}`;
  return `${stepTitle(id, status)}  ${mrkdwn(summary, now, 380)}${list}`;
}

const eventLine = ({ type, reason, message, count, lastAt, fieldPath }: EventEvidence): Line =>
  say`${at(lastAt)} ${code(reason)}${count > 1 ? ` ×${count}` : ""}${type === "Warning" ? " (warning)" : ""}${fieldPath === "" ? "" : say` ${code(fieldPath)}`}: ${code(message)}`;

const mostEvents = 12;

function events(evidence: Evidence, now: Date, max: number): string {
  if (evidence.events.status !== "ok")
    return `*Events*\n${mrkdwn(say`could not be read: ${code(evidence.events.reason)}`, now, 400)}`;
  const newest = evidence.events.value
    .slice(-mostEvents)
    .toReversed()
    .map((event) => mrkdwn(eventLine(event), now, 700));
  const beyond = evidence.events.value.length - newest.length;
  return newest.length === 0
    ? "*Events*\nnone are kept for this pod"
    : `*Events, newest first*\n${bullets(newest, { most: mostEvents, max, beyond })}`;
}

function containers(evidence: Evidence, now: Date, max: number): string {
  if (evidence.pod.status !== "ok") return "";
  const lines = evidence.pod.value.containers.map(({ name, kind, image, imagePullPolicy, status }) => {
    const state = status?.state;
    const doing = state?.kind === "waiting" ? say`waits: ${code(state.reason)}` : say`${state?.kind ?? "not started"}`;
    return mrkdwn(
      say`${code(name)}${kind === "container" ? "" : ` (${kind})`} ${code(image)}, policy ${code(imagePullPolicy)}, ${doing}`,
      now,
      500,
    );
  });
  return lines.length === 0 ? "" : `*Containers*\n${bullets(lines, { most: 15, max })}`;
}

/** Everything that was read, step by step; within one message, cut where it must be and saying so. Pure. */
export function renderDetails(diagnosis: Diagnosis, evidence: Evidence, now: Date): Message {
  const text = `Details: ${plain(diagnosis.headline, now, 600)}`;
  for (const budget of budgets) {
    const parts = [
      [
        `*Details:* ${mrkdwn(diagnosis.headline, now, 500)}`,
        ...[diagnosis.reach, diagnosis.history].filter((line) => line.length > 0).map((line) => mrkdwn(line, now, 500)),
      ].join("\n"),
      ...diagnosis.steps.map((result) => step(result, now, budget.step)),
      containers(evidence, now, budget.other),
      events(evidence, now, budget.other),
      diagnosis.fixes.length === 0 ? "" : `*What to do*\n${fixList(diagnosis.fixes, now, 8, budget.other, "")}`,
    ].filter((part) => part !== "");
    const foot = footing(diagnosis, now);
    const blocks = [...parts.map(section), context(foot)];
    if (JSON.stringify(blocks).length <= maxMessage) return { text, blocks, plain: [...parts, foot].join("\n\n") };
  }
  return { text, blocks: [section(text)], plain: text };
}
