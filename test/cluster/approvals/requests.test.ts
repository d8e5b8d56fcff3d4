import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import type { Strategy } from "../../../src/repull/strategy.ts";
import { type Cluster, readCluster } from "../cluster.ts";
import {
  apply,
  digestsOf,
  type Kind,
  manifestOf,
  podsNamed,
  podsOf,
  pushTag,
  ready,
  uidsOf,
} from "../repull/workloads.ts";
import { list, nodeOf } from "../runner.ts";
import { until } from "../stage.ts";
import { type Asking, openAsking } from "./asking.ts";
import { type Api, openApi } from "./api.ts";
import { serve, type Serving } from "./serving.ts";
import { botOf, bringApprovals, makeNamespace, removeNamespace } from "./stand.ts";

/** Requests that people write with kubectl, carried out by `imagepull serve` under the rights that `install` gives it. */

const namespace = `imagepull-test-requests-${Date.now().toString(36)}`;
let cluster: Cluster;
let api: Api;
let asking: Asking;
let token: string;

beforeAll(async () => {
  cluster = readCluster(inject("clusterFile"));
  api = openApi(cluster);
  await bringApprovals(cluster);
  await makeNamespace(api, namespace, [
    { to: "dana", role: "imagepull-ask" },
    { to: "omar", role: "imagepull-decide" },
    { to: "gus", role: "imagepull-ask" },
    { to: "rita", role: "imagepull-ask" },
    { to: "rita", role: "imagepull-decide" },
  ]);
  const bot = await botOf(api);
  token = "token" in bot ? bot.token : "";
  asking = await openAsking(cluster);
  await until("the service account", async () =>
    (await list(cluster, "serviceaccounts", "-n", namespace)).length > 0 ? true : null,
  );
});
afterAll(async () => {
  asking.close();
  await removeNamespace(api, namespace);
  api.close();
});

let count = 0;
/** A workload that runs, whose tag has moved since. */
async function moved(kind: Kind = "Deployment") {
  const name = `web-${(count += 1)}`;
  const repository = `${namespace}/${name}`;
  const before = await pushTag(cluster, repository, "1.0.0", `${name} one`);
  const image = `${nodeOf(cluster).registries.open}/${repository}`;
  await apply(cluster, namespace, [manifestOf({ kind, name, image: `${image}:1.0.0`, policy: "Always" })]);
  const pods = await ready(cluster, namespace, name, podsOf({ kind }));
  const after = await pushTag(cluster, repository, "1.0.0", `${name} two`);
  return { name, image, repository, before, after, uids: uidsOf(pods) };
}

/** What the bot has patched, evicted and made beside requests, by the audit log. */
const writesOfBot = (part: string): readonly string[] =>
  readFileSync(cluster.auditLog, "utf8")
    .split("\n")
    .filter(
      (line) =>
        line.includes("system:serviceaccount:imagepull:imagepull") &&
        line.includes(`/namespaces/${namespace}/`) &&
        line.includes(part),
    )
    .map(
      (line) =>
        JSON.parse(line) as {
          verb: string;
          requestURI: string;
          responseStatus?: { code: number };
          requestObject?: { dryRun?: unknown };
        },
    )
    .filter(
      ({ verb, requestURI, responseStatus, requestObject }) =>
        ["create", "patch", "delete", "update"].includes(verb) &&
        !requestURI.includes("dryRun") &&
        requestObject?.dryRun === undefined &&
        !requestURI.includes("repullrequests") &&
        (responseStatus?.code ?? 500) < 300,
    )
    .map(
      ({ verb, requestURI }) => `${verb} ${requestURI.replace(/\?.*$/u, "").replace(/^.*\/namespaces\/[^/]+\//u, "")}`,
    );

const phasesOf = ({ status }: { status?: { history?: readonly { phase: string }[] } }): readonly string[] =>
  (status?.history ?? []).map(({ phase }) => phase);
const story = ["Pending", "Approved", "Executing", "Verifying", "Succeeded"];

describe("one bot", () => {
  let bot: Serving;
  beforeAll(async () => {
    bot = await serve(cluster, token);
  });
  afterAll(async () => {
    const { code } = await bot.stop();
    expect(code).toBe(0);
  });

  it.each<[Strategy, object]>([
    ["restart", {}],
    ["delete-pods", {}],
    ["set-image", { tag: "2.0.0" }],
    ["pin-digest", {}],
  ])(
    "%s: asked by dana, approved by omar, carried out once; what runs is what was promised",
    async (strategy, over) => {
      const web = await moved();
      const next = await pushTag(cluster, web.repository, "2.0.0", `${web.name} three`);
      const request = await asking.ask("dana", { namespace, kind: "Deployment", name: web.name }, strategy, over);
      await until("a look", async () => ((await asking.get(request)).status?.phase === "Pending" ? true : null));
      expect(uidsOf(await podsNamed(cluster, namespace, web.name))).toEqual(web.uids);
      await asking.say("omar", request, "approve");
      const ended = await asking.ended(request);
      expect([ended.status?.phase, ended.status?.message]).toEqual(["Succeeded", ended.status?.message]);
      expect(phasesOf(ended)).toEqual(story);
      const wanted = strategy === "set-image" ? next : web.after;
      const pods = await ready(cluster, namespace, web.name, 2);
      expect(digestsOf(pods)).toEqual([wanted, wanted]);
      expect(uidsOf(pods).filter((uid) => web.uids.includes(uid))).toEqual([]);
      expect(ended.status?.running).toEqual({ app: [wanted] });
      const writes = writesOfBot(web.name);
      const evictions = strategy === "delete-pods" ? 2 : 0;
      // The change and the note of its end; each pod once.
      expect(writes.filter((one) => one === `patch deployments/${web.name}`)).toHaveLength(2);
      expect(writes.filter((one) => one.endsWith("/eviction"))).toHaveLength(evictions);
      expect(writes).toHaveLength(2 + evictions);
    },
  );

  it("probe: the workload stays as it is, and nothing is left of the pods that pulled", async () => {
    const web = await moved();
    const request = await asking.ask("dana", { namespace, kind: "Deployment", name: web.name }, "probe");
    await asking.say("omar", request, "approve");
    const ended = await asking.ended(request);
    expect([ended.status?.phase, ended.status?.message]).toEqual(["Succeeded", ended.status?.message]);
    expect(uidsOf(await podsNamed(cluster, namespace, web.name))).toEqual(web.uids);
    const left = await list<{ metadata: { name: string } }>(cluster, "pods", "-n", namespace);
    expect(left.filter(({ metadata }) => metadata.name.startsWith("imagepull-"))).toEqual([]);
  });

  it("a bare pod: made again once, from a manifest whose hash stood in the request before it was deleted", async () => {
    const web = await moved("Pod");
    const request = await asking.ask("dana", { namespace, kind: "Pod", name: web.name }, "delete-pods");
    await asking.say("omar", request, "approve");
    const ended = await asking.ended(request);
    expect([ended.status?.phase, ended.status?.message]).toEqual(["Succeeded", ended.status?.message]);
    expect(ended.status?.kept).toMatch(/^[0-9a-f]{64}$/u);
    const pods = await ready(cluster, namespace, web.name, 1);
    expect(digestsOf(pods)).toEqual([web.after]);
    expect(uidsOf(pods)).not.toEqual(web.uids);
    const writes = writesOfBot(web.name);
    expect(writes.map((one) => one.replace(`imagepull-keep-${web.name}`, "KEEPER"))).toEqual(
      expect.arrayContaining([`create pods/${web.name}/eviction`, "delete secrets/KEEPER"]),
    );
    expect(writes.filter((one) => one.endsWith("/eviction"))).toHaveLength(1);
    const left = await list<{ metadata: { name: string } }>(cluster, "secrets", "-n", namespace);
    expect(left.filter(({ metadata }) => metadata.name.startsWith("imagepull-keep-"))).toEqual([]);
  });

  it("who may only ask decides nothing, calls off nobody else's, and always calls off their own", async () => {
    const web = await moved();
    const request = await asking.ask("dana", { namespace, kind: "Deployment", name: web.name }, "restart");
    await expect(asking.say("gus", request, "approve")).rejects.toThrow(
      /gus may not create repulldecisions\.imagepull\.dev in namespace \S+ but to cancel what they have asked for/u,
    );
    await asking.say("gus", request, "cancel");
    const decisions = await until("a look at the decision", async () => {
      const all = (await asking.get(request)).status?.decisions ?? [];
      return all.length === 0 ? null : all;
    });
    expect(decisions).toEqual([
      expect.objectContaining({
        by: "gus",
        counts: false,
        why: expect.stringContaining("gus may not create repulldecisions.imagepull.dev") as string,
      }),
    ]);
    expect((await asking.get(request)).status?.phase).toBe("Pending");
    await asking.say("dana", request, "cancel", "not today");
    const { status } = await asking.ended(request);
    expect([status?.phase, status?.message]).toEqual(["Cancelled", 'Cancelled by dana: "not today".']);
  });

  it("a tag that moves between the vote and the run: stale, and nothing is changed", async () => {
    const web = await moved();
    const request = await asking.ask("dana", { namespace, kind: "Deployment", name: web.name }, "restart");
    const other = await pushTag(cluster, web.repository, "1.0.0", `${web.name} other`);
    await asking.say("omar", request, "approve");
    const { status } = await asking.ended(request);
    expect(status?.phase).toBe("Stale");
    expect(status?.message).toContain(web.after);
    expect(status?.message).toContain(other);
    expect(uidsOf(await podsNamed(cluster, namespace, web.name))).toEqual(web.uids);
  });

  it("nobody approves their own request; who asked may cancel it", async () => {
    const web = await moved();
    const request = await asking.ask("rita", { namespace, kind: "Deployment", name: web.name }, "restart");
    await asking.say("rita", request, "approve", "nobody else is awake");
    const decisions = await until("a look at the decision", async () => {
      const all = (await asking.get(request)).status?.decisions ?? [];
      return all.length === 0 ? null : all;
    });
    expect(decisions).toEqual([
      expect.objectContaining({ by: "rita", counts: false, why: expect.stringMatching(/approve-own/u) }),
    ]);
    expect((await asking.get(request)).status?.phase).toBe("Pending");
    await asking.say("rita", request, "cancel", "in the morning");
    const { status } = await asking.ended(request);
    expect([status?.phase, status?.message]).toEqual(["Cancelled", 'Cancelled by rita: "in the morning".']);
    expect(uidsOf(await podsNamed(cluster, namespace, web.name))).toEqual(web.uids);
  });
});

describe("two bots", () => {
  it("killed amid a rollout: the other goes on, and each write is made once", async () => {
    const bots = [await serve(cluster, token), await serve(cluster, token)];
    try {
      const web = await moved();
      const request = await asking.ask("dana", { namespace, kind: "Deployment", name: web.name }, "restart");
      await asking.say("omar", request, "approve");
      await asking.ended(request, ["Executing", "Verifying", "Succeeded"]);
      const { status } = await asking.get(request);
      const first = bots.find((bot) => bot.log().includes('"phase":"Executing"')) ?? bots[0];
      await first?.kill();
      expect(status?.executor).toBeDefined();
      const ended = await asking.ended(request);
      expect([ended.status?.phase, ended.status?.message]).toEqual(["Succeeded", ended.status?.message]);
      expect([...new Set(phasesOf(ended))]).toEqual(story);
      const pods = await ready(cluster, namespace, web.name, 2);
      expect(digestsOf(pods)).toEqual([web.after, web.after]);
      expect(writesOfBot(web.name)).toEqual([`patch deployments/${web.name}`, `patch deployments/${web.name}`]);
      bots.splice(bots.indexOf(first!), 1);
    } finally {
      await Promise.all(bots.map((bot) => bot.stop()));
    }
  });
});
