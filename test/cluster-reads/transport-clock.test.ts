import { describe, expect, it } from "vitest";
import { createServerClock } from "../../src/cluster/transport-clock.ts";

/** Each answer: this machine's time when it comes in, in milliseconds after 10:00:00, and its `Date`. */
type Answers = readonly (readonly [own: number, date: string | undefined])[];

const at = (time: string): string => `Tue, 24 Nov 2026 ${time} GMT`;

describe("how far the API server's clock is ahead", () => {
  it.each<[string, Answers, number]>([
    ["nothing was answered", [], 0],
    ["no date is told", [[0, undefined]], 0],
    ["a date that is none", [[0, "soon"]], 0],
    ["an hour ahead", [[0, at("11:00:00")]], 3_600_000],
    ["ten minutes behind", [[0, at("09:50:00")]], -600_000],
    // RFC 9110, 5.6.7: whole seconds. Never later than the server's own time is.
    ["cut to its second", [[900, at("10:00:00")]], -900],
    [
      "the answer that tells most counts",
      [
        [900, at("10:00:00")],
        [1_050, at("10:00:01")],
        [1_700, at("10:00:01")],
      ],
      -50,
    ],
    [
      "a clock that was set",
      [
        [0, at("11:00:00")],
        [1_000, at("10:00:01")],
      ],
      0,
    ],
    [
      "an answer without a date changes nothing",
      [
        [0, at("11:00:00")],
        [9_000, undefined],
      ],
      3_600_000,
    ],
  ])("%s", (_what, answers, expected) => {
    let own = 0;
    const clock = createServerClock(() => Date.parse("2026-11-24T10:00:00Z") + own);
    for (const [time, date] of answers) {
      own = time;
      clock.saw(date);
    }
    expect(clock.ahead()).toBe(expected);
  });
});
