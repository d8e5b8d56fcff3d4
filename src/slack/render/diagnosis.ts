import type { KnownBlock } from "@slack/types";
import type { Diagnosis, Finding, Fix, StepId, StepStatus } from "../../diagnosis/diagnosis.ts";
import { at, code, type Line, say } from "../../diagnosis/say.ts";
import { bullets, codeBlock, mrkdwn, plain, proseWithin } from "./mrkdwn.ts";
import { actions, button, context, maxMessage, type Message, section } from "./message.ts";
import { strategiesFor } from "./plan.ts";
import { buttonTarget, typedTarget } from "./target.ts";

export interface DiagnosisView {
  readonly now: Date;
  /** Under which the answer is remembered for its buttons; null: they look anew. */
  readonly answerId: string | null;
  /** Visible to one person, who may share it. */
  readonly shareable: boolean;
  /** Slack user id of the person who shares it. */
  readonly sharedBy?: string;
}

const stepNames: Readonly<Record<StepId, string>> = {
  placement: "Placement",
  credentials: "Credentials",
  events: "Events",
  node: "Node",
};
const stepMarks: Readonly<Record<StepStatus, string>> = { ok: "✓", problem: "✗", unknown: "?", skipped: "–" };

export const stepTitle = (id: StepId, status: StepStatus): string => `${stepMarks[status]} *${stepNames[id]}*`;

const mark = ({ cause, confidence }: Diagnosis): string => {
  if (cause === "healthy") return "🟢";
  return cause === "undetermined" || confidence === "possible" ? "🟡" : "🔴";
};

/** Evidence of the root cause, or of whatever was found where nothing stands under it. */
function deciding({ findings, cause }: Diagnosis): readonly Line[] {
  const root = findings.filter((finding) => finding.cause === cause);
  return (root.length > 0 ? root : findings).flatMap(({ evidence }: Finding) => evidence);
}

const rest = (diagnosis: Diagnosis, shown: readonly Line[]): number =>
  diagnosis.findings.flatMap(({ evidence }) => evidence).length - shown.length;

const unique = (texts: readonly string[]): readonly string[] => [...new Set(texts)];

/** Budgets of one message; they shrink together until all of it fits. */
interface Budget {
  readonly headline: number;
  readonly step: number;
  readonly evidence: number;
  readonly fixes: number;
}
const budgets: readonly Budget[] = [
  { headline: 900, step: 420, evidence: 1_900, fixes: 2_400 },
  { headline: 700, step: 260, evidence: 1_200, fixes: 1_500 },
  { headline: 400, step: 140, evidence: 600, fixes: 700 },
];

/** Fixes as a numbered list, each with its command to copy. */
export function fixList(fixes: readonly Fix[], now: Date, most: number, max: number, more: string): string {
  const shown: string[] = [];
  let length = 0;
  for (const { text, command } of fixes) {
    const block = command === undefined ? null : codeBlock(command);
    const line = mrkdwn(text, now, 600);
    const entry = `${fixes.length > 1 ? `${shown.length + 1}. ` : ""}${line}${block === null ? "" : `\n${block}`}`;
    if (shown.length === most || length + entry.length + 40 > max) break;
    shown.push(entry);
    length += entry.length + 1;
  }
  const left = fixes.length - shown.length;
  return [...shown, ...(left > 0 ? [`… and ${left} more${more}`] : [])].join("\n");
}

function body(diagnosis: Diagnosis, { now }: DiagnosisView, budget: Budget): readonly string[] {
  const scope = diagnosis.scope.length === 0 ? "" : ` · ${mrkdwn(diagnosis.scope, now, 300)}`;
  const headline = `${mark(diagnosis)} *${mrkdwn(diagnosis.headline, now, budget.headline)}*${scope}`;
  const steps = diagnosis.steps
    .map(({ id, status, summary }) => `${stepTitle(id, status)}  ${mrkdwn(summary, now, budget.step)}`)
    .join("\n");
  const lines = deciding(diagnosis);
  const texts = unique(lines.map((line) => mrkdwn(line, now, 500)));
  const hidden = rest(diagnosis, lines);
  const evidence =
    texts.length === 0
      ? ""
      : `*Evidence*\n${bullets(texts, { most: 5, max: budget.evidence, more: " in Details" })}${hidden > 0 && texts.length <= 5 ? `\n_${hidden} more in Details_` : ""}`;
  const fixes =
    diagnosis.fixes.length === 0
      ? ""
      : `*What to do*\n${fixList(diagnosis.fixes, now, 3, budget.fixes, " in Details")}`;
  return [headline, steps, evidence, fixes].filter((text) => text !== "");
}

/** When and from where it was looked, and what the kubelet does next. */
export function footing(diagnosis: Diagnosis, now: Date): string {
  const { target, cause, confidence, takenAt, nextTryAt } = diagnosis;
  const next: Line = nextTryAt === null ? [] : say` · next try of the kubelet ≈ ${at(nextTryAt)}`;
  return mrkdwn(
    say`${code(typedTarget(target))} in cluster ${code(target.cluster)}, looked at from the API server at ${at(takenAt)} · ${cause}, ${confidence}${next}`,
    now,
    1_500,
  );
}

function buttons(diagnosis: Diagnosis, { answerId, shareable }: DiagnosisView): readonly KnownBlock[] {
  const value = buttonTarget(diagnosis.target, answerId);
  if (value === null) return [];
  return [
    actions([
      ...(shareable ? [button("Share", "share", value, "primary")] : []),
      button("Details", "details", value),
      ...strategiesFor(diagnosis).map(({ id, label }) => button(label, `plan:${id}`, value)),
    ]),
  ];
}

/** A diagnosis as one message: what is wrong, the four steps at a glance, what decides, what to do. Pure. */
export function renderDiagnosis(diagnosis: Diagnosis, view: DiagnosisView): Message {
  const { target, headline } = diagnosis;
  const text = `${plain(headline, view.now, 600)} (${proseWithin(typedTarget(target), 400)})`;
  const shared = view.sharedBy === undefined ? [] : [`Shared by <@${view.sharedBy}>`];
  for (const budget of budgets) {
    const texts = body(diagnosis, view, budget);
    const foot = footing(diagnosis, view.now);
    const blocks = [...texts.map(section), context(foot), ...buttons(diagnosis, view), ...shared.map(context)];
    if (JSON.stringify(blocks).length <= maxMessage)
      return { text, blocks, plain: [...texts, foot, ...shared].join("\n\n") };
  }
  return { text, blocks: [section(text), ...shared.map(context)], plain: [text, ...shared].join("\n\n") };
}
