import { longestReason } from "../../approvals/ask.ts";
import type { Checkboxes, KnownBlock, ModalView, PlainTextOption, SectionBlock } from "@slack/types";
import type { Drafted, Surveyed } from "../../approvals/desk/types.ts";
import type { Candidate } from "../../core.ts";
import type { Line } from "../../diagnosis/say.ts";
import { onlyPulls, type Strategy } from "../../repull/strategy.ts";
import { needsContainer, repullCallback, type State, takesContainer, takesTag, writeState } from "../repull/state.ts";
import { actions, context, section, select } from "./message.ts";
import { codeSpan, cutMiddle, mrkdwn, proseWithin } from "./mrkdwn.ts";
import { modalTitle, plainText } from "./modal.ts";
import { draftedBlocks } from "./repull-modal-plan.ts";
import { approvalNote, readOnlyNote, wayOf, wouldAsk, wouldRun } from "./repull-modal-words.ts";

/** The title never changes while the modal is open. */
export const titleOf = ({ undo }: State): string => (undo === null ? "Re-pull" : "Take back a re-pull");

interface Frame {
  readonly state: State;
  readonly blocks: readonly KnownBlock[];
  /** Null: there is nothing to be sent. */
  readonly submit?: string | null;
}

const frame = ({ state, blocks, submit = null }: Frame): ModalView => ({
  type: "modal",
  callback_id: repullCallback,
  private_metadata: writeState(state),
  title: modalTitle(titleOf(state)),
  ...(submit !== null && { submit: modalTitle(submit) }),
  close: modalTitle(submit === null ? "Close" : "Cancel"),
  blocks: [...blocks],
});

/** Opened at once: a trigger waits for nothing. */
export const lookingModal = (state: State, cluster: string): ModalView =>
  frame({
    state,
    blocks: [
      section(`Looking at ${codeSpan(state.undo?.name ?? state.target, 300)} in cluster ${codeSpan(cluster, 80)} …`),
    ],
  });

/** The name fits several objects, or none: those that may have been meant, to choose from. */
export function targetModal(state: State, sentence: string, candidates: readonly Candidate[]): ModalView {
  const menu = select(
    "Which one?",
    "target",
    candidates.map(({ text }) => text),
  );
  const left = menu?.left ?? 0;
  return frame({
    state,
    blocks: [
      section(proseWithin(sentence, 2_900) || "—"),
      ...(menu === null ? [] : [actions([menu.element])]),
      ...(left > 0 ? [context(`… and ${left} more: name one in full, or add \`-n NAMESPACE\`.`)] : []),
    ],
  });
}

export interface RepullView {
  readonly state: State;
  readonly cluster: string;
  readonly now: Date;
  /** Of the object that was named. */
  readonly namespace: string;
  readonly kind: string;
  /** What is the matter with it, or what is taken back. */
  readonly about: Line;
  /** Of a request that is taken back: nothing is to be chosen. */
  readonly surveyed: Surveyed | null;
  /** Null: it is being planned. */
  readonly drafted: Drafted | null;
  readonly needed: number;
  readonly isReadOnly: boolean;
  /** Why the registry's tags are not offered; null: they are. */
  readonly tagsTrouble: string | null;
  /** What has to be known first of all. */
  readonly notice: string | null;
}

const option = (text: string, value: string): PlainTextOption => ({ text: plainText(cutMiddle(text, 75), 75), value });

/** The blocks' ids stay as long as what is chosen in them holds: Slack then keeps it. */
function field(id: string, label: string, accessory: NonNullable<SectionBlock["accessory"]>): SectionBlock {
  return { ...section(label), block_id: id, accessory };
}

function strategyField({ state: { strategy }, surveyed, kind }: RepullView): readonly KnownBlock[] {
  if (surveyed === null || strategy === null) return [];
  const ways: readonly Strategy[] = surveyed.ways.includes(strategy) ? surveyed.ways : [strategy, ...surveyed.ways];
  const options = ways.map((way) => option(wayOf(way, kind), way));
  const chosen = options.find(({ value }) => value === strategy);
  return [
    field("strategy", "*How*", {
      type: "static_select",
      action_id: "strategy",
      placeholder: plainText("How", 150),
      options,
      ...(chosen !== undefined && { initial_option: chosen }),
    }),
  ];
}

/** Slack's limit of a menu. */
const mostOptions = 100;

function containerField({ state: { strategy, container, tag }, surveyed }: RepullView): readonly KnownBlock[] {
  if (surveyed === null || strategy === null || !takesContainer(strategy)) return [];
  // One that was typed and is not there is put right here, too.
  const isSure =
    surveyed.containers.length < 2 && surveyed.containers.every(({ name }) => name === (container ?? name));
  if (isSure) return [];
  const options = surveyed.containers
    .filter(({ name }) => name.length <= 63 && name !== "")
    .slice(0, mostOptions)
    .map(({ name }) => option(name, name));
  if (options.length === 0) return [];
  const chosen = options.find(({ value }) => value === container);
  const hint = needsContainer(strategy, tag) ? "Which container" : "All of them, or one";
  return [
    field("container", "*Container*", {
      type: "static_select",
      action_id: "container",
      placeholder: plainText(hint, 150),
      options,
      ...(chosen !== undefined && { initial_option: chosen }),
    }),
  ];
}

function tagField({ state, surveyed, tagsTrouble }: RepullView): readonly KnownBlock[] {
  const { strategy, container, tag } = state;
  if (surveyed === null || strategy === null || !takesTag(strategy)) return [];
  const label = onlyPulls(strategy) ? "*Tag* (or the one that is set now)" : "*Tag*";
  return [
    field(`tag:${container ?? ""}`, label, {
      type: "external_select",
      action_id: "tag",
      placeholder: plainText("Type or choose a tag", 150),
      min_query_length: 0,
      ...(tag !== null && { initial_option: option(tag, tag) }),
    }),
    ...(tagsTrouble === null
      ? []
      : [
          context(
            `The registry's tags cannot be offered (${proseWithin(tagsTrouble, 400)}): type the tag, and choose it.`,
          ),
        ]),
  ];
}

/** Only where it is not proved: a risk is taken for this one plan, and a proof is better. */
function riskField({ state, drafted, surveyed, kind }: RepullView): readonly KnownBlock[] {
  if (drafted?.kind !== "planned") return [];
  const { plan, preflight, strategy, refused, isProvable } = drafted.planned;
  if (preflight.answer !== "unproven" || plan === null || (refused === null && !state.allowUnproven)) return [];
  const canProve = isProvable && surveyed?.ways.includes("probe") === true;
  const take = option("Take the risk: it is not proved", "yes");
  const boxes: Checkboxes = {
    type: "checkboxes",
    action_id: "risk",
    options: [take],
    ...(state.allowUnproven && { initial_options: [take] }),
  };
  return [
    ...(canProve ? [context(`It can be proved first: choose _${wayOf("probe", kind)}_ above.`)] : []),
    {
      type: "actions",
      block_id: `risk:${strategy}:${state.container ?? ""}:${state.tag ?? ""}`.slice(0, 255),
      elements: [boxes],
    },
  ];
}

const reasonField = ({ reason }: State): KnownBlock => ({
  type: "input",
  block_id: "reason",
  optional: true,
  label: plainText("Reason", 100),
  element: {
    type: "plain_text_input",
    action_id: "reason",
    multiline: true,
    max_length: longestReason,
    placeholder: plainText("Why now? Whoever decides it reads this.", 150),
    ...(reason !== "" && { initial_value: reason }),
  },
});

/** Whether what is planned can be asked for as it stands. */
export const isAskable = (drafted: Drafted | null): boolean =>
  drafted?.kind === "planned" &&
  drafted.planned.phase === "Planned" &&
  drafted.planned.plan !== null &&
  drafted.fingerprint !== null;

/** The modal in which a re-pull is chosen, planned and asked for. Pure. */
export function repullModal(view: RepullView): ModalView {
  const { state, cluster, now, namespace, drafted, needed, isReadOnly, notice } = view;
  // What is being planned keeps its field, so that nobody who types in it is interrupted; nothing that was not shown is asked for.
  const canSend = !isReadOnly && (isAskable(drafted) || (drafted === null && state.shown !== null));
  const submit = canSend ? (needed === 0 ? wouldRun : wouldAsk) : null;
  const shown = isAskable(drafted) && drafted?.kind === "planned" ? drafted.fingerprint : null;
  const object = codeSpan(state.undo?.name ?? state.target, 300);
  return frame({
    state: { ...state, shown },
    submit,
    blocks: [
      ...(notice === null ? [] : [section(`*${proseWithin(notice, 500)}*`)]),
      section(`${object} in cluster ${codeSpan(cluster, 80)}\n${mrkdwn(view.about, now, 600)}`),
      ...strategyField(view),
      ...containerField(view),
      ...tagField(view),
      ...draftedBlocks(drafted, now),
      ...riskField(view),
      ...(submit === null ? [] : [reasonField(state)]),
      context(isReadOnly ? readOnlyNote : approvalNote(needed, proseWithin(namespace, 100))),
    ],
  });
}
