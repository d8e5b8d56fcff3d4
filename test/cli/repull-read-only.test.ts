import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { badInput, success } from "../../src/diagnosis/result.ts";
import { call, ends, markOf, outcomeOf, restart, type Scene } from "./repull-harness.ts";

const on = { readOnly: success(true) };
const run = ["deploy/checkout", "--strategy", "restart", "--yes"];
const gone: Scene["answer"] = { kind: "not-found", sentence: 'no pod "checkout-0" in namespace shop.', nearest: [] };
const ended = markOf({ outcome: { phase: "Failed", at: "2026-11-24T10:30:30Z", running: {} } });

describe("IMAGEPULL_READONLY=on", () => {
  it.each<[string, readonly string[], Scene]>([
    ["a run", run, ends(outcomeOf("Succeeded"))],
    ["a run that would ask", run.slice(0, -1), { ...ends(outcomeOf("Succeeded")), typed: ["y"] }],
    ["a probe", ["deploy/checkout", "--strategy", "probe", "--yes"], ends(outcomeOf("Succeeded"))],
    ["going on with one that is under way", run, { ...ends(outcomeOf("Succeeded")), mark: markOf() }],
    ["undo", ["undo", "deploy/checkout", "--yes"], { ...ends(outcomeOf("Succeeded")), mark: ended }],
  ])("refuses %s, before anything is asked", async (_what, args, scene) => {
    const { code, err, out, ran, questions, asked } = await call([...args, "-o", "json"], { ...scene, ...on });
    expect({ code, ran, questions, asked }).toEqual({ code: 1, ran: [], questions: [], asked: [] });
    expect(err).toBe(
      "refused: IMAGEPULL_READONLY is on, so nothing is re-pulled and nothing was changed: --dry-run still shows the plan.\n",
    );
    expect(JSON.parse(out)).toMatchObject({
      phase: "Refused",
      target: { namespace: "shop", kind: "Deployment", name: "checkout" },
      refused: expect.stringContaining("IMAGEPULL_READONLY is on"),
    });
  });

  it("does not make a bare pod again that was left out, and says that it does not exist", async () => {
    const kept: Scene["engine"] = {
      keptPod: () =>
        Promise.resolve({
          status: "ok",
          value: { uid: "keeper", mark: markOf({ strategy: "delete-pods" }), manifest: {} },
        }),
    };
    const args = ["pod/checkout-0", "--strategy", "delete-pods", "--yes"];
    const { code, err, ran } = await call(args, { case: restart, answer: gone, engine: kept, ...on });
    expect({ code, ran }).toEqual({ code: 1, ran: [] });
    expect(err).toMatch(/does not exist now: IMAGEPULL_READONLY is on, so it is not made again/u);
  });

  it.each([
    ["a re-pull", ["deploy/checkout", "--strategy", "restart", "--dry-run"], undefined, "Planned"],
    ["an undo", ["undo", "deploy/checkout", "--dry-run"], ended, "Planned"],
  ] as const)("--dry-run still plans %s", async (_what, args, mark, phase) => {
    const scene: Scene = { case: restart, ...on, ...(mark === undefined ? {} : { mark }) };
    const { code, err, out, ran } = await call([...args, "-o", "json"], scene);
    expect({ code, err, ran }).toEqual({ code: 0, err: "", ran: [] });
    expect(JSON.parse(out)).toMatchObject({ phase });
  });
});

it("off, it runs", async () => {
  const { code, ran } = await call(run, { ...ends(outcomeOf("Succeeded")), readOnly: success(false) });
  expect({ code, ran: ran.length }).toEqual({ code: 0, ran: 1 });
});

it("neither on nor off, nothing is done", async () => {
  const readOnly = badInput('IMAGEPULL_READONLY is "yes", not on or off.');
  const { code, err, out, ran } = await call([...run, "-o", "json"], { ...ends(outcomeOf("Succeeded")), readOnly });
  expect({ code, ran, err }).toEqual({ code: 2, ran: [], err: 'IMAGEPULL_READONLY is "yes", not on or off.\n' });
  expect(JSON.parse(out)).toEqual({ error: 'IMAGEPULL_READONLY is "yes", not on or off.' });
});

it("the program reads it from its environment", () => {
  const bin = fileURLToPath(new URL("../../bin/imagepull.mjs", import.meta.url));
  const { status, stderr } = spawnSync(process.execPath, [bin, "repull", ...run, "-n", "shop"], {
    encoding: "utf8",
    env: { ...process.env, KUBECONFIG: "none", IMAGEPULL_READONLY: "ON" },
  });
  expect({ status, stderr }).toEqual({ status: 2, stderr: 'IMAGEPULL_READONLY is "ON", not on or off.\n' });
});
