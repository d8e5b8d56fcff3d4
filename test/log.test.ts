import { describe, expect, it } from "vitest";
import { Secret } from "../src/config/secret.ts";
import { createLogger } from "../src/log.ts";
import type { Logger, LogOptions } from "../src/log.ts";

/** What the lines say that a piece of code logs. */
function logged(write: (logger: Logger) => void, change: Partial<LogOptions> = {}): Record<string, unknown>[] {
  const lines: string[] = [];
  write(
    createLogger({
      level: "info",
      clock: () => Date.UTC(2026, 10, 24, 10, 2),
      write: (line) => lines.push(line),
      ...change,
    }),
  );
  return lines.map((line) => JSON.parse(line) as Record<string, unknown>);
}

describe("a line of the log", () => {
  it("carries level, time, fields and text", () => {
    expect(logged((log) => log.info({ namespace: "shop", ms: 12 }, "diagnosed"))).toEqual([
      { level: "info", time: "2026-11-24T10:02:00.000Z", namespace: "shop", ms: 12, msg: "diagnosed" },
    ]);
  });

  it("is not written below the level", () => {
    expect(logged((log) => log.debug({}, "quiet"))).toEqual([]);
  });

  it("carries an error's type, text, code and causes", () => {
    const error = new TypeError("fetch failed", {
      cause: Object.assign(new Error("connect refused"), { code: "ECONNREFUSED" }),
    });
    expect(logged((log) => log.error({ err: error }, "no answer"))).toMatchObject([
      {
        msg: "no answer",
        err: {
          type: "TypeError",
          message: "fetch failed",
          cause: { type: "Error", message: "connect refused", code: "ECONNREFUSED" },
        },
      },
    ]);
  });

  it("has a stack only where somebody debugs", () => {
    const stacks = (["info", "debug"] as const).map(
      (level) => logged((log) => log.error({ err: new Error("x") }, "failed"), { level })[0]?.["err"],
    );
    expect(stacks).toEqual([
      expect.not.objectContaining({ stack: expect.anything() as unknown }),
      expect.objectContaining({ stack: expect.any(String) as unknown }),
    ]);
  });
});

const url = "https://bot:canary-1@registry.example/v2/?token=canary-2";
const bare = "canary0own0secret";

describe("no secret stands in a line, by whatever way it came", () => {
  it.each<[string, (log: Logger) => void]>([
    ["in the text", (log) => log.info({}, `asked ${url}`)],
    ["in a field", (log) => log.info({ host: url }, "asked")],
    [
      "in a field that nobody allowed",
      (log) => log.info({ headers: { authorization: "canary-4" }, token: "canary-5" }, "asked"),
    ],
    ["inside an allowed field", (log) => log.info({ user: { password: "canary-6" } }, "asked")],
    ["in an error in a field", (log) => log.error({ err: new Error(`failed: ${url}`) }, "failed")],
    [
      "in an error's cause",
      (log) => log.error({ err: new Error("a", { cause: new Error("b", { cause: `at ${url}` }) }) }, "failed"),
    ],
    ["in one of several errors", (log) => log.error({ err: new AggregateError([new Error(url)], url) }, "failed")],
    [
      "in an error's own fields",
      (log) =>
        log.error(
          { err: Object.assign(new Error("a"), { config: { token: "canary-7" }, headers: "canary-8" }) },
          "failed",
        ),
    ],
    ["in a child's fields", (log) => log.child({ component: url, token: "canary-9" }).info({}, "asked")],
    ["in a grandchild's fields", (log) => log.child({ pod: "web" }).child({ component: url }).info({}, "asked")],
    ["as a known secret without a recognisable form", (log) => log.info({ reason: `x ${bare}` }, `y ${bare}`)],
    [
      "as a secret setting",
      (log) => log.info({ user: new Secret("canary-10"), err: new Secret("canary-11") }, "asked"),
    ],
  ])("%s", (_, write) => {
    for (const level of ["info", "trace"] as const) {
      const lines = logged(write, { level, secrets: [new Secret(bare)] });
      expect(lines.length).toBe(1);
      expect(JSON.stringify(lines)).not.toContain("canary");
    }
  });
});
