import { isDeepStrictEqual } from "node:util";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { parseTarget } from "../../src/collect/target.ts";
import type { Core, DiagnoseAnswer } from "../../src/core.ts";
import type { Diagnosis } from "../../src/diagnosis/diagnosis.ts";
import { redact } from "../../src/diagnosis/redact.ts";
import { type Cluster, readCluster } from "./cluster.ts";
import { coreOn, registryFor } from "./core-on.ts";
import { warningsOf } from "./describe-output.ts";
import { kubectl, place, type Live, remove, settle, type Settled } from "./runner.ts";
import { scenarios } from "./scenarios.ts";
import { stage } from "./stage.ts";

/**
 * Real failures on a real kubelet and containerd, all at once. Names are random words: only what the cluster says can give the cause away.
 */
let cluster: Cluster;
let core: Core;
let close: () => void;
let live: readonly Live[] = [];
let settled: readonly Settled[] = [];
const seed = Number(process.env["IMAGEPULL_TEST_SEED"] ?? Date.now() % 1_000_000);

beforeAll(async () => {
  cluster = readCluster(inject("clusterFile"));
  ({ core, close } = await coreOn(cluster, cluster.context, registryFor(cluster)));
  live = await stage(`${scenarios.length} scenarios placed (seed ${seed})`, () => place(cluster, scenarios, seed));
  settled = await stage("scenarios settled", () => settle(cluster, live, 240));
});

afterAll(async () => {
  if (live.length > 0) await remove(cluster, live);
  close();
});

/** Causes of the pod or its workload as a whole: they may name no container. */
const podWide: ReadonlySet<string> = new Set(["policy-misplaced", "not-an-image-pull-failure"]);

const find = (id: string): Settled => {
  const one = settled.find(({ scenario }) => scenario.id === id);
  if (one === undefined) throw new Error(`scenario ${id} is not there`);
  return one;
};

async function ask(
  { namespace, placed }: Settled,
  by: Core = core,
): Promise<Extract<DiagnoseAnswer, { kind: "diagnosis" }>> {
  const target = parseTarget(placed.target, { namespace, selector: null });
  if (!target.ok) throw new Error(target.error.sentence);
  const answer = await by.diagnose({ target: target.value, defaultNamespace: null });
  if (answer.kind !== "diagnosis") throw new Error(`${answer.kind}: ${answer.sentence}`);
  return answer;
}

describe("every cause is named", () => {
  it.each(scenarios.map(({ id, cause }) => [id, cause] as const))("%s: %s", async (id, cause) => {
    const one = find(id);
    const { diagnosis, evidence } = await ask(one);
    const expected: readonly string[] = [cause, ...(one.scenario.orElse ?? [])];
    expect(expected, `${diagnosis.cause}, ${diagnosis.confidence}`).toContain(diagnosis.cause);
    if (one.placed.container !== null && !podWide.has(diagnosis.cause))
      expect(diagnosis.container).toBe(one.placed.container);
    // With every right, nothing that the API can decide is left open. Only a manifest that was never kept cannot be looked at, and what a
    // registry did not say is not said for it.
    const answers = evidence.registry.flatMap(({ attempts }) => attempts.map(({ answer }) => answer.kind));
    const isSilent = answers.some((kind) => !["found", "not-found", "auth-rejected", "not-an-image"].includes(kind));
    const excused = ["placement", ...(isSilent ? ["credentials"] : [])];
    const open = diagnosis.steps.filter(({ id: step, status }) => status === "unknown" && !excused.includes(step));
    expect(open).toEqual([]);
  });
});

/** What the kubelet says of a failed pull, without the names that differ from pod to pod. */
function kubeletWords({ events, pods, placed }: Settled): string {
  const image = pods[0]?.spec.containers.find(({ name }) => name === placed.container)?.image ?? "";
  const repository = image.replace(/:[^:/]*$/, "").replace(/^[^/]*\//, "");
  // The last try: at its first the kubelet may not have had the secrets at hand, and tried without them.
  const failed = events
    .filter(({ reason, message }) => reason === "Failed" && !message.startsWith("Error: "))
    .toSorted((one, other) => (one.lastTimestamp ?? "").localeCompare(other.lastTimestamp ?? ""))
    .at(-1);
  return (failed?.message ?? "").replaceAll(image, "IMAGE").replaceAll(repository, "REPOSITORY");
}

describe("one sentence of the kubelet, an answer for each of its reasons", () => {
  it("wrong password, no credential, another host, no such secret, a secret that is no secret", async () => {
    const rows: { readonly what: string; readonly kubelet: string; readonly cause: string; readonly says: string }[] =
      [];
    for (const what of [
      "basic-wrong-password",
      "basic-unauthorized",
      "secret-of-other-registry",
      "missing-secret",
      "secret-malformed",
    ]) {
      const { diagnosis } = await ask(find(what));
      const headline = diagnosis.headline.map((part) => (typeof part === "string" ? part : "…")).join("");
      rows.push({ what, kubelet: kubeletWords(find(what)), cause: diagnosis.cause, says: headline });
      expect(diagnosis.confidence, what).toBe("confirmed");
    }
    console.table(rows);
    expect(new Set(rows.map(({ cause }) => cause)).size).toBe(5);
    // containerd 2 at least tells a refused credential (401 Unauthorized) from none (no basic auth credentials).
    const sentences = cluster.versions.containerRuntime?.startsWith("containerd://1.") ? 1 : 2;
    expect(new Set(rows.slice(0, 4).map(({ kubelet }) => kubelet)).size).toBe(sentences);
  });
});

describe("what only a registry can tell", () => {
  it.each([
    // the scenario, and what its answer says thanks to the live check
    ["image-not-found", ["1.4.2"]],
    ["token-expired", ["expired", "2024"]],
    ["stale", ["sha256:"]],
    ["other-platform-runs", ["linux/"]],
    ["gone-from-registry", ["no longer has it", "2.0.0"]],
    ["hitch-hiker", ["pull secret"]],
  ])("%s: %j", async (id, words) => {
    const { diagnosis } = await ask(find(id));
    const { headline, steps, findings, fixes } = diagnosis;
    for (const word of words) expect(JSON.stringify({ headline, steps, findings, fixes })).toContain(word);
  });

  it("an answer without it is never surer", async () => {
    const blind = await coreOn(cluster, cluster.context, null);
    const rows: Record<string, { readonly with: string; readonly without: string }> = {};
    try {
      for (const one of settled) {
        const { diagnosis: seen } = await ask(one);
        const { diagnosis: unseen } = await ask(one, blind.core);
        const [sure, unsure] = [seen, unseen].map(({ cause, confidence }) => `${cause}, ${confidence}`);
        if (sure !== unsure) rows[one.scenario.id] = { with: sure ?? "", without: unsure ?? "" };
        if (seen.cause === unseen.cause) expect(rank(unseen), one.scenario.id).toBeLessThanOrEqual(rank(seen));
      }
    } finally {
      blind.close();
    }
    console.table(rows);
    expect(Object.keys(rows)).toContain("stale");
  });
});

describe("every warning of kubectl describe pod is among ours", () => {
  it("for each pod of the stage", async () => {
    const shown = await stage("kubectl describe, for each pod", async () => {
      const rows: Described[] = [];
      for (const { namespace, pods } of settled) {
        for (const { metadata } of pods) rows.push(...(await describedOf(`${namespace}/${metadata.name}`)));
      }
      return rows;
    });
    expect(shown.length).toBeGreaterThan(100);
    const ours = new Map<string, readonly string[]>();
    for (const { namespace, pods } of settled) {
      for (const { metadata } of pods) {
        const { warnings } = await diagnosisOf(`${namespace}/${metadata.name}`);
        ours.set(
          `${namespace}/${metadata.name}`,
          warnings.map(({ reason, message }) => `${reason} ${squeeze(message)}`),
        );
      }
    }
    // kubectl prints a message of several lines as several lines; the first is enough to know it by. What a probe's command prints is the
    // application's own: of that, ours keeps only that it failed.
    const isSame = (one: string, row: string): boolean =>
      one.startsWith(row) || (one.startsWith("Unhealthy ") && row.startsWith(one));
    const isOurs = (pod: string, row: string): boolean => ours.get(pod)?.some((one) => isSame(one, row)) === true;
    const unseen = shown.filter(([pod, reason, message]) => !isOurs(pod, `${reason} ${squeeze(redact(message))}`));
    // An event of many similar ones takes the words of the newest. What kubectl shows before our look and after it was there all along.
    const missing: Described[] = [];
    for (const row of unseen)
      if ((await describedOf(row[0])).some((again) => isDeepStrictEqual(again, row))) missing.push(row);
    console.log(
      `kubectl describe shows ${shown.length} warnings of ${ours.size} pods; not among ours: ${missing.length}`,
    );
    expect(missing).toEqual([]);
  });
});

type Described = readonly [pod: string, reason: string, message: string];

async function describedOf(pod: string): Promise<readonly Described[]> {
  const [namespace = "", name = ""] = pod.split("/");
  const described = await kubectl(cluster, ["-n", namespace, "describe", "pod", name]);
  return warningsOf(described).map(({ reason, message }) => [pod, reason, message] as const);
}

async function diagnosisOf(text: string): Promise<Diagnosis> {
  const target = parseTarget(text, { namespace: null, selector: null });
  if (!target.ok) throw new Error(target.error.sentence);
  const answer = await core.diagnose({ target: target.value, defaultNamespace: null });
  if (answer.kind !== "diagnosis") throw new Error(`${text}: ${answer.sentence}`);
  return answer.diagnosis;
}

const squeeze = (text: string): string => text.replaceAll(/\s+/g, " ").trim();

describe("who may see less is told what is unknown, and why", () => {
  it.each([
    // who asks, the scenario, the steps that end unknown, and what they name
    ["reader", "missing-secret", [], ""],
    ["no-secrets", "missing-secret", ["credentials"], "secrets"],
    ["no-nodes", "image-not-found", ["node"], "nodes"],
    ["no-events", "image-not-found", ["events", "node"], "events"],
  ] as const)("%s on %s: %j", async (who, id, steps, what) => {
    const limited = await coreOn(cluster, cluster.contexts[who], registryFor(cluster));
    try {
      const { diagnosis } = await ask(find(id), limited.core);
      const unknown = diagnosis.steps.filter(({ status, id: found }) => status === "unknown" && found !== "placement");
      expect(unknown.map(({ id: found }) => found)).toEqual(steps);
      expect(JSON.stringify(unknown)).toContain(what);
      const whole = (await ask(find(id))).diagnosis;
      if (steps.length === 0) expect(diagnosis.cause).toBe(whole.cause);
      else expect(rank(diagnosis)).toBeLessThanOrEqual(rank(whole));
    } finally {
      limited.close();
    }
  });
});

const rank = ({ confidence }: Diagnosis): number => ["possible", "likely", "confirmed"].indexOf(confidence);
