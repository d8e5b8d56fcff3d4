import { afterAll, beforeAll, expect, inject, it } from "vitest";
import type { SlackDouble } from "../../../src/playground/slack/double.ts";
import { strategies, type Strategy } from "../../../src/repull/strategy.ts";
import { type Api, openApi } from "../approvals/api.ts";
import { serve, type Serving } from "../approvals/serving.ts";
import { botOf, bringApprovals, type Grant, makeNamespace, removeNamespace } from "../approvals/stand.ts";
import { type Cluster, readCluster } from "../cluster.ts";
import { run } from "../programs.ts";
import { bot as botUser, writesIn } from "../repull/audit.ts";
import { apply, manifestOf, podsNamed, pushTag, ready, uidsOf } from "../repull/workloads.ts";
import { kubectl, list, nodeOf } from "../runner.ts";
import { until } from "../stage.ts";
import { actionIds, channel, requestMessage, textInput, toldTo, userOf, viewOf } from "./workspace.ts";
import { startSlackDouble } from "../../../src/playground/slack/double.ts";

/** The bot may do more than most people: what it can be asked for in Slack is held against what Kubernetes says of each of them. */

const requests = "repullrequests";
const people = {
  nobody: [],
  restarter: [[{ resources: [requests], verbs: ["create", "restart"] }]],
  developer: ["imagepull-ask"],
  wide: ["imagepull-ask", [{ resources: [requests], verbs: ["set-repository", "run-unproven"] }]],
  approver: ["imagepull-decide"],
  looker: ["imagepull-look"],
} satisfies Record<string, readonly Grant["role"][]>;
type Person = keyof typeof people;
const names = Object.keys(people) as Person[];
const idOf = (person: Person): string => `U0${person.toUpperCase()}`;

const stamp = Date.now().toString(36);
/** Where rights are granted, and where nobody has one. */
const here = `imagepull-test-rights-${stamp}`;
const elsewhere = `imagepull-test-elsewhere-${stamp}`;

let cluster: Cluster;
let api: Api;
let slack: SlackDouble;
let bot: Serving;
let podsBefore: readonly string[] = [];

beforeAll(async () => {
  cluster = readCluster(inject("clusterFile"));
  api = openApi(cluster);
  const members = names.map(idOf);
  slack = await startSlackDouble({
    clock: () => new Date(),
    users: names.map((name) => ({ id: idOf(name), name })),
    channels: [{ id: channel, name: "ops", members, botIsMember: true }],
  });
  await bringApprovals(cluster);
  const granted = names.flatMap((name) =>
    people[name].map((role): Grant => ({ to: userOf(slack, { id: idOf(name) }), role })),
  );
  await makeNamespace(api, here, granted);
  await makeNamespace(api, elsewhere, []);
  for (const namespace of [here, elsewhere]) {
    await until("the service account", async () =>
      (await list(cluster, "serviceaccounts", "-n", namespace)).length > 0 ? true : null,
    );
    for (const tag of ["1.0.0", "2.0.0"]) await pushTag(cluster, `${namespace}/web`, tag, `${namespace} ${tag}`);
    const image = `${nodeOf(cluster).registries.open}/${namespace}/web:1.0.0`;
    const made = (["roll", "web"] as const).map((name) =>
      manifestOf({ kind: "Deployment", name, image, policy: name === "roll" ? "Always" : "IfNotPresent" }),
    );
    await apply(cluster, namespace, made);
  }
  for (const namespace of [here, elsewhere])
    for (const app of ["roll", "web"]) podsBefore = [...podsBefore, ...uidsOf(await ready(cluster, namespace, app, 2))];
  const who = await botOf(api);
  const token = "token" in who ? who.token : "";
  bot = await serve(cluster, token, { slack, mode: "http", environment: { IMAGEPULL_CHANNEL: channel } });
});
afterAll(async () => {
  await bot.stop();
  await slack.close();
  for (const namespace of [here, elsewhere]) await removeNamespace(api, namespace);
  api.close();
});

/** `kubectl auth can-i`, whose exit code says no. */
async function canI(person: Person, verb: string, resource: string, namespace: string): Promise<boolean> {
  const user = userOf(slack, { id: idOf(person) });
  // Who asked may post a cancel: whether somebody decides is asked with a name.
  const name = resource === "repulldecisions" ? "/any" : "";
  const words = ["auth", "can-i", verb, `${resource}.imagepull.dev${name}`, "-n", namespace, "--as", user];
  const { stdout } = await run(cluster.kubectl, ["--kubeconfig", cluster.kubeconfig, ...words], {
    folder: "/",
    home: "/",
  });
  return stdout.trim() === "yes";
}

/** Where the policy is Always a new pod pulls by itself; the others have to bring it. */
const appFor = (strategy: Strategy): "roll" | "web" =>
  strategy === "restart" || strategy === "delete-pods" ? "roll" : "web";

/** What the modal says in the end. */
async function asks(person: Person, namespace: string, strategy: Strategy): Promise<string> {
  const id = idOf(person);
  const more = strategy === "set-image" ? " --tag 2.0.0" : "";
  await slack.say(
    id,
    channel,
    `/imagepull repull ${namespace}/deploy/${appFor(strategy)} --strategy ${strategy}${more}`,
  );
  const view = await viewOf(slack, { id }, "a plan", ({ submit }) => submit !== null);
  const { block, action } = textInput(view);
  await slack.submit(id, view.id, { [block]: { [action]: "" } });
  const end = await viewOf(slack, { id }, "an outcome", ({ submit, blocks }) => {
    return submit === null && /asked|may not|already/iu.test(JSON.stringify(blocks));
  });
  await slack.closeView(id, end.id);
  return JSON.stringify(end.blocks);
}

const requestsIn = async (namespace: string): Promise<readonly { spec: { requestedBy: string; strategy: string } }[]> =>
  (JSON.parse(await kubectl(cluster, ["-n", namespace, "get", requests, "-o", "json"])) as { items: never[] }).items;

const cases = names.flatMap((person) => [
  ...strategies.map((strategy) => [person, here, strategy] as const),
  ...(["restart", "set-image"] as const).map((strategy) => [person, elsewhere, strategy] as const),
]);

it("who may not do it by RBAC cannot have the bot do it", async () => {
  const rows: object[] = [];
  for (const [person, namespace, strategy] of cases) {
    const may =
      (await canI(person, "create", requests, namespace)) && (await canI(person, strategy, requests, namespace));
    const before = (await requestsIn(namespace)).length;
    const said = await asks(person, namespace, strategy);
    const made = (await requestsIn(namespace)).length - before;
    const isRefused = said.includes("may not");
    rows.push({
      person,
      where: namespace === here ? "here" : "elsewhere",
      strategy,
      "can-i": may,
      asked: !isRefused,
      made,
    });
    expect([person, namespace, strategy, isRefused, isRefused && made > 0]).toEqual([
      person,
      namespace,
      strategy,
      !may,
      false,
    ]);
    // Who is refused reads which right is missing, and how it is granted.
    if (isRefused) expect(said).toMatch(/repullrequests\.imagepull\.dev in namespace .*kubectl -n/u);
  }
  console.table(rows);
  // Nobody has approved anything, so nothing has been done.
  const written = [here, elsewhere].flatMap((namespace) => writesIn(cluster, namespace, botUser));
  expect(written.length).toBeGreaterThan(0);
  expect(written.filter(({ path, code }) => code < 300 && !path.includes("/imagepull.dev/"))).toEqual([]);
  const pods = await Promise.all(
    [here, elsewhere].flatMap((namespace) => ["roll", "web"].map((app) => podsNamed(cluster, namespace, app))),
  );
  expect(pods.flatMap(uidsOf).toSorted()).toEqual([...podsBefore].toSorted());
}, 300_000);

it("who may not decide it by RBAC decides nothing by a click", async () => {
  await asks("restarter", here, "restart");
  const message = await until("a request to decide", () => {
    const found = requestMessage(slack, "asks to restart", idOf("approver"));
    return found !== null && actionIds(found).includes("approve") ? found : null;
  });
  const rows: object[] = [];
  // Whoever asked is asked for a reason first: that is another test's.
  const others = names.filter((name) => name !== "restarter");
  for (const person of others.toSorted((one, other) => Number(one === "approver") - Number(other === "approver"))) {
    const may =
      (await canI(person, "create", "repulldecisions", here)) && (await canI(person, "restart", requests, here));
    const before = toldTo(slack, { id: idOf(person) }).length;
    await slack.click(idOf(person), message, "approve");
    const answer = await until(
      "an answer",
      () =>
        toldTo(slack, { id: idOf(person) })
          .slice(before)
          .at(-1) ?? null,
      20,
    );
    const text = await kubectl(cluster, ["-n", here, "get", "repulldecisions", "-o", "json"]);
    const { items } = JSON.parse(text) as { items: { spec: { by: string } }[] };
    const did = items.some(({ spec }) => spec.by === userOf(slack, { id: idOf(person) }));
    rows.push({ person, "can-i": may, decided: did, answer: answer.slice(0, 90) });
    expect([person, did]).toEqual([person, may]);
  }
  console.table(rows);
});
