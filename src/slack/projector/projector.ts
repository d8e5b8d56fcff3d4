import { channelOf, type Entry, isSettled, newEntry, nextStep, observe, type Step } from "./entry.ts";
import { type Lane, newLane } from "./lane.ts";
import type { ProjectorParts } from "./parts.ts";
import { perform } from "./steps.ts";
import type { Projected, Projector } from "./types.ts";

/** Shows objects as messages: a queue a channel, and in each what is wanted now, not what was wanted once. */
export const createProjector = (parts: ProjectorParts): Projector => new Queues(parts);

interface Next {
  readonly entry: Entry;
  readonly step: Step;
}

class Queues implements Projector {
  readonly #parts: ProjectorParts;
  readonly #entries = new Map<string, Entry>();
  readonly #lanes = new Map<string, Lane>();
  readonly #stop = new AbortController();
  #hasLooked = false;

  constructor(parts: ProjectorParts) {
    this.#parts = parts;
  }

  see(all: readonly Projected[]): void {
    const keys = new Set(all.map(({ key }) => key));
    for (const key of this.#entries.keys()) if (!keys.has(key)) this.#entries.delete(key);
    for (const one of all) this.#take(one, !this.#hasLooked);
    this.#hasLooked = true;
    this.#stir();
  }

  changed(one: Projected): void {
    this.#take(one, false);
    this.#stir();
  }

  troubles(): ReturnType<Projector["troubles"]> {
    return troublesOf([...this.#lanes.values()], this.#entries.values(), this.#now());
  }

  get waiting(): number {
    // What another shows is not waited for here.
    const waits = (step: Step | null): boolean => step !== null && (step.kind !== "claim" || step.at <= this.#now());
    return [...this.#entries.values()].filter((entry) => waits(nextStep(entry, this.#parts.id))).length;
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    const lanes = [...this.#lanes.values()];
    for (const { wake } of lanes) wake.abort();
    await Promise.all(lanes.map(({ running }) => running ?? Promise.resolve()));
  }

  #now(): number {
    return this.#parts.clock().getTime();
  }

  #take(one: Projected, wasThere: boolean): void {
    const known = this.#entries.get(one.key);
    // One that was seen while it was open is posted for all that: Slack may have been away until its end.
    const isMissed = known !== undefined && one.place === null;
    if (isSettled(one) && !isMissed) {
      this.#entries.delete(one.key);
      return;
    }
    const entry = known ?? newEntry(one, this.#now(), wasThere);
    this.#entries.set(one.key, entry);
    observe(entry, one, this.#now());
  }

  /** Each queue that has something to do is at it, and looks what that is. */
  #stir(): void {
    if (this.#stop.signal.aborted) return;
    const wanted = new Set([...this.#entries.values()].map(channelOf));
    for (const channel of wanted) {
      const lane = this.#lanes.get(channel) ?? newLane(channel);
      this.#lanes.set(channel, lane);
      lane.wake.abort();
      lane.running ??= this.#work(lane);
    }
    for (const [channel, lane] of this.#lanes) {
      const isIdle = lane.running === null && !wanted.has(channel);
      if (isIdle && (lane.note === null || lane.note.until <= this.#now())) this.#lanes.delete(channel);
    }
  }

  async #work(lane: Lane): Promise<void> {
    // What is seen in the same breath is put in order first.
    await Promise.resolve();
    const { signal } = this.#stop;
    for (let next = this.#next(lane); next !== null && !signal.aborted; next = this.#next(lane)) {
      const { at, kind } = next.step;
      // Slack has no part in an intent.
      const pause = (kind === "intend" ? at : Math.max(at, lane.notBefore)) - this.#now();
      lane.wake = new AbortController();
      if (pause > 0) await this.#parts.wait(pause, lane.wake.signal);
      else await this.#perform(lane, next);
      // It may stand in another queue now.
      if (channelOf(next.entry) !== lane.channel) this.#stir();
    }
    lane.running = null;
  }

  async #perform(lane: Lane, { entry, step }: Next): Promise<void> {
    try {
      await perform({ ...this.#parts, lane, entry, stopping: this.#stop.signal }, step);
    } catch (error) {
      this.#parts.log.error({ object: entry.one.name, reason: String(error) }, "a message could not be worked on");
      entry.isOver = true;
    }
  }

  /** What is to be done next in a channel; null: nothing, until something is seen anew. */
  #next(lane: Lane): Next | null {
    let best: Next | null = null;
    const at = Math.max(this.#now(), lane.notBefore);
    for (const entry of this.#entries.values()) {
      const step = channelOf(entry) === lane.channel ? nextStep(entry, this.#parts.id) : null;
      if (step !== null && (best === null || isSooner(step, best.step, at))) best = { entry, step };
    }
    return best;
  }
}

/** Of what is due the most urgent, else what is due first. */
function isSooner(one: Step, other: Step, now: number): boolean {
  const isDue = one.at <= now;
  if (isDue !== other.at <= now) return isDue;
  // Of equals the one that has waited longest.
  return isDue && one.rank !== other.rank ? one.rank < other.rank : one.at < other.at;
}

/** The channel's own trouble first, then an object's, then what has been noted. */
function troublesOf(lanes: readonly Lane[], entries: Iterable<Entry>, now: number): ReturnType<Projector["troubles"]> {
  const troubles = new Map<string, string>();
  const tell = (channel: string, sentence: string | undefined): void => {
    if (sentence !== undefined && !troubles.has(channel)) troubles.set(channel, sentence);
  };
  for (const { channel, trouble } of lanes) tell(channel, trouble?.sentence);
  for (const entry of entries) tell(channelOf(entry), entry.trouble ?? undefined);
  for (const { channel, note } of lanes) if (note !== null && note.until > now) tell(channel, note.sentence);
  return [...troubles].map(([channel, sentence]) => ({ channel, sentence }));
}
