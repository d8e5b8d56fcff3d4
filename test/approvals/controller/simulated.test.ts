import { afterEach, expect, it } from "vitest";
import { specOf, usualExpiry } from "../../../src/approvals/ask.ts";
import { createController } from "../../../src/approvals/controller/controller.ts";
import type { ControllerEvent } from "../../../src/approvals/controller/types.ts";
import { decisionName, requestName } from "../../../src/approvals/naming.ts";
import { createRights } from "../../../src/approvals/rights.ts";
import { createStore } from "../../../src/approvals/store.ts";
import type { Kept } from "../../../src/approvals/types.ts";
import { createWorld } from "../../../src/collect/world.ts";
import { type EmptyCluster, startEmptyCluster } from "../../../src/playground/cluster/empty-cluster.ts";
import { bot } from "../../../src/playground/cluster/users.ts";
import { questionsOf } from "../../../src/repull/draft.ts";
import { conclude, draftOf } from "../../../src/repull/repull.ts";
import { parametersOf } from "../../../src/repull/strategy.ts";
import { podSpec } from "../../playground/cluster/workbench.ts";
import { logIn } from "../../support/simulated.ts";

/** Everything that is real but the cluster: over HTTP, with its admission, its policies and its rights, and with answers that are lost. */

const everybody = ["system:authenticated"];
const everything = [{ verbs: ["*"], groups: ["*"], resources: ["*"] }];
const clock = (): Date => new Date();
const ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).toReversed()) await end();
});

async function start(): Promise<EmptyCluster> {
  const person = (name: string) => ({ name, groups: everybody, rules: everything });
  const users = { ann: person("ann"), bob: person("bob"), bot: { ...bot, rules: everything } };
  const cluster = await startEmptyCluster({ clock, users, readyAfter: 300 });
  ends.push(() => cluster.stop());
  const over = new AbortController();
  const moves = (async () => {
    while (!over.signal.aborted) {
      await cluster.advance();
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  })();
  ends.push(() => {
    over.abort();
    return moves;
  });
  return cluster;
}

/** What somebody has, who logs in as this. */
async function as(cluster: EmptyCluster, token: string) {
  const { reader, writer, core } = await logIn(cluster, token, (end) => ends.push(end));
  return {
    store: createStore(reader, writer),
    rights: createRights((review, signal) => reader.review(review, signal)),
    core,
    world: createWorld({ reader, writer, clock }),
  };
}

const done = <T>(kept: Kept<T>): T => {
  if (kept.kind !== "done") throw new Error(JSON.stringify(kept));
  return kept.value;
};

it(
  "two bots, an API server that loses every third answer: asked, approved, restarted once",
  { timeout: 60_000 },
  async () => {
    const cluster = await start();
    cluster.push("registry.example/shop/web:1");
    const labels = { app: "web" };
    cluster.apply({
      apiVersion: "apps/v1",
      kind: "Deployment",
      metadata: { name: "web" },
      spec: {
        replicas: 2,
        selector: { matchLabels: labels },
        template: { metadata: { labels }, spec: podSpec({ imagePullPolicy: "Always" }) },
      },
    });
    const ready = (): unknown => cluster.get("apps/v1", "Deployment", "web")?.["status"];
    await expect.poll(ready, { timeout: 10_000 }).toMatchObject({ readyReplicas: 2 });
    const digest = cluster.push("registry.example/shop/web:1");

    const [ann, bob] = [await as(cluster, "ann"), await as(cluster, "bob")];
    const target = { kind: "object", namespace: "shop", resource: "Deployment", name: "web" } as const;
    const answer = await ann.core.diagnose({ target, defaultNamespace: null });
    if (answer.kind !== "diagnosis") throw new Error(answer.sentence);
    const parameters = parametersOf("restart");
    const draft = draftOf(parameters, answer.evidence, answer.diagnosis);
    if (!draft.ok) throw new Error(JSON.stringify(draft.error));
    const questions = questionsOf(draft.value);
    const planned = conclude(
      draft.value,
      questions === null ? { checks: [], nodes: [] } : await ann.core.lookAhead(questions),
      clock().toISOString(),
    );
    const who = { user: "ann", groups: everybody };
    const asking = { planned, parameters, object: draft.value.subject.object, who, reason: "a new build" };
    const spec = specOf({ ...asking, undoes: null, attempt: 1, expiresAfterSeconds: usualExpiry });
    if (!spec.ok) throw new Error(spec.error.sentence);
    const request = done(await ann.store.ask("shop", requestName(spec.value), spec.value));

    let writes = 0;
    cluster.api.hooks.after = ({ user, dryRun }) =>
      user === bot.name && !dryRun && (writes += 1) % 3 === 0 ? "drop" : undefined;
    const events: ControllerEvent[] = [];
    const stopping = new AbortController();
    const bots = await Promise.all(
      ["bot-1", "bot-2"].map(async (id) => {
        const own = await as(cluster, "bot");
        const controller = createController({
          ...own,
          rules: () => ({ needed: 1, people: new Map() }),
          id,
          isReadOnly: () => false,
          atOnce: { namespace: 3, cluster: 10 },
          keep: 1e10,
          report: (event) => void events.push(event),
        });
        return { running: controller.run(stopping.signal) };
      }),
    );
    const phase = async (): Promise<string> => {
      const read = await ann.store.request("shop", request.name);
      return read.status === "ok" ? (read.value.status?.phase ?? "none") : read.reason;
    };
    await expect.poll(phase, { timeout: 15_000 }).toBe("Pending");
    done(
      await bob.store.decide("shop", decisionName(request.name, "bob", "approve"), {
        request: request.name,
        requestUid: request.uid,
        by: "bob",
        byGroups: everybody,
        decision: "approve",
        reason: "",
      }),
    );
    await expect.poll(phase, { timeout: 45_000 }).toBe("Succeeded");
    stopping.abort();
    await Promise.all(bots.map(({ running }) => running));
    const read = await ann.store.request("shop", request.name);
    expect(read.status === "ok" && read.value.status).toMatchObject({ running: { app: [digest] }, executor: null });
    expect(writes).toBeGreaterThan(5);
    const patches = cluster.api.writes.filter(
      ({ path, dryRun, user }) => path.endsWith("/deployments/web") && !dryRun && user === bot.name,
    );
    expect(patches).toHaveLength(2);
    expect(events.filter(({ kind }) => kind === "error" || kind === "refused")).toEqual([]);
  },
);
