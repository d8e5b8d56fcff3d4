import { randomBytes } from "node:crypto";
import { hostname } from "node:os";
import { createController } from "../approvals/controller/controller.ts";
import type { Controller, ControllerEvent, ControllerParts, Health } from "../approvals/controller/types.ts";
import type { Logger } from "../log.ts";
import type { Metrics } from "../metrics.ts";

/** Requests, as `serve` carries them out. */
export interface Approvals {
  start(): void;
  /** Lets everything under way go, between two writes; ends after so many milliseconds at the latest. */
  stop(graceMs: number): Promise<void>;
  /** Something was asked for or decided just now. */
  nudge(): void;
  /** What keeps requests from being worked on; null where nothing does. */
  trouble(): string | null;
}

export interface ApprovalsParts extends Omit<ControllerParts, "id" | "report"> {
  readonly log: Logger;
  readonly metrics: Pick<Metrics, "requests" | "gauge">;
  readonly wait: (milliseconds: number, signal: AbortSignal) => Promise<void>;
}

export function createApprovals({ log, metrics, wait, ...parts }: ApprovalsParts): Approvals {
  const stopping = new AbortController();
  const id = `${hostname().toLowerCase().slice(0, 200)}-${randomBytes(4).toString("hex")}`;
  const controller = createController({ ...parts, id, report: (event) => told(event, log, metrics) });
  metrics.gauge(
    "imagepull_repull_requests_executing",
    "Requests that this process carries out now.",
    () => controller.carrying,
  );
  let running: Promise<void> | null = null;
  return {
    start() {
      running ??= controller.run(stopping.signal);
    },
    async stop(graceMs) {
      stopping.abort();
      const over = new AbortController();
      await Promise.race([running ?? Promise.resolve(), wait(graceMs, over.signal)]);
      over.abort();
    },
    nudge: () => controller.nudge(),
    trouble: () => troubleIn(controller),
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
