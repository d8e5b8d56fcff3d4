import type { Server } from "node:http";
import { createAlertDoor } from "../alerts/door.ts";
import { createAlertWorker } from "../alerts/worker.ts";
import type { AlertWorker, Outcome } from "../alerts/worker.ts";
import type { Config } from "../config.ts";
import type { Core } from "../core.ts";
import type { Diagnosis } from "../diagnosis/diagnosis.ts";
import type { Evidence } from "../diagnosis/evidence.ts";
import { badInput, success } from "../diagnosis/result.ts";
import type { Result } from "../diagnosis/result.ts";
import type { Logger } from "../log.ts";
import type { Metrics } from "../metrics.ts";
import type { SlackApp } from "../slack/app.ts";
import type { Approvals } from "./approvals.ts";
import { answer, createHttpServer, listen } from "./http-server.ts";
import type { Routes } from "./http-server.ts";
import { createReadiness } from "./readiness.ts";

export interface ServingParts {
  readonly config: Config;
  readonly core: Core;
  readonly slack: SlackApp;
  readonly log: Logger;
  readonly metrics: Metrics;
  /** Left out: requests are not carried out. */
  readonly approvals?: Approvals;
  /** Milliseconds since 1970. */
  readonly clock: () => number;
  /** Resolves after so many milliseconds, or at once when the signal aborts. */
  readonly wait: (milliseconds: number, signal: AbortSignal) => Promise<void>;
}

export interface Serving {
  readonly port: number;
  /** Takes nothing new, finishes what runs within `graceMs`, and closes every connection. */
  stop(graceMs: number): Promise<void>;
}

/** Opens the doors: HTTP first, so that probes are answered while Slack is not. The error is why it cannot serve at all. */
export async function startServing(parts: ServingParts): Promise<Result<Serving>> {
  const { config, slack, log, metrics } = parts;
  const worker = createWorker(parts);
  metrics.gauge(
    "imagepull_alerts_waiting",
    "Pods named by alerts whose diagnosis has not ended.",
    () => worker.waiting,
  );
  metrics.gauge("imagepull_alerts_firing", "Alerts that are remembered as firing.", () => worker.firing);
  const server = createHttpServer(routes(parts, worker), (error, path) =>
    log.error({ err: error, path }, "a request failed"),
  );
  const listening = await listen(server, config.host, config.port);
  if ("sentence" in listening) return badInput(listening.sentence);
  log.info(
    { host: config.host, port: listening.port, mode: config.slack.mode, cluster: parts.core.cluster },
    "listening",
  );

  // People with a shell need no Slack.
  parts.approvals?.start();
  const started = await slack.start();
  const stop = (graceMs: number) => stopServing(server, parts, worker, graceMs);
  if (started.ok) return success({ port: listening.port, stop });
  await stop(0);
  return started;
}

function createWorker({ config, core, slack, log, metrics, clock, wait }: ServingParts): AlertWorker {
  const channel = config.channel ?? "";
  return createAlertWorker({
    core: metrics.measured(core, "alert", clock),
    hasChannel: config.channel !== null,
    clock,
    wait,
    async announce(diagnosis: Diagnosis, evidence: Evidence) {
      const posted = await slack.postDiagnosis(channel, diagnosis, evidence);
      metrics.deliveries.inc({ kind: "alert", outcome: posted.ok ? "posted" : "failed" });
      if (!posted.ok) throw new Error(posted.error.sentence);
    },
    report(outcome: Outcome, { namespace, pod }, error) {
      metrics.alerts.inc({ outcome });
      const level = outcome === "unreadable" || outcome === "undelivered" || outcome === "dropped" ? "warn" : "info";
      const reason = error instanceof Error ? error.message : typeof error === "string" ? error : undefined;
      log[level](
        { outcome, ...(pod === "" ? {} : { namespace, pod }), ...(reason === undefined ? {} : { reason }) },
        "an alert was worked on",
      );
    },
  });
}

function routes({ config, core, slack, metrics, clock, approvals }: ServingParts, worker: AlertWorker): Routes {
  const channels = config.channel === null ? [] : [config.channel];
  const requests = (): string | null => approvals?.trouble() ?? null;
  const channelTroubles = (): readonly string[] => approvals?.channelTroubles() ?? [];
  const readiness = createReadiness({ core, slack, channels, clock, requests, channelTroubles });
  const { handler } = slack;
  return {
    "/alerts/alertmanager": {
      "*": createAlertDoor({
        token: config.alertToken?.reveal() ?? null,
        take: (webhook) => worker.take(webhook),
        count: (status) => metrics.alertRequests.inc({ status: String(status) }),
      }),
    },
    "/healthz": { GET: (_request, response) => answer(response, 200, "ok") },
    "/readyz": {
      GET: async (_request, response) => {
        const { ready, text } = await readiness();
        answer(response, ready ? 200 : 503, text);
      },
    },
    "/metrics": {
      GET: async (_request, response) => {
        const { type, text } = await metrics.render();
        answer(response, 200, text, type);
      },
    },
    ...(handler === null ? {} : { "/slack/events": { "*": handler } }),
  };
}

async function stopServing(
  server: Server,
  { slack, wait, approvals }: ServingParts,
  worker: AlertWorker,
  graceMs: number,
): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  server.closeIdleConnections();
  const over = new AbortController();
  // First what still needs Slack: the announcements of alerts, and the messages of requests.
  const letGo = approvals?.stop(graceMs) ?? Promise.resolve();
  await Promise.all([Promise.race([worker.stop(), wait(graceMs, over.signal)]), letGo]);
  await slack.stop(graceMs);
  over.abort();
  server.closeAllConnections();
  await closed;
}
