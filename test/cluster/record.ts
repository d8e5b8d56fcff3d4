// Puts every scenario into a real cluster and writes down what the kubelet and its runtime say of it: the whole objects for reading,
// and the texts alone for the playground. Takes the cluster that runs, else starts one and stops it.
//   record.ts [--keep] [--undisturbed] [ID…]
// --keep leaves the scenarios in the cluster, --undisturbed leaves out what the whole node takes part in.
import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync, existsSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { readCluster, stateFolder } from "./cluster.ts";
import { disturb, disturbances, recovery } from "./disturbances.ts";
import type { Event, Node, Pod } from "./kubernetes.ts";
import { type Live, type Settled, list, place, remove, settle } from "./runner.ts";
import { type Scenario, scenarios } from "./scenarios.ts";
import { statuses } from "./scenarios/scenario.ts";
import { type Scrubber, scrubMachine, scrubber } from "./scrub.ts";
import { watchPods } from "./watch.ts";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { keep: { type: "boolean", default: false }, undisturbed: { type: "boolean", default: false } },
});
const wanted = ({ id }: Scenario): boolean => positionals.length === 0 || positionals.includes(id);
const script = (name: string): string =>
  execFileSync("bash", [join(import.meta.dirname, name)], { encoding: "utf8" }).trim();
const starts = !existsSync(join(stateFolder(), "cluster.json"));
const cluster = readCluster(starts ? script("up.sh") : undefined);
const folder = join(tmpdir(), "imagepull-recordings");
mkdirSync(folder, { recursive: true });
const texts = new Map<string, unknown>();
let seed = Date.now();

/** Every state that each pod has been in, by uid, as the API server told it. */
const history = new Map<string, Pod[]>();
const stopWatching = await watchPods(cluster, (pod) => {
  const uid = pod.metadata.uid ?? "";
  history.set(uid, [...(history.get(uid) ?? []), pod]);
});

function unique<T>(items: readonly T[]): T[] {
  return [...new Map(items.map((item) => [JSON.stringify(item), item])).values()];
}

/** The names that the kubelet gives its events end in the moment of their making. */
const madeAt = ({ metadata }: Event): bigint => BigInt(`0x${/\.([0-9a-f]+)$/.exec(metadata.name)?.[1] ?? "0"}`);

const conditionsOf = (
  conditions: readonly { type: string; status: string; reason?: string; message?: string }[] = [],
  scrub: Scrubber,
): unknown[] =>
  conditions.map(({ type, status, reason = "", message = "" }) => ({ type, status, reason, message: scrub(message) }));

/** What the playground needs of a scenario: words, in the order in which they first came. */
function wordsOf(settled: Settled): unknown {
  const [pod] = settled.pods;
  if (pod === undefined) return undefined;
  const specs = [...(pod.spec.initContainers ?? []), ...pod.spec.containers];
  // Where a scenario is about none of them in particular, the one that the first warning is about.
  const warned = settled.events.find(({ type }) => type === "Warning")?.involvedObject.fieldPath;
  const container =
    settled.placed.container ?? specs.find(({ name }) => warned?.includes(`{${name}}`))?.name ?? specs[0]?.name ?? "";
  const scrub = scrubber(settled, specs.find(({ name }) => name === container)?.image ?? "", container);
  const about = ({ involvedObject: { uid, fieldPath } }: Event): boolean =>
    uid === pod.metadata.uid && (fieldPath === undefined || fieldPath.includes(`{${container}}`));
  const events = settled.events
    .filter(about)
    .toSorted((a, b) => (madeAt(a) < madeAt(b) ? -1 : 1))
    .map(({ type, reason, message, involvedObject, source, reportingComponent }) => ({
      type,
      reason,
      message: scrub(message),
      fieldPath: scrub(involvedObject.fieldPath ?? ""),
      component: source?.component ?? reportingComponent ?? "",
    }));
  const waiting = (history.get(pod.metadata.uid ?? "") ?? [pod])
    .flatMap(statuses)
    .filter(({ name }) => name === container)
    .flatMap(({ state }) =>
      state.waiting ? [{ reason: state.waiting.reason ?? "", message: scrub(state.waiting.message ?? "") }] : [],
    );
  return { events: unique(events), waiting: unique(waiting), conditions: conditionsOf(pod.status.conditions, scrub) };
}

/**
 * What a busy node does, true to life and not what the recording is about: it warned of a secret that is there, because it did not have it at hand yet, or was too
 * slow to tell the API server of the first failure before it backed off.
 */
function isHurried({ scenario, events, pods, placed: { container } }: Settled): boolean {
  const warned =
    scenario.cause !== "pull-secret-missing" &&
    events.some(({ reason }) => reason === "FailedToRetrieveImagePullSecret");
  const seen = new Set(
    pods
      .flatMap((pod) => history.get(pod.metadata.uid ?? "") ?? [])
      .flatMap(statuses)
      .filter(({ name }) => name === container)
      .map(({ state }) => state.waiting?.reason),
  );
  return (
    warned ||
    (pods.flatMap(statuses).some(({ state }) => state.waiting?.reason === "ImagePullBackOff") &&
      !seen.has("ErrImagePull"))
  );
}

function write(settled: Settled): void {
  const { scenario, namespace, placed, pods, events, node, seconds } = settled;
  console.log(`${seconds.toFixed(1).padStart(6)} s  ${scenario.id}  ${namespace} ${placed.target}`);
  const whole = {
    id: scenario.id,
    cause: scenario.cause,
    orElse: scenario.orElse ?? [],
    namespace,
    target: placed.target,
    container: placed.container,
    objects: placed.objects,
    pods,
    events,
    node,
  };
  writeFileSync(join(folder, `${scenario.id}.json`), `${JSON.stringify(whole, null, 2)}\n`);
  texts.set(scenario.id, wordsOf(settled));
}

async function record(chosen: readonly Scenario[], triesLeft = 3): Promise<Live[]> {
  if (chosen.length === 0) return [];
  const live = await place(cluster, chosen, (seed += 1));
  const settled = await settle(cluster, live, 300, write);
  const hurried = settled.filter(isHurried);
  if (hurried.length === 0 || triesLeft === 0) return live;
  await remove(cluster, hurried);
  return [
    ...live.filter((one) => !hurried.some(({ namespace }) => namespace === one.namespace)),
    ...(await record(
      hurried.map(({ scenario }) => scenario),
      triesLeft - 1,
    )),
  ];
}

async function recover(): Promise<void> {
  const recovered = await place(cluster, [recovery], (seed += 1));
  await settle(cluster, recovered, 120);
  await remove(cluster, recovered);
}

async function recordDisturbed(): Promise<void> {
  const chosen = disturbances.filter(({ scenario }) => wanted(scenario));
  if (chosen.length === 0) return;
  // A node that has run a pod has the sandbox image, as nodes have.
  await recover();
  for (const { begin, end, before, scenario } of chosen) {
    await disturb(begin);
    const live: Live[] = [];
    try {
      if (before) live.push(...(await place(cluster, [before], (seed += 1))));
      await settle(cluster, live, 120);
      live.push(...(await record([scenario], 0)));
    } finally {
      await disturb(end);
    }
    await recover();
    await remove(cluster, live);
  }
}

function writeTexts(node: Node | undefined): void {
  const { kubernetes, containerRuntime } = cluster.versions;
  const name = `kubernetes-${kubernetes}-${containerRuntime ?? ""}`.replaceAll(/[^\w.-]+/g, "-");
  const file = join(import.meta.dirname, "../../src/playground/recordings", `${name.replace(/-ds\d+.*$/, "")}.json`);
  const { architecture = "", operatingSystem = "", osImage = "", kernelVersion = "" } = node?.status.nodeInfo ?? {};
  const known = new Set([...scenarios, ...disturbances.map(({ scenario }) => scenario)].map(({ id }) => id));
  const earlier = existsSync(file)
    ? (JSON.parse(readFileSync(file, "utf8")) as { scenarios: Record<string, unknown> }).scenarios
    : {};
  const recording = {
    recordedAt: new Date().toISOString(),
    versions: { kubernetes, containerRuntime },
    node: {
      conditions: conditionsOf(node?.status.conditions, scrubMachine),
      // The rest of a kernel's version tells of the machine that it runs on.
      nodeInfo: { architecture, operatingSystem, osImage, kernelVersion: kernelVersion.replace(/-.*$/, "") },
    },
    scenarios: Object.fromEntries(
      [...new Map([...Object.entries(earlier), ...texts])]
        .filter(([id]) => known.has(id))
        .toSorted(([a], [b]) => a.localeCompare(b)),
    ),
  };
  writeFileSync(file, `${JSON.stringify(recording, null, 2)}\n`);
  console.log(`${texts.size} scenarios: whole in ${folder}, words in ${file}`);
}

if (!values.undisturbed) await recordDisturbed();
const began = Date.now();
const live = await record(scenarios.filter(wanted));
console.log(`${live.length} scenarios settled after ${((Date.now() - began) / 1000).toFixed(1)} s`);
writeTexts((await list<Node>(cluster, "nodes"))[0]);
stopWatching();
if (!values.keep && live.length > 0) await remove(cluster, live);
if (starts && !values.keep) script("down.sh");
