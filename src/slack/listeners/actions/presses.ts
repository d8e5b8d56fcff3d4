import type { Door } from "../../door.ts";
import { look, renderAnswer } from "../../look.ts";
import { renderDetails } from "../../render/details.ts";
import { renderDiagnosis } from "../../render/diagnosis.ts";
import { textMessage } from "../../render/message.ts";
import { proseWithin } from "../../render/mrkdwn.ts";
import { renderPlan } from "../../render/plan.ts";
import { strategyIds } from "../../render/strategies.ts";
import { privateReply, threadReply } from "../../reply.ts";
import { readTarget } from "../../typed.ts";
import { answerUnder, besides, outdated, type Press } from "./answer.ts";

/** Posts the answer to the channel, names who shared it, and takes the private one away. Works where the bot is no member. */
export async function share(door: Door, press: Press): Promise<void> {
  const reply = besides(door, press);
  // One share of one answer, however fast somebody presses.
  const key = `share:${press.channel}:${press.messageTs}:${press.user}`;
  if (!door.once.first(key)) return;
  const answer = await answerUnder(door, press, reply);
  if (answer?.kind !== "diagnosis") {
    door.once.forget(key);
    return reply.answer(
      answer === null ? outdated : renderAnswer(door, answer, { shareable: true, asker: press.asker }),
    );
  }
  const message = renderDiagnosis(answer.diagnosis, {
    now: door.clock(),
    evidence: answer.evidence,
    answerId: door.recent.remember(answer, press.asker),
    shareable: false,
    canAsk: door.desk !== null,
    sharedBy: press.user,
  });
  const sent = await door.responses.post(press.url, message, {
    response_type: "in_channel",
    replace_original: false,
    ...(press.thread !== null && { thread_ts: press.thread }),
  });
  if (!sent.ok) {
    door.once.forget(key);
    return reply.answer(
      textMessage(
        `This could not be shared here (${proseWithin(sent.error.sentence, 200)}). Ask again with \`/imagepull diagnose …\` and share that.`,
      ),
    );
  }
  if (press.isEphemeral) await door.responses.remove(press.url);
}

/** All that was read, for the one who pressed. */
export async function details(door: Door, press: Press): Promise<void> {
  const reply = besides(door, press);
  const answer = await answerUnder(door, press, reply);
  if (answer === null) return reply.answer(outdated);
  return reply.answer(
    answer.kind === "diagnosis"
      ? renderDetails(answer.diagnosis, answer.evidence, door.clock())
      : renderAnswer(door, answer, { shareable: true, asker: press.asker }),
  );
}

/** What a re-pull would do. It does not do it. */
export async function plan(door: Door, press: Press): Promise<void> {
  const reply = besides(door, press);
  const strategy = strategyIds.find((id) => press.actionId === `plan:${id}`);
  const answer = strategy === undefined ? null : await answerUnder(door, press, reply);
  if (answer === null || strategy === undefined) return reply.answer(outdated);
  return reply.answer(
    answer.kind === "diagnosis"
      ? renderPlan(strategy, answer.diagnosis, answer.evidence, door.clock())
      : renderAnswer(door, answer, { shareable: true, asker: press.asker }),
  );
}

/** Diagnoses what a button or an option names, where the question stood: in the private answer's place, or in the thread for all. */
export async function diagnose(door: Door, press: Press): Promise<void> {
  const { asker, channel, value, url, thread, messageTs, isEphemeral } = press;
  const target = readTarget(value, door.parseTarget);
  if (!target.ok) return besides(door, press).answer(outdated);
  const reply = isEphemeral
    ? privateReply(door.responses, url, { replace_original: true }, door.log)
    : threadReply(door.poster, channel, thread ?? messageTs, door.log);
  const answer = await look(
    door,
    { target: target.value, defaultNamespace: door.namespaces.get(channel) ?? null, asker },
    value,
    reply,
  );
  return reply.answer(renderAnswer(door, answer, { shareable: isEphemeral, asker }));
}
