import { createCalls } from "../../../src/slack/projector/calls.ts";
import type { Outcome } from "../../../src/slack/projector/parts.ts";
import { createProjector } from "../../../src/slack/projector/projector.ts";
import type { Place, Projected, Projector } from "../../../src/slack/projector/types.ts";
import { textMessage } from "../../../src/slack/render/message.ts";
import { Slack } from "./slack.ts";
import { Time } from "./time.ts";

/** An object in the cluster. */
export interface Thing {
  readonly key: string;
  channel: string;
  place: Place | null;
  word: string;
  detail: string;
  isFinal: boolean;
  by: string | null;
}

export interface Process {
  readonly projector: Projector;
  readonly id: string;
  readonly outcomes: Outcome[];
  readonly log: string[];
  look(this: void): void;
  /** It does nothing more, and nothing that it waits for ever ends. */
  kill(this: void): void;
}

const finals = ["Succeeded", "Failed", "Denied"];
type Kept = Awaited<ReturnType<Projected["keep"]>>;

/** Objects, Slack, and as many processes as are started; each looks every two seconds. */
export function createStage() {
  const time = new Time();
  const slack = new Slack(() => time.seconds);
  const things = new Map<string, Thing>();
  /** What becomes of each write; `after`: it is done, and the answer lost. */
  const store: { keep: (place: Place, by: string) => Kept | "lost-after" | null } = { keep: () => null };

  const make = (key: string, over: Partial<Thing> = {}): Thing => {
    const thing = { key, channel: "C1", place: null, word: "Pending", detail: "", isFinal: false, by: null, ...over };
    things.set(key, thing);
    return thing;
  };
  const move = (key: string, word: string, over: Partial<Thing> = {}): void =>
    void Object.assign(things.get(key) ?? {}, { word, isFinal: finals.includes(word), ...over });

  function start(id: string, { looks = true }: { readonly looks?: boolean } = {}): Process {
    const killed = new AbortController();
    const never = <T>(): Promise<T> => new Promise(() => undefined);
    const outcomes: Outcome[] = [];
    const log: string[] = [];
    const write = (fields: object, message: string): void => void log.push(`${message} ${JSON.stringify(fields)}`);
    const client = slack.client();
    const calls = createCalls({ client, self: () => "UBOT" });
    const mortal = async <T>(call: () => Promise<T>): Promise<T> => {
      if (killed.signal.aborted) return never();
      const answer = await call();
      return killed.signal.aborted ? never() : answer;
    };
    const projector = createProjector({
      calls: {
        post: (...asked) => mortal(() => calls.post(...asked)),
        update: (...asked) => mortal(() => calls.update(...asked)),
        find: (...asked) => mortal(() => calls.find(...asked)),
      },
      id,
      clock: time.clock,
      wait: (milliseconds, signal) => mortal(() => time.wait(milliseconds, signal)),
      log: { info: write, warn: write, error: write },
      count: (outcome) => void outcomes.push(outcome),
    });
    const projected = (thing: Thing): Projected => {
      let from = thing.place;
      return {
        key: thing.key,
        name: `shop/${thing.key}`,
        channel: thing.channel,
        place: thing.place,
        word: thing.word,
        isFinal: thing.isFinal,
        by: thing.by,
        message: textMessage(`${thing.key} ${thing.word}${thing.detail === "" ? "" : ` ${thing.detail}`}`),
        keep: (place) =>
          mortal(async () => {
            const found = things.get(thing.key);
            if (found === undefined) return "gone";
            const trouble = store.keep(place, id);
            if (trouble !== null && trouble !== "lost-after") return trouble;
            if (JSON.stringify(found.place) !== JSON.stringify(from)) return "moved";
            found.place = place;
            if (trouble === "lost-after") return "lost";
            from = place;
            return "kept";
          }),
      };
    };
    const look = (): void => {
      if (!killed.signal.aborted) projector.see([...things.values()].map(projected));
    };
    const looking = async (): Promise<void> => {
      while (!killed.signal.aborted) {
        look();
        await time.wait(2_000);
      }
    };
    if (looks) void looking();
    return { projector, id, outcomes, log, look, kill: () => killed.abort() };
  }
  /** What stands in a channel. */
  const shown = (channel = "C1"): readonly string[] =>
    slack.messages.filter((one) => one.channel === channel).map(({ text }) => text);
  return { time, slack, things, store, make, move, start, shown };
}
