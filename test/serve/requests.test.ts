import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, expect, it } from "vitest";
import { specOf } from "../../src/approvals/ask.ts";
import { decisionName, requestName } from "../../src/approvals/naming.ts";
import { createStore } from "../../src/approvals/store.ts";
import type { RequestStatus, Verb } from "../../src/approvals/types.ts";
import { createLogger } from "../../src/log.ts";
import { createMetrics } from "../../src/metrics.ts";
import { startEmptyCluster } from "../../src/playground/cluster/empty-cluster.ts";
import { bot } from "../../src/playground/cluster/users.ts";
import { questionsOf } from "../../src/repull/draft.ts";
import { conclude, draftOf } from "../../src/repull/repull.ts";
import { parametersOf } from "../../src/repull/strategy.ts";
import { openRequests } from "../../src/serve/requests.ts";
import { podSpec } from "../playground/cluster/workbench.ts";
import { inside, sam, stage as slackStage } from "../slack/support/stage.ts";
import { logIn } from "../support/simulated.ts";

/** Everything as `serve` puts it together; over HTTP on both sides, and only cluster and Slack are simulated. */

const clock = (): Date => new Date();
const everybody = ["system:authenticated"];
const everything = [{ verbs: ["*"], groups: ["*"], resources: ["*"] }];
const ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).toReversed()) await end();
});

/** A cluster with a Deployment of two pods that run. */
async function startCluster() {
  const person = (name: string) => ({ name, groups: everybody, rules: everything });
  const users = { ann: person("ann"), bob: person("bob"), bot: { ...bot, rules: everything } };
  const cluster = await startEmptyCluster({ clock, users, readyAfter: 300 });
  ends.push(() => cluster.stop());
  const ticking = setInterval(() => void cluster.advance(), 50);
  ends.push(() => {
    clearInterval(ticking);
  });
  cluster.push("registry.example/shop/web:1");
  const labels = { app: "web" };
  const template = { metadata: { labels }, spec: podSpec({ imagePullPolicy: "Always" }) };
  const spec = { replicas: 2, selector: { matchLabels: labels }, template };
  cluster.apply({ apiVersion: "apps/v1", kind: "Deployment", metadata: { name: "web" }, spec });
  const status = (): unknown => cluster.get("apps/v1", "Deployment", "web")?.["status"];
  await expect.poll(status, { timeout: 10_000 }).toMatchObject({ readyReplicas: 2 });
  cluster.push("registry.example/shop/web:1");
  return cluster;
}

const as = (cluster: Awaited<ReturnType<typeof startCluster>>, token: string) =>
  logIn(cluster, token, (end) => ends.push(end));

type Session = Awaited<ReturnType<typeof as>>;

/** A restart, asked for by ann, and what is said on it. */
async function asked({ core, reader, writer }: Session, attempt = 1) {
  const target = { kind: "object", namespace: "shop", resource: "Deployment", name: "web" } as const;
  const answer = await core.diagnose({ target, defaultNamespace: null });
  if (answer.kind !== "diagnosis") throw new Error(answer.sentence);
  const parameters = parametersOf("restart");
  const draft = draftOf(parameters, answer.evidence, answer.diagnosis);
  if (!draft.ok) throw new Error(JSON.stringify(draft.error));
  const questions = questionsOf(draft.value);
  const ahead = questions === null ? { checks: [], nodes: [] } : await core.lookAhead(questions);
  const planned = conclude(draft.value, ahead, clock().toISOString());
  const who = { user: "ann", groups: everybody };
  const asking = { planned, parameters, object: draft.value.subject.object, who, reason: "a new build" };
  const spec = specOf({ ...asking, undoes: null, attempt, expiresAfterSeconds: 3_600 });
  if (!spec.ok) throw new Error(spec.error.sentence);
  const store = createStore(reader, writer);
  const name = requestName(spec.value);
  const made = await store.ask("shop", name, spec.value);
  if (made.kind !== "done") throw new Error(JSON.stringify(made));
  const status = async (): Promise<RequestStatus | null> => {
    const read = await store.request("shop", name);
    return read.status === "ok" ? read.value.status : null;
  };
  return {
    status,
    isShown: (word: string) =>
      expect.poll(async () => (await status())?.slack, { timeout: 15_000 }).toMatchObject({ shown: word }),
    say: async (by: string, { reader: read, writer: write }: Session, verb: Verb) => {
      const said = await createStore(read, write).decide("shop", decisionName(name, by, verb), {
        request: name,
        requestUid: made.value.uid,
        by,
        byGroups: everybody,
        decision: verb,
        reason: "",
      });
      expect(said.kind).toBe("done");
    },
  };
}

it(
  "a message that is deleted is posted anew, and what happens while Slack is away is shown afterwards",
  { timeout: 60_000 },
  async () => {
    const cluster = await startCluster();
    const own = await as(cluster, "bot");
    const requests = openRequests({
      ...own,
      rules: () => ({ needed: 1, people: new Map() }),
      isReadOnly: () => false,
      atOnce: { namespace: 3, cluster: 10 },
      expiresAfterSeconds: 3_600,
      keepSeconds: 86_400,
      clock,
    });
    const inSlack = await slackStage("socket", {
      requests: { desk: requests.desk, channel: inside, nudge: () => approvals.nudge() },
    });
    ends.push(() => inSlack.close());
    const { slack, app } = inSlack;
    const wait = (milliseconds: number, signal: AbortSignal): Promise<void> =>
      sleep(milliseconds, undefined, { signal }).catch(() => undefined);
    const log = createLogger({ level: "info", clock: Date.now, write: () => undefined });
    const metrics = createMetrics("1.2.3");
    const approvals = requests.carriedOut({ slack: app, log, metrics, wait });
    ends.push(() => approvals.stop(5_000));
    approvals.start();
    const [ann, bob] = [await as(cluster, "ann"), await as(cluster, "bob")];
    const messages = () => slack.messages(inside, sam).map(({ ts }) => ts);

    // Deleted while it waits: it is posted anew, and goes on there.
    const first = await asked(ann);
    await first.isShown("Pending");
    const [deleted = ""] = messages();
    expect((await first.status())?.slack).toMatchObject({ channel: inside, ts: deleted });
    slack.deleteMessage({ channel: inside, ts: deleted });
    await first.say("bob", bob, "approve");
    await first.isShown("Succeeded");
    expect(messages()).toHaveLength(1);
    expect(messages()).not.toEqual([deleted]);
    expect((await first.status())?.slack?.ts).toBe(messages()[0]);
    expect(approvals.channelTroubles()).toEqual([expect.stringContaining("was deleted")]);

    // Nobody can post there, then Slack is gone: what happens meanwhile is shown afterwards, in place.
    const second = await asked(ann, 2);
    await second.isShown("Pending");
    const [, stays] = messages();
    slack.setChannel(inside, { is_archived: true });
    slack.down(true);
    await second.say("ann", ann, "cancel");
    await expect
      .poll(() => approvals.channelTroubles(), { timeout: 10_000 })
      .toEqual([expect.stringContaining("does not answer")]);
    expect(await second.status()).toMatchObject({ phase: "Cancelled", slack: { ts: stays, shown: "Pending" } });
    slack.setChannel(inside, { is_archived: false });
    slack.down(false);
    await second.isShown("Cancelled");
    expect(messages()).toHaveLength(2);
    expect((await second.status())?.slack?.ts).toBe(stays);
    await expect.poll(() => approvals.channelTroubles()).toEqual([expect.stringContaining("was deleted")]);
  },
);
