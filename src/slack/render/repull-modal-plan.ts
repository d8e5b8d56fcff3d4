import type { KnownBlock } from "@slack/types";
import type { Drafted } from "../../approvals/desk/types.ts";
import type { Line } from "../../diagnosis/say.ts";
import type { Preflight } from "../../repull/repull.ts";
import type { Plan } from "../../repull/plan.ts";
import { onlyPulls, type Strategy } from "../../repull/strategy.ts";
import { section } from "./message.ts";
import { bullets, mrkdwn, proseWithin } from "./mrkdwn.ts";

/** What would be asked for, in blocks. Pure. */

const longestLine = 500;

const sentence = (text: string): string => (/[.!?…]$/u.test(text) ? text : `${text}.`);

function list(title: string, lines: readonly Line[], now: Date, most: number, max: number): readonly string[] {
  if (lines.length === 0) return [];
  // More than is shown is counted, not rendered: a plan may have a change for each of a thousand pods.
  const texts = lines.slice(0, most + 1).map((line) => mrkdwn(line, now, longestLine));
  return [`*${title}*\n${bullets(texts, { most, max, beyond: Math.max(0, lines.length - most - 1) })}`];
}

const planTexts = ({ changes, restarts, keeps, notes }: Plan, now: Date): readonly string[] => [
  ...list(
    "It would",
    changes.map(({ words }) => words),
    now,
    8,
    2_000,
  ),
  `*Restarts*  ${mrkdwn(restarts.words, now, 800)}`,
  ...list("Stays", keeps, now, 3, 900),
  ...list("Mind", notes, now, 5, 1_500),
];

const verdicts: Readonly<Record<Preflight["answer"], string>> = {
  possible: "✓ Proved: the pull works",
  unproven: "? Not proved",
  impossible: "✗ It would fail",
};

function preflightTexts({ answer, reasons }: Preflight, strategy: Strategy, now: Date): readonly string[] {
  const isProof = answer === "unproven" && onlyPulls(strategy);
  const title = isProof ? "? Not proved, and this is what proves it" : verdicts[answer];
  return reasons.length === 0 ? [`*${title}*`] : list(title, reasons, now, 6, 2_000);
}

/** Null: it is still being looked up. */
export function draftedBlocks(drafted: Drafted | null, now: Date): readonly KnownBlock[] {
  if (drafted === null) return [section("_Planning …_")];
  if (drafted.kind === "incomplete") return [section(`→ ${proseWithin(sentence(drafted.sentence), 2_000)}`)];
  if (drafted.kind === "refused")
    return [section(`✗ *This cannot be asked for.* ${proseWithin(sentence(drafted.sentence), 2_000)}`)];
  const { plan, preflight, refused, strategy } = drafted.planned;
  // What stands in the way of a proof, or would fail, says the pre-flight itself.
  const isTold =
    refused === null || preflight.answer === "impossible" || (preflight.answer === "unproven" && plan !== null);
  return [
    ...(plan === null ? [] : planTexts(plan, now)),
    ...preflightTexts(preflight, strategy, now),
    ...(isTold ? [] : [`✗ *This cannot be asked for.* ${mrkdwn(refused, now, 1_000)}`]),
  ].map((text) => section(text));
}
