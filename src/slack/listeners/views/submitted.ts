import type { App } from "@slack/bolt";
import type { ModalView } from "@slack/types";
import type { Door } from "../../door.ts";
import { type SubmissionPayload, submissionPayload } from "../../payloads.ts";
import { reason } from "../../log.ts";
import { own } from "../taking.ts";
import { outdatedModal } from "../../repull/chosen.ts";
import { repullCallback, submitRepull } from "../../repull/submitted.ts";
import { reasonCallback, submitReason } from "../../requests/reason.ts";
import type { Open } from "../../views.ts";

/** A modal that somebody has sent. */
export interface Submitted {
  readonly user: string;
  readonly view: Open & { readonly metadata: string };
  /** By block and action: what was typed or chosen; null where nothing was. */
  readonly values: Readonly<Record<string, Readonly<Record<string, string | readonly string[] | null>>>>;
}

/** What happens to the modal at once, within three seconds, and what is done behind it. */
export interface Taken {
  readonly now: { readonly errors: Readonly<Record<string, string>> } | { readonly show: ModalView };
  /** Done once, however often Slack hands the submission over. */
  readonly behind?: () => Promise<void>;
}

const byCallback: Readonly<Record<string, (door: Door, submitted: Submitted) => Taken>> = {
  [repullCallback]: submitRepull,
  [reasonCallback]: submitReason,
};

/** Every modal that is sent. One that nobody knows any more gets an answer too. */
export const register = (app: App, door: Door): void => {
  app.view({ type: "view_submission", callback_id: /^/ }, async ({ ack, body }) => {
    const parsed = submissionPayload.safeParse(body);
    const act = parsed.success ? own(byCallback, parsed.data.view.callback_id) : undefined;
    const taken: Taken =
      !parsed.success || act === undefined ? { now: { show: outdatedModal } } : act(door, read(parsed.data));
    try {
      await ack(
        "errors" in taken.now
          ? { response_action: "errors", errors: { ...taken.now.errors } }
          : { response_action: "update", view: taken.now.show },
      );
    } catch (error) {
      door.log.warn({ reason: reason(error) }, "an acknowledgement did not reach Slack");
    }
    if (parsed.success && taken.behind !== undefined && door.once.first(`trigger:${parsed.data.trigger_id}`))
      await door.track(taken.behind());
  });
};

const read = ({ user, view }: SubmissionPayload): Submitted => ({
  user: user.id,
  view: { id: view.id, hash: view.hash, metadata: view.private_metadata },
  values: view.state.values,
});
