import { closeSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { requiredScopes } from "../../src/doctor/slack.ts";
import { startSlackDouble } from "../../src/playground/slack/double.ts";
import type { DoubleMessage, SlackDouble } from "../../src/playground/slack/types.ts";
import { endOf, forgetImage, openLog, standOnTheNode } from "./bot-pod.ts";
import { type Cluster, readCluster } from "./cluster.ts";
import type { Pod } from "./kubernetes.ts";
import { freePort, output, type Ran, run } from "./programs.ts";
import { kubectl, list, type Live, nodeOf, place, remove, type Settled, settle } from "./runner.ts";
import { scenarios } from "./scenarios.ts";
import { stage, until } from "./stage.ts";

/** The bot as a team runs it: built, made an image, installed by its own command, asked in Slack, and removed as the documentation says. */
const root = join(import.meta.dirname, "../..");
const wanted = ["image-not-found", "missing-secret"];
const namespace = "imagepull";
const account = "system:serviceaccount:imagepull:imagepull";
const person = { id: "U0DANA", name: "dana", real_name: "Dana" };
const channel = "C0OPS";
const alertToken = "an-alert-token-of-this-test";
const work = mkdtempSync(join(tmpdir(), "imagepull-installed-"));

const checkout = { folder: root, home: work };
const empty = { folder: work, home: work };

let cluster: Cluster;
let slack: SlackDouble;
let port: number;
let image: string;
let live: readonly Live[] = [];
let settled: readonly Settled[] = [];

const here = (): string[] => ["--kubeconfig", cluster.kubeconfig, "--context", cluster.context];
const install = (...args: string[]): Promise<Ran> =>
  run(process.execPath, [join(root, "src/main.ts"), "install", ...args, ...here()], checkout);
const own = (...args: string[]): Promise<string> => kubectl(cluster, ["--namespace", namespace, ...args]);
const podsOfBot = (): Promise<Pod[]> => list<Pod>(cluster, "pods", "--namespace", namespace);

const labelled = ["namespaces,clusterroles,clusterrolebindings", "-l", "app.kubernetes.io/name=imagepull"];
const uninstall = (): Promise<string> => kubectl(cluster, ["delete", ...labelled]);

beforeAll(async () => {
  cluster = readCluster(inject("clusterFile"));
  await uninstall();
  const chosen = scenarios.filter(({ id }) => wanted.includes(id));
  expect(chosen).toHaveLength(wanted.length);
  live = await place(cluster, chosen, Date.now() % 1_000_000);
  slack = await startSlackDouble({
    clock: () => new Date(),
    users: [person],
    channels: [{ id: channel, name: "ops", members: [person.id], botIsMember: true }],
    // No more than manifest.yml asks for.
    scopes: requiredScopes,
  });
  port = await freePort();
  await stage("dist is built", () => output("npm", ["run", "build"], checkout));
  // A tag of its own: the node keeps what it has pulled.
  const made = await stage("the image is built and pushed", () =>
    output(
      "bash",
      [join(import.meta.dirname, "image.sh"), nodeOf(cluster).registries.open, `imagepull/bot:${Date.now()}`],
      checkout,
    ),
  );
  image = made.trim();
  settled = await stage("two workloads fail", () => settle(cluster, live, 180));
});

afterAll(async () => {
  rmSync(work, { recursive: true, force: true });
  await slack.close();
  await uninstall();
  await remove(cluster, live);
  await forgetImage(nodeOf(cluster), image);
});

const find = (id: string): Settled => settled.find(({ scenario }) => scenario.id === id)!;
const podOf = ({ pods }: Settled): string => pods[0]!.metadata.name;
const textOf = ({ text, blocks }: DoubleMessage): string => `${text} ${JSON.stringify(blocks)}`;

/** The bot's answer to a command, as the person who typed it sees it. */
async function ask(one: Settled): Promise<string> {
  const before = slack.messages(channel, person.id).length;
  const delivery = await slack.say(person.id, channel, `/imagepull diagnose ${one.namespace}/pod/${podOf(one)}`);
  expect(delivery?.acknowledged).toBe(true);
  const answers = (): string[] => slack.messages(channel, person.id).slice(before).map(textOf);
  return until(
    "the answer",
    () => answers().find((text) => text.includes(podOf(one)) && text.includes("*Credentials*")) ?? null,
    20,
  );
}

/** `pods/exec` is a subresource; can-i would take it for a pod of that name. */
async function mayIt(verb: string, resource: string): Promise<string> {
  const [type = "", subresource] = resource.split("/");
  const what = [verb, type, ...(subresource === undefined ? [] : ["--subresource", subresource])];
  const asked = [...here(), "auth", "can-i", ...what, "--all-namespaces", "--as", account];
  return (await run(cluster.kubectl, asked, empty)).stdout.trim();
}

/** What the Secret holds, and what no log may. */
const tokens = (): Record<string, string> => ({
  SLACK_BOT_TOKEN: slack.botToken,
  SLACK_APP_TOKEN: slack.appToken,
  IMAGEPULL_ALERT_TOKEN: alertToken,
});

describe("the bot, installed in a real cluster", () => {
  it("is installed by one command, and its pod passes the namespace's Pod Security Standard", async () => {
    const first = await stage("imagepull install", () => install("--secrets", "--image", image));
    expect(first).toMatchObject({ code: 0, stderr: expect.stringContaining("imagepull-slack") as string });
    const [pod] = await until("the first pod", async () => {
      const pods = await podsOfBot();
      return pods.length > 0 ? pods : null;
    });
    expect(pod?.spec.containers[0]?.image).toBe(image);
  });

  it("changes nothing when it is installed again, and keeps the image", async () => {
    const again = await install("--secrets");
    expect(again).toMatchObject({ code: 0, stderr: expect.stringContaining(image) as string });
    expect(await own("get", "deployment", "imagepull", "-o", "jsonpath={.metadata.generation}")).toBe("1");
  });

  it("prints manifests that the API server takes from kubectl", async () => {
    const { code, stdout } = await install("--secrets", "--dry-run");
    expect(code).toBe(0);
    const taken = await kubectl(cluster, ["apply", "--dry-run=server", "-f", "-"], stdout);
    expect(taken.trim().split("\n")).toHaveLength(stdout.split("\n---\n").length);
    expect(
      taken
        .trim()
        .split("\n")
        .filter((line) => !line.endsWith("(server dry run)")),
    ).toEqual([]);
  });

  it("becomes ready", async () => {
    const secret = {
      apiVersion: "v1",
      kind: "Secret",
      metadata: { name: "imagepull-slack" },
      stringData: { ...tokens(), IMAGEPULL_CHANNEL: channel },
    };
    // The first pod waits for the Secret. It goes before that comes: a Node that only just starts would not hear SIGTERM.
    await own("scale", "deployment", "imagepull", "--replicas=0");
    await own("wait", "--for=delete", "pod", "--all", "--timeout=60s");
    await kubectl(cluster, ["--namespace", namespace, "create", "-f", "-"], JSON.stringify(secret));
    await standOnTheNode(cluster, namespace, { PORT: String(port), SLACK_API_URL: slack.apiUrl });
    await stage("the Deployment is ready", () => own("rollout", "status", "deployment/imagepull", "--timeout=120s"));
    const response = await fetch(`http://127.0.0.1:${port}/readyz`);
    expect(response.status).toBe(200);
    expect(await response.text()).toContain("cluster in-cluster: ok");
    expect((await podsOfBot()).map(({ status }) => status.containerStatuses?.[0]?.restartCount)).toEqual([0]);
  });

  it.each([
    ["image-not-found", "✗ *Events*"],
    ["missing-secret", "✗ *Credentials*"],
  ])("answers /imagepull diagnose for %s from inside: %s", async (id, step) => {
    const answer = await stage(`the answer for ${id}`, () => ask(find(id)));
    expect(answer).toContain(`${find(id).scenario.cause}, `);
    expect(answer).toContain(step);
    expect(answer).toContain("in `in-cluster`");
  });
});

describe("its ServiceAccount", () => {
  it.each([
    // may, what
    ["yes", ["get", "list"], ["pods", "deployments.apps"]],
    ["yes", ["get", "list"], ["secrets"]],
    ["no", ["watch"], ["secrets"]],
    // What carrying out a request writes.
    ["yes", ["patch"], ["pods", "deployments.apps", "statefulsets.apps", "daemonsets.apps", "cronjobs.batch"]],
    ["yes", ["create", "delete"], ["pods", "secrets"]],
    ["yes", ["create"], ["pods/eviction"]],
    ["yes", ["get", "list", "create", "delete"], ["repullrequests.imagepull.dev", "repulldecisions.imagepull.dev"]],
    ["yes", ["patch", "update"], ["repullrequests.imagepull.dev/status"]],
    ["no", ["update", "deletecollection"], ["pods", "deployments.apps", "secrets"]],
    ["no", ["create", "delete"], ["deployments.apps", "jobs.batch"]],
    ["no", ["patch"], ["secrets", "jobs.batch"]],
    ["no", ["update", "patch"], ["repullrequests.imagepull.dev", "repulldecisions.imagepull.dev"]],
    ["no", ["create"], ["pods/exec", "serviceaccounts/token"]],
  ])("%s: %j %j", async (may, verbs, resources) => {
    for (const verb of verbs)
      for (const resource of resources)
        expect(`${verb} ${resource}: ${await mayIt(verb, resource)}`).toBe(`${verb} ${resource}: ${may}`);
  });

  it("has no rule that changes anything but what a re-pull and its requests need", async () => {
    const review = { apiVersion: "authorization.k8s.io/v1", kind: "SelfSubjectRulesReview", spec: { namespace } };
    const answer = await kubectl(
      cluster,
      ["create", "--validate=false", "-f", "-", "-o", "json", "--as", account],
      JSON.stringify(review),
    );
    const { status } = JSON.parse(answer) as { status: { resourceRules: { verbs: string[]; resources: string[] }[] } };
    const changes = status.resourceRules.flatMap(({ verbs, resources }) =>
      resources
        // To ask what somebody may is a `create` too, and keeps nothing.
        .filter((resource) => !/^(?:self\w+|subjectaccess)reviews$/.test(resource))
        .flatMap((resource) => verbs.map((verb) => `${verb} ${resource}`)),
    );
    expect(new Set(changes.filter((one) => !/^(?:get|list) /.test(one)))).toEqual(
      new Set([
        ...["repullrequests", "repulldecisions"].flatMap((resource) => [`create ${resource}`, `delete ${resource}`]),
        ...["patch", "update"].map((verb) => `${verb} repullrequests/status`),
        ...["deployments", "statefulsets", "daemonsets", "replicasets", "cronjobs"].map((one) => `patch ${one}`),
        ...["create", "patch", "delete"].map((verb) => `${verb} pods`),
        "create pods/eviction",
        ...["create", "delete"].map((verb) => `${verb} secrets`),
      ]),
    );
    expect(status.resourceRules.some(({ resources }) => resources.includes("pods"))).toBe(true);
  });

  it("has only read, as the API server's audit log witnesses", () => {
    const did = readFileSync(cluster.auditLog, "utf8")
      .split("\n")
      .filter((line) => line.includes(account))
      .map((line) => JSON.parse(line) as { verb: string; user: { username: string }; objectRef?: { resource: string } })
      .filter(({ user }) => user.username === account)
      .map(({ verb, objectRef }) => `${verb} ${objectRef?.resource ?? "-"}`);
    expect(did).toContain("get secrets");
    expect(did.filter((one) => !/^(?:get|list) |^create (?:self)?subject\w+reviews$/.test(one))).toEqual([]);
  });

  it("without the right to read secrets: the credentials step is unknown", async () => {
    await kubectl(cluster, ["delete", "clusterrolebinding", "imagepull-secrets"]);
    await until("the end of the right", async () => ((await mayIt("get", "secrets")) === "no" ? true : null));
    const answer = await stage("the answer without secrets", () => ask(find("missing-secret")));
    expect(answer).toContain("? *Credentials*");
    expect(answer).not.toContain("pull-secret-missing, confirmed");
  });
});

describe("the package, installed offline into an empty folder", () => {
  const bin = join(work, "node_modules/.bin/imagepull");
  beforeAll(async () => {
    await stage("the package is packed and installed", async () => {
      const pack = ["pack", "--offline", "--silent", "--pack-destination", work];
      const packed = (await output("npm", pack, { folder: join(root, "dist"), home: work })).trim();
      const options = ["--offline", "--no-audit", "--no-fund", "--silent"];
      await output("npm", ["install", ...options, "--prefix", work, join(work, packed)], empty);
    });
  });

  it("diagnoses a pod of the real cluster", async () => {
    const one = find("image-not-found");
    const args = ["diagnose", `${one.namespace}/pod/${podOf(one)}`, "-o", "json", ...here()];
    const answer = await stage("the package's answer", () => output(bin, args, empty));
    expect(JSON.parse(answer)).toMatchObject({ version: 1, cause: one.scenario.cause, pod: podOf(one) });
  });

  it("has a doctor who finds all well, and names the one right that it does without", async () => {
    const env = { ...tokens(), SLACK_API_URL: slack.apiUrl, IMAGEPULL_CHANNEL: channel };
    const { code, stdout } = await run(bin, ["doctor", ...here()], { ...empty, env });
    expect(
      stdout
        .trim()
        .split("\n")
        .filter((line) => !line.startsWith("ok ")),
    ).toEqual([expect.stringMatching(/^without +history .*no channels:history/u)]);
    expect(stdout.trim().split("\n").length).toBeGreaterThan(7);
    expect(code).toBe(0);
  });
});

describe("removed as the documentation says", () => {
  it("ends within ten seconds with 0, leaves nothing, and has logged no token", async () => {
    const [pod] = await podsOfBot();
    // Held open: the kubelet removes the log with the pod.
    const log = openLog(dirname(inject("clusterFile")), pod!);
    const { stdout } = await install("--secrets", "--dry-run", "--image", image);
    const [end] = await stage("the bot is removed", () =>
      Promise.all([
        endOf(cluster, namespace, pod!.metadata.name),
        kubectl(cluster, ["delete", "--ignore-not-found", "-f", "-"], stdout),
      ]),
    );
    console.log(`the pod ended ${end.milliseconds} ms after its deletion`);
    expect(end.code).toBe(0);
    expect(end.milliseconds).toBeLessThan(10_000);
    expect(await kubectl(cluster, ["get", ...labelled, "-o", "name"])).toBe("");
    const logged = readFileSync(log, "utf8");
    closeSync(log);
    expect(logged).toContain('"listening"');
    expect(logged).toContain('"stopped"');
    for (const token of [...Object.values(tokens()), slack.signingSecret]) expect(logged).not.toContain(token);
    expect(slack.unknownCalls()).toEqual([]);
  });
});
