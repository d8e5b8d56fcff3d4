import { setTimeout as sleep } from "node:timers/promises";
import pLimit from "p-limit";
import { isFinal } from "../../src/approvals/machine.ts";
import { parseRequest } from "../../src/approvals/schema.ts";
import type { RepullRequest } from "../../src/approvals/types.ts";
import type { Strategy } from "../../src/repull/strategy.ts";
import type { Call, Point } from "./calls.ts";
import { kindAtApiServer } from "./kinds.ts";
import { channel, dana, type House, logOf, type Options, within } from "./house.ts";
import { openWorld, type World } from "./world.ts";

/** What people do: they ask, and somebody else approves. */
export interface People {
  ask(house: House, strategy: Strategy): Promise<void>;
  approve(house: House): Promise<void>;
}

/** What one run has come to, counted where it happens: at the API server and in the channel. */
export interface Played {
  readonly point: Point | null;
  readonly calls: readonly Call[];
  readonly killedAt: Call | null;
  /** Writes that the API server has taken, of workloads and pods, by their kind. */
  readonly effects: Readonly<Record<string, number>>;
  /** Of the Deployment: one more for each change of what it asks for. */
  readonly generation: number;
  readonly requests: number;
  readonly decisions: number;
  /** Each phase that the request went through, as it tells itself. */
  readonly phases: readonly string[];
  readonly message: string;
  /** What its pods run, and what was promised. */
  readonly running: readonly string[];
  readonly wanted: string;
  /** Messages of the request in the channel, by what each shows last. */
  readonly shown: readonly string[];
  readonly seconds: number;
  readonly log: string;
}

/** To start takes the machine; what comes after it is mostly waiting. */
const starting = pLimit(4);

/** A person asks, another approves, and the bot does it; where it is killed, the next one goes on. */
export async function play(
  strategy: Strategy,
  people: People,
  options: Options = {},
  limitSeconds = 150,
): Promise<Played> {
  const began = performance.now();
  const world = await starting(() => openWorld(options));
  return within(world, async () => {
    await starting(() => people.ask(world, strategy));
    await people.approve(world);
    const end = Date.now() + limitSeconds * 1000;
    while (!isOver(world) && Date.now() < end) await sleep(100);
    await calm(world);
    return count(world, options.point ?? null, (performance.now() - began) / 1000);
  });
}

/** Long enough for a bot to look at everything, and to do what it should not. */
const calmMs = 4_000;

/** Nobody does anything any more: neither the bot that ran, nor the one that came after it. */
export async function calm(house: House): Promise<void> {
  const { calls } = house;
  await house.back();
  const since = Date.now();
  while (calls.underWay > 0 || Date.now() - Math.max(since, calls.lastAt) < calmMs) await sleep(100);
  await house.back();
}

/** It has ended, and the channel shows it. */
function isOver(world: World): boolean {
  const [request] = requestsIn(world);
  if (request === undefined || !isFinal(request.status?.phase ?? "Pending")) return false;
  return request.status?.slack?.shown === request.status?.phase;
}

export function requestsIn({ cluster, namespace }: World): readonly RepullRequest[] {
  return cluster.list("imagepull.dev/v1alpha1", "RepullRequest", namespace).map((object) => {
    const parsed = parseRequest(object);
    if (!parsed.ok) throw new Error(parsed.error.sentence);
    return parsed.value;
  });
}

function count(world: World, point: Point | null, seconds: number): Played {
  const { cluster, namespace, slack, calls, wanted } = world;
  const [request] = requestsIn(world);
  const history = request?.status?.history.map(({ phase }) => phase) ?? [];
  const pods = cluster.list("v1", "Pod", namespace);
  return {
    point,
    calls: [...calls.all],
    killedAt: calls.killedAt,
    effects: effectsIn(world),
    generation: cluster.get("apps/v1", "Deployment", "web")?.metadata.generation ?? 0,
    requests: requestsIn(world).length,
    decisions: cluster.list("imagepull.dev/v1alpha1", "RepullDecision", namespace).length,
    phases: history.filter((phase, index) => phase !== history[index - 1]),
    message: request?.status?.message ?? "",
    running: pods.flatMap((pod) => JSON.stringify(pod["status"]).match(/sha256:[0-9a-f]{64}/u) ?? []),
    wanted,
    shown: slack
      .messages(channel, dana)
      .filter(({ user, ephemeralTo }) => user === slack.botUserId && ephemeralTo === null)
      .map(({ text }) => text),
    seconds,
    log: logOf(world),
  };
}

/** Everything that was written to workloads and pods, which is what a re-pull is. */
function effectsIn({ cluster }: World): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const { method, path, body, dryRun, code } of cluster.api.writes) {
    const kind = kindAtApiServer({ method, url: path, body: JSON.stringify(body) });
    if (kind === null || dryRun || code >= 300 || path.includes("/imagepull.dev/")) continue;
    counts[kind] = (counts[kind] ?? 0) + 1;
  }
  return Object.fromEntries(Object.entries(counts).toSorted(([a], [b]) => (a < b ? -1 : 1)));
}
