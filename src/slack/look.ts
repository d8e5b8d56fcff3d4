import type { DiagnoseAnswer, DiagnoseRequest, Subject } from "../core.ts";
import type { Door } from "./door.ts";
import { reason } from "./log.ts";
import { renderChoice, renderNotFound } from "./render/answers.ts";
import { renderDiagnosis } from "./render/diagnosis.ts";
import { type Message, textMessage } from "./render/message.ts";
import { codeSpan, proseWithin } from "./render/mrkdwn.ts";
import type { Reply } from "./reply.ts";

/** Later than this the person reads that it is being looked at. */
const progressAfterMs = 1_000;
/** The core has a deadline of its own; this one is for a core that does not keep it. */
const answerWithinMs = 20_000;

export interface Looking extends Omit<DiagnoseRequest, "asker"> {
  /** For whom; null: whoever may ask sees all. */
  readonly asker: Subject | null;
}

/** Asks the core; whatever happens, an answer comes back, and progress is visible before it when it takes. */
export async function look(door: Door, looking: Looking, name: string, reply: Reply): Promise<DiagnoseAnswer> {
  const { asker, ...rest } = looking;
  const request: DiagnoseRequest = asker === null ? rest : { ...rest, asker };
  const { core, wait } = door;
  const ended = new AbortController();
  const signal = AbortSignal.any([door.stopping, ended.signal]);
  const progress = sayIfItTakes(door, signal, () =>
    reply.progress(`Looking at ${codeSpan(name, 200)} in cluster ${codeSpan(core.cluster, 80)} …`),
  );
  const late = wait(answerWithinMs, signal).then((): DiagnoseAnswer =>
    unreadable(
      door.stopping.aborted
        ? "imagepull is being restarted. Ask again in a moment."
        : `Cluster ${core.cluster} gave no answer within ${answerWithinMs / 1_000} s.`,
    ),
  );
  const found = core.diagnose(request, signal).catch((error: unknown): DiagnoseAnswer => {
    door.log.error({ reason: reason(error) }, "a diagnosis failed");
    return unreadable(
      "The diagnosis failed on the side of imagepull, and its log says why. Ask again; nothing has been changed.",
    );
  });
  const answer = await Promise.race([found, late]);
  ended.abort();
  // In order: a word of progress that is on its way stands above the answer.
  await progress;
  return asker !== null && answer.kind === "not-found" ? withinRights(answer) : answer;
}

/** The same words for what does not exist and for what the asker may not see. */
const withinRights = (answer: Extract<DiagnoseAnswer, { kind: "not-found" }>): DiagnoseAnswer => ({
  ...answer,
  sentence: `${answer.sentence} (Only namespaces where you may get pods were looked at: /imagepull whoami.)`,
});

async function sayIfItTakes({ wait }: Door, ended: AbortSignal, say: () => Promise<void>): Promise<void> {
  await wait(progressAfterMs, ended);
  if (!ended.aborted) await say();
}

const unreadable = (sentence: string): DiagnoseAnswer => ({ kind: "unreadable", sentence });

export interface AnswerView {
  readonly shareable: boolean;
  /** Whose sight it was read with. */
  readonly asker: Subject | null;
}

/** Any answer of the core as a message. */
export function renderAnswer(door: Door, answer: DiagnoseAnswer, view: AnswerView): Message {
  if (answer.kind === "choice") return renderChoice(answer.sentence, answer.candidates);
  if (answer.kind === "not-found") return renderNotFound(answer.sentence, answer.nearest);
  if (answer.kind === "unreadable") return textMessage(proseWithin(answer.sentence, 2_800));
  const answerId = door.recent.remember(answer, view.asker);
  const { diagnosis, evidence } = answer;
  const { shareable } = view;
  return renderDiagnosis(diagnosis, { now: door.clock(), evidence, answerId, shareable, canAsk: door.desk !== null });
}
