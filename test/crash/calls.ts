/** One call of the bot that changes something: a write to the API server, or a call to Slack that somebody sees. */
export interface Call {
  /** From 1, over API server and Slack, in the order in which they come. */
  readonly number: number;
  /** What it is: `status Approved`, `patch deployments`, `chat.postMessage`. */
  readonly kind: string;
  /** Which of its kind, from 1. */
  readonly nth: number;
  /** Whether the server has taken it, as its answer says. */
  isTaken: boolean;
}

/** Where a process is killed: before a call is handed on, or once it is done and not answered. */
export interface Point {
  readonly kind: string;
  readonly nth: number;
  readonly when: "before" | "after";
}

/** The calls of all processes of one world, and the kill that waits among them. */
export class Calls {
  readonly all: Call[] = [];
  readonly #counts = new Map<string, number>();
  readonly #kill: { readonly point: Point; readonly shoot: () => Promise<void> } | null;
  /** Where the kill has happened. */
  killedAt: Call | null = null;
  /** Calls that are on their way. */
  underWay = 0;
  /** When the last one came, in milliseconds. */
  lastAt = 0;

  constructor(point: Point | null, shoot: () => Promise<void>) {
    this.#kill = point === null ? null : { point, shoot };
  }

  next(kind: string): Call {
    const nth = (this.#counts.get(kind) ?? 0) + 1;
    this.#counts.set(kind, nth);
    const call = { number: this.all.length + 1, kind, nth, isTaken: false };
    this.all.push(call);
    this.lastAt = Date.now();
    return call;
  }

  /** Kills the process where this is the point; whether it did. */
  async reached(call: Call, when: Point["when"]): Promise<boolean> {
    const kill = this.#kill;
    if (kill === null || this.killedAt !== null) return false;
    if (kill.point.kind !== call.kind || kill.point.nth !== call.nth || kill.point.when !== when) return false;
    this.killedAt = call;
    await kill.shoot();
    return true;
  }
}

/** Both sides of each call of a run. */
export const pointsOf = (calls: readonly Call[]): readonly Point[] =>
  calls.flatMap(({ kind, nth }) => (["before", "after"] as const).map((when) => ({ kind, nth, when })));
