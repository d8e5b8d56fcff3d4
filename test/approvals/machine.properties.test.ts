import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Asked, type Judged, judge } from "../../src/approvals/judge.ts";
import { type Move, isFinal, mayMove, nextMove } from "../../src/approvals/machine.ts";
import { type RepullDecision, phases, verbs } from "../../src/approvals/types.ts";
import { after, dana, decision, erin, finn, hour, no, request, rules, status, unchecked, yes } from "./case.ts";

const shellDana = "dana@example.com";
const shellErin = "erin@example.com";
const people = new Map([
  [dana, shellDana],
  [erin, shellErin],
]);
const requesters = [dana, shellDana];

const times = fc.oneof(fc.integer({ min: 0, max: 20 }), fc.constantFrom(hour - 1, hour, hour + 1, 3 * hour));
const verdicts = fc.constantFrom(yes, yes, yes, no, unchecked);

/** One word, with what Kubernetes says of its author. */
interface Said {
  readonly decision: RepullDecision;
  readonly asked: Asked;
}
const said = fc
  .record({
    by: fc.constantFrom(dana, shellDana, erin, shellErin, finn, "slack:T1:U4", "gus"),
    verb: fc.constantFrom(...verbs, "approve" as const),
    at: times,
    reason: fc.constantFrom("", "on call"),
    requestUid: fc.constantFrom("uid-request", "uid-request", "uid-request", "uid-of-an-older-one"),
    may: verdicts,
    own: verdicts,
  })
  .map(({ by, verb, at, reason, requestUid, may, own }) => (index: number): Said => ({
    decision: decision([by, verb, at, { reason, requestUid }], index),
    asked: { may, own },
  }));
const saids = fc.array(said, { maxLength: 7 }).map((all) => all.map((make, index) => make(index)));
const settings = fc.record({
  needed: fc.integer({ min: 0, max: 2 }),
  at: times,
  phase: fc.constantFrom(...phases, null),
});
type Settings = typeof settings extends fc.Arbitrary<infer T> ? T : never;

interface Told {
  readonly judged: readonly Judged[];
  readonly move: Move | null;
}

function tell(words: readonly Said[], { needed, at, phase }: Settings): Told {
  const here = request({ status: phase === null ? null : status(phase, { needed }) });
  const asked = new Map(words.map((one) => [one.decision.uid, one.asked]));
  const judged = judge({
    request: here,
    decisions: words.map((one) => one.decision),
    asked,
    rules: rules({ needed, people }),
  });
  return { judged, move: nextMove({ request: here, judged, needed, at: after(at) }) };
}

const pending = settings.map((given) => ({ ...given, phase: "Pending" as const }));
/** The seed is fixed, and a failure prints it with the path. */
const check = <T>(property: fc.IPropertyWithHooks<T>): void =>
  fc.assert(property, { numRuns: 1_500, seed: 20_261_129 });

describe("whatever is said, by whom and when", () => {
  it("the order in which decisions are read does not matter", () =>
    check(
      fc.property(
        saids.chain((words) => fc.tuple(fc.constant(words), fc.shuffledSubarray(words, { minLength: words.length }))),
        settings,
        ([words, shuffled], given) => {
          expect(tell(shuffled, given)).toEqual(tell(words, given));
        },
      ),
    ));

  it("a request takes only the table's steps, and none out of a final phase", () =>
    check(
      fc.property(saids, settings, (words, given) => {
        const { move } = tell(words, given);
        if (given.phase !== null && isFinal(given.phase)) expect(move).toBeNull();
        if (move !== null) expect(mayMove(given.phase, move.to)).toBe(true);
      }),
    ));

  it("an approved request neither expires nor is denied", () =>
    check(
      fc.property(saids, settings, (words, given) => {
        const { move } = tell(words, { ...given, phase: "Approved" });
        expect([null, "Cancelled"]).toContain(move?.to ?? null);
      }),
    ));

  it("whoever asked never approves without approve-own, by whichever door", () =>
    check(
      fc.property(saids, pending, (words, given) => {
        const own = words
          .filter((one) => requesters.includes(one.decision.spec.by))
          .map((one) => ({ ...one, asked: { may: yes, own: no } }));
        if (given.needed > 0) expect(tell(own, given).move?.to).not.toBe("Approved");
      }),
    ));

  it("a late approval never approves", () =>
    check(
      fc.property(saids, pending, (words, given) => {
        const late = words.map((one) => ({
          ...one,
          decision: { ...one.decision, createdAt: after(hour + one.decision.uid.length).toISOString() },
        }));
        if (given.needed > 0) expect(tell(late, given).move?.to).not.toBe("Approved");
      }),
    ));

  it("a decision that does not count changes nothing", () => {
    let tried = 0;
    check(
      fc.property(saids, said, settings, (words, extra, given) => {
        const more = extra(words.length);
        const withIt = tell([...words, more], given);
        const found = withIt.judged.find(({ name }) => name === more.decision.name);
        if (found === undefined || found.counts || found.isUnchecked) return;
        tried += 1;
        const without = tell(words, given);
        expect(withIt.move).toEqual(without.move);
        expect(withIt.judged.filter((one) => one !== found)).toEqual(without.judged);
      }),
    );
    expect(tried).toBeGreaterThan(300);
  });

  it("one that could not be checked approves nothing: at most it is waited for", () => {
    let tried = 0;
    check(
      fc.property(saids, said, pending, (words, extra, given) => {
        const more = extra(words.length);
        const withIt = tell([...words, more], given);
        if (withIt.judged.find(({ name }) => name === more.decision.name)?.isUnchecked !== true) return;
        tried += 1;
        const without = tell(words, given).move?.to ?? null;
        expect(without === "Approved" ? [null, "Approved"] : [without]).toContain(withIt.move?.to ?? null);
      }),
    );
    expect(tried).toBeGreaterThan(100);
  });

  it("approved means: enough people in time, each once, none of them a stranger, and no cancel", () => {
    let approved = 0;
    const personOf = (by: string): string => people.get(by) ?? by;
    check(
      fc.property(saids, pending, (words, given) => {
        const { judged, move } = tell(words, given);
        if (move?.to !== "Approved") return;
        approved += 1;
        const approvals = judged.filter(({ counts, decision: verb }) => counts && verb === "approve");
        const persons = new Set(approvals.map(({ by }) => personOf(by)));
        expect(persons.size).toBe(approvals.length);
        expect(persons.size).toBeGreaterThanOrEqual(given.needed);
        expect(persons.has("gus")).toBe(false);
        for (const { at } of approvals) expect(Date.parse(at)).toBeLessThan(after(hour).getTime());
        expect(judged.some(({ counts, decision: verb }) => counts && verb === "cancel")).toBe(false);
      }),
    );
    expect(approved).toBeGreaterThan(100);
  });

  it("enough clean approvals in time approve, however late they are read", () =>
    check(
      fc.property(saids, pending, (words, given) => {
        const clean = words
          .filter(({ decision: { spec, createdAt } }) => {
            const isClean = spec.decision === "approve" && spec.requestUid === "uid-request" && spec.by !== "gus";
            return isClean && !requesters.includes(spec.by) && Date.parse(createdAt) < after(hour).getTime();
          })
          .map((one) => ({ ...one, asked: { may: yes, own: null } }));
        const persons = new Set(clean.map(({ decision: { spec } }) => people.get(spec.by) ?? spec.by));
        const to = tell(clean, given).move?.to ?? null;
        if (persons.size >= given.needed) expect(to).toBe("Approved");
        else expect(to).toBe(given.at >= hour ? "Expired" : null);
      }),
    ));

  it("a cancel of whoever asked ends it, in whatever order the words arrive one by one", () =>
    check(
      fc.property(
        saids.chain((words) => fc.shuffledSubarray(words, { minLength: words.length })),
        fc.integer({ min: 0, max: 2 }),
        (words, needed) => {
          const cancel = { decision: decision([dana, "cancel", 30], 99), asked: { may: no, own: no } };
          const all = [...words.filter(({ decision: { spec } }) => spec.decision === "approve"), cancel];
          let phase: Settings["phase"] = null;
          for (let seen = 0; seen <= all.length; seen += 1)
            for (let move: Move | null = null; ; phase = move.to) {
              move = tell(all.slice(0, seen), { needed, phase, at: 40 }).move;
              if (move === null) break;
            }
          expect(phase).toBe("Cancelled");
        },
      ),
    ));
});
