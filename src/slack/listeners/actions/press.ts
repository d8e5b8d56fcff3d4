import type { App } from "@slack/bolt";
import type { Door } from "../../door.ts";
import { type ActionPayload, actionPayload, viewActionPayload } from "../../payloads.ts";
import { textMessage } from "../../render/message.ts";
import { proseWithin } from "../../render/mrkdwn.ts";
import { openRepull, openUndo } from "../../repull/open.ts";
import { approve, cancel, deny } from "../../requests/decide.ts";
import { chosen } from "../../repull/chosen.ts";
import { acknowledge, own, take } from "../taking.ts";
import { readChosen } from "./chosen.ts";
import { besides, outdated, type Press, readPress } from "./answer.ts";
import { details, diagnose, plan, share } from "./presses.ts";

type Act = (door: Door, press: Press) => Promise<void>;

const byAction: Readonly<Record<string, Act>> = {
  share,
  details,
  plan,
  diagnose,
  choose: diagnose,
};

/** These may open a modal, for which nothing may be waited: behind it they ask themselves who it is. */
const opening: Readonly<Record<string, Act>> = { repull: openRepull, undo: openUndo };
/** So may these, which decide: where the bot ends before it has written the word down, Slack tells whoever pressed that it failed. */
const deciding: Readonly<Record<string, Act>> = { approve, deny, cancel };
/** Milliseconds for which a press waits for its word at the most: Slack gives up after three seconds. */
const wordTakes = 1_500;

/** Every button and menu. One that nobody knows any more gets an answer too. */
export const register = (app: App, door: Door): void =>
  app.action(/^/, async ({ ack, action, body }) => {
    const isWord = "action_id" in action && own(deciding, action.action_id) !== undefined;
    if (!isWord) await acknowledge(ack, door);
    const work =
      "view" in body && body.view !== undefined
        ? take(door, viewActionPayload, body, triggerOf, (payload) => chosen(door, readChosen(payload)))
        : take(door, actionPayload, body, triggerOf, (payload) => pressed(door, payload));
    if (isWord) {
      const over = new AbortController();
      await Promise.race([work, door.wait(wordTakes, over.signal)]);
      over.abort();
      await acknowledge(ack, door);
    }
    await work;
  });

const triggerOf = ({ trigger_id }: { readonly trigger_id: string }): string => `trigger:${trigger_id}`;

async function pressed(door: Door, payload: ActionPayload): Promise<void> {
  const unasked = readPress(payload, null);
  const [name = ""] = unasked.actionId.split(":", 1);
  const open = own(opening, name) ?? own(deciding, name);
  if (open !== undefined) return open(door, unasked);
  const verdict = await door.access.mayLook(payload.user.id);
  const press = readPress(payload, verdict.ok ? verdict.asker : null);
  if (!verdict.ok) return besides(door, press).answer(textMessage(proseWithin(verdict.sentence, 2_000)));
  const act = own(byAction, name);
  return act === undefined ? besides(door, press).answer(outdated) : act(door, press);
}
