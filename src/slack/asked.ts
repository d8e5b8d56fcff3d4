import type { MayLook } from "./access.ts";
import type { Door } from "./door.ts";
import { look, renderAnswer } from "./look.ts";
import { renderHelp, renderUnknownVerb, renderWhoami } from "./render/answers.ts";
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
    return reply.answer(
      renderWhoami({ team: door.identity()?.team ?? "", user, groups, why: verdict.ok ? null : verdict.sentence }),
    );
  }
  if (!verdict.ok) return reply.answer(textMessage(proseWithin(verdict.sentence, 2_000)));
  switch (asked.verb) {
    case "help":
      return reply.answer(renderHelp({ call }));
    case "mistyped":
      return reply.answer(
        textMessage(`${proseWithin(asked.sentence, 2_000)}\n\`${call} help\` shows what can be asked.`),
      );
    case "unknown":
      return reply.answer(renderUnknownVerb(call, asked.said, asked.nearest, asked.target));
    case "diagnose": {
      const request = { target: asked.target, defaultNamespace: door.namespaces.get(channel) ?? null };
      return reply.answer(renderAnswer(door, await look(door, request, asked.typed, reply), asking));
    }
  }
}
