import type { App } from "@slack/bolt";
import type { Door } from "../../door.ts";
import { actionPayload } from "../../payloads.ts";
import { textMessage } from "../../render/message.ts";
import { proseWithin } from "../../render/mrkdwn.ts";
import { acknowledge, take } from "../taking.ts";
import { besides, outdated, type Press, readPress } from "./answer.ts";
import { details, diagnose, plan, share } from "./presses.ts";

const byAction: Readonly<Record<string, (door: Door, press: Press) => Promise<void>>> = {
  share,
  details,
  plan,
  diagnose,
  choose: diagnose,
};

/** Every button and menu. One that nobody knows any more gets an answer too. */
export const register = (app: App, door: Door): void =>
  app.action(/^/, async ({ ack, body }) => {
    await acknowledge(ack, door);
    await take(
      door,
      actionPayload,
      body,
      ({ trigger_id }) => `trigger:${trigger_id}`,
      async (payload) => {
        const verdict = await door.access.mayLook(payload.user.id);
        const press = readPress(payload, verdict.ok ? verdict.asker : null);
        if (!verdict.ok) return besides(door, press).answer(textMessage(proseWithin(verdict.sentence, 2_000)));
        const [name = ""] = press.actionId.split(":", 1);
        const act = Object.hasOwn(byAction, name) ? byAction[name] : undefined;
        return act === undefined ? besides(door, press).answer(outdated) : act(door, press);
      },
    );
  });
