import type { Subject } from "../core.ts";
import type { MayLook } from "./access.ts";
import type { Door } from "./door.ts";
import { look, renderAnswer } from "./look.ts";
import { renderHelp, renderMistyped, renderUnknownVerb, renderWhoami, type Sight } from "./render/answers.ts";
import { answerExplain } from "./render/explanation.ts";
import { textMessage } from "./render/message.ts";
import { proseWithin } from "./render/mrkdwn.ts";
import type { Reply } from "./reply.ts";
import { readAsked } from "./typed.ts";

export interface Asking {
  readonly text: string;
  readonly user: string;
  readonly channel: string;
  readonly verdict: MayLook;
  /** How imagepull is called here: `/imagepull` or `@imagepull`. */
  readonly call: string;
  readonly shareable: boolean;
}

/** Answers what was typed, by command or by mention. */
export async function answerAsked(door: Door, asking: Asking, reply: Reply): Promise<void> {
  const { user, channel, verdict, call } = asking;
  const asked = readAsked(asking.text, door.parseTarget);
  if (asked.verb === "whoami") {
    const groups = verdict.ok ? await door.access.groupsOf(user) : [];
    const sight = verdict.ok && verdict.asker !== null ? await sightOf(door, verdict.asker, channel) : null;
    const why = verdict.ok ? null : verdict.sentence;
    return reply.answer(renderWhoami({ team: door.identity()?.team ?? "", user, groups, why, sight }));
  }
  if (!verdict.ok) return reply.answer(textMessage(proseWithin(verdict.sentence, 2_000)));
  switch (asked.verb) {
    case "help":
      return reply.answer(renderHelp({ call }));
    case "mistyped":
      return reply.answer(renderMistyped(call, asked.sentence, asked.target));
    case "explain":
      return reply.answer(answerExplain([asked.message]));
    case "unknown":
      return reply.answer(renderUnknownVerb(call, asked.said, asked.nearest, asked.target));
    case "diagnose": {
      const { asker } = verdict;
      const request = { target: asked.target, defaultNamespace: door.namespaces.get(channel) ?? null, asker };
      const answer = await look(door, request, asked.typed, reply);
      return reply.answer(renderAnswer(door, answer, { shareable: asking.shareable, asker }));
    }
  }
}

/** What Kubernetes lets somebody see: everywhere, or at least where this channel looks first. */
async function sightOf({ core, namespaces, stopping }: Door, asker: Subject, channel: string): Promise<Sight> {
  const namespace = namespaces.get(channel) ?? null;
  const [everywhere, here] = await Promise.all([
    core.mayGetPods(asker, null, stopping),
    namespace === null ? null : core.mayGetPods(asker, namespace, stopping),
  ]);
  return { everywhere: everywhere.ok, here: here === null || namespace === null ? null : { namespace, may: here } };
}
