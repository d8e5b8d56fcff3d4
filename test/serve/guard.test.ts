import { EventEmitter } from "node:events";
import { describe, expect, it } from "vitest";
import { createLogger } from "../../src/log.ts";
import { guardProcess } from "../../src/serve/guard.ts";

/** What a guard does as things happen to the process, each at a time in ms. */
function story(happenings: readonly (readonly [event: string, value: unknown, at: number])[]): {
  stops: string[];
  logged: number;
  left: number;
} {
  const process = new EventEmitter();
  const stops: string[] = [];
  const lines: string[] = [];
  let now = 0;
  const release = guardProcess(process as unknown as NodeJS.Process, {
    log: createLogger({ level: "error", clock: () => now, write: (line) => lines.push(line) }),
    clock: () => now,
    stop: (code, reason) => stops.push(`${code} ${reason}`),
  });
  for (const [event, value, at] of happenings) {
    now = at;
    process.emit(event, value);
  }
  release();
  return { stops, logged: lines.length, left: process.eventNames().length };
}

const times = (count: number, everyMs: number) =>
  Array.from({ length: count }, (_, n) => ["unhandledRejection", new Error("socket"), n * everyMs] as const);

describe("the process", () => {
  it.each<[string, Parameters<typeof story>[0], string[], number]>([
    ["stops with 0 on SIGTERM", [["SIGTERM", "SIGTERM", 0]], ["0 SIGTERM"], 0],
    ["stops with 0 on SIGINT", [["SIGINT", "SIGINT", 0]], ["0 SIGINT"], 0],
    ["survives a rejection that nobody handles, and logs it", [["unhandledRejection", new Error("408"), 0]], [], 1],
    ["survives a rejection with nothing in it", [["unhandledRejection", undefined, 0]], [], 1],
    ["survives an exception that nobody catches", [["uncaughtException", new Error("state"), 0]], [], 1],
    ["survives one error every 20 s for long", times(30, 20_000), [], 30],
    ["stops with 1 at the sixth error within a minute", times(6, 1000), ["1 too many errors that nobody caught"], 6],
  ])("%s", (_, happenings, stops, logged) => expect(story(happenings)).toEqual({ stops, logged, left: 0 }));
});
