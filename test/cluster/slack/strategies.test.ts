import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import type { SlackDouble } from "../../../src/playground/slack/double.ts";
import { strategies, type Strategy } from "../../../src/repull/strategy.ts";
import { type Api, openApi } from "../approvals/api.ts";
import { serve, type Serving } from "../approvals/serving.ts";
import { botOf, bringApprovals, makeNamespace, removeNamespace } from "../approvals/stand.ts";
import { type Cluster, readCluster } from "../cluster.ts";
import { apply, digestsOf, heldUnder, manifestOf, podsNamed, pushTag, ready, uidsOf } from "../repull/workloads.ts";
import { kubectl, list, nodeOf } from "../runner.ts";
import { stage, until } from "../stage.ts";
import { byPage, byPayload, ended, type Player } from "./players.ts";
import {
  actionIds,
  arun,
  channel,
  dana,
  grantsIn,
  openWorkspace,
  requestMessage,
  textOf,
  userOf,
} from "./workspace.ts";

/** Each strategy, asked for by one person in Slack and approved by another, on a real node: digests and the audit trail are read with kubectl. */

const onlyPulls: ReadonlySet<Strategy> = new Set(["pre-pull", "probe"]);
const story = ["Pending", "Approved", "Executing", "Verifying", "Succeeded"];

interface Row {
  readonly way: string;
  readonly strategy: Strategy;
  readonly phase: string;
  readonly "ran before": string;
  readonly promised: string;
  readonly "runs now": string;
  readonly "asked by": string;
  readonly "approved by": string;
}
const rows: Row[] = [];
const short = (digest: string): string => digest.slice(7, 15);

interface Stored {
  readonly metadata: { readonly name: string };
  readonly spec: { readonly requestedBy: string; readonly reason: string; readonly strategy: string };
  readonly status: {
    readonly phase: string;
    readonly message: string;
    readonly history: readonly { readonly phase: string; readonly by?: string }[];
    readonly slack: { readonly channel: string; readonly ts: string; readonly shown: string };
  };
}

describe.each(["http", "page"] as const)("asked and approved in Slack (%s), on a real node", (way) => {
  const namespace = `imagepull-test-slack-${way}-${Date.now().toString(36)}`;
  let cluster: Cluster;
  let api: Api;
  let slack: SlackDouble;
  let bot: Serving;
  let player: Player;

  beforeAll(async () => {
    cluster = readCluster(inject("clusterFile"));
    api = openApi(cluster);
    slack = await openWorkspace();
    await bringApprovals(cluster);
    await makeNamespace(api, namespace, grantsIn(slack));
    const who = await botOf(api);
    const mode = way === "http" ? "http" : "socket";
    const environment = { IMAGEPULL_CHANNEL: channel };
    const token = "token" in who ? who.token : "";
    bot = await stage("the bot is ready", () => serve(cluster, token, { slack, mode, environment }));
    player = way === "http" ? byPayload(slack) : await byPage(slack);
    await until("the service account", async () =>
      (await list(cluster, "serviceaccounts", "-n", namespace)).length > 0 ? true : null,
    );
  });
  afterAll(async () => {
    await player.close();
    const { code, log } = await bot.stop();
    expect(slack.unknownCalls()).toEqual([]);
    await slack.close();
    await removeNamespace(api, namespace);
    api.close();
    console.table(rows.filter((row) => row.way === way));
    expect(code, log).toBe(0);
  });

  it.each(strategies.map((strategy) => [strategy]))("%s", async (strategy) => {
    const name = `${way}-${strategy}`;
    const repository = `${namespace}/${name}`;
    const image = `${nodeOf(cluster).registries.open}/${repository}`;
    const old = await pushTag(cluster, repository, "1.0.0", `${name} one`);
    const policy = strategy === "restart" || strategy === "delete-pods" ? "Always" : "IfNotPresent";
    await apply(cluster, namespace, [manifestOf({ kind: "Deployment", name, image: `${image}:1.0.0`, policy })]);
    const before = await ready(cluster, namespace, name, 2);
    const tag = strategy === "set-image" ? "2.0.0" : "1.0.0";
    const wanted = await pushTag(cluster, repository, tag, `${name} two`);

    const more = strategy === "set-image" ? ` --tag ${tag}` : "";
    await player.ask(`/imagepull repull ${namespace}/deploy/${name} --strategy ${strategy}${more}`, name);
    expect(uidsOf(await podsNamed(cluster, namespace, name))).toEqual(uidsOf(before));
    await player.approve(name);
    const said = await ended(slack, name);

    const after = await ready(cluster, namespace, name, 2);
    const running = digestsOf(after);
    const stored = await storedOf(name);
    const decision = await decisionOn(stored.metadata.name);
    rows.push({
      way,
      strategy,
      phase: stored.status.phase,
      "ran before": short(old),
      promised: short(wanted),
      "runs now": running.map(short).join(" "),
      "asked by": stored.spec.requestedBy,
      "approved by": decision.spec.by,
    });
    expect([stored.status.phase, stored.status.message]).toEqual(["Succeeded", stored.status.message]);
    expect(said).toMatch(/succeeded/u);
    // The audit trail, by kubectl alone.
    expect(stored.spec).toMatchObject({
      requestedBy: userOf(slack, dana),
      reason: "the new build is out",
      strategy,
    });
    expect(stored.status.history.map(({ phase }) => phase)).toEqual(story);
    expect(decision.spec).toMatchObject({ by: userOf(slack, arun), decision: "approve" });
    // Where its message stands, which is one.
    await until("the last word in the message", async () =>
      (await storedOf(name)).status.slack.shown === "Succeeded" ? true : null,
    );
    const message = requestMessage(slack, name);
    expect(message?.ts).toBe(stored.status.slack.ts);
    expect(actionIds(message ?? { blocks: [] }).filter((id) => ["approve", "deny", "cancel"].includes(id))).toEqual([]);
    const all = slack
      .messages(channel, arun.id)
      .filter((one) => one.ephemeralTo === null && textOf(one).includes(name));
    expect(all).toHaveLength(1);
    if (onlyPulls.has(strategy)) {
      expect(uidsOf(after)).toEqual(uidsOf(before));
      expect(running).toEqual([old, old]);
      expect(await heldUnder(cluster, `${image}:${tag}`)).toBe(wanted);
    } else {
      expect(running).toEqual([wanted, wanted]);
      expect(uidsOf(after).filter((uid) => uidsOf(before).includes(uid))).toEqual([]);
    }
  });

  async function storedOf(app: string): Promise<Stored> {
    const text = await kubectl(cluster, ["-n", namespace, "get", "repullrequests", "-o", "json"]);
    const { items } = JSON.parse(text) as { items: (Stored & { spec: { target: { name: string } } })[] };
    const found = items.find(({ spec }) => spec.target.name === app);
    if (found === undefined) throw new Error(`no request for ${app}`);
    return found;
  }

  async function decisionOn(request: string): Promise<{ spec: { by: string; decision: string; request: string } }> {
    const text = await kubectl(cluster, ["-n", namespace, "get", "repulldecisions", "-o", "json"]);
    const { items } = JSON.parse(text) as { items: { spec: { by: string; decision: string; request: string } }[] };
    const found = items.find(({ spec }) => spec.request === request);
    if (found === undefined) throw new Error(`no decision on ${request}`);
    return found;
  }
});
