import pLimit from "p-limit";
import { beforeAll, describe, expect, inject, it } from "vitest";
import { type Cluster, readCluster } from "../cluster.ts";
import { kubectl, nodeOf } from "../runner.ts";
import { stage } from "../stage.ts";
import { words } from "../words.ts";
import { tally, writesIn } from "./audit.ts";
import { openGate } from "./gate.ts";
import { type Answer, openShell, type Running } from "./shell.ts";
import {
  apply,
  digestsOf,
  heldUnder,
  type Kind,
  manifestOf,
  namespaceOf,
  podsOf,
  pushTag,
  ready,
} from "./workloads.ts";

/**
 * The process is killed at each of its writes, once before the API server sees it and once when it is done and not answered; then the same is
 * run again. Whatever had to happen has happened once: the API server's audit log counts.
 */
const cases: readonly (readonly [strategy: string, kind: Kind])[] = [
  ["set-image", "Deployment"],
  ["policy-always", "StatefulSet"],
  ["delete-pods", "Deployment"],
  ["set-image", "ReplicaSet"],
  ["delete-pods", "Pod"],
  ["pre-pull", "Deployment"],
];

interface Kill {
  /** Which write, from 1. */
  readonly at: number;
  readonly when: "before" | "after";
}

interface Played {
  readonly strategy: string;
  readonly kind: Kind;
  readonly kill: Kill | null;
  /** Of the first run, and of the one after the kill; null where nothing was left to do. */
  readonly answer: Answer;
  readonly again: Answer | null;
  readonly wanted: string;
  readonly running: readonly string[];
  readonly held: string | null;
  readonly writes: Readonly<Record<string, number>>;
  readonly count: number;
  readonly left: readonly string[];
}

let cluster: Cluster;
const source = words(Date.now() % 1_000_000);
const played: Played[] = [];

async function play(strategy: string, kind: Kind, kill: Kill | null, last: number): Promise<Played> {
  const namespace = await namespaceOf(cluster, `crash-${source.pair()}-${Date.now().toString(36)}`);
  const name = source.next();
  const repository = `${namespace}/${name}`;
  const image = `${nodeOf(cluster).registries.open}/${repository}`;
  await pushTag(cluster, repository, "1.0.0", `${namespace} old`);
  const policy = strategy === "delete-pods" ? "Always" : "IfNotPresent";
  await apply(cluster, namespace, [manifestOf({ kind, name, image: `${image}:1.0.0`, policy })]);
  await ready(cluster, namespace, name, podsOf({ kind }));
  const tag = strategy === "set-image" ? "1.1.0" : "1.0.0";
  const wanted = await pushTag(cluster, repository, tag, `${namespace} new`);
  const more = strategy === "set-image" ? ["--tag", tag] : [];
  const command = [`${kind.toLowerCase()}/${name}`, "-n", namespace, "--strategy", strategy, "--yes", ...more];
  const gate = await openGate(cluster, {
    before: (write) => shoot("before", write.number),
    after: (write) => shoot("after", write.number),
  });
  const running: Running = openShell(cluster, gate.url).start(...command);
  function shoot(when: Kill["when"], number: number): "lose" | void {
    if (kill?.when !== when || number < kill.at) return;
    running.child.kill("SIGKILL");
    return "lose";
  }
  const answer = await running.answer;
  const count = gate.writes.length;
  await gate.close();
  // After its last write a run has told all that it had to tell: the same command would be another one.
  const isOver = kill === null || (kill.at === last && kill.when === "after");
  const again = isOver ? null : await openShell(cluster).repull(...command);
  const pods = await ready(cluster, namespace, name, podsOf({ kind }));
  const left = await kubectl(cluster, ["-n", namespace, "get", "pods,secrets", "-o", "name"]);
  const result: Played = {
    strategy,
    kind,
    kill,
    answer,
    again,
    wanted,
    count,
    running: digestsOf(pods),
    held: await heldUnder(cluster, `${image}:${tag}`),
    writes: tally(writesIn(cluster, namespace)),
    left: left.match(/imagepull-\S+/gu) ?? [],
  };
  await kubectl(cluster, ["delete", "namespace", namespace, "--wait=false"]);
  return result;
}

const whole = (strategy: string, kind: Kind): Played =>
  played.find((one) => one.strategy === strategy && one.kind === kind && one.kill === null)!;

beforeAll(async () => {
  cluster = readCluster(inject("clusterFile"));
  // Each is a process of its own, on the cores that the API server has to answer with in time.
  const few = pLimit(3);
  await stage("runs that nobody disturbs", () =>
    Promise.all(cases.map(([strategy, kind]) => few(async () => played.push(await play(strategy, kind, null, 0))))),
  );
  const points = cases.flatMap(([strategy, kind]) => {
    const { count } = whole(strategy, kind);
    return Array.from({ length: count }, (_, index) => index + 1).flatMap((at) =>
      (["before", "after"] as const).map((when) => ({ strategy, kind, kill: { at, when }, count })),
    );
  });
  await stage(`${points.length} kills`, () =>
    Promise.all(
      points.map(({ strategy, kind, kill, count }) =>
        few(async () => played.push(await play(strategy, kind, kill, count))),
      ),
    ),
  );
  console.table(
    cases.map(([strategy, kind]) => {
      const kills = played.filter((one) => one.strategy === strategy && one.kind === kind && one.kill !== null);
      const effects = JSON.stringify(whole(strategy, kind).writes);
      return {
        strategy,
        kind,
        writes: whole(strategy, kind).count,
        "killed at": kills.length,
        "all effects once": kills.filter(({ writes }) => JSON.stringify(writes) === effects).length,
      };
    }),
  );
});

describe.each(cases)("%s of a %s, killed and run again", (strategy, kind) => {
  it("ends as if nothing had happened", () => {
    const undisturbed = whole(strategy, kind);
    expect(undisturbed.answer.json?.phase, undisturbed.answer.stderr).toBe("Succeeded");
    expect(undisturbed.count).toBeGreaterThan(1);
    const kills = played.filter((one) => one.strategy === strategy && one.kind === kind && one.kill !== null);
    expect(kills).toHaveLength(undisturbed.count * 2);
    for (const one of kills) {
      const where = JSON.stringify(one.kill);
      expect(one.answer.json, where).toBeNull();
      if (one.again !== null) expect(one.again.json?.phase, `${where} ${one.again.stderr}`).toBe("Succeeded");
      expect(one.writes, where).toEqual(undisturbed.writes);
      expect(one.left, where).toEqual([]);
      if (strategy === "pre-pull") expect(one.held, where).toBe(one.wanted);
      else expect(new Set(one.running), where).toEqual(new Set([one.wanted]));
    }
  });
});
