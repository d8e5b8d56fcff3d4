import { readMark, writeMark } from "../mark.ts";
import { replaceNote } from "../requests.ts";
import { wholeSeconds } from "../changes.ts";
import { digestsSeen } from "./running-now.ts";
import { isMarkOf, pause, type Run } from "./step.ts";
import type { Outcome } from "./types.ts";

/** How often the last note is tried: what is true does not hang on it. */
const attempts = 5;

/** Notes in the object how it ended, so that it holds off nothing more. A mark that is no longer this re-pull's is left alone. */
export async function close({ object, mark, hands }: Run, outcome: Outcome): Promise<void> {
  const { phase } = outcome;
  if (phase !== "Succeeded" && phase !== "Failed") return;
  for (let attempt = 0; attempt < attempts; attempt += 1) {
    const now = await hands.world.object(object);
    if (now.status === "absent" || now.status === "forbidden") return;
    if (now.status === "ok") {
      const found = now.value.mark;
      const open = readMark(found);
      if (found === null || open === null || open.outcome !== null || !isMarkOf(found, mark)) return;
      const at = wholeSeconds(hands.world.clock());
      const note = writeMark({
        ...open,
        outcome: { phase, at, running: digestsSeen(outcome.verification?.running ?? []) },
      });
      const answer = await hands.world.write(replaceNote({ ...object, uid: now.value.uid }, found, note));
      if (answer.kind === "done" || (answer.kind === "refused" && answer.why !== "conflict")) return;
    }
    await hands.world.sleep(pause);
  }
}
