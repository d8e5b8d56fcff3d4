import type { App } from "@slack/bolt";
import type { Door } from "../../door.ts";
import { actionPayload, viewActionPayload } from "../../payloads.ts";
import { textMessage } from "../../render/message.ts";
import { proseWithin } from "../../render/mrkdwn.ts";
import { openRepull, openUndo } from "../../repull/open.ts";
import { approve, cancel, deny } from "../../requests/decide.ts";
import { chosen } from "../../repull/chosen.ts";
import { acknowledge, own, take } from "../taking.ts";
import { readChosen } from "./chosen.ts";
import { besides, outdated, type Press, readPress } from "./answer.ts";
import { details, diagnose, plan, share } from "./presses.ts";

const byAction: Readonly<Record<string, (door: Door, press: Press) => Promise<void>>> = {
  share,
  details,
  plan,
  diagnose,
  choose: diagnose,
};

/** These may open a modal, for which nothing may be waited: behind it they ask themselves who it is. */
const opening: Readonly<Record<string, (door: Door, press: Press) => Promise<void>>> = {
  repull: openRepull,
  undo: openUndo,
  approve,
  deny,
  cancel,
};

/** Every button and menu. One that nobody knows any more gets an answer too. */
export const register = (app: App, door: Door): void =>
  app.action(/^/, async ({ ack, body }) => {
    await acknowledge(ack, door);
    if ("view" in body && body.view !== undefined)
      return take(
        door,
        viewActionPayload,
        body,
        ({ trigger_id }) => `trigger:${trigger_id}`,
        (payload) => chosen(door, readChosen(payload)),
      );
    await take(
      door,
      actionPayload,
      body,
      ({ trigger_id }) => `trigger:${trigger_id}`,
      async (payload) => {
        const unasked = readPress(payload, null);
        const [name = ""] = unasked.actionId.split(":", 1);
        const open = own(opening, name);
        if (open !== undefined) return open(door, unasked);
        const verdict = await door.access.mayLook(payload.user.id);
        const press = readPress(payload, verdict.ok ? verdict.asker : null);
        if (!verdict.ok) return besides(door, press).answer(textMessage(proseWithin(verdict.sentence, 2_000)));
        const act = own(byAction, name);
        return act === undefined ? besides(door, press).answer(outdated) : act(door, press);
      },
    );
  });
