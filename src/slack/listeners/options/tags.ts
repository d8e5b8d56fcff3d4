import type { App } from "@slack/bolt";
import type { PlainTextOption } from "@slack/types";
import type { Door } from "../../door.ts";
import { reason } from "../../log.ts";
import { suggestionPayload } from "../../payloads.ts";
import { readState, repullCallback } from "../../repull/state.ts";
import { suggestTags } from "../../repull/tags.ts";

/** What a menu that looks things up as one types has to offer. One that nobody knows any more offers nothing. */
export const register = (app: App, door: Door): void => {
  app.options(/^/, async ({ ack, body }) => {
    const options = await offered(door, body);
    try {
      await ack({ options: [...options] });
    } catch (error) {
      door.log.warn({ reason: reason(error) }, "what can be chosen did not reach Slack");
    }
  });
};

async function offered(door: Door, body: unknown): Promise<readonly PlainTextOption[]> {
  const parsed = suggestionPayload.safeParse(body);
  if (!parsed.success || parsed.data.action_id !== "tag") return [];
  const { user, view, value: typed } = parsed.data;
  const state = view.callback_id === repullCallback ? readState(view.private_metadata) : null;
  return state === null ? [] : suggestTags(door, { user: user.id, viewId: view.id, state, typed });
}
