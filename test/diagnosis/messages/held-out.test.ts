import { readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";
import type { CauseId } from "../../../src/diagnosis/causes/catalogue.ts";
import { recognise, type Recognised } from "../../../src/diagnosis/messages/recognise.ts";
import { rules } from "../../../src/diagnosis/messages/rules.ts";
import { disguised, type Disguised, undisguised } from "./disguise.ts";
import { type RecordedPull, recordedOthers, recordedPulls } from "./recordings.ts";
import { isExample } from "./split.ts";

const seed = Number(process.env["IMAGEPULL_SEED"] ?? 20261125);
const disguises = 8;
const enough = 0.97;

interface Verdict extends Disguised {
  readonly said: string;
  readonly right: boolean;
  /** By name, though the message may not be able to tell it from others. */
  readonly exact: boolean;
  readonly overclaimed: boolean;
}

const accounts: ReadonlySet<CauseId> = new Set(["auth-missing", "auth-rejected"]);

/**
 * A refusal of which the message does not tell whether credentials were sent (`possible`, `unknown`) may go by any name of that kind: it pretends to
 * nothing. Where runtimes do tell, rows/authorization.ts wants the one name.
 */
const leavesOpen = ({ cause, confidence, credentials }: Recognised, pull: RecordedPull): boolean =>
  accounts.has(pull.cause) &&
  confidence === "possible" &&
  credentials === "unknown" &&
  (accounts.has(cause) || cause === "image-not-found-or-auth");

function judge(one: Disguised): Verdict {
  const found = recognise(one.message);
  const { right, certain } = one.pull;
  return {
    ...one,
    said: found === null ? "nothing" : `${found.cause} (${found.confidence}, ${found.rule})`,
    right: found !== null && (right.has(found.cause) || leavesOpen(found, one.pull)),
    exact: found?.cause === one.pull.cause,
    overclaimed: found?.confidence === "confirmed" && !certain.has(found.cause),
  };
}

const verdictsOn = (pulls: readonly RecordedPull[]): Verdict[] =>
  pulls.flatMap((pull, at) => fc.sample(disguised(pull), { seed: seed + at, numRuns: disguises }).map(judge));

/** Of all, how many are right. */
const share = (verdicts: readonly Verdict[]): number => verdicts.filter(({ right }) => right).length / verdicts.length;

/** Right answers in per cent: a row for each cause, a column for each runtime. */
function table(verdicts: readonly Verdict[]): string {
  const runtimes = [...new Set(verdicts.map(({ pull }) => pull.runtime))].toSorted();
  const causes = [...new Set(verdicts.map(({ pull }) => pull.cause))].toSorted();
  const cell = (of: readonly Verdict[]): string =>
    of.length === 0 ? "-" : `${Math.floor(share(of) * 100)} (${of.length / disguises})`;
  const line = (name: string, of: readonly Verdict[]): string =>
    [
      name.padEnd(32),
      ...runtimes.map((runtime) => cell(of.filter(({ pull }) => pull.runtime === runtime)).padStart(18)),
      cell(of).padStart(12),
      `${Math.floor((100 * of.filter(({ exact }) => exact).length) / of.length)}`.padStart(9),
    ].join("");
  return [
    [
      "% right (recorded texts)".padEnd(32),
      ...runtimes.map((runtime) => runtime.padStart(18)),
      "all".padStart(12),
      "by name".padStart(9),
    ].join(""),
    ...causes.map((cause) =>
      line(
        cause,
        verdicts.filter(({ pull }) => pull.cause === cause),
      ),
    ),
    line("all", verdicts),
  ].join("\n");
}

const pulls = recordedPulls();
const heldOut = pulls.filter(({ example }) => !example);
const verdicts = verdictsOn(heldOut);

describe("messages of real runtimes that no rule was written from", () => {
  afterAll(() =>
    process.stdout.write(`\nheld-out messages, seed ${seed}, ${disguises} disguises each\n${table(verdicts)}\n`),
  );

  it("are at least half of those recorded", () => {
    expect(heldOut.length).toBeGreaterThanOrEqual(pulls.length / 2);
    expect(pulls.length).toBeGreaterThan(1000);
  });

  it("get the right cause, at least 97 of 100, whatever stands around them", () => {
    expect(share(verdicts)).toBeGreaterThanOrEqual(enough);
  });

  it("never get a wrong cause that is called confirmed", () => {
    // Their texts stay unseen: whoever reads them to write a rule has nothing left to try it on.
    expect(verdicts.filter(({ overclaimed }) => overclaimed).map(({ pull, said }) => `${pull.cause}: ${said}`)).toEqual(
      [],
    );
  });
});

describe("messages of real runtimes that rules were written from", () => {
  const verdicts = verdictsOn(pulls.filter(({ example }) => example));

  it("get the right cause, at least 97 of 100", () => {
    expect(share(verdicts)).toBeGreaterThanOrEqual(enough);
    expect(verdicts.filter(({ overclaimed }) => overclaimed).map(({ pull, said }) => `${pull.id}: ${said}`)).toEqual(
      [],
    );
  });
});

describe("which rule was written from which messages", () => {
  const examples = JSON.parse(readFileSync(join(import.meta.dirname, "examples.json"), "utf8")) as Record<
    string,
    string[]
  >;
  const byId = new Map(pulls.map((pull) => [pull.id, pull]));

  it.each(Object.entries(examples))("%s was written from %j", (rule, ids) => {
    expect(rules.map(({ id }) => id)).toContain(rule);
    for (const id of ids) {
      const pull = byId.get(id);
      expect(pull).toMatchObject({ example: true });
      if (pull !== undefined) expect(recognise(undisguised(pull))?.rule.split("+")).toContain(rule);
    }
  });
});

describe("what is no pull, from the same runs", () => {
  const others = recordedOthers();

  it("was recorded of pushes, starts, volumes, networks, and of what a kubelet says", () => {
    expect([...new Set(others.map(({ kind }) => kind))].toSorted()).toEqual([
      "kubelet",
      "network",
      "push",
      "start",
      "volume",
    ]);
  });

  it("never gets a cause of a failed pull", () => {
    const around = [
      (text: string) => text,
      (text: string) => `Error: ${text}`,
      (text: string) => `spec.containers{app}: ${text}`,
      (text: string) => `  Warning  Failed  2m (x4 over 3m)  kubelet  ${text}`,
    ];
    const taken = others.flatMap(({ id, text }) =>
      around.flatMap((wrap) => {
        const found = recognise(wrap(text));
        return found === null || found.cause === "not-an-image-pull-failure"
          ? []
          : [`${isExample(text) ? "example" : "held out"} ${id}: ${found.cause} by ${found.rule}`];
      }),
    );
    expect(taken).toEqual([]);
  });
});
