import { afterAll, beforeAll, beforeEach, inject } from "vitest";
import { type Cluster, readCluster } from "../cluster.ts";
import { kubectl, nodeOf } from "../runner.ts";
import { words } from "../words.ts";
import { type Gate, type GateHooks, openGate } from "./gate.ts";
import { type Answer, openShell, type Running, type Shell } from "./shell.ts";
import { apply, type Made, manifestOf, namespaceOf, podsOf, pushTag, ready } from "./workloads.ts";

/** One workload in a namespace of its own for each test, and a table of what was said of all of them. */
export interface Set {
  readonly name: string;
  readonly target: string;
  readonly repository: string;
  readonly image: string;
  /** What it runs to begin with. */
  readonly digest: string;
}

export interface Bench {
  readonly cluster: Cluster;
  readonly namespace: string;
  readonly set: Set;
  readonly shell: Shell;
  name(): string;
  /** Makes a workload whose tag 1.0.0 holds the content `one`, and waits until it runs. */
  runs(over?: Partial<Made>): Promise<Set>;
  take(set: Set): void;
  /** Puts content behind a tag of the set's repository. */
  push(tag: string, salt: string): Promise<string>;
  /** A shell whose API server stands behind a gate. */
  through(hooks: GateHooks): Promise<{ readonly gate: Gate; readonly shell: Shell }>;
  /** `repull` of the set, with a strategy and what it takes; `begin` does not wait for its end. */
  begin(shell: Shell, ...args: readonly string[]): Running;
  repull(shell: Shell, ...args: readonly string[]): Promise<Answer>;
  /** Notes what was said, and gives all of its words. */
  told(what: string, answer: Answer): string;
}

export function bench(): Bench {
  const source = words(Date.now() % 1_000_000);
  const table: object[] = [];
  const gates: Gate[] = [];
  let cluster: Cluster;
  let namespace: string;
  let set: Set;
  beforeAll(() => {
    cluster = readCluster(inject("clusterFile"));
  });
  beforeEach(async () => {
    namespace = await namespaceOf(cluster, `repull-${source.pair()}-${Date.now().toString(36)}`);
    return () => kubectl(cluster, ["delete", "namespace", namespace, "--wait=false"]);
  });
  afterAll(async () => {
    await Promise.all(gates.map((gate) => gate.close()));
    console.table(table);
  });
  const push: Bench["push"] = (tag, salt) => pushTag(cluster, set.repository, tag, `${namespace} ${salt}`);
  const begin: Bench["begin"] = (shell, ...args) =>
    shell.start(set.target, "-n", namespace, "--yes", "--strategy", ...args);
  return {
    get cluster() {
      return cluster;
    },
    get namespace() {
      return namespace;
    },
    get set() {
      return set;
    },
    get shell() {
      return openShell(cluster);
    },
    name: () => source.next(),
    take: (other) => {
      set = other;
    },
    push,
    async runs(over = {}) {
      const name = source.next();
      const repository = `${namespace}/${name}`;
      const image = `${nodeOf(cluster).registries.open}/${repository}`;
      const made: Made = { kind: "Deployment", name, image: `${image}:1.0.0`, policy: "Always", ...over };
      set = { name, repository, image, digest: "", target: `${made.kind.toLowerCase()}/${name}` };
      set = { ...set, digest: await push("1.0.0", "one") };
      await apply(cluster, namespace, [manifestOf(made)]);
      await ready(cluster, namespace, name, podsOf(made));
      return set;
    },
    async through(hooks) {
      const gate = await openGate(cluster, hooks);
      gates.push(gate);
      return { gate, shell: openShell(cluster, gate.url) };
    },
    begin,
    repull: (shell, ...args) => begin(shell, ...args).answer,
    told(what, { json, stdout, stderr }) {
      const said = json?.outcome ?? json?.refused ?? stderr.trim().split("\n").at(-1) ?? "";
      table.push({ "what happens": what, phase: json?.phase ?? "-", "what is said": said });
      return `${stdout}\n${stderr}`;
    },
  };
}

/** Acts when the first write passes, and lets it pass. */
export const onFirst =
  (act: () => Promise<unknown>): NonNullable<GateHooks["after"]> =>
  async ({ number }) => {
    if (number === 1) await act();
  };

export const short = (digest: string): string => digest.slice(0, 19);
