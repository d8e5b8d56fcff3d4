import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Core, DiagnoseAnswer } from "../../../src/core.ts";
import type { CauseId } from "../../../src/diagnosis/causes/catalogue.ts";
import type { Confidence } from "../../../src/diagnosis/diagnosis.ts";
import type { RegistryAnswer } from "../../../src/diagnosis/registry-evidence.ts";
import { type SimulatedCluster, startCluster } from "../../../src/playground/cluster/cluster.ts";
import { resourceOf } from "../../../src/playground/cluster/resources.ts";
import { readRecordings } from "../../../src/playground/recording.ts";
import { attractions } from "../../../src/playground/scene/attractions.ts";
import { logIn } from "../../support/simulated.ts";

const clock = (): Date => new Date();
const recordings = new URL("../../../src/playground/recordings/", import.meta.url);
const strength: Readonly<Record<Confidence, number>> = { possible: 0, likely: 1, confirmed: 2 };

/** What each workload of the playground is about, and how sure an answer must be at least. */
const abouts: readonly (readonly [workload: string, cause: CauseId, atLeast: Confidence])[] = [
  ["shop/checkout", "image-not-found", "confirmed"],
  ["shop/recommendations", "platform-mismatch", "confirmed"],
  ["shop/session-cache", "rate-limited", "confirmed"],
  ["shop/gift-cards", "invalid-reference", "confirmed"],
  ["shop/loyalty", "not-an-image-pull-failure", "confirmed"],
  ["shop/banners", "stale-image", "confirmed"],
  ["shop/storefront", "healthy", "confirmed"],
  ["payments/payments-api", "pull-secret-wrong-registry", "confirmed"],
  ["payments/fraud-scorer", "pull-secret-missing", "likely"],
  ["payments/settlement", "auth-rejected", "confirmed"],
  // GitLab says the same of what does not exist.
  ["payments/tax-rates", "image-not-found-or-auth", "likely"],
  ["payments/invoice-mailer", "registry-dns", "confirmed"],
  ["payments/ledger", "policy-misplaced", "confirmed"],
  ["data/feature-store", "auth-rejected", "confirmed"],
  ["data/notebooks", "auth-missing", "likely"],
  ["data/trainer", "disk-full", "confirmed"],
  ["data/warehouse-sync", "slow-pull", "likely"],
  ["data/report-builder", "pull-queued", "possible"],
  ["infra/metrics-relay", "registry-server-error", "confirmed"],
  ["infra/vault-agent", "registry-tls", "confirmed"],
  ["infra/log-shipper", "registry-unreachable", "confirmed"],
  ["infra/egress", "unsupported-manifest", "possible"],
  ["infra/node-probe", "never-policy", "confirmed"],
  ["infra/dashboards", "policy-misplaced", "confirmed"],
  ["infra/ingress", "healthy", "confirmed"],
  ["growth/catalog", "stale-image", "likely"],
  ["growth/search", "stale-image", "likely"],
  ["growth/landing", "healthy", "confirmed"],
];

describe("the core on the playground", () => {
  type Diagnosed = Extract<DiagnoseAnswer, { kind: "diagnosis" }>;
  const answers = new Map<string, Diagnosed>();
  const ends: (() => void | Promise<void>)[] = [];
  let cluster: SimulatedCluster;
  let core: Core;

  beforeAll(async () => {
    cluster = await startCluster({ recording: readRecordings(recordings), clock, fetch, botToken: "bot" });
    ends.push(() => cluster.stop());
    ({ core } = await logIn(cluster, "bot", (end) => ends.push(end)));
    for (const { namespace, name } of attractions) {
      const target = { kind: "object", namespace, resource: "Deployment", name } as const;
      const answer = await core.diagnose({ target, defaultNamespace: null });
      if (answer.kind === "diagnosis") answers.set(`${namespace}/${name}`, answer);
    }
  }, 60_000);
  afterAll(async () => {
    const rows = [...answers].map(
      ([
        workload,
        {
          diagnosis: { cause, confidence },
        },
      ]) => `${workload.padEnd(26)}${cause.padEnd(28)}${confidence}`,
    );
    console.log(`\n${rows.join("\n")}\n`);
    for (const end of ends.toReversed()) await end();
  });

  it("has an answer to each workload of the first message, and each is about something", () => {
    const workloads = attractions.map(({ namespace, name }) => `${namespace}/${name}`);
    expect([...answers.keys()]).toEqual(workloads);
    expect(abouts.map(([workload]) => workload).toSorted()).toEqual(workloads.toSorted());
  });

  it.each(abouts)("%s: %s, at least %s", (workload, cause, atLeast) => {
    const diagnosis = answers.get(workload)?.diagnosis;
    expect(diagnosis?.cause).toBe(cause);
    expect(strength[diagnosis?.confidence ?? "possible"]).toBeGreaterThanOrEqual(strength[atLeast]);
  });

  it.each<readonly [string, string, { readonly kind: RegistryAnswer["kind"]; readonly [field: string]: unknown }]>([
    // workload                what its registry says
    ["shop/checkout", "near tags", { kind: "not-found", what: "tag", nearestTags: ["2.4.1-rc1", "2.4.0", "2.3.9"] }],
    ["shop/recommendations", "one platform", { kind: "found", fits: false, platforms: [platform("arm64")] }],
    ["shop/session-cache", "whose budget", { kind: "rate-limited", budget: budget(0) }],
    ["payments/settlement", "when it expired", { kind: "auth-rejected", why: "expired", status: 403 }],
    ["payments/tax-rates", "neither yes nor no", { kind: "auth-rejected", hidesAbsence: true, by: "token-server" }],
    ["payments/invoice-mailer", "no such name", { kind: "dns", host: "registry.billing.internal" }],
    ["data/feature-store", "a wrong password", { kind: "auth-rejected", why: "login", by: "token-server" }],
    ["data/notebooks", "a login, please", { kind: "auth-missing", hidesAbsence: true }],
    ["data/trainer", "that it is there", { kind: "found", fits: true }],
    ["data/warehouse-sync", "that it is there", { kind: "found", fits: true }],
    ["infra/metrics-relay", "its own error", { kind: "server-error", status: 503 }],
    ["infra/vault-agent", "a certificate of its own", { kind: "tls", problem: "self-signed" }],
    ["infra/log-shipper", "nothing", { kind: "refused", host: "registry.edge.example" }],
    ["infra/egress", "that it is a chart", { kind: "not-an-image", what: "helm-chart" }],
    ["growth/landing", "a login, please", { kind: "auth-missing" }],
  ])("%s: the registry says %s", (workload, _what, expected) => {
    const [check] = answers.get(workload)?.evidence.registry ?? [];
    expect(check?.attempts[0]?.answer).toMatchObject(expected);
  });

  it("an expired login says when: an hour ago", () => {
    const answer = answers.get("payments/settlement")?.evidence.registry[0]?.attempts[0]?.answer;
    const at = answer?.kind === "auth-rejected" ? Date.parse(answer.expiredAt ?? "") : 0;
    expect(Math.abs(Date.now() - at - 3_600_000)).toBeLessThan(120_000);
  });

  it.each([
    // workload         nodes that run it, and fail   pods of its registry that are well
    ["data/trainer", { nodesRunning: 2, nodesFailing: 1, podsRunning: 2, podsFailing: 1 }],
    ["shop/storefront", { nodesRunning: 3, nodesFailing: 0, podsRunning: 4 }],
    ["shop/session-cache", { registryPods: 4, registryPodsWell: 3 }],
  ])("%s is told from many pods on many nodes: %j", (workload, expected) => {
    const reach = answers.get(workload)?.evidence.reach;
    expect(reach?.status === "ok" ? reach.value.images[0] : reach).toMatchObject(expected);
  });

  it("an image that runs without a secret names the pod that pulled it", () => {
    const reach = answers.get("growth/landing")?.evidence.reach;
    const pulledBy = reach?.status === "ok" ? reach.value.images[0]?.pulledBy : [];
    expect(pulledBy).toEqual([expect.stringMatching(/^shop\/storefront-/)]);
  });

  it.each([
    // workload          secret    its last writer, and how many minutes ago
    ["data/feature-store", "harbor", "kubectl-edit", 50],
    ["payments/settlement", "ecr", "ecr-refresher", 13 * 60],
  ])("%s: secret %s was changed by %s, %i minutes ago", (workload, name, by, minutes) => {
    const secret = answers.get(workload)?.evidence.secrets.find((one) => one.name === name)?.read;
    const value = secret?.status === "ok" ? secret.value : null;
    expect(value?.changedBy).toBe(by);
    expect(Math.abs(Date.now() - Date.parse(value?.changedAt ?? "") - minutes * 60_000)).toBeLessThan(120_000);
  });

  it.each([
    ["shop/checkout", "kubectl-client-side-apply"],
    ["growth/search", "kubectl-set"],
    ["infra/dashboards", "helm"],
  ])("%s: the template was written by %s", (workload, by) => {
    const owner = answers.get(workload)?.evidence.owners.at(-1)?.read;
    expect(owner?.status === "ok" ? owner.value.templateChange?.by : null).toBe(by);
  });

  it("two pods of one tag run two digests", () => {
    const siblings = answers.get("growth/catalog")?.evidence.siblings;
    const running = siblings?.status === "ok" ? siblings.value.flatMap((sibling) => sibling.running) : [];
    expect(new Set(running.map(({ image }) => image)).size).toBe(1);
    expect(new Set(running.map(({ imageID }) => imageID)).size).toBe(2);
  });

  it("no answer shows a password, and none asks beyond the simulated internet", async () => {
    const shown = JSON.stringify([...answers.values()]);
    const secrets = cluster.store.list(resourceOf({ apiVersion: "v1", kind: "Secret" }));
    for (const secret of secrets) {
      const data = (secret["data"] ?? {}) as Record<string, string>;
      const text = Buffer.from(data[".dockerconfigjson"] ?? "", "base64").toString("utf8");
      for (const [, password = ""] of text.matchAll(/"password":"([^"]+)"/g)) expect(shown).not.toContain(password);
    }
    const hosts = [...answers.values()].flatMap(({ evidence }) => evidence.registry.map(({ host }) => host));
    const reached = hosts.filter((host) => cluster.network.route(host) !== null);
    expect(new Set(hosts.filter((host) => !reached.includes(host)))).toEqual(new Set(["registry.billing.internal"]));
    expect(await core.ready()).toEqual({ ok: true });
  });
});

function platform(architecture: string): object {
  return { os: "linux", architecture };
}

function budget(remaining: number): object {
  return { limit: 100, remaining, windowSeconds: 21_600, owner: "address" };
}
