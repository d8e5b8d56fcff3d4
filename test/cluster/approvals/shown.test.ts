import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { kubectl } from "../runner.ts";
import { exampleRequest, exampleStatus } from "./example.ts";
import { type Scene, setScene } from "./scene.ts";

/** What kubectl alone tells of requests and decisions. */

let scene: Scene;
beforeAll(async () => {
  scene = await setScene(inject("clusterFile"), "shown");
});
afterAll(() => scene.remove());

describe("what kubectl shows", () => {
  const own = (...args: string[]): Promise<string> =>
    kubectl(scene.cluster, ["--namespace", scene.namespace, "--as", "lou", ...args]);
  const rowsOf = (printed: string): string[][] =>
    printed
      .trim()
      .split("\n")
      .map((line) => line.split(/\s{2,}/u));

  it("requests, a line each", async () => {
    const printed = await own("get", "rpr");
    console.log(printed);
    const [head, ...rows] = rowsOf(printed);
    expect(head).toEqual(["NAME", "PHASE", "TARGET", "STRATEGY", "BY", "AGE"]);
    expect(rows).toContainEqual([
      "in-succeeded",
      "Succeeded",
      "deployment/web",
      "restart",
      "dana",
      expect.stringMatching(/^\d+[sm]/),
    ]);
  });

  it("their last word with -o wide", async () => {
    const [head, ...rows] = rowsOf(await own("get", "repullrequests", "-o", "wide"));
    expect(head?.at(-1)).toBe("MESSAGE");
    expect(rows.map((row) => row.at(-1))).toContain("Succeeded: so says the bot");
  });

  it("those of one phase", async () => {
    const [, ...rows] = rowsOf(await own("get", "rpr", "--field-selector", "status.phase=Executing"));
    expect(rows.map(([name]) => name)).toEqual(["in-executing"]);
  });

  it("decisions, a line each", async () => {
    const printed = await own("get", "rpd", "-o", "wide");
    console.log(printed);
    const [head, row] = rowsOf(printed);
    expect(head).toEqual(["NAME", "REQUEST", "DECISION", "BY", "AGE", "REASON"]);
    expect(row).toEqual([
      scene.decided,
      "web-0123456789abcdef-1",
      "approve",
      "omar",
      expect.stringMatching(/^\d+[sm]/),
      "agreed in the stand-up",
    ]);
  });

  it("the whole story of one", async () => {
    const printed = await own("describe", "rpr", "in-succeeded");
    console.log(printed);
    const { spec } = exampleRequest("", "");
    const status = exampleStatus("Succeeded");
    const told = [
      spec.requestedBy,
      spec.reason,
      spec.target.text,
      spec.strategy,
      ...spec.plan.changes,
      spec.plan.restarts,
      ...spec.plan.keeps,
      ...spec.plan.notes,
      spec.plan.command,
      ...spec.preflight.reasons,
      spec.before["app"] ?? "",
      status.message,
      ...status.decisions.flatMap(({ name, by, decision, why }) => [name, by, decision, why]),
      ...status.history.flatMap(({ phase, at: time, message }) => [phase, time, message]),
      ...Object.values(status.running ?? {}).flat(),
    ];
    // kubectl breaks long lines.
    const flat = printed.replaceAll(/\s+/gu, " ");
    expect(told.filter((one) => !flat.includes(one))).toEqual([]);
  });

  it("no warning of the API server about the policies", async () => {
    const printed = await kubectl(scene.cluster, [
      "get",
      "validatingadmissionpolicies",
      "-l",
      "app.kubernetes.io/name=imagepull",
      "-o",
      "json",
    ]);
    const { items } = JSON.parse(printed) as {
      items: { status: { typeChecking?: { expressionWarnings?: unknown[] } } }[];
    };
    expect(items).toHaveLength(3);
    expect(items.flatMap(({ status }) => status.typeChecking?.expressionWarnings ?? [])).toEqual([]);
  });
});
