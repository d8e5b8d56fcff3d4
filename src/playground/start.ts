import { randomBytes } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { connect } from "../cluster/connect.ts";
import type { ClusterReader } from "../cluster/reader.ts";
import type { Writer } from "../cluster/writer.ts";
import { createCore } from "../collect/core.ts";
import { parseTarget } from "../collect/target.ts";
import { parseSettings, rulesFor } from "../config/file.ts";
import type { Ahead, Core } from "../core.ts";
import { createLogger } from "../log.ts";
import { createMetrics } from "../metrics.ts";
import { openRequests } from "../serve/requests.ts";
import { createSlackApp } from "../slack/app.ts";
import { CannotStart } from "./cannot-start.ts";
import { type SimulatedCluster, startCluster } from "./cluster/cluster.ts";
import { openSimulated } from "./internet.ts";
import { writeKubeconfig } from "./kubeconfig.ts";
import { doubleChannels, firstChannel, users } from "./people.ts";
import type { Recording } from "./recording.ts";
import { startSlackDouble } from "./slack/double.ts";
import type { SlackDouble } from "./slack/types.ts";
import { postWelcome } from "./welcome.ts";

/** What ends a part that has been started. */
export type End = () => void | Promise<void>;

/** Keeps an end for later: what started last ends first. */
export type Defer = (end: End) => void;

export interface Stage {
  readonly cluster: SimulatedCluster;
  readonly slack: SlackDouble;
}

const clock = (): Date => new Date();
export const newToken = (): string => randomBytes(24).toString("base64url");

/** Starts the simulated cluster, registries and Slack, and the bot between them. */
export async function startStage(recording: Recording, defer: Defer): Promise<Stage> {
  const clusterToken = newToken();
  const cluster = await startCluster({ recording, clock, fetch, botToken: clusterToken });
  defer(() => cluster.stop());
  const ticking = setInterval(() => void cluster.advance(), 1000);
  defer(() => {
    clearInterval(ticking);
  });

  const kubeconfig = await writeKubeconfig(cluster.url, clusterToken, "playground");
  defer(() => kubeconfig.remove());
  // No environment: a proxy of this machine has nothing to do with loopback.
  const connection = await connect({ kubeconfig: kubeconfig.path, environment: {}, clock });
  if (!connection.ok) throw new CannotStart(connection.error.sentence);
  defer(() => {
    connection.value.close();
  });
  const { reader } = connection.value;
  const registry = openSimulated(cluster.network, clock);
  defer(() => {
    registry.close();
  });
  const core = createCore({ clusterReader: reader, registry, clock });

  const slack = await startSlackDouble({ clock, users, channels: doubleChannels });
  defer(() => slack.close());
  await startBot({ core, reader, writer: await connection.value.writer() }, slack, defer);
  await postWelcome(recording, slack, firstChannel);
  return { cluster, slack };
}

interface Parts {
  readonly core: Core & Ahead;
  readonly reader: ClusterReader;
  readonly writer: Writer;
}

/** The same bot that `serve` runs, in Socket Mode and with the settings that hold where nobody sets any. */
async function startBot(parts: Parts, slack: SlackDouble, defer: Defer): Promise<void> {
  const write = (line: string): void => void process.stderr.write(line);
  const log = createLogger({ level: "error", clock: () => clock().getTime(), write });
  const settings = parseSettings("", "imagepull.yaml");
  if (!settings.ok) throw new CannotStart(settings.error.map(({ sentence }) => sentence).join(" "));
  const { access, approvals: settled, namespaces } = settings.value;
  const requests = openRequests({
    ...parts,
    ...settled,
    rules: (namespace) => rulesFor(settings.value, namespace),
    isReadOnly: () => false,
    clock,
  });
  const app = createSlackApp({
    core: parts.core,
    slack: { mode: "socket", apiUrl: slack.apiUrl, botToken: slack.botToken, appToken: slack.appToken },
    clock,
    log,
    access,
    namespaces,
    parseTarget,
    requests: { desk: requests.desk, channel: firstChannel, nudge: () => approvals.nudge() },
  });
  const wait = (milliseconds: number, signal: AbortSignal): Promise<void> =>
    sleep(milliseconds, undefined, { signal }).catch(() => undefined);
  const approvals = requests.carriedOut({ slack: app, log, metrics: createMetrics("playground"), wait });
  defer(() => app.stop(1000));
  defer(() => approvals.stop(1000));
  approvals.start();
  const started = await app.start();
  if (!started.ok) throw new CannotStart(started.error.sentence);
}
