import type { App } from "@slack/bolt";
import { answerAsked } from "../../asked.ts";
import type { Door } from "../../door.ts";
import { commandPayload } from "../../payloads.ts";
import { privateReply } from "../../reply.ts";
import { openTyped, repullTyped } from "../../repull/asked.ts";
import { acknowledge, take } from "../taking.ts";

/** `/imagepull …`, answered to the asker alone. */
export const register = (app: App, door: Door): void =>
  app.command("/imagepull", async ({ ack, body }) => {
    await acknowledge(ack, door);
    await take(
      door,
      commandPayload,
      body,
      ({ trigger_id }) => `trigger:${trigger_id}`,
      async ({ user_id: user, channel_id: channel, text, response_url, trigger_id: trigger }) => {
        const reply = privateReply(door.responses, response_url, {}, door.log);
        const typed = repullTyped(door, text);
        // A modal opens before anything is asked for.
        if (typed !== null) return openTyped(door, typed, { user, channel, trigger, url: response_url }, reply);
        const verdict = await door.access.mayLook(user);
        await answerAsked(door, { text, user, channel, verdict, call: "/imagepull", shareable: true }, reply);
      },
    );
  });
