import { randomUUID } from "node:crypto";
import type { Subject } from "../core.ts";
import type { Diagnosis } from "../diagnosis/diagnosis.ts";
import type { Evidence } from "../diagnosis/evidence.ts";

const keptMs = 15 * 60_000;
const mostKept = 300;

export interface Answered {
  readonly diagnosis: Diagnosis;
  readonly evidence: Evidence;
}

/**
 * Answers given lately, so that their buttons show what was seen then. Without one, a button looks anew. What was read with somebody's
 * own sight is kept for them alone.
 */
export class RecentAnswers {
  readonly #clock: () => Date;
  readonly #answers = new Map<string, Answered & { readonly at: number; readonly by: string | null }>();

  constructor(clock: () => Date) {
    this.#clock = clock;
  }

  remember(answer: Answered, asker: Subject | null): string {
    const now = this.#clock().getTime();
    for (const [id, { at }] of this.#answers) {
      if (now - at < keptMs && this.#answers.size < mostKept) break;
      this.#answers.delete(id);
    }
    const id = randomUUID();
    this.#answers.set(id, { ...answer, at: now, by: asker?.user ?? null });
    return id;
  }

  find(id: string | undefined, asker: Subject | null): Answered | null {
    const answer = id === undefined ? undefined : this.#answers.get(id);
    if (answer === undefined || answer.by !== (asker?.user ?? null)) return null;
    return this.#clock().getTime() - answer.at >= keptMs ? null : answer;
  }
}
