import { type Result, success } from "../../diagnosis/result.ts";
import { code, say } from "../../diagnosis/say.ts";
import { isUnderWay, readMark } from "../../repull/mark.ts";
import { type Parameters, parametersOf } from "../../repull/strategy.ts";
import { undoParameters } from "../../repull/undo.ts";
import type { Here, Noted } from "./here.ts";
import { type NoParameters, refused } from "./no-parameters.ts";

/** What takes back what is noted on the object. The error says why nothing can be taken back. */
export function toUndo({ asked, world }: Here, noted: Noted): Result<Parameters, NoParameters> {
  const { object, read } = noted;
  if (read.status !== "ok")
    return refused(say`what is noted of the last re-pull could not be read: ${code(read.reason)}`);
  const clock = world.clock();
  const mark = readMark(read.value.mark);
  // The way back itself is under way: the same again goes on with it.
  if (mark !== null && mark.undoes !== null && isUnderWay(mark, clock))
    return success(parametersOf(mark.strategy, { undo: { fingerprint: mark.undoes, pins: {} } }));
  const { context, timeout, allowRepository, allowUnproven } = asked.parameters;
  const given = { context, timeout, allowRepository, allowUnproven };
  const parameters = undoParameters({ object, now: read.value, clock }, given);
  return parameters.ok ? parameters : refused(say`${code(parameters.error.sentence)}`);
}
