import type { Ahead, Core, LookAheadRequest } from "../../../src/core.ts";
import type { EventEvidence, Read } from "../../../src/diagnosis/evidence.ts";
import { diagnose } from "../../../src/diagnosis/diagnose.ts";
import type { RegistryAnswer } from "../../../src/diagnosis/registry-evidence.ts";
import { type Mark, writeMark } from "../../../src/repull/mark.ts";
import type { Hands, Outcome, Progress } from "../../../src/repull/run/types.ts";
import { verify } from "../../../src/repull/run/verify.ts";
import type { ObjectNow, PodNow, World } from "../../../src/world.ts";
import { withSecret } from "../../diagnosis/checks.ts";
import { evidenceOf, read } from "../../support/evidence.ts";
import { later, mark, nameOf, object } from "./scene.ts";

/** From a second on, until the next moment. */
interface Moment {
  readonly at: number;
  readonly pods?: readonly PodNow[];
  readonly object?: Partial<ObjectNow>;
  /** Why the object cannot be read. */
  readonly unread?: Exclude<Read<never>, { status: "ok" }>;
  /** Why its pods cannot be. */
  readonly unlisted?: Exclude<Read<never>, { status: "ok" }>;
}

export interface Story {
  readonly kind?: string;
  readonly mark?: Partial<Mark>;
  readonly moments: readonly Moment[];
  /** What the registry says when it is asked anew; null: it is not asked at all. */
  readonly registry?: RegistryAnswer | null;
  readonly events?: readonly EventEvidence[];
  /** Seconds that each read takes. Default: none. */
  readonly slow?: number;
  /** Ctrl-C, in seconds. */
  readonly stopAt?: number;
}

export interface Told {
  readonly outcome: Outcome;
  readonly reports: readonly { readonly at: number; readonly progress: Progress }[];
  /** Seconds at which the object was read. */
  readonly looks: readonly number[];
  readonly asked: readonly LookAheadRequest[];
  readonly diagnosed: readonly string[];
  readonly seconds: number;
}

/** Watches a story in its own time: nothing waits for real. */
export async function watch(story: Story): Promise<Told> {
  const stop = new AbortController();
  let seconds = 0;
  const pass = (some: number): void => {
    seconds += some;
    if (story.stopAt !== undefined && seconds >= story.stopAt) stop.abort();
  };
  const own = mark(story.mark);
  const [looks, asked, diagnosed, reports]: [
    number[],
    LookAheadRequest[],
    string[],
    { at: number; progress: Progress }[],
  ] = [[], [], [], []];
  const moment = (): Moment => {
    const found = story.moments.findLast(({ at }) => at <= seconds);
    if (found === undefined) throw new Error("a story begins at 0");
    return found;
  };
  const unused = (): never => {
    throw new Error("verification reads nothing else, and writes nothing");
  };
  const world: World = {
    object() {
      looks.push(seconds);
      pass(story.slow ?? 0);
      const { unread, object: over } = moment();
      return Promise.resolve(unread ?? read(object({ mark: writeMark(own), ...over })));
    },
    pods: () => Promise.resolve(moment().unlisted ?? read([...(moment().pods ?? [])])),
    events: () => Promise.resolve(read([...(story.events ?? [])])),
    clock: () => new Date(later(seconds)),
    sleep(milliseconds) {
      pass(milliseconds / 1_000);
      return Promise.resolve();
    },
    pod: unused,
    manifest: unused,
    write: unused,
    rehearse: unused,
  };
  const evidence = evidenceOf({ status: "absent", reason: "not there" });
  const core: Pick<Core & Ahead, "diagnose" | "lookAhead"> = {
    diagnose({ target }) {
      diagnosed.push(target.kind === "selector" ? target.selector : target.name);
      return Promise.resolve({ kind: "diagnosis", evidence, diagnosis: diagnose(evidence) });
    },
    lookAhead(request) {
      asked.push(request);
      const { registry } = story;
      const checks =
        registry === null || registry === undefined
          ? []
          : request.images.map((image) => withSecret(registry, null, { image }));
      return Promise.resolve({ checks, nodes: [] });
    },
  };
  const hands: Hands = {
    world,
    core: { cluster: "test", ready: unused, mayGetPods: unused, tags: unused, ...core },
    report: (progress) => reports.push({ at: seconds, progress }),
    timeout: 600_000,
  };
  const outcome = await verify({ object: nameOf(story.kind), mark: own, hands, signal: stop.signal });
  return { outcome, reports, looks, asked, diagnosed, seconds };
}
