import type { ModalView } from "@slack/types";
import type { Desk, Surveyed } from "../../approvals/desk/types.ts";
import type { Subject } from "../../core.ts";
import type { Door } from "../door.ts";
import { messageModal } from "../render/modal.ts";
import { targetModal, titleOf } from "../render/repull-modal.ts";
import { readTarget } from "../typed.ts";
import type { OpenModal } from "./modals.ts";
import type { State } from "./state.ts";

/** What the target is, which the modal then remembers; what is shown instead where it is not one object. */
export async function survey(
  door: Door,
  desk: Desk,
  modal: OpenModal,
  { state, asker }: { readonly state: State; readonly asker: Subject | null },
  signal: AbortSignal,
): Promise<Surveyed | ModalView> {
  const target = readTarget(state.target, door.parseTarget);
  if (!target.ok) return messageModal(titleOf(state), target.error.sentence);
  const defaultNamespace = door.namespaces.get(state.channel) ?? null;
  const found = await desk.survey(target.value, { defaultNamespace, asker }, signal);
  if (found.kind === "unreadable") return messageModal(titleOf(state), found.sentence);
  if (found.kind !== "surveyed")
    return targetModal(state, found.sentence, found.kind === "choice" ? found.candidates : found.nearest);
  modal.surveyed = found;
  return found;
}
