import type { LookAhead, TargetRequest } from "../../core.ts";
import type { BadInput, Result } from "../../diagnosis/result.ts";
import { code, say } from "../../diagnosis/say.ts";
import { type Draft, questionsOf } from "../../repull/draft.ts";
import type { Plan } from "../../repull/plan.ts";
import { conclude, draftOf, type Planned } from "../../repull/repull.ts";
import { candidatesOf, type Door } from "../diagnose.ts";
import { type Io, refuse } from "../io.ts";
import { withoutYes } from "./ask.ts";
import type { Asked } from "./asked.ts";
import type { Engine } from "./engine.ts";
import { answer, conclusion, type Here, type Noted, refusal, type Seen, showPlan } from "./here.ts";
import type { Report } from "./render-json.ts";
import { parametersFor } from "./parameters.ts";
import { watched } from "./run.ts";
import { keptBarePod, keptWhileThere, notedOn, standing } from "./under-way.ts";

/** Where a call finds what it needs, each only when it is needed. */
export interface Ways {
  readonly readOnly: () => Promise<Result<boolean, BadInput>>;
  readonly target: () => Promise<Result<TargetRequest, BadInput>>;
  readonly open: () => Promise<Result<Door, BadInput>>;
  readonly engine: () => Promise<Engine>;
}

/** `imagepull repull`: plans, asks, runs and verifies. The exit code: 0 planned or succeeded; 1 refused, failed or interrupted; 2 where nothing fits. */
export async function repull(asked: Asked, io: Io, { readOnly, target, open, engine }: Ways): Promise<number> {
  const isReadOnly = await readOnly();
  if (!isReadOnly.ok) return refuse(io, asked.output, isReadOnly.error.sentence);
  const request = await target();
  if (!request.ok) return refuse(io, asked.output, request.error.sentence);
  const door = await open();
  if (!door.ok) return refuse(io, asked.output, door.error.sentence);
  try {
    const live = (await io.live?.()) ?? null;
    const [world, running] = [await door.value.world(), await engine()];
    const mayWrite = asked.dryRun || !isReadOnly.value;
    return await onCluster({ asked, io, live, door: door.value, world, engine: running, mayWrite }, request.value);
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
  const { target, takenAt } = seen.evidence;
  if (!here.mayWrite) return answer(here, refusal(here, target, readOnlyLine), takenAt);
  const kept = await keptWhileThere(here, seen);
  if (kept !== null) return kept;
  const noted = await notedOn(here, seen);
  const parameters = await parametersFor(here, seen, noted);
  if (!parameters.ok)
    return parameters.error.kind === "usage"
      ? refuse(io, asked.output, parameters.error.sentence)
      : answer(here, refusal(here, target, parameters.error.line), takenAt);
  const draft = draftOf(parameters.value, seen.evidence, seen.diagnosis);
  // What is under way may have written already what would be refused as written already.
  const isUsage = !draft.ok && draft.error.kind === "usage";
  const goesOn = isUsage || noted === null ? null : await standing(here, seen, noted, parameters.value);
  if (goesOn !== null) return goesOn;
  if (draft.ok) return onDraft(here, draft.value, noted);
  if (draft.error.kind === "usage") return refuse(io, asked.output, draft.error.sentence);
  return planOnly(here, draft.error.planned, here.world.clock().toISOString());
}

const readOnlyLine = say`IMAGEPULL_READONLY is on, so nothing is re-pulled and nothing was changed: ${code("--dry-run")} still shows the plan`;

/** Without a pod, and without a template, nobody knows with which credential to ask. */
const ask = (draft: Draft, core: Door["core"]): Promise<LookAhead> => {
  const questions = questionsOf(draft);
  return questions === null ? Promise.resolve({ checks: [], nodes: [] }) : core.lookAhead(questions);
};

async function onDraft(here: Here, draft: Draft, noted: Noted | null): Promise<number> {
  const ahead = await ask(draft, here.door.core);
  const at = here.world.clock().toISOString();
  const planned = conclude(draft, ahead, at);
  const { plan } = planned;
  if (here.asked.dryRun || planned.refused !== null || plan === null) return planOnly(here, planned, at);
  showPlan(here, planned, at);
  const report: Report = { ...planned, outcome: null };
  if (here.asked.request === null) return onYes(here, report, plan, draft);
  const { request } = await import("./request.ts");
  const parameters = { ...draft.parameters, context: null };
  return request(here, { report, planned: conclude({ ...draft, parameters }, ahead, at), draft, noted });
}

function planOnly(here: Here, planned: Planned, at: string): number {
  showPlan(here, planned, at);
  return answer(here, { ...planned, outcome: null }, at);
}

async function onYes(here: Here, report: Report, plan: Plan, draft: Draft): Promise<number> {
  const { asked, io, world, engine } = here;
  const no = asked.yes ? null : await withoutYes(io);
  if (no !== null) return answer(here, { ...report, phase: "Refused", refused: no }, world.clock().toISOString());
  const { object } = draft.subject;
  const { parameters } = draft;
  const outcome = await watched(here, parameters.timeout, (hands, signal) =>
    engine.runRepull({ object, plan, parameters, hands, signal }),
  );
  return conclusion(here, { ...report, object, mark: plan.mark }, outcome);
}
