import type { ModalView } from "@slack/types";
import type { Desk, Drafted, Surveyed } from "../../approvals/desk/types.ts";
import type { Subject } from "../../core.ts";
import type { Target } from "../../diagnosis/diagnosis.ts";
import { code, type Line, say } from "../../diagnosis/say.ts";
import type { Door } from "../door.ts";
import { messageModal } from "../render/modal.ts";
import { tagIn } from "../render/plan.ts";
import { repullModal, type RepullView, titleOf } from "../render/repull-modal.ts";
import { commandOf } from "../render/strategies.ts";
import { typedTarget } from "../render/target.ts";
import type { OpenModal } from "./modals.ts";
import type { Showing } from "./show.ts";
import { choiceOf, needsContainer, type State, takesTag } from "./state.ts";
import { survey } from "./survey.ts";
import { prefetchTags } from "./tags.ts";

/** Where nothing else is chosen, and nothing speaks for anything. */
const usual = "restart";

/** Everything that a modal shows and that was looked up for it. */
export interface Prepared {
  readonly view: RepullView;
  readonly drafted: Drafted | null;
}

export type Preparing =
  | { readonly kind: "prepared"; readonly prepared: Prepared }
  /** Nothing can be planned: what is shown instead. */
  | { readonly kind: "instead"; readonly view: ModalView };

const instead = (view: ModalView): Preparing => ({ kind: "instead", view });

/** What the modal shows for what is chosen. `isPlanning`: what can be shown before anything is looked up. */
export async function planned(
  door: Door,
  modal: OpenModal,
  showing: Showing,
  signal: AbortSignal,
  isPlanning = false,
): Promise<ModalView> {
  const preparing = await prepare(door, modal, showing, signal, isPlanning);
  return preparing.kind === "instead" ? preparing.view : repullModal(preparing.prepared.view);
}

export async function prepare(
  door: Door,
  modal: OpenModal,
  { user, state, notice = null }: Showing,
  signal: AbortSignal,
  isPlanning = false,
): Promise<Preparing> {
  const { desk } = door;
  const refuse = (sentence: string): Preparing => instead(messageModal(titleOf(state), sentence));
  if (desk === null) return refuse("Re-pulls cannot be asked for here any more. Nothing was changed.");
  const verdict = await door.access.mayLook(user);
  if (!verdict.ok) return refuse(verdict.sentence);
  const { asker } = verdict;
  const given = { door, desk, modal, asker, state, notice, signal, isPlanning };
  return state.undo === null ? ofTarget(given) : ofRequest(given, state.undo);
}

interface Given {
  readonly door: Door;
  readonly desk: Desk;
  readonly modal: OpenModal;
  readonly asker: Subject | null;
  readonly state: State;
  readonly notice: string | null;
  readonly signal: AbortSignal;
  readonly isPlanning: boolean;
}

async function ofTarget({ door, desk, modal, asker, state, notice, signal, isPlanning }: Given): Promise<Preparing> {
  if (!(await maySee(door, modal.surveyed, asker, signal))) modal.surveyed = null;
  const surveyed = modal.surveyed ?? (await survey(door, desk, modal, { state, asker }, signal));
  if ("type" in surveyed) return instead(surveyed);
  const { target } = surveyed.evidence;
  const chosen = completed(state, surveyed, target);
  const tags = prefetchTags(door, modal, surveyed, chosen.container);
  const strategy = chosen.strategy ?? usual;
  const drafted = isPlanning ? null : await desk.plan(surveyed, choiceOf(chosen, strategy), signal);
  const view: RepullView = {
    ...common(door, desk, target.namespace, notice),
    state: chosen,
    kind: target.kind,
    about: surveyed.diagnosis.headline,
    surveyed,
    drafted,
    tagsTrouble: tags.trouble,
  };
  return { kind: "prepared", prepared: { view, drafted } };
}

/** The right to see it may have been taken away since it was looked at. */
const maySee = async (
  { core }: Door,
  surveyed: Surveyed | null,
  asker: Subject | null,
  signal: AbortSignal,
): Promise<boolean> =>
  surveyed === null || asker === null || (await core.mayGetPods(asker, surveyed.evidence.target.namespace, signal)).ok;

const common = (
  door: Door,
  desk: Desk,
  namespace: string,
  notice: string | null,
): Pick<RepullView, "cluster" | "now" | "namespace" | "needed" | "isReadOnly" | "notice"> => ({
  cluster: desk.cluster,
  now: door.clock(),
  namespace,
  needed: desk.needed(namespace),
  isReadOnly: desk.isReadOnly(),
  notice,
});

/** What nobody has chosen yet: what the diagnosis speaks for. */
function completed(state: State, { ways, containers, diagnosis, evidence }: Surveyed, target: Target): State {
  const strategy = state.strategy ?? ways[0] ?? usual;
  const isSure = containers.length < 2;
  const named = isSure || containers.every(({ name }) => name !== diagnosis.container) ? null : diagnosis.container;
  const isAbout = isSure || (state.container ?? named) === diagnosis.container;
  const command = strategy === "set-image" && isAbout ? commandOf(strategy, diagnosis, evidence) : null;
  const tag = state.tag ?? tagIn(command);
  const container = state.container ?? (needsContainer(strategy, takesTag(strategy) ? tag : null) ? named : null);
  return { ...state, target: typedTarget(target), strategy, container, tag };
}

async function ofRequest(given: Given, undo: NonNullable<State["undo"]>): Promise<Preparing> {
  const { door, desk, modal, asker, state, notice, signal, isPlanning } = given;
  if (modal.request === null) {
    const found = await desk.find({ namespace: undo.ns, name: undo.name, uid: undo.uid }, signal);
    if (found.kind !== "found") return instead(messageModal(titleOf(state), found.sentence));
    modal.request = found.request;
  }
  const { spec, namespace } = modal.request;
  const allow = { allowUnproven: state.allowUnproven, asker };
  const drafted = isPlanning ? null : await desk.planUndo(modal.request, allow, signal);
  const about: Line = say`It takes back the ${spec.strategy} of ${code(`${namespace}/${spec.target.text}`)}.`;
  const view: RepullView = {
    ...common(door, desk, namespace, notice),
    state,
    kind: spec.target.kind,
    about,
    surveyed: null,
    drafted,
    tagsTrouble: null,
  };
  return { kind: "prepared", prepared: { view, drafted } };
}
