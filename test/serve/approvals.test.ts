import { describe, expect, it } from "vitest";
import type { ApprovalStore } from "../../src/approvals/types.ts";
import { createLogger } from "../../src/log.ts";
import { createMetrics } from "../../src/metrics.ts";
import { createApprovals } from "../../src/serve/approvals.ts";
import { createReadiness } from "../../src/serve/readiness.ts";
import { createStage, isOver } from "../approvals/controller/stage.ts";

const restart = { strategy: "restart", policy: "Always", pods: ["b", "b"] } as const;
const rights = { may: () => Promise.resolve({ ok: true } as const) };

/** Requests as `serve` has them, on the imitated cluster. */
function serve(store?: Partial<ApprovalStore>) {
  const stage = createStage(restart);
  const lines: string[] = [];
  const metrics = createMetrics("1.2.3");
  const approvals = createApprovals({
    store: { ...stage.kubernetes.store(), ...store },
    rights,
    rules: () => ({ needed: 1, people: new Map() }),
    core: stage.core,
    world: { ...stage.cluster.world(), sleep: stage.time.sleep },
    isReadOnly: () => false,
    atOnce: { namespace: 3, cluster: 10 },
    keep: 1e12,
    log: createLogger({ level: "info", clock: () => 0, write: (line) => lines.push(line) }),
    metrics,
    wait: stage.time.sleep,
  });
  const log = () => lines.map((line): Record<string, unknown> => JSON.parse(line));
  return { stage, approvals, metrics, log };
}

describe("requests in serve", () => {
  it("a line a step, and a number a phase", async () => {
    const { stage, approvals, metrics, log } = serve();
    stage.say(stage.ask(), "bob", "approve");
    approvals.start();
    await stage.time.until(() => isOver(stage.phase()));
    const phases = ["Pending", "Approved", "Executing", "Verifying", "Succeeded"];
    expect(log().flatMap(({ phase, user }) => (phase === undefined ? [] : [[phase, user]]))).toEqual(
      phases.map((phase) => [phase, phase === "Approved" ? "bob" : undefined]),
    );
    expect(log().find(({ phase }) => phase === "Succeeded")).toMatchObject({
      namespace: "shop",
      request: stage.request().name,
      from: "Verifying",
      reason: expect.stringMatching(/runs what was promised|run what was promised/u),
    });
    const { text } = await metrics.render();
    for (const phase of phases) expect(text).toContain(`imagepull_repull_requests_total{phase="${phase}"} 1`);
    expect(text).toContain("imagepull_repull_requests_executing 0");
    expect(approvals.trouble()).toBeNull();
  });

  it("where the CRDs are missing: said once, in /readyz too, and yet ready", async () => {
    const reason = "requests are not installed: imagepull install";
    const { stage, approvals, log } = serve({ requests: () => Promise.resolve({ status: "absent", reason }) });
    approvals.start();
    await stage.time.pass(600);
    expect(log().map((line) => [line["level"], line["reason"]])).toEqual([["warn", reason]]);
    const readiness = createReadiness({
      core: { cluster: "test", ready: () => Promise.resolve({ ok: true }) },
      slack: { health: () => Promise.resolve({ ok: true }), checkChannels: () => Promise.resolve([]) },
      channels: [],
      clock: () => 0,
      requests: () => approvals.trouble(),
    });
    expect(await readiness()).toEqual({
      ready: true,
      text: `ready\nslack: ok\ncluster test: ok\nrequests: ${reason}\n`,
    });
  });

  it("stopped amid a re-pull it is let go, and the stop ends", async () => {
    const { stage, approvals, log } = serve();
    stage.say(stage.ask(), "bob", "approve");
    approvals.start();
    await stage.time.until(() => stage.phase() === "Verifying");
    let isStopped = false;
    void approvals.stop(10_000).then(() => (isStopped = true));
    expect(await stage.time.until(() => isStopped, 9)).toBe(true);
    expect(stage.request().status).toMatchObject({ phase: "Verifying", executor: null });
    expect(log().at(-1)).toMatchObject({ msg: "a request was let go" });
  });

  it("a stop waits no longer than it is given", async () => {
    const { stage, approvals } = serve({ requests: () => new Promise(() => undefined) });
    approvals.start();
    let isStopped = false;
    void approvals.stop(10_000).then(() => (isStopped = true));
    expect(await stage.time.until(() => isStopped, 11)).toBe(true);
  });
});
