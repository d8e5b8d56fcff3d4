import type { Door } from "../door.ts";
import { besides, outdated, type Press } from "../listeners/actions/answer.ts";
import { textMessage } from "../render/message.ts";
import { codeSpan } from "../render/mrkdwn.ts";
import { lookingModal } from "../render/repull-modal.ts";
import { readRequestButton } from "../render/request-button.ts";
import { readButton, typedTarget } from "../render/target.ts";
import type { Reply } from "../reply.ts";
import { show } from "./show.ts";
import { longestTarget, type State, stateOf } from "./state.ts";
import { readRepull } from "./typed.ts";
import { type Strategy, strategies } from "../../repull/strategy.ts";

/**
 * `repull` or `repull:<strategy>`, its value a `buttonTarget` or what could be typed behind `repull`: a modal at once, then what would be asked
 * for. Whether they may look is not known yet, and is asked for behind the open modal.
 */
export async function openRepull(door: Door, press: Press): Promise<void> {
  const given = givenBy(door, press);
  if (given === null) return besides(door, press).answer(outdated);
  await openModal(door, press, stateOf({ ...given, channel: press.channel, url: press.url }), besides(door, press));
}

function givenBy(door: Door, { value, actionId }: Press): Partial<State> | null {
  const [, named = ""] = actionId.split(":");
  const strategy = strategies.find((one): one is Strategy => one === named) ?? null;
  if (named !== "" && strategy === null) return null;
  const button = readButton(value);
  if (button !== null)
    return { target: typedTarget({ namespace: button.ns, kind: button.kind, name: button.name }), strategy };
  const typed = value === "" ? null : readRepull(value.split(" "), door.parseTarget);
  return typed?.ok === true ? typed.value : null;
}

/** `undo`, its value a `requestButton`. */
export async function openUndo(door: Door, press: Press): Promise<void> {
  const button = readRequestButton(press.value);
  if (button === null) return besides(door, press).answer(outdated);
  const { ns, name, uid } = button;
  const state = stateOf({ undo: { ns, name, uid }, channel: press.channel, url: press.url });
  await openModal(door, press, state, besides(door, press));
}

/** Opens it empty, since a trigger lives for three seconds, and fills it. Where Slack opens none, that is said. */
export async function openModal(
  door: Door,
  { user, trigger }: Pick<Press, "user" | "trigger">,
  state: State,
  reply: Reply,
): Promise<void> {
  if (door.desk === null) return reply.answer(notHere);
  if (state.target.length > longestTarget)
    return reply.answer(textMessage("This name is longer than any that Kubernetes has."));
  const url = state.url === "" ? "" : door.seals.seal(state.url);
  const kept: State = { ...state, url: url.length <= longestUrl ? url : "" };
  const opened = await door.views.open(trigger, lookingModal(kept, door.core.cluster));
  if (!opened.ok)
    return reply.answer(
      textMessage(
        opened.error.sentence === "expired_trigger_id"
          ? "Slack opened no window, because more than three seconds had passed. Try again."
          : `Slack opened no window (${codeSpan(opened.error.sentence, 100)}). Try again.`,
      ),
    );
  door.modals.of(opened.value.id).meet(opened.value.hash);
  await show(door, { user, view: opened.value, state: kept }, false);
}

const longestUrl = 400;

export const notHere = textMessage(
  "Re-pulls cannot be asked for here: imagepull only shows what would be done. Take a plan from the buttons under `/imagepull diagnose …`, and run it in a shell with your own rights.",
);
