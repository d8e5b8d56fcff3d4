import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { decisionName, requestName } from "../../../src/approvals/naming.ts";
import { createStore } from "../../../src/approvals/store.ts";
import type { ApprovalStore, DecisionSpec, Kept, RequestSpec, RequestStatus } from "../../../src/approvals/types.ts";
import { connect, type Connection } from "../../../src/cluster/connect.ts";
import { type Cluster, readCluster } from "../cluster.ts";
import { type Api, openApi } from "./api.ts";
import { exampleDecision, exampleRequest, exampleStatus } from "./example.ts";
import { botOf, bringApprovals, makeNamespace, removeNamespace } from "./stand.ts";

/** What the bot writes is what the API server keeps, word for word: nothing is pruned, refused or made into something else. */

const namespace = `imagepull-test-store-${Date.now().toString(36)}`;
const folder = mkdtempSync(join(tmpdir(), "imagepull-store-"));
let cluster: Cluster;
let api: Api;
let connection: Connection;
let store: ApprovalStore;

/** A kubeconfig of the bot's own, with the token that its pod would have. */
function kubeconfigOf(token: string): string {
  const file = join(folder, "kubeconfig");
  const named = { name: "bot" };
  const config = {
    apiVersion: "v1",
    kind: "Config",
    clusters: [
      { ...named, cluster: { server: cluster.server, "certificate-authority": cluster.certificateAuthority } },
    ],
    users: [{ ...named, user: { token } }],
    contexts: [{ ...named, context: { cluster: "bot", user: "bot" } }],
    "current-context": "bot",
  };
  writeFileSync(file, JSON.stringify(config), { mode: 0o600 });
  return file;
}

beforeAll(async () => {
  cluster = readCluster(inject("clusterFile"));
  api = openApi(cluster);
  await bringApprovals(cluster);
  await makeNamespace(api, namespace, []);
  const bot = await botOf(api);
  const kubeconfig = kubeconfigOf("token" in bot ? bot.token : "");
  const connected = await connect({ kubeconfig, environment: {}, clock: () => new Date() });
  if (!connected.ok) throw new Error(connected.error.sentence);
  connection = connected.value;
  store = createStore(connection.reader, await connection.writer());
});

afterAll(async () => {
  connection.close();
  rmSync(folder, { recursive: true, force: true });
  await removeNamespace(api, namespace);
  api.close();
});

const value = <T>(kept: Kept<T>): T => {
  if (kept.kind !== "done") throw new Error(`not kept: ${JSON.stringify(kept)}`);
  return kept.value;
};

const person = { requestedBy: "slack:T1:U1", requestedByGroups: ["slack:T1", "slack:T1:S1"] };
const full: RequestSpec = { ...exampleRequest("", "").spec, ...person };
/** Null wherever a null may stand. */
const bare: RequestSpec = {
  ...full,
  fingerprint: "aaaaaaaaaaaaaaaa",
  reason: "",
  parameters: { ...full.parameters, container: null, tag: null, image: null, only: null, undo: null },
  undoes: null,
  plan: { changes: [], restarts: "", keeps: [], notes: [], command: "" },
  preflight: { answer: "unproven", reasons: [] },
  wanted: null,
  before: { app: null },
};
/** As long as whoever asks lets a text become. */
const line = "é".repeat(2_000);
const large: RequestSpec = {
  ...full,
  fingerprint: "bbbbbbbbbbbbbbbb",
  requestedByGroups: Array.from({ length: 200 }, (_, index) => `slack:T1:S${index}`),
  reason: "x".repeat(1_000),
  parameters: { ...full.parameters, only: Array.from({ length: 200 }, (_, index) => `web-${index}`) },
  plan: {
    changes: [line, ...Array.from({ length: 199 }, (_, index) => `evict pod web-${index}: a new one takes its place`)],
    restarts: line,
    keeps: [line],
    notes: [line],
    command: "x".repeat(2_000),
  },
  preflight: { answer: "possible", reasons: Array.from({ length: 200 }, () => "the registry has it") },
};

const emptied: RequestStatus = {
  ...exampleStatus("Pending"),
  decisions: [],
  history: [{ phase: "Pending", at: "2026-11-29T12:00:00.123Z", by: null, message: "Waits for an approval." }],
  executor: null,
  progress: null,
  running: null,
  undo: null,
  kept: null,
  slack: null,
};

describe("what the bot keeps", () => {
  it.each([
    ["with something in every field", full],
    ["with as little as there can be", bare],
    ["as large as it gets", large],
  ])("a request %s comes back as it was, through every phase, and can be forgotten", async (_, spec) => {
    const asked = value(await store.ask(namespace, requestName(spec), spec));
    expect(asked).toMatchObject({ namespace, name: requestName(spec), status: null });
    expect(asked.spec).toEqual(spec);
    expect(await store.ask(namespace, requestName(spec), spec)).toEqual({ kind: "exists" });

    let now = value(await store.move(asked, emptied));
    for (const phase of ["Approved", "Executing", "Verifying", "Succeeded"] as const)
      now = value(await store.move(now, exampleStatus(phase)));
    const read = await store.request(namespace, requestName(spec));
    expect(read).toEqual({ status: "ok", value: now });
    expect(now.status).toEqual(exampleStatus("Succeeded"));

    expect(await store.move(asked, exampleStatus("Approved"))).toEqual({ kind: "conflict" });
    expect(await store.move(now, exampleStatus("Pending"))).toMatchObject({ kind: "refused" });
    expect(await store.forget(asked)).toEqual({ kind: "conflict" });
    expect(await store.forget(now)).toEqual({ kind: "done", value: null });
  });

  it("a status with nulls comes back with them, also where something stood before", async () => {
    const spec = { ...bare, fingerprint: "cccccccccccccccc" };
    const asked = value(await store.ask(namespace, requestName(spec), spec));
    const written = value(await store.move(asked, exampleStatus("Pending")));
    const cleared = value(await store.move(written, emptied));
    const read = await store.request(namespace, requestName(spec));
    expect(read).toEqual({ status: "ok", value: cleared });
    expect(cleared.status).toEqual(emptied);
  });

  it("where a message stood that is gone, it is to be posted anew, and nothing of the old one stays", async () => {
    const spec = { ...bare, fingerprint: "dddddddddddddddd" };
    const asked = value(await store.ask(namespace, requestName(spec), spec));
    const posted = exampleStatus("Pending");
    const written = value(await store.move(asked, posted));
    if (posted.slack === null) throw new Error("the example has a message");
    const again: RequestStatus = {
      ...posted,
      slack: { ...posted.slack, ts: null, shown: null },
      running: { other: ["sha256:b"] },
    };
    const cleared = value(await store.move(written, again));
    expect(cleared.status).toEqual(again);
    expect(await store.request(namespace, requestName(spec))).toEqual({ status: "ok", value: cleared });
  });

  it("a decision comes back as it was, and the same word again is there already", async () => {
    const spec: DecisionSpec = { ...exampleDecision("", "").spec, by: "slack:T1:U2", byGroups: ["slack:T1"] };
    const name = decisionName(spec.request, spec.by, spec.decision);
    const decided = value(await store.decide(namespace, name, spec));
    expect(decided.spec).toEqual(spec);
    expect(await store.decide(namespace, name, spec)).toEqual({ kind: "exists" });
    const listed = await store.decisions(namespace);
    expect(listed).toMatchObject({ status: "ok", value: { items: [decided], unreadable: [] } });
  });

  it("no request for a user of the API server: the policy's own words", async () => {
    const kept = await store.ask(namespace, "forged", { ...bare, requestedBy: "dana", requestedByGroups: [] });
    expect(kept).toEqual({
      kind: "refused",
      reason: expect.stringContaining("the bot asks and decides for people of Slack alone") as string,
    });
  });
});
