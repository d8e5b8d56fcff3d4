import type { DiagnoseAnswer, Subject } from "../../../core.ts";
import type { Door } from "../../door.ts";
import { look } from "../../look.ts";
import type { Answered } from "../../recent.ts";
import { textMessage } from "../../render/message.ts";
import { asRequest, readButton, typedTarget } from "../../render/target.ts";
import { privateReply, type Reply } from "../../reply.ts";
import type { ActionPayload } from "../../payloads.ts";

/** One press of a button or one choice of a menu. */
export interface Press {
  readonly user: string;
  /** Kubernetes decides what they may see, under this name; null: all. */
  readonly asker: Subject | null;
  readonly channel: string;
  /** Opens a modal within three seconds of the press. */
  readonly trigger: string;
  readonly url: string;
  readonly messageTs: string;
  readonly thread: string | null;
  readonly isEphemeral: boolean;
  readonly actionId: string;
  /** The button's value, or the chosen option's. */
  readonly value: string;
}

export function readPress(payload: ActionPayload, asker: Subject | null): Press {
  const { user, channel, response_url, container } = payload;
  const [action] = payload.actions;
  return {
    user: user.id,
    asker,
    channel: channel?.id ?? "",
    trigger: payload.trigger_id,
    url: response_url,
    messageTs: container.message_ts,
    thread: container.thread_ts ?? null,
    isEphemeral: container.is_ephemeral,
    actionId: action?.action_id ?? "",
    value: action?.selected_option?.value ?? action?.value ?? "",
  };
}

/** To the one who pressed, beneath the message, in its thread if it stands in one. */
export const besides = (door: Door, { url, thread }: Press): Reply =>
  privateReply(door.responses, url, thread === null ? {} : { thread_ts: thread }, door.log);

export const outdated = textMessage(
  "This button was made by another version of imagepull. Ask anew: `/imagepull diagnose …`",
);

/** The answer that a button stands under, as it was given; looked at anew where it is no longer remembered. null: the value is none of ours. */
export async function answerUnder(door: Door, press: Press, reply: Reply): Promise<DiagnoseAnswer | null> {
  const button = readButton(press.value);
  if (button === null) return null;
  const remembered: Answered | null = door.recent.find(button.id, press.asker);
  if (remembered !== null && isAbout(remembered, button) && (await maySee(door, press, button.ns)))
    return { kind: "diagnosis", ...remembered };
  return look(
    door,
    { target: asRequest(button), defaultNamespace: null, asker: press.asker },
    typedTarget({ namespace: button.ns, kind: button.kind, name: button.name }),
    reply,
  );
}

/** The right to see it may have been taken away since. */
const maySee = async ({ core, stopping }: Door, { asker }: Press, namespace: string): Promise<boolean> =>
  asker === null || (await core.mayGetPods(asker, namespace, stopping)).ok;

/** A value comes back through Slack: its id counts only together with its target. */
const isAbout = ({ diagnosis: { target } }: Answered, button: { ns: string; kind: string; name: string }): boolean =>
  target.namespace === button.ns && target.kind === button.kind && target.name === button.name;
