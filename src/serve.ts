import { setTimeout as sleep } from "node:timers/promises";
import { connect } from "./cluster/connect.ts";
import type { ClusterReader } from "./cluster/reader.ts";
import type { Writer } from "./cluster/writer.ts";
import { createCore } from "./collect/core.ts";
import { parseTarget } from "./collect/target.ts";
import { readConfig } from "./config.ts";
import type { Config } from "./config.ts";
import { rulesFor } from "./config/file.ts";
import { useProxyOf } from "./config/proxy.ts";
import type { Ahead, Core } from "./core.ts";
import { type BadInput, type Result, success } from "./diagnosis/result.ts";
import { createLogger } from "./log.ts";
import type { Logger } from "./log.ts";
import { createMetrics } from "./metrics.ts";
import { openRegistries } from "./registries.ts";
import { guardProcess } from "./serve/guard.ts";
import { openRequests, type Requests } from "./serve/requests.ts";
import { startServing } from "./serve/serving.ts";
import { createSlackApp } from "./slack/app.ts";
import type { SlackMode } from "./slack/app.ts";

export interface ServeCommand {
  readonly config?: string | undefined;
  readonly context?: string | undefined;
  readonly kubeconfig?: string | undefined;
}

export interface ServeIo {
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** The working folder, where imagepull.yaml is looked for. */
  readonly folder: string;
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
  readonly version: string;
}

/** Kubernetes waits 30 s between SIGTERM and SIGKILL; two parts of the stop may take this long each. */
const graceMs = 10_000;

/** `imagepull serve`: the bot, until SIGTERM. Answers the exit code: 0 when stopped, 2 when it cannot serve as it is told to. */
export async function runServe(options: ServeCommand, io: ServeIo): Promise<number> {
  const { environment } = io;
  const config = readConfig({ environment, folder: io.folder, path: options.config });
  if (!config.ok) return refuse(io, config.error);
  const opened = await openCore(options, environment, config.value);
  if (!opened.ok) return refuse(io, [opened.error]);
  const { core, close } = opened.value;
  useProxyOf(environment);

  const clock = (): number => Date.now();
  const log = logger(config.value, io, clock);
  const metrics = createMetrics(io.version);
  const requests = requestsOn(opened.value, config.value);
  const slack = createSlackApp({
    core: metrics.measured(core, "slack", clock),
    slack: slackMode(config.value),
    clock: () => new Date(),
    log: log.child({ component: "slack" }),
    access: config.value.access,
    namespaces: config.value.namespaces,
    parseTarget,
    requests: { desk: requests.desk, channel: config.value.channel, nudge: () => approvals.nudge() },
  });

  const ended = Promise.withResolvers<number>();
  const release = guardProcess(process, {
    log,
    clock,
    stop: (code, reason) => {
      log.info({ reason }, "stopping");
      ended.resolve(code);
    },
  });
  const wait = (milliseconds: number, signal: AbortSignal): Promise<void> =>
    sleep(milliseconds, undefined, { signal }).catch(() => undefined);
  const approvals = requests.carriedOut({ slack, log: log.child({ component: "requests" }), metrics, wait });
  const starting = startServing({ config: config.value, core, slack, log, metrics, clock, wait, approvals });
  // Slack may take its time to refuse; who is told to stop meanwhile does not wait for it.
  const serving = await Promise.race([starting, ended.promise]);
  if (typeof serving === "number") {
    await approvals.stop(graceMs);
    return serving;
  }
  if (!serving.ok) {
    release();
    close();
    return refuse(io, [serving.error]);
  }
  warnOfWhatIsMissing(config.value, log);
  const code = await ended.promise;
  await serving.value.stop(graceMs);
  close();
  release();
  log.info({}, "stopped");
  return code;
}

interface Opened {
  readonly core: Core & Ahead;
  readonly reader: ClusterReader;
  readonly writer: Writer;
  readonly close: () => void;
}

/** The core on the cluster and the registries that the settings name; `close` lets go of both. */
async function openCore(
  { kubeconfig, context }: ServeCommand,
  environment: ServeIo["environment"],
  { cluster, registry: settings, deadlines }: Config,
): Promise<Result<Opened, BadInput>> {
  const clock = (): Date => new Date();
  const connection = await connect({ environment, kubeconfig: kubeconfig ?? null, context: context ?? null, clock });
  if (!connection.ok) return connection;
  const registry = openRegistries({ settings, environment, clock });
  const core = createCore({
    clusterReader: named(connection.value.reader, cluster),
    registry,
    clock,
    deadlines: { read: deadlines.read, total: deadlines.answer },
  });
  const close = (): void => {
    connection.value.close();
    registry?.close();
  };
  return success({ core, reader: connection.value.reader, writer: await connection.value.writer(), close });
}

function requestsOn({ core, reader, writer }: Opened, config: Config): Requests {
  const { atOnce, keepSeconds, expiresAfterSeconds } = config.approvals;
  return openRequests({
    reader,
    writer,
    core,
    rules: (namespace) => rulesFor(config, namespace),
    isReadOnly: () => config.readOnly,
    atOnce,
    expiresAfterSeconds,
    keepSeconds,
    clock: () => new Date(),
  });
}

/** The reader under the name that the configuration gives its cluster. */
function named(reader: ClusterReader, cluster: string | null): ClusterReader {
  return cluster === null ? reader : { ...reader, cluster };
}

function refuse({ err }: ServeIo, mistakes: readonly BadInput[]): number {
  err(mistakes.map(({ sentence }) => `${sentence}\n`).join(""));
  return 2;
}

function logger(config: Config, { out }: ServeIo, clock: () => number): Logger {
  const { slack, alertToken } = config;
  const own = slack.mode === "socket" ? slack.appToken : slack.signingSecret;
  return createLogger({
    level: config.log,
    clock,
    write: out,
    secrets: [slack.botToken, own, ...(alertToken === null ? [] : [alertToken])],
  });
}

function slackMode({ slack }: Config): SlackMode {
  const common = { apiUrl: slack.apiUrl, botToken: slack.botToken.reveal() };
  return slack.mode === "socket"
    ? { ...common, mode: "socket", appToken: slack.appToken.reveal() }
    : { ...common, mode: "http", signingSecret: slack.signingSecret.reveal() };
}

function warnOfWhatIsMissing({ alertToken, channel }: Config, log: Logger): void {
  if (alertToken === null) log.info({}, "alerts are refused: IMAGEPULL_ALERT_TOKEN is not set");
  else if (channel === null)
    log.warn({}, "alerts are not taken: IMAGEPULL_CHANNEL is not set, so nobody would read the answers");
}
