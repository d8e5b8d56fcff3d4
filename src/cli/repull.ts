import type { LookAhead, TargetRequest } from "../core.ts";
import type { BadInput, Result } from "../diagnosis/result.ts";
import { say } from "../diagnosis/say.ts";
import { type Draft, questionsOf } from "../repull/draft.ts";
import { conclude, draftOf, type Planned } from "../repull/repull.ts";
import type { Parameters } from "../repull/strategy.ts";
import type { Door } from "./diagnose.ts";
import { type Io, refuse } from "./io.ts";
import { neutral } from "./neutral.ts";
import { plainText, repullJson, repullText } from "./repull-render.ts";

export interface RepullOptions {
  readonly parameters: Parameters;
  readonly dryRun: boolean;
  readonly output: "text" | "json";
}

interface Ways {
  readonly target: () => Promise<Result<TargetRequest, BadInput>>;
  readonly open: () => Promise<Result<Door, BadInput>>;
}

/** `imagepull repull`: reads, plans, and changes nothing. The exit code: 0 planned, 1 refused, 2 where nothing fits. */
export async function runRepull(options: RepullOptions, io: Io, { target, open }: Ways): Promise<number> {
  const request = await target();
  if (!request.ok) return refuse(io, options.output, request.error.sentence);
  const door = await open();
  if (!door.ok) return refuse(io, options.output, door.error.sentence);
  const { core, namespace, close } = door.value;
  try {
    const given = await core.diagnose({ target: request.value, defaultNamespace: namespace });
    if (given.kind !== "diagnosis") return refuse(io, options.output, given.sentence);
    const { evidence, diagnosis } = given;
    const at = evidence.takenAt;
    const draft = draftOf(options.parameters, evidence, diagnosis);
    if (!draft.ok) {
      const { error } = draft;
      return error.kind === "usage"
        ? refuse(io, options.output, error.sentence)
        : answer(error.planned, at, options, io);
    }
    return answer(conclude(draft.value, await ask(draft.value, core), at), at, options, io);
  } finally {
    close();
  }
}

/** Without a pod nobody knows with which credential to ask. */
const ask = (draft: Draft, core: Door["core"]): Promise<LookAhead> => {
  const { pod } = draft.subject;
  return pod === null ? Promise.resolve({ checks: [], nodes: [] }) : core.lookAhead({ pod, ...questionsOf(draft) });
};

const notBuilt = say`running a re-pull is not built yet, and nothing was changed: add --dry-run, and paste the plan's own kubectl commands where you want them`;

function answer(planned: Planned, at: string, { dryRun, output }: RepullOptions, io: Io): number {
  const shown: Planned =
    dryRun || planned.refused !== null ? planned : { ...planned, phase: "Refused", refused: notBuilt };
  io.out(output === "json" ? repullJson(shown, at) : repullText(shown, at, io.terminal));
  if (shown.refused === null) return 0;
  io.err(`${neutral(sentence(plainText(shown.refused, at)))}\n`);
  return 1;
}

const sentence = (words: string): string => `refused: ${words}${/[.?!]$/u.test(words) ? "" : "."}`;
