import { Command, CommanderError } from "commander";
import { addRequests } from "../../../src/cli/requests/command.ts";
import type { Door } from "../../../src/cli/diagnose.ts";
import type { Terminal } from "../../../src/cli/layout.ts";
import type { Subject } from "../../../src/core.ts";
import type { Read } from "../../../src/diagnosis/evidence.ts";
import { type BadInput, type Result, success } from "../../../src/diagnosis/result.ts";
import type { World } from "../../../src/world.ts";
import { type Shelf, type ShelfOptions, shelfWith } from "../../approvals/shelf.ts";
import { now } from "../../support/evidence.ts";
import { pipe } from "../repull-harness.ts";

/** What a call of the command meets. */
export interface Scene extends ShelfOptions {
  readonly who?: Read<Subject>;
  /** What is typed at each question; left out: nobody can be asked. */
  readonly typed?: readonly (string | null)[];
  readonly terminal?: Terminal;
  readonly signal?: AbortSignal;
  readonly door?: Result<Door, BadInput>;
}

export interface Call {
  readonly code: number;
  readonly out: string;
  readonly err: string;
  readonly questions: readonly string[];
  readonly shelf: Shelf;
  readonly isClosed: boolean;
  /** Milliseconds that were slept. */
  readonly slept: number;
}

const never = (what: string) => (): Promise<never> => Promise.reject(new Error(`${what} was asked for`));

/** Runs `imagepull requests …` in such a scene. */
export async function call(args: readonly string[], scene: Scene = {}): Promise<Call> {
  const seen = { code: 0, out: "", err: "", questions: [] as string[], isClosed: false, slept: 0 };
  const shelf = shelfWith(scene);
  const answers = [...(scene.typed ?? [])];
  const io = {
    out: (text: string) => void (seen.out += text),
    err: (text: string) => void (seen.err += text),
    stdin: () => Promise.resolve(""),
    terminal: scene.terminal ?? pipe,
    ...(scene.signal === undefined ? {} : { untilStopped: () => scene.signal ?? AbortSignal.abort() }),
    ...(scene.typed === undefined
      ? {}
      : {
          ask: (question: string) => {
            seen.questions.push(question);
            return Promise.resolve(answers.shift() ?? null);
          },
        }),
  };
  const world: World = {
    object: never("an object"),
    pods: never("pods"),
    pod: never("a pod"),
    events: never("events"),
    manifest: never("a manifest"),
    write: never("a write"),
    rehearse: never("a rehearsal"),
    clock: () => new Date(Date.parse(now) + seen.slept),
    sleep: (milliseconds) => {
      seen.slept += milliseconds;
      return Promise.resolve();
    },
  };
  const door: Door = {
    core: {
      cluster: "kind",
      ready: never("its health"),
      mayGetPods: never("a review"),
      diagnose: never("a diagnosis"),
      lookAhead: never("a look ahead"),
      tags: never("tags"),
    },
    world: () => Promise.resolve(world),
    approvals: () =>
      Promise.resolve({
        store: shelf,
        expiresAfterSeconds: null,
        whoAmI: () =>
          Promise.resolve(scene.who ?? { status: "ok" as const, value: { user: "erin", groups: ["leads"] } }),
      }),
    podsSelected: never("a selector"),
    namespace: "shop",
    close: () => {
      seen.isClosed = true;
    },
  };
  const program = new Command("imagepull").configureOutput({ writeErr: () => undefined }).exitOverride();
  addRequests(
    program,
    io,
    { open: () => Promise.resolve(scene.door ?? success(door)) },
    (code) => void (seen.code = code),
  );
  await program.parseAsync(["requests", ...args], { from: "user" }).catch((error: unknown) => {
    if (!(error instanceof CommanderError)) throw error;
    Object.assign(seen, { code: 2, err: error.message });
  });
  return { ...seen, shelf };
}
