import { randomBytes } from "node:crypto";
import { hostname } from "node:os";
import { createController } from "../approvals/controller/controller.ts";
import type { Controller, ControllerEvent, ControllerParts, Health } from "../approvals/controller/types.ts";
import type { Logger } from "../log.ts";
import type { Metrics } from "../metrics.ts";
import type { SlackApp } from "../slack/app.ts";
import { observedStore } from "./observed-store.ts";

/** Requests, as `serve` carries them out and shows them. */
export interface Approvals {
  start(): void;
  /** Lets everything under way go, between two writes and two messages; ends after so many milliseconds at the latest. Slack has to be there until then. */
  stop(graceMs: number): Promise<void>;
  /** Something was asked for or decided just now. */
  nudge(): void;
  /** What keeps requests from being worked on; null where nothing does. */
  trouble(): string | null;
  /** What keeps requests from being shown: one sentence a channel. */
  channelTroubles(): readonly string[];
}

export interface ApprovalsParts extends Omit<ControllerParts, "id" | "report"> {
  readonly log: Logger;
  readonly metrics: Pick<Metrics, "requests" | "deliveries" | "gauge">;
  readonly wait: (milliseconds: number, signal: AbortSignal) => Promise<void>;
  /** Where requests are shown; left out: nowhere. */
  readonly slack?: Pick<SlackApp, "showRequests">;
}

/** The loop that carries requests out, and their messages: whatever it lists and writes is what they show. */
export function createApprovals({ log, metrics, wait, slack, ...parts }: ApprovalsParts): Approvals {
  const stopping = new AbortController();
  const id = `${hostname().toLowerCase().slice(0, 200)}-${randomBytes(4).toString("hex")}`;
  const store = observedStore(parts.store, {
    see: (all) => shown?.see(all),
    changed: (one) => shown?.changed(one),
  });
  const shown = slack?.showRequests({
    store,
    id,
    count: (outcome) => metrics.deliveries.inc({ kind: "request", outcome }),
  });
  const controller = createController({ ...parts, store, id, report: (event) => told(event, log, metrics) });
  metrics.gauge(
    "imagepull_repull_requests_executing",
    "Requests that this process carries out now.",
    () => controller.carrying,
  );
  metrics.gauge(
    "imagepull_slack_messages_waiting",
    "Messages of requests that are not yet as they should be.",
    () => shown?.waiting ?? 0,
  );
  let running: Promise<void> | null = null;
  return {
    start() {
      running ??= controller.run(stopping.signal);
    },
    async stop(graceMs) {
      stopping.abort();
      const over = new AbortController();
      // First the loop: what it writes at the end is to be shown.
      const stopped = Promise.resolve(running).then(() => shown?.stop());
      await Promise.race([stopped, wait(graceMs, over.signal)]);
      over.abort();
    },
    nudge: () => controller.nudge(),
    trouble: () => troubleIn(controller),
    channelTroubles: () => (shown?.troubles() ?? []).map(({ sentence }) => sentence),
  };
}

function troubleIn(controller: Controller): string | null {
  const health = controller.health();
  return "sentence" in health ? health.sentence : null;
}

/** One line a step. */
function told(event: ControllerEvent, log: Logger, { requests }: ApprovalsParts["metrics"]): void {
  switch (event.kind) {
    case "moved":
      requests.inc({ phase: event.to });
      log.info(
        {
          namespace: event.request.namespace,
          request: event.request.name,
          ...(event.from === null ? {} : { from: event.from }),
          phase: event.to,
          ...(event.by === null ? {} : { user: event.by }),
          reason: event.message,
        },
        "a request has moved",
      );
      return;
    case "taken-over":
      return log.info({ ...of(event), from: event.from }, "a request is gone on with");
    case "let-go":
      return log.info({ ...of(event), reason: event.message }, "a request was let go");
    case "refused":
      return log.error({ ...of(event), reason: event.reason }, "the API server does not take a request's status");
    case "unreadable":
      return log.warn(
        { namespace: event.namespace, request: event.name, reason: event.reason },
        "a request or decision cannot be read: nothing is done with it",
      );
    case "forgotten":
      return log.info(of(event), "a request that ended long ago was deleted");
    case "health":
      return healthTold(event.health, log);
    case "error":
      return log.error({ err: event.error }, "a request could not be worked on");
  }
}

const of = ({ request }: { readonly request: { readonly namespace: string; readonly name: string } }): object => ({
  namespace: request.namespace,
  request: request.name,
});

function healthTold(health: Health, log: Logger): void {
  if (health.kind === "ok") log.info({}, "requests are worked on");
  if (health.kind === "absent")
    log.warn({ reason: health.sentence }, "no requests: they are looked for again every minute");
  if (health.kind === "unread")
    log.warn({ reason: health.sentence }, "requests cannot be read: nothing is decided until they can");
}
