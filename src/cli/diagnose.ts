import type { ApprovalStore } from "../approvals/types.ts";
import type { Ahead, Candidate, Core, DiagnoseAnswer, Subject, TargetRequest } from "../core.ts";
import type { Diagnosis } from "../diagnosis/diagnosis.ts";
import type { Evidence, Read } from "../diagnosis/evidence.ts";
import type { BadInput, Result } from "../diagnosis/result.ts";
import type { World } from "../world.ts";
import { type Io, type OutputFormat, refuse } from "./io.ts";
import { renderJson } from "./render-json.ts";
import { renderMarkdown } from "./render-markdown.ts";
import { renderText } from "./render-text.ts";
import type { Terminal } from "./layout.ts";
import { neutral } from "../diagnosis/neutral.ts";

export interface DiagnoseOptions {
  readonly output: OutputFormat;
  readonly save: string | null;
  readonly from: string | null;
  /** Exit with 1 unless all is well. */
  readonly exitCode: boolean;
}

export interface Approvals {
  readonly store: ApprovalStore;
  /** Who the user is to the API server. */
  readonly whoAmI: () => Promise<Read<Subject>>;
  /** For how long what is asked for can be decided; null: as usual. */
  readonly expiresAfterSeconds: number | null;
}

/** The cluster that a target is looked for on: opened only where one is needed. */
export interface Door {
  readonly core: Core & Ahead;
  /** What a re-pull that runs reads and writes; loaded only when one does. */
  readonly world: () => Promise<World>;
  /** Requests and decisions, under the user's own rights; loaded only when somebody asks or decides. */
  readonly approvals: () => Promise<Approvals>;
  /** Names of the pods in a namespace that carry these labels. */
  readonly podsSelected: (namespace: string, selector: string) => Promise<Read<readonly string[]>>;
  readonly namespace: string;
  readonly close: () => void;
}

/** `imagepull diagnose`: the exit code. */
export async function runDiagnose(
  target: () => Promise<Result<TargetRequest, BadInput>>,
  options: DiagnoseOptions,
  io: Io,
  open: () => Promise<Result<Door, BadInput>>,
): Promise<number> {
  if (options.from !== null) {
    const { loadEvidence } = await import("./evidence-file.ts");
    const evidence = await loadEvidence(options.from, io.stdin);
    if (!evidence.ok) return refuse(io, options.output, evidence.error.sentence);
    const { diagnose } = await import("../diagnosis/diagnose.ts");
    return answer(diagnose(evidence.value), evidence.value, options, io);
  }
  const request = await target();
  if (!request.ok) return refuse(io, options.output, request.error.sentence);
  const door = await open();
  if (!door.ok) return refuse(io, options.output, door.error.sentence);
  try {
    const given = await door.value.core.diagnose({ target: request.value, defaultNamespace: door.value.namespace });
    return given.kind === "diagnosis"
      ? await answer(given.diagnosis, given.evidence, options, io)
      : refuse(io, options.output, given.sentence, candidatesOf(given));
  } finally {
    door.value.close();
  }
}

async function answer(diagnosis: Diagnosis, evidence: Evidence, options: DiagnoseOptions, io: Io): Promise<number> {
  io.out(render(diagnosis, options.output, io.terminal));
  if (options.save !== null) {
    const { saveEvidence } = await import("./evidence-file.ts");
    const saved = saveEvidence(options.save, evidence);
    if (!saved.ok) {
      io.err(`${neutral(saved.error.sentence)}\n`);
      return 2;
    }
  }
  return options.exitCode && diagnosis.cause !== "healthy" ? 1 : 0;
}

function render(diagnosis: Diagnosis, output: OutputFormat, terminal: Terminal): string {
  if (output === "json") return renderJson(diagnosis);
  return output === "markdown" ? renderMarkdown(diagnosis) : renderText(diagnosis, terminal);
}

export const candidatesOf = (given: Exclude<DiagnoseAnswer, { kind: "diagnosis" }>): readonly Candidate[] => {
  if (given.kind === "choice") return given.candidates;
  return given.kind === "not-found" ? given.nearest : [];
};
