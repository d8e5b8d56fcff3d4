import pLimit from "p-limit";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { isFinal } from "../../../src/approvals/machine.ts";
import { parseRequest } from "../../../src/approvals/schema.ts";
import type { RepullRequest } from "../../../src/approvals/types.ts";
import { teamId } from "../../../src/playground/slack/workspace.ts";
import { type Point, pointsOf } from "../../crash/calls.ts";
import { approvers, channel, dana, type House, logOf, openHouse, within } from "../../crash/house.ts";
import { approve, ask } from "../../crash/in-slack.ts";
import { judge, summary, told } from "../../crash/judged.ts";
import { calm, type Played } from "../../crash/play.ts";
import { type Api, must, openApi } from "../approvals/api.ts";
import { admin, botOf, bringApprovals, makeNamespace, removeNamespace } from "../approvals/stand.ts";
import { type Cluster, readCluster } from "../cluster.ts";
import { bot, tally, writesIn } from "../repull/audit.ts";
import { apply, digestsOf, manifestOf, podsNamed, pushTag, ready } from "../repull/workloads.ts";
import { list, nodeOf } from "../runner.ts";
import { stage, until } from "../stage.ts";

/**
 * Asked and approved in Slack, carried out on a real node by the real process, which is killed at its calls: each kind of write to the API server once
 * before it is handed on and once when it is done and not answered, and so the post to the channel. What was done, the API server's audit log counts.
 */

let cluster: Cluster;
let api: Api;
let token: string;
let plain: Played;
let counted = 0;
let logged = 0;
let runs: readonly Played[];
const made: Place[] = [];
let places = 0;

interface Place {
  readonly namespace: string;
  readonly wanted: string;
}

/** A Deployment that runs in a namespace of its own, whose tag has moved since. */
async function place(): Promise<Place> {
  const namespace = `imagepull-test-killed-${(places += 1)}-${Date.now().toString(36)}`;
  const user = (id: string): string => `slack:${teamId}:${id}`;
  const [arun] = approvers;
  await makeNamespace(api, namespace, [
    { to: user(dana), role: "imagepull-ask" },
    { to: user(arun), role: "imagepull-decide" },
  ]);
  await until("the service account", async () =>
    (await list(cluster, "serviceaccounts", "-n", namespace)).length > 0 ? true : null,
  );
  const repository = `${namespace}/web`;
  await pushTag(cluster, repository, "1.0.0", `${namespace} one`);
  const image = `${nodeOf(cluster).registries.open}/${repository}:1.0.0`;
  await apply(cluster, namespace, [manifestOf({ kind: "Deployment", name: "web", image, policy: "Always" })]);
  await ready(cluster, namespace, "web", 2);
  const found = { namespace, wanted: await pushTag(cluster, repository, "1.0.0", `${namespace} two`) };
  made.push(found);
  return found;
}

const get = <T>(path: string): Promise<T> => must<T>(api, { as: admin, method: "GET", path });
const listed = async (namespace: string, resource: string): Promise<readonly unknown[]> =>
  (await get<{ items: readonly unknown[] }>(`/apis/imagepull.dev/v1alpha1/namespaces/${namespace}/${resource}`)).items;

async function requestsIn(namespace: string): Promise<readonly RepullRequest[]> {
  return (await listed(namespace, "repullrequests")).map((object) => {
    const parsed = parseRequest(object);
    if (!parsed.ok) throw new Error(parsed.error.sentence);
    return parsed.value;
  });
}

async function play({ namespace, wanted }: Place, point: Point | null): Promise<Played> {
  const began = performance.now();
  const house = await openHouse(
    {
      server: cluster.server,
      authority: cluster.certificateAuthority,
      token,
      namespace,
      settings: 'registry:\n  allow: ["127.0.0.0/8"]\n',
      environment: { NODE_EXTRA_CA_CERTS: nodeOf(cluster).registryAuthority },
    },
    { point },
  );
  return within(house, async () => {
    await ask(house, "restart");
    await approve(house);
    await until(
      `the end in ${namespace}`,
      async () => {
        const status = (await requestsIn(namespace))[0]?.status;
        return isFinal(status?.phase ?? "Pending") && status?.slack?.shown === status?.phase ? true : null;
      },
      240,
    ).catch(() => null);
    await calm(house);
    return count(house, wanted, point, (performance.now() - began) / 1000);
  });
}

async function count(house: House, wanted: string, point: Point | null, seconds: number): Promise<Played> {
  const { namespace, slack, calls } = house;
  const requests = await requestsIn(namespace);
  const status = requests[0]?.status;
  const history = status?.history.map(({ phase }) => phase) ?? [];
  const web = await get<{ metadata: { generation: number } }>(`/apis/apps/v1/namespaces/${namespace}/deployments/web`);
  return {
    point,
    calls: [...calls.all],
    killedAt: calls.killedAt,
    effects: tally(writesIn(cluster, namespace, bot).filter(({ path }) => !path.includes("/imagepull.dev/"))),
    generation: web.metadata.generation,
    requests: requests.length,
    decisions: (await listed(namespace, "repulldecisions")).length,
    phases: history.filter((phase, index) => phase !== history[index - 1]),
    message: status?.message ?? "",
    running: digestsOf(await podsNamed(cluster, namespace, "web")),
    wanted,
    shown: slack
      .messages(channel, dana)
      .filter(({ user, ephemeralTo }) => user === slack.botUserId && ephemeralTo === null)
      .map(({ text }) => text.replaceAll(namespace, "…")),
    seconds,
    log: logOf(house),
  };
}

const atSlack = /^(?:chat\.|views\.|response_url)/u;
const isChosen = ({ kind, nth }: Point): boolean =>
  kind === "patch deployments" || (nth === 1 && (kind === "chat.postMessage" || !atSlack.test(kind)));

beforeAll(async () => {
  cluster = readCluster(inject("clusterFile"));
  api = openApi(cluster);
  await bringApprovals(cluster);
  const who = await botOf(api);
  token = "token" in who ? who.token : "";
  const undisturbed = await place();
  plain = await stage("a run that nobody disturbs", () => play(undisturbed, null));
  counted = plain.calls.filter(({ kind }) => !atSlack.test(kind)).length;
  logged = writesIn(cluster, undisturbed.namespace, bot).length;
  const points = pointsOf(plain.calls).filter(isChosen);
  const few = pLimit(4);
  const all = await stage("workloads", () => Promise.all(points.map(() => few(place))));
  runs = await stage(`${points.length} kills`, () =>
    Promise.all(all.map((one, index) => few(() => play(one, points[index] ?? null)))),
  );
  const { "calls counted": calls, ...rest } = summary(plain, runs);
  console.table([
    { "calls counted": calls, "of them writes to the API server": counted, "writes in its audit log": logged, ...rest },
  ]);
}, 1_500_000);
afterAll(async () => {
  await Promise.all(made.map(({ namespace }) => removeNamespace(api, namespace)));
  api.close();
});

describe("asked and approved in Slack, on a real node, with the process killed at a call", () => {
  it("counts what the audit log counts", () => {
    expect(plain.phases).toEqual(["Pending", "Approved", "Executing", "Verifying", "Succeeded"]);
    expect(judge(plain, plain)).toMatchObject({ doubled: 0, lost: [], otherwise: [] });
    expect(plain.effects).toEqual({ "patch deployments/…": 2 });
    expect(logged).toBe(counted);
  });

  it("is killed before and after each kind of write", () => {
    expect(runs.filter(({ killedAt }) => killedAt === null).map(({ point }) => point && told(point))).toEqual([]);
    const kinds = new Set(plain.calls.map(({ kind }) => kind).filter((kind) => !atSlack.test(kind)));
    expect(new Set(runs.map(({ point }) => point?.kind))).toEqual(kinds.add("chat.postMessage"));
  });

  it("does everything once, loses nothing, and shows it in one message", () => {
    const clean = { isReached: true, doubled: 0, lost: [], extraMessages: 0, otherwise: [] };
    expect(runs.map((run) => judge(run, plain))).toEqual(
      runs.map(({ point }) => ({ point: point && told(point), ...clean })),
    );
  });
});
