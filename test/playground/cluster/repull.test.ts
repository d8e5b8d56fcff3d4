import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { connect } from "../../../src/cluster/connect.ts";
import { createCore } from "../../../src/collect/core.ts";
import { createWorld } from "../../../src/collect/world.ts";
import { type EmptyCluster, startEmptyCluster } from "../../../src/playground/cluster/empty-cluster.ts";
import { openSimulated } from "../../../src/playground/internet.ts";
import { writeKubeconfig } from "../../../src/playground/kubeconfig.ts";
import { questionsOf } from "../../../src/repull/draft.ts";
import { conclude, draftOf } from "../../../src/repull/repull.ts";
import { runRepull } from "../../../src/repull/run/run.ts";
import { type Parameters, type Strategy, parametersOf } from "../../../src/repull/strategy.ts";
import { text } from "../../repull/case.ts";
import { image, podSpec, podStatus } from "./workbench.ts";

type Resource = "Deployment" | "StatefulSet" | "DaemonSet" | "Pod";
const labels = { app: "web" };
const workload = (kind: string, policy: string, more: object = {}): object => ({
  apiVersion: "apps/v1",
  kind,
  metadata: { name: "web" },
  spec: {
    ...(kind === "DaemonSet" ? {} : { replicas: 2 }),
    selector: { matchLabels: labels },
    template: { metadata: { labels }, spec: podSpec({ imagePullPolicy: policy }) },
    ...more,
  },
});
const bare = (policy: string): object => ({
  apiVersion: "v1",
  kind: "Pod",
  metadata: { name: "web" },
  spec: podSpec({ imagePullPolicy: policy }),
});

describe("a re-pull that runs on the simulated cluster", () => {
  const ends: (() => void | Promise<void>)[] = [];
  let now: number;
  let cluster: EmptyCluster;
  let run: (kind: Resource, strategy: Strategy, over?: Partial<Parameters>) => Promise<string>;

  beforeEach(async () => {
    now = Date.parse("2026-11-24T10:00:00Z");
    const clock = (): Date => new Date(now);
    cluster = await startEmptyCluster({ clock });
    ends.push(() => cluster.stop());
    const kubeconfig = await writeKubeconfig(cluster.url, "admin", "test");
    ends.push(() => kubeconfig.remove());
    const connection = await connect({ kubeconfig: kubeconfig.path, environment: {}, clock });
    if (!connection.ok) throw new Error(connection.error.sentence);
    const { reader } = connection.value;
    const writer = await connection.value.writer();
    const registry = openSimulated(cluster.network, clock);
    ends.push(() => {
      registry.close();
      connection.value.close();
    });
    const core = createCore({ clusterReader: reader, registry, clock });
    const sleep = async (milliseconds: number): Promise<void> => {
      now += milliseconds;
      await cluster.advance();
    };
    const world = { ...createWorld({ reader, writer, clock }), sleep };
    run = async (kind, strategy, over = {}) => {
      const parameters = parametersOf(strategy, over);
      const answer = await core.diagnose({
        target: { kind: "object", namespace: "shop", resource: kind, name: "web" },
        defaultNamespace: null,
      });
      if (answer.kind !== "diagnosis") throw new Error(answer.sentence);
      const draft = draftOf(parameters, answer.evidence, answer.diagnosis);
      if (!draft.ok) throw new Error(JSON.stringify(draft.error));
      const { object } = draft.value.subject;
      const questions = questionsOf(draft.value);
      const ahead = questions === null ? { checks: [], nodes: [] } : await core.lookAhead(questions);
      const { plan, preflight } = conclude(draft.value, ahead, answer.evidence.takenAt);
      if (plan === null) throw new Error("nothing was planned");
      if (preflight.answer === "impossible") throw new Error(JSON.stringify(preflight.reasons));
      const hands = { world, core, report: () => undefined, timeout: 600_000 };
      const { signal } = new AbortController();
      const outcome = await runRepull({ object, plan, hands, parameters, signal });
      return `${outcome.phase}: ${text(outcome.line)}`;
    };
  });
  afterEach(async () => {
    for (const end of ends.splice(0).toReversed()) await end();
  });

  /** A workload that runs what its tag meant when it was made, and a tag that means something else since. Resolves to both. */
  async function stale(object: object): Promise<readonly [before: string, after: string]> {
    const before = cluster.push(image);
    cluster.apply(object);
    await cluster.advance();
    now += 20_000;
    await cluster.advance();
    return [before, cluster.push(image)];
  }
  const running = (): Set<string | undefined> =>
    new Set(
      cluster
        .list("v1", "Pod")
        .filter(({ metadata }) => metadata.name.startsWith("web"))
        .map((pod) => podStatus(pod).containerStatuses[0]?.imageID),
    );
  const only = (digest: string): Set<string> => new Set([`registry.example/shop/web@${digest}`]);

  it.each<[Resource, string, Strategy, object]>([
    ["Deployment", "Always", "restart", {}],
    ["StatefulSet", "Always", "restart", {}],
    ["DaemonSet", "Always", "restart", {}],
    ["Deployment", "IfNotPresent", "pin-digest", {}],
    ["DaemonSet", "IfNotPresent", "pin-digest", { updateStrategy: { type: "OnDelete" } }],
    ["StatefulSet", "IfNotPresent", "policy-always", {}],
    ["StatefulSet", "IfNotPresent", "policy-always", { updateStrategy: { type: "OnDelete" } }],
    ["Deployment", "Always", "delete-pods", {}],
    ["Pod", "IfNotPresent", "pin-digest", {}],
    ["Pod", "Always", "delete-pods", {}],
  ])("%s with policy %s by %s %j", async (kind, policy, strategy, more) => {
    const [, after] = await stale(kind === "Pod" ? bare(policy) : workload(kind, policy, more));
    expect(await run(kind, strategy)).toMatch(/^Succeeded/u);
    expect(running()).toEqual(only(after));
  });

  it.each<Strategy>(["probe", "pre-pull"])("%s pulls, and leaves what runs as it is", async (strategy) => {
    const [before] = await stale(workload("Deployment", "Always"));
    expect(await run("Deployment", strategy)).toMatch(/^Succeeded/u);
    expect(running()).toEqual(only(before));
  });

  it("the answer to the first write is lost, and it is done once all the same", async () => {
    const [, after] = await stale(workload("Deployment", "Always"));
    let lost = 0;
    cluster.api.hooks.after = ({ dryRun, method }) => {
      const isFirst = !dryRun && method === "PATCH" && lost === 0;
      if (isFirst) lost += 1;
      return isFirst ? "drop" : undefined;
    };
    expect(await run("Deployment", "restart")).toMatch(/^Succeeded/u);
    expect([lost, running()]).toEqual([1, only(after)]);
    expect(cluster.list("apps/v1", "ReplicaSet")).toHaveLength(2);
  });
});
