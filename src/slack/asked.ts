import type { Subject } from "../core.ts";
import { type MayLook, subjectOf } from "./access.ts";
import type { Door } from "./door.ts";
import { look, renderAnswer } from "./look.ts";
import { renderHelp, renderMistyped, renderUnknownVerb, renderWhoami, type Sight } from "./render/answers.ts";
import { answerExplain } from "./render/explanation.ts";
import { type Message, textMessage } from "./render/message.ts";
import { proseWithin } from "./render/mrkdwn.ts";
import type { Acts } from "./render/rights.ts";
import { answerRepull } from "./repull/asked.ts";
import type { Reply } from "./reply.ts";
import { answerRequests } from "./requests/asked.ts";
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
  const { channel, verdict, call } = asking;
  const asked = readAsked(asking.text, door.parseTarget);
  if (asked.verb === "whoami") return reply.answer(await whoami(door, asking, asked.namespace ?? null));
  if (!verdict.ok) return reply.answer(textMessage(proseWithin(verdict.sentence, 2_000)));
  switch (asked.verb) {
    case "help":
      return reply.answer(renderHelp({ call }));
    case "mistyped":
      return reply.answer(renderMistyped(call, asked.sentence, asked.target));
    case "repull":
      return answerRepull(door, asking, asked.words, reply);
    case "requests":
      return answerRequests(door, asking, reply);
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

/** Who somebody is, and what they may do in the namespace that they name, or else where this channel looks first. */
async function whoami(door: Door, { user, channel, verdict }: Asking, named: string | null): Promise<Message> {
  const team = door.identity()?.team ?? "";
  const groups = verdict.ok ? await door.access.groupsOf(user) : [];
  const namespace = named ?? door.namespaces.get(channel) ?? null;
  const [sight, acts] = verdict.ok
    ? await Promise.all([
        verdict.asker === null ? null : sightOf(door, verdict.asker, namespace),
        groups === null ? null : actsOf(door, subjectOf(team, user, groups), namespace),
      ])
    : [null, null];
  return renderWhoami({ team, user, groups, why: verdict.ok ? null : verdict.sentence, sight, acts });
}

/** What somebody may ask for and decide. */
async function actsOf({ desk, stopping }: Door, who: Subject, namespace: string | null): Promise<Acts> {
  if (desk === null || namespace === null) return { namespace, isHere: desk !== null, rights: [] };
  return { namespace, isHere: true, rights: await desk.rightsOf(who, namespace, stopping) };
}

/** What Kubernetes lets somebody see: everywhere, or at least in one namespace. */
async function sightOf({ core, stopping }: Door, asker: Subject, namespace: string | null): Promise<Sight> {
  const [everywhere, here] = await Promise.all([
    core.mayGetPods(asker, null, stopping),
    namespace === null ? null : core.mayGetPods(asker, namespace, stopping),
  ]);
  return { everywhere: everywhere.ok, here: here === null || namespace === null ? null : { namespace, may: here } };
}
