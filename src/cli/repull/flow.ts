import type { LookAhead, TargetRequest } from "../../core.ts";
import type { BadInput, Result } from "../../diagnosis/result.ts";
import { code, type Line, say } from "../../diagnosis/say.ts";
import { type Draft, questionsOf } from "../../repull/draft.ts";
import { conclude, draftOf, type Planned } from "../../repull/repull.ts";
import { candidatesOf, type Door } from "../diagnose.ts";
import { type Io, refuse } from "../io.ts";
import { confirmed } from "./ask.ts";
import type { Asked } from "./asked.ts";
import type { Engine } from "./engine.ts";
import { answer, conclusion, type Here, refusal, type Seen, showPlan } from "./here.ts";
import type { Report } from "./render-json.ts";
import { parametersFor } from "./parameters.ts";
import { watched } from "./run.ts";
import { keptBarePod, notedOn, standing } from "./under-way.ts";

/** Where a call finds what it needs, each only when it is needed. */
export interface Ways {
  readonly target: () => Promise<Result<TargetRequest, BadInput>>;
  readonly open: () => Promise<Result<Door, BadInput>>;
  readonly engine: () => Promise<Engine>;
}

/** `imagepull repull`: plans, asks, runs and verifies. The exit code: 0 planned or succeeded; 1 refused, failed or interrupted; 2 where nothing fits. */
export async function repull(asked: Asked, io: Io, { target, open, engine }: Ways): Promise<number> {
  const request = await target();
  if (!request.ok) return refuse(io, asked.output, request.error.sentence);
  const door = await open();
  if (!door.ok) return refuse(io, asked.output, door.error.sentence);
  try {
    const live = (await io.live?.()) ?? null;
    const here = { asked, io, live, door: door.value, world: await door.value.world(), engine: await engine() };
    return await onCluster(here, request.value);
  } finally {
    door.value.close();
  }
}

async function onCluster(here: Here, target: TargetRequest): Promise<number> {
  const { asked, io, door } = here;
  const given = await door.core.diagnose({ target, defaultNamespace: door.namespace });
  if (given.kind === "diagnosis") return onTarget(here, given);
  const kept = given.kind === "not-found" ? await keptBarePod(here, target) : null;
  return kept ?? refuse(io, asked.output, given.sentence, candidatesOf(given));
}

async function onTarget(here: Here, seen: Seen): Promise<number> {
  const { asked, io } = here;
  const noted = await notedOn(here, seen);
  const parameters = await parametersFor(here, seen, noted);
  if (!parameters.ok)
    return parameters.error.kind === "usage"
      ? refuse(io, asked.output, parameters.error.sentence)
      : answer(here, refusal(here, seen.evidence.target, parameters.error.line), seen.evidence.takenAt);
  const draft = draftOf(parameters.value, seen.evidence, seen.diagnosis);
  // What is under way may have written already what would be refused as written already.
  const isUsage = !draft.ok && draft.error.kind === "usage";
  const goesOn = isUsage || noted === null ? null : await standing(here, seen, noted, parameters.value);
  if (goesOn !== null) return goesOn;
  if (draft.ok) return onDraft(here, draft.value);
  return draft.error.kind === "usage"
    ? refuse(io, asked.output, draft.error.sentence)
    : onPlanned(here, draft.error.planned, null);
}

/** Without a pod, and without a template, nobody knows with which credential to ask. */
const ask = (draft: Draft, core: Door["core"]): Promise<LookAhead> => {
  const questions = questionsOf(draft);
  return questions === null ? Promise.resolve({ checks: [], nodes: [] }) : core.lookAhead(questions);
};

async function onDraft(here: Here, draft: Draft): Promise<number> {
  const ahead = await ask(draft, here.door.core);
  return onPlanned(here, conclude(draft, ahead, here.world.clock().toISOString()), draft);
}

async function onPlanned(here: Here, planned: Planned, draft: Draft | null): Promise<number> {
  const { asked, io, world, engine } = here;
  const at = world.clock().toISOString();
  showPlan(here, planned, at);
  const { plan } = planned;
  const report: Report = { ...planned, outcome: null };
  if (asked.dryRun || planned.refused !== null || plan === null || draft === null) return answer(here, report, at);
  const no = asked.yes ? null : await withoutYes(io);
  if (no !== null) return answer(here, { ...report, phase: "Refused", refused: no }, at);
  const { object } = draft.subject;
  const { parameters } = draft;
  const outcome = await watched(here, parameters.timeout, (hands, signal) =>
    engine.runRepull({ object, plan, parameters, hands, signal }),
  );
  return conclusion(here, { ...report, object, mark: plan.mark }, outcome);
}

/** Null where somebody says yes; else why it is not run. */
async function withoutYes({ ask: askPerson }: Io): Promise<Line | null> {
  if (askPerson === undefined)
    return say`nobody can be asked here whether to run it, and nothing was changed: add ${code("--yes")} to run it, or ${code("--dry-run")} for the plan alone`;
  return (await confirmed(askPerson, "Run it?")) ? null : say`nobody said yes, and nothing was changed`;
}
