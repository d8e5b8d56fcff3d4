import { beforeAll, describe, expect, inject, it } from "vitest";
import pLimit from "p-limit";
import { type Cluster, readCluster } from "../cluster.ts";
import { kubectl, nodeOf } from "../runner.ts";
import { stage } from "../stage.ts";
import { words } from "../words.ts";
import { unplanned, type Written, writesIn } from "./audit.ts";
import { type Answer, openShell, type Shell } from "./shell.ts";
import {
  apply,
  digestsOf,
  heldUnder,
  type Kind,
  manifestOf,
  namespaceOf,
  podsNamed,
  podsOf,
  pushTag,
  ready,
  uidsOf,
} from "./workloads.ts";

/** Every strategy on every kind, as a process on a real node: digests are read with kubectl, writes from the API server's audit log. */

const kinds: readonly Kind[] = ["Deployment", "StatefulSet", "DaemonSet", "ReplicaSet", "CronJob", "Job", "Pod"];
const strategies = ["restart", "set-image", "pin-digest", "policy-always", "delete-pods", "pre-pull", "probe"] as const;
type Strategy = (typeof strategies)[number];

/** What cannot be, and a word of why. */
const refused: Partial<Record<Kind, Partial<Record<Strategy, RegExp>>>> = {
  ReplicaSet: { restart: /does not replace its pods/u },
  CronJob: { restart: /nothing to restart/u, "delete-pods": /nothing to delete/u },
  Job: {
    restart: /cannot be changed/u,
    "set-image": /cannot be changed/u,
    "pin-digest": /cannot be changed/u,
    "policy-always": /cannot be changed/u,
    "delete-pods": /cannot be changed/u,
  },
  Pod: { restart: /bare pod/u, "policy-always": /cannot be changed/u },
};

const pullsOnly: ReadonlySet<Strategy> = new Set(["pre-pull", "probe"]);

interface Row {
  readonly kind: Kind;
  readonly strategy: Strategy;
  readonly answer: Answer;
  readonly old: string;
  readonly wanted: string;
  /** UIDs of the pods before and after, and what the pods run after. */
  readonly before: readonly string[];
  readonly after: readonly string[];
  readonly running: readonly string[];
  /** What the node's runtime holds under the name that was to be pulled. */
  readonly held: string | null;
  readonly left: readonly string[];
  readonly writes: readonly Written[];
}

let cluster: Cluster;
let shell: Shell;
const rows = new Map<string, Row>();

/** Names that say nothing of the case. */
async function play(kind: Kind, strategy: Strategy, namespace: string, name: string): Promise<Row> {
  const repository = `${namespace}/${name}`;
  const image = `${nodeOf(cluster).registries.open}/${repository}`;
  const old = await pushTag(cluster, repository, "1.0.0", `${namespace} old`);
  // Where a strategy does not bring a policy or a name of its own, the kubelet must ask by itself.
  const policy = strategy === "restart" || strategy === "delete-pods" ? "Always" : "IfNotPresent";
  await namespaceOf(cluster, namespace);
  await apply(cluster, namespace, [manifestOf({ kind, name, image: `${image}:1.0.0`, policy })]);
  const count = podsOf({ kind });
  const before = await ready(cluster, namespace, name, count);
  const tag = strategy === "set-image" ? "1.1.0" : "1.0.0";
  const wanted = await pushTag(cluster, repository, tag, `${namespace} new`);
  const more = strategy === "set-image" ? ["--tag", tag] : [];
  const target = `${kind.toLowerCase()}/${name}`;
  const answer = await shell.repull(target, "-n", namespace, "--strategy", strategy, "--yes", ...more);
  const writes = writesIn(cluster, namespace);
  const left = (await kubectl(cluster, ["-n", namespace, "get", "pods,secrets", "-o", "name"])).match(
    /imagepull-\S+/gu,
  );
  const mayRun = kind === "CronJob" && answer.json?.phase === "Succeeded" && !pullsOnly.has(strategy);
  if (mayRun) await kubectl(cluster, ["-n", namespace, "create", "job", name, `--from=cronjob/${name}`]);
  const after = mayRun ? await ready(cluster, namespace, name, 1) : await podsNamed(cluster, namespace, name);
  const held = await heldUnder(cluster, `${image}:${tag}`);
  await kubectl(cluster, ["delete", "namespace", namespace, "--wait=false"]);
  return {
    kind,
    strategy,
    answer,
    old,
    wanted,
    writes,
    held,
    before: uidsOf(before),
    after: uidsOf(after),
    running: digestsOf(after),
    left: left ?? [],
  };
}

const cases = kinds.flatMap((kind) => strategies.map((strategy) => [kind, strategy] as const));

beforeAll(async () => {
  cluster = readCluster(inject("clusterFile"));
  shell = openShell(cluster);
  const source = words(Date.now() % 1_000_000);
  // Each is a process of its own, on the cores that the API server has to answer with in time.
  const few = pLimit(3);
  // The audit log may still tell of an earlier run.
  const now = Date.now().toString(36);
  const named = cases.map(([kind, strategy]) => ({
    kind,
    strategy,
    namespace: `repull-${source.pair()}-${now}`,
    name: source.next(),
  }));
  await stage("every strategy on every kind", () =>
    Promise.all(
      named.map(({ kind, strategy, namespace, name }) =>
        few(async () => rows.set(`${kind} ${strategy}`, await play(kind, strategy, namespace, name))),
      ),
    ),
  );
  const short = (digest: string): string => digest.slice(7, 15);
  console.table(
    [...rows.values()].map(({ kind, strategy, answer, running, wanted, old, before, after, writes }) => ({
      strategy,
      kind,
      phase: answer.json?.phase ?? answer.stderr.slice(0, 60),
      "ran before": short(old),
      promised: short(wanted),
      "runs now": running.map(short).join(" "),
      "pods replaced": `${before.filter((uid) => !after.includes(uid)).length} of ${before.length}`,
      writes: writes.filter(({ code }) => code < 300).length,
    })),
  );
});

const row = (kind: Kind, strategy: Strategy): Row => rows.get(`${kind} ${strategy}`)!;
const all = <T>({ length }: readonly unknown[], value: T): readonly T[] => Array.from({ length }, () => value);

describe("a strategy on a kind that it is for", () => {
  it.each(cases.filter(([kind, strategy]) => refused[kind]?.[strategy] === undefined))("%s: %s", (kind, strategy) => {
    const { answer, old, wanted, before, after, running, held, left, writes } = row(kind, strategy);
    expect(answer.json?.phase, `${answer.stdout}${answer.stderr}`).toBe("Succeeded");
    expect(answer.code).toBe(0);
    expect(left).toEqual([]);
    expect(unplanned(writes, answer.json?.plan?.changes ?? [])).toEqual({ notPlanned: [], notDone: [] });
    if (pullsOnly.has(strategy)) {
      expect(after).toEqual(before);
      expect(running).toEqual(all(before, old));
      expect(held).toBe(wanted);
      return;
    }
    expect(running.length).toBeGreaterThan(0);
    expect(running).toEqual(all(running, wanted));
    const isInPlace = kind === "Pod" && strategy !== "delete-pods";
    expect(after.filter((uid) => before.includes(uid))).toEqual(isInPlace ? before : []);
    if (kind === "CronJob") return;
    expect(answer.json?.verification?.running.map(({ is }) => is)).toEqual(all(running, "promised"));
    expect(answer.json?.verification?.running.map(({ digest }) => digest)).toEqual(all(running, wanted));
  });
});

describe("a strategy on a kind that it is not for is refused, and nothing is written", () => {
  it.each(cases.filter(([kind, strategy]) => refused[kind]?.[strategy] !== undefined))("%s: %s", (kind, strategy) => {
    const { answer, old, before, after, running, writes } = row(kind, strategy);
    expect(answer.json?.phase).toBe("Refused");
    expect(answer.code).toBe(1);
    expect(answer.stderr).toMatch(refused[kind]?.[strategy] ?? /never/u);
    expect(writes).toEqual([]);
    expect(after).toEqual(before);
    expect(running).toEqual(all(before, old));
  });
});
