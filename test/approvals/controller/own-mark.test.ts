import { describe, expect, it } from "vitest";
import { pullPodName } from "../../../src/repull/changes.ts";
import { readMark, writeMark } from "../../../src/repull/mark.ts";
import { isMarkOf } from "../../../src/repull/run/step.ts";
import { underWay } from "../../../src/repull/run/under-way.ts";
import { type Parameters, parametersOf } from "../../../src/repull/strategy.ts";
import { planned } from "../../repull/case.ts";

const one = { name: "checkout-1", uid: "uid-1" };
const two = { name: "checkout-2", uid: "uid-2" };
const markFor = (request: Parameters["request"]) => {
  const { plan } = planned({ strategy: "restart", policy: "Always", parameters: { request } });
  if (plan === null) throw new Error("no plan");
  return plan.mark;
};

describe("the mark of a request", () => {
  it("has the fingerprint of the plan that was shown, and names the request", () => {
    expect(markFor(one)).toEqual({ ...markFor(null), request: one });
  });
  it("one from before there were requests is of none", () => {
    const { request: _, ...old } = markFor(null);
    expect(readMark(JSON.stringify(old))?.request).toBeNull();
  });
  it.each([
    [one, one, "same"],
    [one, two, "other"],
    [one, null, "other"],
    [null, one, "other"],
    [null, null, "same"],
  ])("found %j, asked as %j: %s", (found, asked, kind) => {
    const mark = markFor(found);
    expect(underWay(mark, parametersOf("restart", { request: asked }), new Date(mark.startedAt)).kind).toBe(kind);
    expect(isMarkOf(writeMark(mark), markFor(asked))).toBe(kind === "same");
  });
  it("its pods have names of their own, of the length of a label", () => {
    const of = { strategy: "pre-pull", fingerprint: "0123456789abcdef" } as const;
    const names = [null, one, two].map((request) => pullPodName({ ...of, request }, 199));
    expect(new Set(names).size).toBe(3);
    for (const name of names) expect(name).toMatch(/^imagepull-pre-pull-0123456789abcdef-([0-9a-f]{6}-)?199$/u);
    expect(Math.max(...names.map(({ length }) => length))).toBeLessThanOrEqual(63);
  });
});
