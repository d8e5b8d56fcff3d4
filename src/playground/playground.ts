import { randomBytes } from "node:crypto";
import { createCore } from "../collect/core.ts";
import { parseTarget } from "../collect/target.ts";
import { connect } from "../cluster/connect.ts";
import type { Core } from "../core.ts";
import { createLogger } from "../log.ts";
import { type SlackApp, createSlackApp } from "../slack/app.ts";
import { CannotStart } from "./cannot-start.ts";
import { startCluster } from "./cluster/cluster.ts";
import { openBrowser } from "./desktop.ts";
import { openSimulated } from "./internet.ts";
import { writeKubeconfig } from "./kubeconfig.ts";
import { bundlePage } from "./page/bundle.ts";
import type { Snapshot } from "./page/protocol.ts";
import { startPage } from "./page/server.ts";
import { channels, doubleChannels, firstChannel, people, users, workspaceName } from "./people.ts";
import { whenOrphaned } from "./orphan.ts";
import { type Recording, readRecordings } from "./recording.ts";
import { startSlackDouble } from "./slack/double.ts";
import type { SlackDouble } from "./slack/types.ts";
import { postWelcome } from "./welcome.ts";

export interface PlaygroundOptions {
  /** 0, the default, takes a free port. */
  readonly port?: number;
  /** Whether to show the page in a browser, where there is a desktop. */
  readonly open: boolean;
  /** Stops the playground. */
  readonly signal: AbortSignal;
  /** The folder of the recordings; by default those that come with imagepull. */
  readonly recordings?: URL;
}

const ownRecordings = new URL("recordings/", import.meta.url);

/** `npm start`: the page, with the real bot behind it against a simulated Slack, cluster and registries. Resolves once all has stopped, to the exit code. */
export async function playground({
  port = 0,
  open,
  signal,
  recordings = ownRecordings,
}: PlaygroundOptions): Promise<number> {
  const ends: End[] = [];
  try {
    const recording = readRecordings(recordings);
    const url = await start(recording, port, (end) => ends.unshift(end));
    process.stdout.write(`The playground is at ${url} (Ctrl+C stops it)\n`);
    if (open) openBrowser(url, process.env, process.stdout.isTTY);
    await stopped(signal);
    return 0;
  } catch (error) {
    if (!(error instanceof CannotStart)) throw error;
    process.stderr.write(`${error.message}\n`);
    return 2;
  } finally {
    for (const end of ends) await end();
  }
}

/** What ends a part that has been started. */
type End = () => void | Promise<void>;

/** Resolves when the signal says so, or when nobody is left to give it. */
function stopped(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const forget = whenOrphaned(resolve, process.env["npm_lifecycle_event"] !== undefined);
    const stop = (): void => {
      forget();
      resolve();
    };
    if (signal.aborted) stop();
    else signal.addEventListener("abort", stop, { once: true });
  });
}

const clock = (): Date => new Date();
const newToken = (): string => randomBytes(24).toString("base64url");

/** Starts everything, says how each ends, and returns the page's address. */
async function start(recording: Recording, port: number, defer: (end: End) => void): Promise<string> {
  const bundling = bundlePage();
  // Failing early in one part must not leave the other's rejection unheard.
  bundling.catch(() => undefined);
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
  const registry = openSimulated(cluster.network, clock);
  defer(() => {
    registry.close();
  });
  const core = createCore({ clusterReader: connection.value.reader, registry, clock });

  const slack = await startSlackDouble({ clock, users, channels: doubleChannels });
  defer(() => slack.close());
  const app = bot(core, slack);
  defer(() => app.stop(1000));
  const started = await app.start();
  if (!started.ok) throw new CannotStart(started.error.sentence);
  await postWelcome(recording, slack, firstChannel);

  const page = await startPage({
    slack,
    bundle: await bundling,
    port,
    token: newToken(),
    snapshot: (user) => snapshotFor(user, slack, recording),
  });
  defer(() => page.stop());
  return page.url;
}

/** The same bot that `serve` runs, in Socket Mode. */
function bot(core: Core, slack: SlackDouble): SlackApp {
  const write = (line: string): void => void process.stderr.write(line);
  return createSlackApp({
    core,
    slack: { mode: "socket", apiUrl: slack.apiUrl, botToken: slack.botToken, appToken: slack.appToken },
    clock,
    log: createLogger({ level: "error", clock: () => clock().getTime(), write }),
    access: { look: "members" },
    namespaces: new Map(),
    parseTarget,
  });
}

function snapshotFor(user: string, slack: SlackDouble, recording: Recording): Snapshot {
  const you = (people.find(({ id }) => id === user) ?? people[0])?.id ?? "";
  return {
    workspace: workspaceName,
    you,
    people,
    bot: { id: slack.botUserId, name: slack.botName },
    channels,
    messages: Object.fromEntries(channels.map(({ id }) => [id, slack.messages(id, you)])),
    views: slack.views(you),
    recorded: recording.versions,
  };
}
