import { CannotStart } from "../cannot-start.ts";
import { type Recording, type RecordedEvent, type Scenario, fill } from "../recording.ts";

/**
 * When the kubelet says something: as a pod is placed, at every look at it, at a try to pull or start, between two tries, or at a try for
 * which the image is there already.
 */
type Moment = "scheduled" | "sync" | "try" | "back-off" | "again";

export type Words = Readonly<Record<string, string>>;

function momentOf({ reason, message }: RecordedEvent): Moment {
  if (reason === "Scheduled") return "scheduled";
  if (reason === "FailedToRetrieveImagePullSecret") return "sync";
  if (reason === "BackOff" || message === "Error: ImagePullBackOff") return "back-off";
  return "try";
}

/** Of a pod that pulled first, what follows "already present" came at a later look. */
function moments(events: readonly RecordedEvent[]): (readonly [RecordedEvent, Moment])[] {
  const pulls = events.some(({ reason }) => reason === "Pulling");
  const again = events.findIndex(({ reason, message }) => reason === "Pulled" && message.includes("already present"));
  return events.map((event, index) => {
    const moment = momentOf(event);
    return [event, pulls && again >= 0 && index >= again && moment === "try" ? "again" : moment] as const;
  });
}

/** Everything that kubelet and runtime can say: recorded texts, never one of our own. */
export class Voice {
  readonly #recording: Recording;

  constructor(recording: Recording) {
    this.#recording = recording;
  }

  get versions(): Recording["versions"] {
    return this.#recording.versions;
  }
  get node(): Recording["node"] {
    return this.#recording.node;
  }

  /** Events of a scenario that belong to a moment, filled in. */
  events(name: string, moment: Moment, words: Words): RecordedEvent[] {
    return moments(this.#scenario(name).events)
      .filter(([, told]) => told === moment)
      .map(([event]) => ({ ...event, message: fill(event.message, words), fieldPath: fill(event.fieldPath, words) }));
  }

  /** Why a container waits, after a failed try, during the back-off, or with its image there; undefined where the recording has none. */
  waiting(
    name: string,
    moment: "try" | "back-off" | "again",
    words: Words,
  ): { reason: string; message: string } | undefined {
    const states = this.#scenario(name).waiting.filter(
      ({ reason }) => reason !== "ContainerCreating" && reason !== "PodInitializing",
    );
    const isFor = ({ reason }: { readonly reason: string }): boolean => {
      if (moment === "again") return reason !== "ErrImagePull" && reason !== "ImagePullBackOff";
      return (reason === "ImagePullBackOff") === (moment === "back-off");
    };
    // A state that passed too quickly to be recorded is spoken for by the other, which has the runtime's same words.
    const state = states.find(isFor) ?? states[0];
    return state === undefined ? undefined : { reason: state.reason, message: fill(state.message, words) };
  }

  /**
   * A container whose program is not there, as recorded of another path. Below what is no folder the system says so in other words (ENOTDIR,
   * as Go writes it).
   */
  noProgram(
    program: string,
    words: Words,
  ): { readonly events: RecordedEvent[]; readonly reason: string; readonly message: string } {
    const own = (text: string): string =>
      text.replaceAll(
        /(exec: ")[^"]*(": stat )\S+(: )no such file or directory/g,
        `$1${program}$2${program}$3not a directory`,
      );
    const events = this.events("no-such-command", "try", words).filter(
      ({ reason }) => reason === "Created" || reason === "Failed",
    );
    const state = this.#scenario("no-such-command").waiting.find(({ reason }) => reason === "RunContainerError");
    if (state === undefined) throw new Error('the recording of "no-such-command" has no waiting state');
    return {
      events: events.map((event) => ({ ...event, message: own(event.message) })),
      reason: state.reason,
      message: own(fill(state.message, words)),
    };
  }

  conditions(name: string, words: Words): Scenario["conditions"] {
    return this.#scenario(name).conditions.map((condition) => ({
      ...condition,
      message: fill(condition.message, words),
    }));
  }

  #scenario(name: string): Scenario {
    const scenario = this.#recording.scenarios[name];
    if (scenario === undefined)
      throw new CannotStart(`the recordings hold no "${name}". Make them anew from a real node: npm run record.`);
    return scenario;
  }
}
