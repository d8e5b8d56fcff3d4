import { createDesk } from "../approvals/desk/desk.ts";
import type { Desk } from "../approvals/desk/types.ts";
import { createRights } from "../approvals/rights.ts";
import { createStore } from "../approvals/store.ts";
import type { ApprovalRules } from "../approvals/types.ts";
import type { ClusterReader } from "../cluster/reader.ts";
import type { Writer } from "../cluster/writer.ts";
import { createWorld } from "../collect/world.ts";
import type { Ahead, Core } from "../core.ts";
import { type Approvals, type ApprovalsParts, createApprovals } from "./approvals.ts";

export interface RequestsParts {
  readonly reader: ClusterReader;
  readonly writer: Writer;
  readonly core: Core & Ahead;
  /** What the configuration says of a namespace. */
  readonly rules: (namespace: string) => ApprovalRules;
  readonly isReadOnly: () => boolean;
  readonly atOnce: ApprovalsParts["atOnce"];
  readonly expiresAfterSeconds: number;
  readonly keepSeconds: number;
  readonly clock: () => Date;
}

export interface Requests {
  /** Where they are asked for and decided. */
  readonly desk: Desk;
  /** Carries them out, and shows them in Slack. */
  carriedOut(around: Pick<ApprovalsParts, "log" | "metrics" | "wait" | "slack">): Approvals;
}

/**
 * Re-pull requests on a cluster: carried out with the bot's own rights; whose word counts, Kubernetes says. Slack needs the desk, and what
 * carries requests out needs Slack, so they are made in this order, with a closure for the way back:
 *
 *     const requests = openRequests({ reader, writer, core, … });
 *     const slack = createSlackApp({ …, requests: { desk: requests.desk, channel, nudge: () => approvals.nudge() } });
 *     const approvals = requests.carriedOut({ slack, log, metrics, wait });
 *     approvals.start();             // before or after slack.start(): messages wait until Slack answers
 *     await approvals.stop(graceMs); // before slack.stop()
 */
export function openRequests(parts: RequestsParts): Requests {
  const { reader, writer, core, rules, isReadOnly, atOnce, expiresAfterSeconds, keepSeconds, clock } = parts;
  const store = createStore(reader, writer);
  const rights = createRights((review, signal) => reader.review(review, signal));
  const world = createWorld({ reader, writer, clock });
  const common = { core, world, store, rights, rules, isReadOnly };
  return {
    desk: createDesk({ ...common, expiresAfterSeconds }),
    carriedOut: (around) => createApprovals({ ...common, atOnce, keep: keepSeconds * 1_000, ...around }),
  };
}
