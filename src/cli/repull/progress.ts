import type { Busy, Progress } from "../../repull/run/types.ts";
import { type Paint, painter, plainLine, type Terminal } from "../layout.ts";
import { neutral } from "../../diagnosis/neutral.ts";

/** Shows how a re-pull gets on, on standard error. */
export interface Watch {
  readonly report: (progress: Progress) => void;
  /** Takes the block away, so that what follows stands in its place. */
  readonly end: () => void;
}

/** One block that is drawn again on a terminal; off it a line whenever something has changed, and none besides. */
export const watch = (err: (text: string) => void, live: Terminal | null, clock: () => Date): Watch =>
  live === null ? plainWatch(err, clock) : liveWatch(err, live, clock);

const mostBusy = 5;

const words: Readonly<Record<Busy["what"], string>> = {
  failing: "fails",
  pulling: "pulls",
  starting: "starts",
  unscheduled: "waits for a node",
  ending: "is ending",
  "waiting-for-budget": "waits for its disruption budget",
};
/** What somebody has to act upon comes first. */
const order: readonly Busy["what"][] = [
  "failing",
  "waiting-for-budget",
  "unscheduled",
  "pulling",
  "starting",
  "ending",
];

const sorted = (busy: readonly Busy[]): readonly Busy[] =>
  busy.toSorted((a, b) => order.indexOf(a.what) - order.indexOf(b.what));

const counted = ({ pods }: Progress): string => {
  if (pods === null) return "";
  const old = pods.old === 0 ? "" : ` · ${pods.old} old ${pods.old === 1 ? "pod" : "pods"} left`;
  return `${pods.done}/${pods.of} pods${old}`;
};

function liveWatch(err: (text: string) => void, terminal: Terminal, clock: () => Date): Watch {
  let drawn: readonly Row[] = [];
  let last = "";
  const paint = painter(terminal);
  const toTop = (): string => {
    const height = drawn.reduce((sum, { text }) => sum + heightOf(text, terminal), 0);
    return height === 0 ? "" : `\u001b[${height}A`;
  };
  return {
    report: (progress) => {
      const rows = blockOf(progress, clock(), terminal);
      const text = rows.map((row) => painted(row, paint)).join("\n");
      if (text === last) return;
      // Each row is written over, and only what is left of the old one is cleared: nothing is ever blank in between.
      err(`${toTop()}${text.replaceAll("\n", "\u001b[K\n")}\u001b[K\n\u001b[J`);
      drawn = rows;
      last = text;
    },
    end: () => {
      if (drawn.length > 0) err(`${toTop()}\u001b[J`);
      drawn = [];
      last = "";
    },
  };
}

interface Row {
  readonly style: Parameters<Paint>[0] | null;
  readonly text: string;
}

const painted = ({ style, text }: Row, paint: Paint): string => (style === null ? text : paint(style, text));

/** A terminal that has become narrower has broken the rows that stand there. */
const heightOf = (text: string, { columns, width }: Terminal): number =>
  columns === null ? 1 : Math.max(1, Math.ceil(width(text) / columns));

/** The block as rows, none wider than the terminal. */
export function blockOf(progress: Progress, now: Date, terminal: Terminal): readonly Row[] {
  const row = (text: string, style: Row["style"] = null): Row => ({ style, text: fit(text, terminal) });
  const busy = sorted(progress.busy);
  const count = counted(progress);
  return [
    row(`${progress.phase}${count === "" ? "" : ` · ${count}`}`, "bold"),
    row(plainLine(progress.line, now.toISOString())),
    ...busy.slice(0, mostBusy).map((one) => row(`  ${busyRow(one, now)}`, one.what === "failing" ? "red" : null)),
    ...(busy.length > mostBusy ? [row(`  and ${busy.length - mostBusy} more`, "gray")] : []),
  ];
}

/** What it does first: names are long, and a phone is narrow. */
function busyRow({ pod, node, what, since, reason }: Busy, now: Date): string {
  const time = since === null ? "" : ` ${lasted(now.getTime() - Date.parse(since))}`;
  const where = node === null ? "" : ` on ${neutral(node)}`;
  return `${words[what]}${time}${where}: ${neutral(pod)}${reason === null ? "" : ` (${neutral(reason)})`}`;
}

/** `12s`, `3m05s`, `1h02m`. */
export function lasted(milliseconds: number): string {
  const seconds = Math.max(0, Math.floor(milliseconds / 1000));
  const two = (count: number): string => String(count).padStart(2, "0");
  if (seconds < 60) return `${seconds}s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)}m${two(seconds % 60)}s`;
  return `${Math.floor(seconds / 3600)}h${two(Math.floor(seconds / 60) % 60)}m`;
}

/** Cut to the terminal's width, with a sign where something is missing. The last column stays free: some terminals break a full line. */
function fit(text: string, { columns, width }: Terminal): string {
  if (columns === null || width(text) < columns) return text;
  const kept = Array.from(text).slice(0, columns);
  while (kept.length > 0 && width(`${kept.join("")}…`) >= columns) kept.pop();
  return `${kept.join("")}…`;
}

function plainWatch(err: (text: string) => void, clock: () => Date): Watch {
  let [said, counts] = ["", ""];
  let seen = new Map<string, string>();
  return {
    report: (progress) => {
      const { phase, line, busy } = progress;
      const now = clock();
      // By what it says, not by how it reads: how long something has lasted is no change.
      const [saying, count] = [JSON.stringify([phase, line]), counted(progress)];
      const head =
        saying !== said
          ? [`${phase}: ${plainLine(line, now.toISOString())}`]
          : count !== counts
            ? [`${phase}: ${count}`]
            : [];
      const states = new Map(busy.map((one) => [one.pod, JSON.stringify([one.node, one.what, one.reason])]));
      const changed = sorted(busy).filter(({ pod }) => states.get(pod) !== seen.get(pod));
      [said, counts, seen] = [saying, count, states];
      const lines = [
        ...head,
        ...changed.slice(0, mostBusy).map((one) => `  ${busyRow({ ...one, since: null }, now)}`),
        ...(changed.length > mostBusy ? [`  and ${changed.length - mostBusy} more`] : []),
      ];
      if (lines.length > 0) err(`${lines.join("\n")}\n`);
    },
    end: () => undefined,
  };
}
