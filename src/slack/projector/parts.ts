import type { Log } from "../log.ts";
import type { Wait } from "../response-urls.ts";
import type { Calls } from "./calls.ts";

/** What became of one call to Slack. `lost`: a post without an answer; `gone`: the message was deleted there. */
export type Outcome = "posted" | "found" | "updated" | "as-text" | "limited" | "failed" | "lost" | "refused" | "gone";

export interface ProjectorParts {
  readonly calls: Calls;
  /** This process, unlike every other and unlike itself after a restart. */
  readonly id: string;
  readonly clock: () => Date;
  readonly wait: Wait;
  readonly log: Log;
  readonly count: (outcome: Outcome) => void;
}
