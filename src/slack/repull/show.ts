import type { ModalView } from "@slack/types";
import type { Door } from "../door.ts";
import { reason } from "../log.ts";
import { messageModal } from "../render/modal.ts";
import { titleOf } from "../render/repull-modal.ts";
import type { Open } from "../views.ts";
import type { OpenModal } from "./modals.ts";
import { planned } from "./planned.ts";
import type { State } from "./state.ts";

/** Later than this the person reads that it is being planned. */
const planningAfterMs = 700;
/** Desk and core have deadlines of their own; this one is for one that does not keep them. */
const answerWithinMs = 40_000;

export interface Showing {
  readonly user: string;
  readonly view: { readonly id: string };
  readonly state: State;
  /** What has to be known first of all. */
  readonly notice?: string | null;
}

/** Plans what is chosen and shows it, unless something else has been chosen meanwhile. */
export async function show(door: Door, showing: Showing, isPlanningShown = true): Promise<void> {
  const modal = door.modals.of(showing.view.id);
  const turn = ++modal.turn;
  const ended = new AbortController();
  const signal = AbortSignal.any([door.stopping, ended.signal]);
  const word = isPlanningShown ? sayIfItTakes(door, showing, modal, turn, signal) : Promise.resolve();
  // Nobody waits for it before the plan is there.
  const said = word.catch((error: unknown) =>
    door.log.error({ reason: reason(error) }, "that a re-pull is being planned could not be said"),
  );
  const view = await within(door, showing, signal, () => planned(door, modal, showing, signal));
  ended.abort();
  await said;
  await put(door, showing.view, modal, turn, view);
}

async function sayIfItTakes(
  door: Door,
  showing: Showing,
  modal: OpenModal,
  turn: number,
  ended: AbortSignal,
): Promise<void> {
  await door.wait(planningAfterMs, ended);
  const isKnown = modal.surveyed !== null || modal.request !== null;
  if (ended.aborted || modal.turn !== turn || !isKnown) return;
  const view = await planned(door, modal, showing, ended, true);
  if (!ended.aborted) await put(door, showing.view, modal, turn, view);
}

/** Whatever happens, something is shown. */
export async function within(
  door: Door,
  { state }: Pick<Showing, "state">,
  ended: AbortSignal,
  make: () => Promise<ModalView>,
): Promise<ModalView> {
  const say = (sentence: string): ModalView => messageModal(titleOf(state), sentence);
  const late = door
    .wait(answerWithinMs, ended)
    .then(() =>
      say(
        door.stopping.aborted
          ? "imagepull is being restarted, and nothing was asked for. Close this, and try again in a moment."
          : `Cluster ${door.core.cluster} gave no answer within ${answerWithinMs / 1_000} s, and nothing was asked for. Close this, and try again.`,
      ),
    );
  const made = make().catch((error: unknown) => {
    door.log.error({ reason: reason(error) }, "a re-pull could not be planned");
    return say(
      "The plan failed on the side of imagepull, and its log says why. Nothing was asked for, and nothing was changed.",
    );
  });
  return Promise.race([made, late]);
}

/** Changes a modal, if what it is to show is still what was chosen last. */
function put(door: Door, { id }: Pick<Open, "id">, modal: OpenModal, turn: number, view: ModalView): Promise<void> {
  return modal.inOrder(async () => {
    if (modal.turn !== turn) return;
    const updated = await door.views.update({ id, hash: modal.hash }, view);
    if (updated.ok) modal.meet(updated.value.hash);
  });
}
