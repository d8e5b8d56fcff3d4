import type { Door } from "../door.ts";
import type { Chosen } from "../listeners/actions/chosen.ts";
import { messageModal } from "../render/modal.ts";
import { readTarget } from "../typed.ts";
import { show } from "./show.ts";
import { chosenIn, longestTarget, readState, repullCallback, type State } from "./state.ts";

/** Something was chosen in the modal: what follows from it is shown. What is chosen later wins, whichever is answered first. */
export async function chosen(door: Door, { user, view, callbackId, actionId, value, values }: Chosen): Promise<void> {
  const state = callbackId === repullCallback ? readState(view.metadata) : null;
  if (state === null) return void (await door.views.update({ id: view.id, hash: view.hash }, outdatedModal));
  const modal = door.modals.of(view.id);
  modal.meet(view.hash);
  if (actionId !== "target") return show(door, { user, view, state: chosenIn(state, values) });
  if (value === null || value.length > longestTarget || !readTarget(value, door.parseTarget).ok) return;
  modal.surveyed = null;
  return show(door, { user, view, state: { ...state, target: value } satisfies State }, false);
}

export const outdatedModal = messageModal(
  "Another version",
  "This window was made by another version of imagepull. Close it, and ask anew.",
);
