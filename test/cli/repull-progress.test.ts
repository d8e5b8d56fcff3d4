import { describe, expect, it } from "vitest";
import { lasted, watch } from "../../src/cli/repull/progress.ts";
import { code, say, since } from "../../src/diagnosis/say.ts";
import type { Busy, Progress } from "../../src/repull/run/types.ts";
import { Screen } from "./repull-screen.ts";

const began = "2026-11-24T10:31:00Z";
const after = (seconds: number): Date => new Date(Date.parse(began) + seconds * 1000);

const busy = (pod: string, what: Busy["what"], over: Partial<Busy> = {}): Busy => ({
  pod,
  node: "node-1",
  what,
  since: began,
  reason: null,
  ...over,
});
const at = (done: number, pods: readonly Busy[], over: Partial<Progress> = {}): Progress => ({
  phase: "Verifying",
  line: say`waiting for ${code("deployment/web")}`,
  pods: { done, of: 5, old: 5 - done },
  busy: pods,
  ...over,
});

interface Shown {
  readonly screen: Screen;
  readonly writes: readonly string[];
  /** What stood there after each report. */
  readonly frames: readonly string[];
  readonly end: () => void;
}

/** Reports one after the other, so many seconds apart, on a terminal that is so wide; or off one. */
function shown(
  reports: readonly Progress[],
  { columns = 60, seconds = 1, isPlain = false, colours = false } = {},
): Shown {
  const screen = new Screen(columns);
  const writes: string[] = [];
  let now = 0;
  const terminal = { columns, colours, width: ({ length }: string) => length };
  const err = (text: string): void => {
    writes.push(text);
    screen.write(text);
  };
  const { report, end } = watch(err, isPlain ? null : terminal, () => after(now));
  const frames = reports.map((progress) => {
    now += seconds;
    report(progress);
    return screen.text;
  });
  return { screen, writes, frames, end };
}

describe("on a terminal", () => {
  it("one block is drawn again in its place", () => {
    const { frames } = shown(
      [
        at(0, [], { phase: "Executing", pods: null, line: say`restart ${code("deployment/web")}` }),
        at(1, [busy("web-b", "pulling"), busy("web-c", "starting", { node: "node-2" })]),
        at(4, [busy("web-c", "failing", { node: "node-2", reason: "ErrImagePull" })]),
        at(5, []),
      ],
      { seconds: 40 },
    );
    expect(frames).toEqual([
      "Executing\nrestart deployment/web",
      "Verifying · 1/5 pods · 4 old pods left\nwaiting for deployment/web\n  pulls 1m20s on node-1: web-b\n  starts 1m20s on node-2: web-c",
      "Verifying · 4/5 pods · 1 old pod left\nwaiting for deployment/web\n  fails 2m00s on node-2: web-c (ErrImagePull)",
      "Verifying · 5/5 pods\nwaiting for deployment/web",
    ]);
  });

  it("its end leaves the place to what follows", () => {
    const { screen, end } = shown([at(1, [busy("web-b", "pulling")])]);
    end();
    screen.write("Succeeded\n");
    expect(screen.text).toBe("Succeeded");
  });

  it("what fails comes first, and of many a few are named", () => {
    const pods = ["a", "b", "c", "d", "e", "f", "g"].map((letter) =>
      busy(`web-${letter}`, letter === "g" ? "failing" : "pulling"),
    );
    const [frame = ""] = shown([at(0, pods)]).frames;
    expect(frame.split("\n").slice(2)).toEqual([
      "  fails 1s on node-1: web-g",
      "  pulls 1s on node-1: web-a",
      "  pulls 1s on node-1: web-b",
      "  pulls 1s on node-1: web-c",
      "  pulls 1s on node-1: web-d",
      "  and 2 more",
    ]);
  });

  it.each([40, 60, 80])("on %s columns no row is broken, and none is left behind", (columns) => {
    const long = busy("checkout-with-a-very-long-name-7d4f9c-x2k8p", "failing", {
      node: "ip-10-0-12-34.eu-central-1.compute.internal",
      reason: "ErrImagePull: failed to resolve reference ghcr.io/shop/checkout:2.4.1: not found",
    });
    const { frames, screen } = shown([at(1, [long, busy("web-b", "pulling")]), at(2, [long]), at(3, [])], { columns });
    expect(screen.rows.every((row) => row.length < columns)).toBe(true);
    expect(frames[1]?.split("\n")).toHaveLength(3);
    expect(frames[1]).toMatch(/fails 2s on [^\n]*…/u);
    expect(frames[2]).toBe("Verifying · 3/5 pods · 2 old pods left\nwaiting for deployment/web");
  });

  it("the same again is not drawn again", () => {
    const same = at(1, [busy("web-b", "starting", { since: null })]);
    expect(shown([same, same, same]).writes).toHaveLength(1);
  });

  it("a frame is one write, and clears no row before it is written over", () => {
    const { writes } = shown([at(1, [busy("web-b", "pulling")]), at(2, [])]);
    expect(writes).toHaveLength(2);
    expect(writes[1]?.startsWith("\u001b[3AVerifying")).toBe(true);
  });

  it("a window that was made smaller keeps nothing of the broken rows", () => {
    const screen = new Screen(80);
    let columns = 80;
    const terminal = {
      get columns() {
        return columns;
      },
      colours: false,
      width: ({ length }: string) => length,
    };
    const narrow = new Screen(40);
    const { report } = watch(
      (text) => (columns === 80 ? screen : narrow).write(text),
      terminal,
      () => after(1),
    );
    report(at(1, [busy("web-b", "failing", { reason: "x".repeat(50) })]));
    columns = 40;
    narrow.write(`${screen.text}\n`);
    report(at(2, []));
    expect(narrow.text).toBe("Verifying · 2/5 pods · 3 old pods left\nwaiting for deployment/web");
  });

  it("colours only where there are colours", () => {
    const failing = at(1, [busy("web-b", "failing")]);
    expect(shown([failing], { colours: true }).writes.join("")).toContain("\u001b[31m  fails");
    expect(shown([failing]).writes.join("")).not.toContain("\u001b[31m");
  });

  it("what comes from a cluster moves no cursor", () => {
    const bad = "\u001b[2J\u001b]0;x\u0007\u202e\n";
    const { writes } = shown([at(1, [busy(bad, "failing", { node: bad, reason: bad })], { line: say`${code(bad)}` })]);
    for (const moves of ["\u001b[2J", "\u001b]", "\u0007", "\u202e"]) expect(writes.join("")).not.toContain(moves);
    expect(writes.join("").split("\n")).toHaveLength(4);
  });
});

describe("off a terminal", () => {
  const lines = (reports: readonly Progress[]): string[] =>
    shown(reports, { isPlain: true }).writes.join("").split("\n").slice(0, -1);

  it("a line for each change, and none for what is as it was", () => {
    const pulling = busy("web-b", "pulling");
    expect(
      lines([
        at(0, [], { phase: "Executing", pods: null }),
        at(0, [], { phase: "Executing", pods: null }),
        at(1, [pulling, busy("web-c", "unscheduled", { node: null })]),
        at(1, [pulling, busy("web-c", "unscheduled", { node: null })]),
        at(2, [pulling, busy("web-c", "failing", { reason: "ErrImagePull" })]),
        at(3, [pulling]),
      ]),
    ).toEqual([
      "Executing: waiting for deployment/web",
      "Verifying: waiting for deployment/web",
      "  waits for a node: web-c",
      "  pulls on node-1: web-b",
      "Verifying: 2/5 pods · 3 old pods left",
      "  fails on node-1: web-c (ErrImagePull)",
      "Verifying: 3/5 pods · 2 old pods left",
    ]);
  });

  it("that time passes is no change", () => {
    const waiting = at(1, [busy("web-b", "pulling")], { line: say`waiting for ${since(began)}` });
    expect(lines([waiting, waiting, waiting])).toHaveLength(2);
  });

  it("no cursor is moved, and nothing is coloured", () => {
    expect(lines([at(1, [busy("web-b", "failing")])]).join("")).not.toContain("\u001b");
  });

  it("of many pods a few are named", () => {
    const many = Array.from({ length: 500 }, (_, index) => busy(`web-${index}`, "pulling"));
    expect(lines([at(0, many), at(0, many)]).slice(-1)).toEqual(["  and 495 more"]);
  });
});

it.each([
  [0, "0s"],
  [59_999, "59s"],
  [185_000, "3m05s"],
  [3_720_000, "1h02m"],
  [-5, "0s"],
])("%s ms have lasted %s", (milliseconds, text) => expect(lasted(milliseconds)).toBe(text));
