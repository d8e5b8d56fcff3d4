import type { App } from "@slack/bolt";
import { answerAsked } from "../../asked.ts";
import type { Door } from "../../door.ts";
import { mentionPayload } from "../../payloads.ts";
import { threadReply, type Reply } from "../../reply.ts";
import { take } from "../taking.ts";

/** `@imagepull …`, answered in its thread for everybody; a refusal is for the asker alone. */
export const register = (app: App, door: Door): void =>
  app.event("app_mention", ({ body }) =>
    take(
      door,
      mentionPayload,
      body,
      ({ event_id }) => `event:${event_id}`,
      async ({ event: { user, channel, text, ts, thread_ts } }) => {
        if (user === undefined) return;
        const thread = thread_ts ?? ts;
        const verdict = await door.access.mayLook(user);
        const toAsker: Reply = {
          progress: () => Promise.resolve(),
          answer: async (message) => void (await door.poster.ephemeral(channel, user, message, thread_ts ?? null)),
        };
        const reply = verdict.ok ? threadReply(door.poster, channel, thread, door.log) : toAsker;
        await answerAsked(
          door,
          {
            text: afterMention(text, door.identity()?.user ?? ""),
            user,
            channel,
            verdict,
            call: "@imagepull",
            shareable: false,
          },
          reply,
        );
      },
    ),
  );

/** What stands behind the first mention of the bot, or before it where nothing does. */
export function afterMention(text: string, bot: string): string {
  const [before = "", ...after] = text.split(new RegExp(`<@${bot}(?:\\|[^<>]*)?>`));
  const behind = after.join(" ").trim();
  return behind === "" ? before : behind;
}
