import { Command, CommanderError } from "commander";
import type { Engine } from "../../src/cli/repull/engine.ts";
import type { Approvals } from "../../src/cli/diagnose.ts";
import { addRepull } from "../../src/cli/repull-command.ts";
import type { Terminal } from "../../src/cli/layout.ts";
import { parseTarget } from "../../src/collect/target.ts";
import type { DiagnoseAnswer, LookAheadRequest, TagsRequest } from "../../src/core.ts";
import { diagnose } from "../../src/diagnosis/diagnose.ts";
import type { Read } from "../../src/diagnosis/evidence.ts";
import { type BadInput, type Result, success } from "../../src/diagnosis/result.ts";
import { say } from "../../src/diagnosis/say.ts";
import { type Mark, writeMark } from "../../src/repull/mark.ts";
import type { Outcome } from "../../src/repull/run/types.ts";
import { underWay } from "../../src/repull/run/under-way.ts";
import type { ObjectNow, World } from "../../src/world.ts";
import { digest, found, notFound, withSecret } from "../diagnosis/checks.ts";
import { type Case, evidenceFor, image, repository } from "../repull/case.ts";
import { diagnosisOf } from "../support/diagnoses.ts";
import { nodeWith, now, read } from "../support/evidence.ts";

/** What a call of the command meets, and what it does. */
export interface Scene {
  /** The target as it is found. */
  readonly case: Case;
  /** Instead of the target: what the core answers. */
  readonly answer?: DiagnoseAnswer;
  /** Images of which the registry says that the tag does not exist, by their ends. */
  readonly missing?: readonly string[];
  /** The annotation on the object; or how its read ends. */
  readonly mark?: Mark | Exclude<Read<ObjectNow>, { status: "ok" }>;
  readonly tags?: Read<readonly string[]>;
  readonly selected?: Read<readonly string[]>;
  /** What is typed at each question: null is the end of the input. Left out: nobody can be asked. */
  readonly typed?: readonly (string | null)[];
  readonly live?: Terminal;
  readonly engine?: Partial<Engine>;
  readonly signal?: AbortSignal;
  /** `IMAGEPULL_READONLY`: on, off, or what is wrong with it. Default: off. */
  readonly readOnly?: Result<boolean, BadInput>;
  /** Requests in the cluster, and who asks. Left out: nothing is asked for. */
  readonly approvals?: Approvals;
}

export interface Call {
  readonly code: number;
  readonly out: string;
  readonly err: string;
  readonly questions: readonly string[];
  readonly completions: readonly (readonly string[])[];
  readonly asked: readonly LookAheadRequest[];
  readonly tagsAsked: readonly TagsRequest[];
  /** What was run: how, and with what. */
  readonly ran: readonly {
    readonly how: "run" | "resume";
    readonly with: Parameters<Engine["runRepull"]>[0] | Parameters<Engine["resumeRepull"]>[0];
  }[];
  readonly isClosed: boolean;
}

export const pipe: Terminal = { columns: null, colours: false, width: ({ length }) => length };
export const wide = (columns: number): Terminal => ({ ...pipe, columns });

export const outcomeOf = (phase: Outcome["phase"], over: Partial<Outcome> = {}): Outcome => ({
  phase,
  line: say`all 2 pods of deployment/checkout run what was promised`,
  verification: null,
  diagnosis: null,
  undo: null,
  ...over,
});

const never = (what: string) => (): Promise<never> => Promise.reject(new Error(`${what} was asked for`));

/** The Deployment of the case, as it stands now. */
export const objectNow = (mark: string | null, over: Partial<ObjectNow> = {}): ObjectNow => ({
  uid: "deployment-uid",
  resourceVersion: "1",
  deletedAt: null,
  generation: 1,
  observedGeneration: 1,
  mark,
  restartedAt: null,
  template: [{ name: "app", image, policy: "Always", list: "containers" }],
  replicas: null,
  paused: false,
  updateStrategy: "RollingUpdate",
  partition: 0,
  firstOrdinal: 0,
  templateChange: null,
  ...over,
});

const worldOf = ({ mark }: Scene): World => ({
  object: () =>
    Promise.resolve(mark !== undefined && "status" in mark ? mark : read(objectNow(mark ? writeMark(mark) : null))),
  pods: never("pods"),
  pod: never("a pod"),
  events: never("events"),
  manifest: never("a manifest"),
  write: never("a write"),
  rehearse: never("a rehearsal"),
  clock: () => new Date(now),
  sleep: () => Promise.resolve(),
});

interface Seen {
  code: number;
  out: string;
  err: string;
  questions: string[];
  completions: (readonly string[])[];
  asked: LookAheadRequest[];
  tagsAsked: TagsRequest[];
  ran: Call["ran"][number][];
  isClosed: boolean;
}

/** Runs `imagepull repull …` in such a scene. Whatever writes is the engine, which is told what to do. */
export async function call(args: readonly string[], scene: Scene): Promise<Call> {
  const seen: Seen = {
    code: 0,
    out: "",
    err: "",
    questions: [],
    completions: [],
    asked: [],
    tagsAsked: [],
    ran: [],
    isClosed: false,
  };
  const evidence = evidenceFor(scene.case);
  const answer: DiagnoseAnswer = scene.answer ?? {
    kind: "diagnosis",
    evidence,
    diagnosis: { ...diagnosisOf({ cause: "healthy" }), target: diagnose(evidence).target },
  };
  const answers = [...(scene.typed ?? [])];
  const io = {
    out: (text: string) => void (seen.out += text),
    err: (text: string) => void (seen.err += text),
    stdin: () => Promise.resolve(""),
    terminal: pipe,
    ...(scene.live === undefined ? {} : { live: () => Promise.resolve(scene.live ?? pipe) }),
    ...(scene.signal === undefined ? {} : { untilStopped: () => scene.signal ?? AbortSignal.abort() }),
    ...(scene.typed === undefined
      ? {}
      : {
          ask: (question: string, completions: readonly string[] = []) => {
            seen.questions.push(question);
            seen.completions.push(completions);
            return Promise.resolve(answers.shift() ?? null);
          },
        }),
  };
  const engine: Engine = {
    underWay,
    keptPod: () => Promise.resolve({ status: "absent", reason: "nothing is kept" }),
    runRepull: never("a run"),
    resumeRepull: never("a resumption"),
    ...scene.engine,
  };
  const program = new Command("imagepull").configureOutput({ writeErr: () => undefined }).exitOverride();
  const doors = {
    parseTarget: (text: string, options: { namespace: string | null; selector: string | null }) =>
      Promise.resolve(parseTarget(text, options)),
    readOnly: () => Promise.resolve(scene.readOnly ?? success(false)),
    open: () =>
      Promise.resolve(
        success({
          core: {
            cluster: "kind",
            ready: () => Promise.resolve({ ok: true as const }),
            mayGetPods: () => Promise.resolve({ ok: true as const }),
            diagnose: () => Promise.resolve(answer),
            lookAhead: (request: LookAheadRequest) => {
              seen.asked.push(request);
              const checks = request.images.map((of) => {
                const pinned = /@(sha256:.*)$/u.exec(of)?.[1];
                const there = pinned === undefined ? found() : found({ digest: pinned });
                const isMissing = (scene.missing ?? []).some((end) => of.endsWith(end));
                return withSecret(isMissing ? notFound() : there, null, { image: of });
              });
              return Promise.resolve({
                checks,
                nodes: request.nodes.map((name) => ({ name, read: read(nodeWith({ name })) })),
              });
            },
            tags: (request: TagsRequest) => {
              seen.tagsAsked.push(request);
              return Promise.resolve(
                scene.tags ?? { status: "failed" as const, reason: "the registry does not answer" },
              );
            },
          },
          world: () => Promise.resolve(worldOf(scene)),
          approvals: () => (scene.approvals === undefined ? never("approvals")() : Promise.resolve(scene.approvals)),
          podsSelected: () => (scene.selected === undefined ? never("a selector")() : Promise.resolve(scene.selected)),
          namespace: "shop",
          close: () => {
            seen.isClosed = true;
          },
        }),
      ),
  };
  const noted: Engine = {
    ...engine,
    runRepull: (what) => {
      seen.ran.push({ how: "run", with: what });
      return engine.runRepull(what);
    },
    resumeRepull: (what) => {
      seen.ran.push({ how: "resume", with: what });
      return engine.resumeRepull(what);
    },
  };
  addRepull(
    program,
    io,
    doors,
    (code) => void (seen.code = code),
    () => Promise.resolve(noted),
  );
  await program.parseAsync(["repull", ...args], { from: "user" }).catch((error: unknown) => {
    if (!(error instanceof CommanderError)) throw error;
    Object.assign(seen, { code: 2, err: error.message });
  });
  return seen;
}

export const restart: Case = { strategy: "restart", policy: "Always" };

/** It ends so, whether it is begun or gone on with. */
export const ends = (outcome: Outcome): Scene => ({
  case: restart,
  engine: { runRepull: () => Promise.resolve(outcome), resumeRepull: () => Promise.resolve(outcome) },
});

/** A restart that began a minute ago and has nine more. */
export const markOf = (over: Partial<Mark> = {}): Mark => ({
  version: 1,
  fingerprint: "0123456789abcdef",
  strategy: "restart",
  asked: { container: null, tag: null, image: null, only: null, selector: null },
  containers: { app: { image, policy: "Always" } },
  restartedAt: "2026-11-24T10:30:00Z",
  startedAt: "2026-11-24T10:30:00Z",
  deadline: "2026-11-24T10:40:00Z",
  before: { app: `${repository}@${digest("b")}` },
  wanted: { app: [digest("a")] },
  pods: [["checkout-0", "uid-0"]],
  evicts: [],
  undoes: null,
  request: null,
  outcome: null,
  ...over,
});
