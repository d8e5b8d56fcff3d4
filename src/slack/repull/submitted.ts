import type { ModalView } from "@slack/types";
import { reasonOf } from "../../approvals/ask.ts";
import type { Drafted } from "../../approvals/desk/types.ts";
import type { Door } from "../door.ts";
import type { Submitted, Taken } from "../listeners/views/submitted.ts";
import { reason as whyOf } from "../log.ts";
import { textMessage } from "../render/message.ts";
import { closingModal, messageModal } from "../render/modal.ts";
import { codeSpan, proseWithin } from "../render/mrkdwn.ts";
import { isAskable, repullModal, titleOf } from "../render/repull-modal.ts";
import { resultText } from "../render/repull-modal-result.ts";
import { privateReply } from "../reply.ts";
import { outdatedModal } from "./chosen.ts";
import { OpenModal } from "./modals.ts";
import { prepare } from "./planned.ts";
import { chosenIn, readState, reasonIn, type State } from "./state.ts";

export { repullCallback } from "./state.ts";

/** "Ask", or "Run now" where no approval is needed: planned anew, and asked for only where it is what was shown. */
export function submitRepull(door: Door, { user, view, values }: Submitted): Taken {
  const before = readState(view.metadata);
  if (before === null) return { now: { show: outdatedModal } };
  const typed = reasonOf(reasonIn(before, values));
  if (!typed.ok) return { now: { errors: { reason: typed.error.sentence } } };
  const state = chosenIn(before, values);
  const modal = door.modals.of(view.id);
  const key = `repull:${view.id}:${view.hash}`;
  const asking = { user, viewId: view.id, hash: view.hash, state, reason: typed.value, modal };
  return {
    // Handed over once more, it shows again what came of it.
    now: { show: modal.results.get(view.hash) ?? messageModal(titleOf(state), "Asking …") },
    behind: () => (door.once.first(key) ? ask(door, asking) : Promise.resolve()),
  };
}

interface Sent {
  readonly user: string;
  readonly viewId: string;
  readonly hash: string;
  readonly state: State;
  readonly reason: string;
  readonly modal: OpenModal;
}

/** What is shown in the end; `text`: where the modal has been closed meanwhile. */
interface Conclusion {
  readonly view: ModalView;
  readonly text: string;
}

const failed =
  "Asking failed on the side of imagepull, and its log says why. Whether it was asked shows `/imagepull requests`; asking again asks nothing twice.";

async function ask(door: Door, sent: Sent): Promise<void> {
  const { viewId, hash, state, modal } = sent;
  // What is still being planned for it is no longer shown.
  modal.turn += 1;
  const { view, text } = await concluded(door, sent).catch((error: unknown): Conclusion => {
    door.log.error({ reason: whyOf(error) }, "asking for a re-pull failed");
    return { view: closingModal(titleOf(state), [failed]), text: failed };
  });
  modal.results.set(hash, view);
  const updated = await door.views.update({ id: viewId, hash: null }, view);
  if (updated.ok) modal.meet(updated.value.hash);
  else await tellElsewhere(door, sent, text);
}

/** Whoever has closed the window still reads what became of it. */
async function tellElsewhere(door: Door, { user, state: { url, channel } }: Sent, text: string): Promise<void> {
  const message = textMessage(text);
  const address = door.seals.open(url);
  if (address !== null) return privateReply(door.responses, address, {}, door.log).answer(message);
  if (channel !== "") await door.poster.ephemeral(channel, user, message, null);
}

async function concluded(door: Door, { user, viewId, state, reason }: Sent): Promise<Conclusion> {
  const { desk } = door;
  const title = titleOf(state);
  const say = (sentence: string): Conclusion => ({
    view: messageModal(title, sentence),
    text: proseWithin(sentence, 2_000),
  });
  if (desk === null) return say("Re-pulls cannot be asked for here any more. Nothing was changed.");
  const may = await door.access.mayAct(user);
  if (!may.ok) return say(may.sentence);
  if (desk.isReadOnly()) return say("IMAGEPULL_READONLY is on, so nothing was asked for.");
  // Looked at anew, not as it was remembered.
  const fresh = new OpenModal(door.clock().getTime());
  const notice = "It has changed since you looked, and nothing was asked for: this is the plan now.";
  const showing = { user, view: { id: viewId }, state: { ...state, reason }, notice };
  const preparing = await prepare(door, fresh, showing, door.stopping);
  if (preparing.kind === "instead")
    return { view: preparing.view, text: `*Nothing was asked for:* it cannot be planned any more. ${again(state)}` };
  const { view, drafted } = preparing.prepared;
  if (!isAsShown(drafted, state)) {
    remember(door, viewId, fresh);
    const text = `*Nothing was asked for:* it has changed since you looked. ${again(state)}`;
    return { view: repullModal(view), text };
  }
  const asked = await desk.ask({ who: may.subject, drafted, reason }, door.stopping);
  if (asked.kind === "asked" || asked.kind === "unknown") door.nudge();
  const { channel } = door;
  const team = door.identity()?.team ?? "";
  const { cluster } = desk;
  const text = resultText(asked, {
    channel,
    team,
    cluster,
    needed: view.needed,
    now: door.clock(),
    by: may.subject.user,
  });
  return { view: closingModal(title, [text]), text };
}

/** How to get to the plan again. */
const again = ({ target, undo }: State): string =>
  undo === null
    ? `See the plan as it is now: ${codeSpan(`/imagepull repull ${target}`, 700)}`
    : "Press Undo again to see the plan as it is now.";

function isAsShown(drafted: Drafted | null, { shown }: State): drafted is Extract<Drafted, { kind: "planned" }> {
  return isAskable(drafted) && drafted?.kind === "planned" && drafted.fingerprint === shown && shown !== null;
}

/** What was looked at just now is what the next choices are made from. */
function remember(door: Door, viewId: string, { surveyed, request }: OpenModal): void {
  const modal = door.modals.of(viewId);
  modal.surveyed = surveyed;
  modal.request = request;
}
