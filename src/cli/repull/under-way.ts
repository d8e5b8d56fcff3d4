import type { TargetRequest } from "../../core.ts";
import type { Target } from "../../diagnosis/diagnosis.ts";
import { at, code, type Line, say } from "../../diagnosis/say.ts";
import { type Mark, readMark } from "../../repull/mark.ts";
import type { Parameters } from "../../repull/strategy.ts";
import { subjectOf } from "../../repull/subject.ts";
import type { ObjectName } from "../../world.ts";
import { neutral } from "../neutral.ts";
import { answer, conclusion, type Here, type Noted, refusal, type Seen } from "./here.ts";
import { plainText } from "./render-json.ts";
import { watched } from "./run.ts";

/** Reads what is noted on the object; null where what makes the pods could not be read. */
export async function notedOn({ asked, world }: Here, { evidence }: Seen): Promise<Noted | null> {
  const subject = subjectOf(evidence, asked.parameters.strategy);
  if (!subject.ok) return null;
  const { object } = subject.value;
  return { object, read: await world.object(object) };
}

/** The exit code, where a re-pull of the object is under way: another holds this one off, the same is gone on with. Null where none is. */
export async function standing(
  here: Here,
  { evidence: { target } }: Seen,
  { object, read }: Noted,
  parameters: Parameters,
): Promise<number | null> {
  const { asked, io, world, engine } = here;
  const now = world.clock().toISOString();
  if (read.status !== "ok") {
    const line = say`whether another re-pull is under way could not be read: ${code(read.reason)}`;
    if (!asked.dryRun) return answer(here, refusal(here, target, line), now);
    io.err(`${neutral(plainText(line, now))}.\n`);
    return null;
  }
  const found = engine.underWay(readMark(read.value.mark), parameters, world.clock(), target);
  if (found.kind === "none") return null;
  return found.kind === "other"
    ? answer(here, refusal(here, target, found.line), now)
    : goOn(here, { object, target, mark: found.mark, line: found.line });
}

interface Begun {
  readonly object: ObjectName;
  readonly target: Target;
  readonly mark: Mark;
  readonly line: Line;
}

/** Goes on with what has been begun, by this shell or another: what has been done is not done again. */
async function goOn(here: Here, { object, target, mark, line }: Begun): Promise<number> {
  const { asked, io, world, engine } = here;
  const now = world.clock().toISOString();
  const report = { strategy: mark.strategy, target, plan: null, preflight: null, outcome: null };
  if (asked.dryRun) {
    io.err(`the same re-pull is under way since ${mark.startedAt}: without --dry-run this command goes on with it.\n`);
    return answer(here, { ...report, phase: "Executing", refused: null }, now);
  }
  io.err(`${neutral(plainText(line, now))}.\n`);
  const left = Math.max(0, Date.parse(mark.deadline) - world.clock().getTime());
  const outcome = await watched(here, left, (hands, signal) => engine.resumeRepull({ object, mark, hands, signal }));
  return conclusion(here, { ...report, object, mark }, outcome);
}

/** A bare pod that is made anew does not exist in between: the exit code, where it is kept to be made again; null where nothing is known to keep it. */
export async function keptBarePod(here: Here, target: TargetRequest): Promise<number | null> {
  const { asked, io, world, engine, door } = here;
  if (target.kind === "selector" || (target.kind === "object" && target.resource !== "Pod")) return null;
  const namespace = target.namespace ?? door.namespace;
  const { name } = target;
  const kept = await engine.keptPod(world, namespace, name);
  if (kept.status !== "ok") {
    if (kept.status !== "absent" && asked.parameters.strategy === "delete-pods")
      io.err(`whether pod ${name} is kept to be made again could not be read: ${neutral(kept.reason)}.\n`);
    return null;
  }
  const { mark } = kept.value;
  const place: Target = { cluster: door.core.cluster, namespace, kind: "Pod", name };
  const gone = say`pod ${code(name)} was deleted at ${at(mark.startedAt)} to be made again, and does not exist now`;
  if (asked.parameters.strategy !== mark.strategy || asked.isUndo) {
    const command = `imagepull repull pod/${name} -n ${namespace} --strategy ${mark.strategy}`;
    const line = say`${gone}: make it again first, with ${code(command)}`;
    return answer(here, refusal(here, place, line), world.clock().toISOString());
  }
  const uid = mark.pods?.find(([pod]) => pod === name)?.[1] ?? null;
  const object: ObjectName = { apiVersion: "v1", kind: "Pod", namespace, name, uid };
  return goOn(here, { object, target: place, mark, line: say`${gone}: making it again` });
}
