import type { KnownBlock } from "@slack/types";
import type { Evidence } from "../../diagnosis/evidence.ts";
import type { Diagnosis, Finding, StepId, StepResult, StepStatus } from "../../diagnosis/diagnosis.ts";
import { at, code, type Line, say } from "../../diagnosis/say.ts";
import { fixList } from "./fixes.ts";
import { bullets, mrkdwn, plain, proseWithin } from "./mrkdwn.ts";
import { actions, button, context, maxMessage, type Message, section } from "./message.ts";
import { strategiesFor } from "./strategies.ts";
import { buttonTarget, typedTarget } from "./target.ts";

export interface DiagnosisView {
  readonly now: Date;
  /** What it was made of: tells which plans are for this workload. Null where it is not known. */
  readonly evidence: Evidence | null;
  /** Under which the answer is remembered for its buttons; null: they look anew. */
  readonly answerId: string | null;
  /** Visible to one person, who may share it. */
  readonly shareable: boolean;
  /** Re-pulls can be asked for here: its buttons open the window for that. Else they only show plans. */
  readonly canAsk?: boolean;
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
  const found = findings.filter(({ risk }) => risk !== true);
  const root = found.filter((finding) => finding.cause === cause);
  return (root.length > 0 ? root : found).flatMap(({ evidence }: Finding) => evidence);
}

/** What may go wrong later; the first line of each says it. */
const risks = ({ findings }: Diagnosis): readonly Line[] =>
  findings.flatMap(({ risk, evidence }) => (risk === true ? evidence.slice(0, 1) : []));

const unique = (texts: readonly string[]): readonly string[] => [...new Set(texts)];

/** Budgets of one message; they shrink together until all of it fits. */
interface Budget {
  readonly headline: number;
  readonly step: number;
  readonly evidence: number;
  readonly fixes: number;
}
const budgets: readonly Budget[] = [
  { headline: 900, step: 220, evidence: 700, fixes: 1_600 },
  { headline: 700, step: 180, evidence: 500, fixes: 1_300 },
  { headline: 400, step: 140, evidence: 400, fixes: 700 },
];

/** What may go wrong later takes room only where nothing has to be done now. */
const mostRisks = 3;

/** What the steps say that are not well, then which ones are. Of a healthy pod, what each says is the answer. */
function steps(diagnosis: Diagnosis, now: Date, max: number): string {
  const of = (...statuses: readonly StepStatus[]): readonly StepResult[] =>
    diagnosis.steps.filter(({ status }) => statuses.includes(status));
  const line = ({ id, status, summary }: StepResult): string =>
    `${stepTitle(id, status)}  ${mrkdwn(summary, now, max)}`;
  const speaking = of("problem", "unknown");
  if (speaking.length === 0 && diagnosis.cause === "healthy") return diagnosis.steps.map(line).join("\n");
  const quiet = (["ok", "skipped"] as const).flatMap((status) => {
    const names = of(status).map(({ id }) => stepNames[id]);
    return names.length === 0 ? [] : [`${stepMarks[status]} ${names.join(", ")}`];
  });
  return [...speaking.map(line), quiet.join("  ")].filter((text) => text !== "").join("\n");
}

/** Fixes up to the first command, two at most. */
function nextFixes({ fixes }: Diagnosis): number {
  return Math.min(2, fixes.findIndex(({ command }) => command !== undefined) + 1 || 1);
}

interface Body {
  readonly headline: string;
  /** Small print under it: how others fare, and since when. */
  readonly beside: string;
  readonly parts: readonly string[];
  readonly risks: string;
}

function body(diagnosis: Diagnosis, { now }: DiagnosisView, budget: Budget): Body {
  const { scope, reach, history, fixes } = diagnosis;
  const size = scope.length === 0 ? "" : ` · ${mrkdwn(scope, now, 300)}`;
  const told = steps(diagnosis, now, budget.step);
  // What a step says in the same words stands there already.
  const evidence = unique(deciding(diagnosis).map((line) => mrkdwn(line, now, 400))).filter(
    (text) => !told.includes(text),
  );
  const most = nextFixes(diagnosis);
  const left = fixes.length - most;
  const beside = [reach, history].filter((line) => line.length > 0).map((line) => mrkdwn(line, now, 400));
  return {
    headline: `${mark(diagnosis)} *${mrkdwn(diagnosis.headline, now, budget.headline)}*${size}`,
    beside: beside.join("\n"),
    parts: [
      evidence.length === 0 ? told : `${told}\n${decisive(evidence, budget.evidence)}`,
      fixes.length === 0
        ? ""
        : `*What to do*${left > 0 ? ` (and ${left} more in Details)` : ""}\n${fixList(fixes.slice(0, most), now, most, budget.fixes, " in Details")}`,
    ].filter((text) => text !== ""),
    risks: riskList(risks(diagnosis), now, fixes.length === 0 ? mostRisks : 1),
  };
}

/** So much fits a phone: the line that decides. The rest stands in Details. */
function decisive([first = "", ...more]: readonly string[], max: number): string {
  const line = bullets([first], { most: 1, max });
  return more.length === 0 ? line : `${line} _(and ${more.length} more in Details)_`;
}

function riskList(lines: readonly Line[], now: Date, most: number): string {
  const texts = unique(lines.map((line) => mrkdwn(line, now, 300)));
  return texts.length === 0 ? "" : `*Worth knowing*\n${bullets(texts, { most, max: 1_000, more: " in Details" })}`;
}

/** When and from where it was looked, and what the kubelet does next. */
export function footing(diagnosis: Diagnosis, now: Date): string {
  const { target, cause, confidence, takenAt, nextTryAt } = diagnosis;
  const next: Line = nextTryAt === null ? [] : say` · next try ≈ ${at(nextTryAt)}`;
  return mrkdwn(
    say`${code(typedTarget(target))} in ${code(target.cluster)}, from the API server at ${at(takenAt)} · ${cause}, ${confidence}${next}`,
    now,
    1_500,
  );
}

function buttons(
  diagnosis: Diagnosis,
  { evidence, answerId, shareable, canAsk = false }: DiagnosisView,
): readonly KnownBlock[] {
  const value = buttonTarget(diagnosis.target, answerId);
  if (value === null) return [];
  return [
    actions([
      ...(shareable ? [button("Share", "share", value, "primary")] : []),
      button("Details", "details", value),
      ...strategiesFor(diagnosis, evidence).map(({ id, label, askLabel }) =>
        canAsk ? button(askLabel, `repull:${id}`, value) : button(label, `plan:${id}`, value),
      ),
    ]),
  ];
}

/** A diagnosis as one message: what is wrong, the four steps at a glance, what decides, what to do. Pure. */
export function renderDiagnosis(diagnosis: Diagnosis, view: DiagnosisView): Message {
  const { target, headline } = diagnosis;
  const text = `${plain(headline, view.now, 600)} (${proseWithin(typedTarget(target), 400)})`;
  const shared = view.sharedBy === undefined ? [] : [`Shared by <@${view.sharedBy}>`];
  for (const budget of budgets) {
    const { headline: first, beside, parts, risks: later } = body(diagnosis, view, budget);
    const foot = footing(diagnosis, view.now);
    const blocks = [
      section(first),
      ...(beside === "" ? [] : [context(beside)]),
      ...parts.map(section),
      ...(later === "" ? [] : [context(later)]),
      context(foot),
      ...buttons(diagnosis, view),
      ...shared.map(context),
    ];
    const all = [first, beside, ...parts, later, foot, ...shared].filter((part) => part !== "");
    if (JSON.stringify(blocks).length <= maxMessage) return { text, blocks, plain: all.join("\n\n") };
  }
  return { text, blocks: [section(text), ...shared.map(context)], plain: [text, ...shared].join("\n\n") };
}
