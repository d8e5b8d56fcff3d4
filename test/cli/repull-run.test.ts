import { describe, expect, it } from "vitest";
import { at, code, say } from "../../src/diagnosis/say.ts";
import type { Outcome, Verification } from "../../src/repull/run/types.ts";
import { digest } from "../diagnosis/checks.ts";
import { image } from "../repull/case.ts";
import { diagnosisOf } from "../support/diagnoses.ts";
import { call, ends, outcomeOf, restart, type Scene, wide } from "./repull-harness.ts";

const target = ["deploy/checkout", "--strategy", "restart"];
const run = [...target, "--yes"];

const verification: Verification = {
  wanted: [{ container: "app", image, digests: [digest("a")] }],
  running: [
    { container: "app", pod: "checkout-9", node: "node-1", image, digest: digest("a"), is: "promised" },
    { container: "app", pod: "checkout-8", node: null, image, digest: null, is: "unknown" },
  ],
  lines: [say`checkout-9 on ${code("node-1")} runs ${code(digest("a"))}`],
};
const undo = "imagepull repull undo deploy/checkout -n shop";

describe("whether it is run", () => {
  it("at yes, once: what was planned, on the object that was read, with the time that was given", async () => {
    const {
      code: exit,
      questions,
      ran,
      isClosed,
    } = await call([...target, "--timeout", "2m"], {
      ...ends(outcomeOf("Succeeded")),
      typed: ["y"],
    });
    expect({ exit, questions, isClosed }).toEqual({ exit: 0, questions: ["Run it? [y/N] "], isClosed: true });
    expect(ran).toMatchObject([
      {
        how: "run",
        with: {
          object: { kind: "Deployment", namespace: "shop", name: "checkout", uid: "deployment-uid" },
          plan: { strategy: "restart", changes: [{ verb: "patch" }] },
          hands: { timeout: 120_000 },
        },
      },
    ]);
  });

  it("with --yes nobody is asked", async () => {
    const { code: exit, questions } = await call(run, { ...ends(outcomeOf("Succeeded")), typed: ["n"] });
    expect({ exit, questions }).toEqual({ exit: 0, questions: [] });
  });

  it("with -o json the plan is shown beside the object before anybody is asked", async () => {
    const { out, err, questions } = await call([...target, "-o", "json"], {
      ...ends(outcomeOf("Succeeded")),
      typed: ["yes"],
      live: wide(80),
    });
    expect(questions).toHaveLength(1);
    expect(err).toContain("Pre-flight: possible");
    expect(JSON.parse(out)).toMatchObject({ phase: "Succeeded" });
  });

  it("the ports that are left open hold nothing back: an engine that throws closes the connection too", async () => {
    const scene = { case: restart, engine: { runRepull: () => Promise.reject(new Error("a fault of our own")) } };
    await expect(call(run, scene)).rejects.toThrow("a fault of our own");
  });
});

describe("how it ended, as text: the truth first", () => {
  it.each<[string, Outcome, number, RegExp]>([
    [
      "succeeded",
      outcomeOf("Succeeded", { verification, undo }),
      0,
      /\nSucceeded: all 2 pods of deployment\/checkout run what was promised\n {2}- checkout-9 on node-1 runs sha256:a+\nWay back:\n {2}imagepull repull undo deploy\/checkout -n shop\n$/u,
    ],
    [
      "failed",
      outcomeOf("Failed", {
        line: say`1 of 2 pods still runs the old image`,
        verification,
        undo,
        diagnosis: diagnosisOf(),
      }),
      1,
      /\nFailed: 1 of 2 pods still runs the old image\n {2}- checkout-9[^]*\ncheckout cannot pull ghcr\.io\/shop\/checkout:2\.4\.1: the tag does not exist\nimage-not-found, confirmed\n {2}- Push the tag[^]*imagepull repull deploy\/checkout -n shop --strategy set-image --tag 2\.4\.0[^]*\nWay back:\n {2}imagepull repull undo/u,
    ],
    [
      "interrupted",
      outcomeOf("Verifying", { line: say`stopped watching; the rollout goes on by itself`, undo }),
      1,
      /\nInterrupted while it was being verified: stopped watching; the rollout goes on by itself\nGo on with it:\n {2}imagepull repull deploy\/checkout --strategy restart\nWay back:/u,
    ],
    [
      "interrupted before its last write",
      outcomeOf("Executing", { line: say`2 of 5 pods are evicted` }),
      1,
      /\nInterrupted while it was being executed: 2 of 5 pods are evicted\nGo on with it:\n/u,
    ],
  ])("%s", async (_what, outcome, exit, text) => {
    const done = await call(run, ends(outcome));
    expect({ exit: done.code, err: done.err }).toEqual({ exit, err: "" });
    expect(done.out).toMatch(text);
  });

  it("refused by the engine: a sentence on stderr, as any refusal", async () => {
    const line = say`patching deployments in namespace shop is forbidden. Nothing was changed`;
    const { code: exit, err, out } = await call(run, ends(outcomeOf("Refused", { line })));
    expect({ exit, err }).toEqual({
      exit: 1,
      err: "refused: patching deployments in namespace shop is forbidden. Nothing was changed.\n",
    });
    expect(out).not.toContain("Succeeded");
  });

  it("what comes from a cluster moves no cursor", async () => {
    const bad = code("\u001b[2J\u202e\nSucceeded: all is well");
    const lines = [say`${bad}`];
    const { out } = await call(
      run,
      ends(outcomeOf("Failed", { line: say`${bad}`, verification: { ...verification, lines } })),
    );
    expect(out).not.toContain("\u001b");
    expect(out).not.toContain("\u202e");
    expect(out).not.toMatch(/^Succeeded/mu);
  });
});

describe("how it ended, as JSON: one object, the same fields in each phase", () => {
  const fields = [
    "phase",
    "strategy",
    "target",
    "plan",
    "preflight",
    "verification",
    "refused",
    "outcome",
    "diagnosis",
    "undo",
  ];

  it.each<[string, string[], Scene, number, object]>([
    ["Planned", [...target, "--dry-run"], { case: restart }, 0, { refused: null, outcome: null, undo: null }],
    ["Refused", target, { case: restart }, 1, { refused: expect.stringContaining("--yes"), outcome: null }],
    [
      "Refused",
      run,
      ends(outcomeOf("Refused", { line: say`forbidden` })),
      1,
      { refused: "forbidden", outcome: "forbidden" },
    ],
    [
      "Succeeded",
      run,
      ends(outcomeOf("Succeeded", { verification, undo })),
      0,
      {
        refused: null,
        outcome: "all 2 pods of deployment/checkout run what was promised",
        verification: { ...verification, lines: [`checkout-9 on node-1 runs ${digest("a")}`] },
        undo,
      },
    ],
    [
      "Failed",
      run,
      ends(outcomeOf("Failed", { diagnosis: diagnosisOf() })),
      1,
      {
        diagnosis: {
          cause: "image-not-found",
          headline: "checkout cannot pull ghcr.io/shop/checkout:2.4.1: the tag does not exist",
        },
      },
    ],
    [
      "Executing",
      run,
      ends(outcomeOf("Executing")),
      1,
      { refused: null, plan: expect.objectContaining({ strategy: "restart" }) },
    ],
    [
      "Verifying",
      run,
      ends(outcomeOf("Verifying", { line: say`since ${at("2026-11-24T10:31:00Z")}` })),
      1,
      { outcome: "since 2026-11-24T10:31:00Z" },
    ],
  ])("%s", async (phase, args, scene, exit, parts) => {
    const { code: ended, out, err } = await call([...args, "-o", "json"], scene);
    const object: unknown = JSON.parse(out);
    expect(Object.keys(object as object)).toEqual(fields);
    expect(object).toMatchObject({ phase, strategy: "restart", target: { name: "checkout" }, ...parts });
    expect(ended).toBe(exit);
    expect(err.split("\n")).toHaveLength(exit === 0 ? 1 : 2);
  });
});

describe("while it runs", () => {
  it("what is going on is on stderr, and stdout holds the answer alone", async () => {
    const scene: Scene = {
      case: restart,
      engine: {
        runRepull: ({ hands }) => {
          const pods = { done: 1, of: 2, old: 1 };
          hands.report({ phase: "Verifying", line: say`waiting`, pods, busy: [] });
          return Promise.resolve(outcomeOf("Succeeded"));
        },
      },
    };
    const plain = await call([...run, "-o", "json"], scene);
    expect(plain.err).toBe("Verifying: waiting\n");
    expect(JSON.parse(plain.out)).toMatchObject({ phase: "Succeeded" });
    const live = await call([...run, "-o", "json"], { ...scene, live: wide(80) });
    expect(live.err).toContain("Verifying · 1/2 pods · 1 old pod left");
    expect(live.err.endsWith("\u001b[2A\u001b[J")).toBe(true);
  });

  it("Ctrl-C ends the run, says so at once, and then what has been done", async () => {
    const stop = new AbortController();
    const scene: Scene = {
      case: restart,
      signal: stop.signal,
      engine: {
        runRepull: async ({ signal, hands }) => {
          hands.report({ phase: "Executing", line: say`evicting`, pods: null, busy: [] });
          const stopped = new Promise((resolve) => signal.addEventListener("abort", resolve));
          stop.abort();
          await stopped;
          return outcomeOf("Executing", { line: say`1 of 2 pods is evicted, the other stays` });
        },
      },
    };
    const { code: exit, out, err } = await call(run, scene);
    expect(exit).toBe(1);
    expect(err).toBe("Executing: evicting\ninterrupted: looking at what has been done. Once more ends it at once.\n");
    expect(out).toContain("1 of 2 pods is evicted, the other stays\nGo on with it:\n");
  });

  it("before it runs nothing listens to Ctrl-C: nothing has been changed", async () => {
    const { code: exit } = await call([...target, "--dry-run"], { case: restart, signal: AbortSignal.abort() });
    expect(exit).toBe(0);
  });
});
