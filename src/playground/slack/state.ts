import { isObject, objectsOf, text } from "./json.ts";
import type { Block, Entered, JsonObject, StateValues } from "./types.ts";
import { elementsOf } from "./validate.ts";

/** What stands in a modal's inputs, as Slack keeps it and hands it on. */

/** An element whose content belongs to the state of its view. */
interface Input {
  readonly block: Block;
  readonly blockId: string;
  readonly actionId: string;
  readonly element: JsonObject;
}

/** Slack's own words under an input that is required and empty. */
const required = "Please complete this required field.";
/** Of a text input that names no `max_length`. */
const longestText = 3_000;

/** Whether what is entered in an element belongs to its view's state. */
const hasState = ({ type: kind }: JsonObject): boolean =>
  ["plain_text_input", "static_select", "external_select", "checkboxes"].includes(text(kind));

/** Elements that Slack gives an id where they came without one. */
export const hasActionId = (element: JsonObject): boolean =>
  hasState(element) || ["button", "overflow"].includes(text(element["type"]));

export const inputsOf = (blocks: readonly Block[]): readonly Input[] =>
  blocks.flatMap((block) =>
    elementsOf(block)
      .filter(hasState)
      .map((element) => ({
        block,
        blockId: text(block["block_id"]),
        actionId: text(element["action_id"]),
        element,
      })),
  );

/** Options of a menu or of boxes, in groups or not. */
export const optionsOf = (element: JsonObject): readonly JsonObject[] =>
  [element, ...objectsOf(element["option_groups"])].flatMap((holder) => objectsOf(holder["options"]));

function initial(element: JsonObject): JsonObject {
  const type = text(element["type"]);
  if (type === "plain_text_input") return { type, value: text(element["initial_value"]) || null };
  if (type === "checkboxes") return { type, selected_options: objectsOf(element["initial_options"]) };
  return { type, selected_option: element["initial_option"] ?? null };
}

const isOffered = (option: JsonObject, element: JsonObject): boolean =>
  element["type"] === "external_select" || optionsOf(element).some(({ value }) => value === option["value"]);

/** What is kept of an input when its view is changed: nothing that its element does not offer any more. */
function kept(state: JsonObject | undefined, element: JsonObject): JsonObject | null {
  if (state === undefined || state["type"] !== element["type"]) return null;
  const { selected_option: option, selected_options: options } = state;
  if (isObject(option) && !isOffered(option, element)) return null;
  if (!Array.isArray(options)) return state;
  return { ...state, selected_options: objectsOf(options).filter((one) => isOffered(one, element)) };
}

/** The state of a view's blocks. What was entered `before` stays where block id and action id are the same, as Slack has it, whatever a new initial value says. */
export function stateOf(blocks: readonly Block[], before: StateValues = {}): StateValues {
  const values: Record<string, Record<string, JsonObject>> = {};
  for (const { blockId, actionId, element } of inputsOf(blocks))
    (values[blockId] ??= {})[actionId] = kept(before[blockId]?.[actionId], element) ?? initial(element);
  return values;
}

/** What a person enters in one input, as state. Throws where the input does not offer it. */
function entry(
  { element, actionId }: Input,
  value: string | readonly string[],
  offered: readonly JsonObject[],
): JsonObject {
  const type = text(element["type"]);
  const pick = (wanted: string): JsonObject => {
    const option = offered.find((one) => one["value"] === wanted);
    if (option !== undefined) return option;
    const there =
      offered.map((one) => text(one["value"])).join(", ") ||
      "none; a menu that looks things up offers what `suggest` found";
    throw new Error(`${actionId} has no option ${JSON.stringify(wanted)}; it has ${there}`);
  };
  if (type === "checkboxes") return { type, selected_options: [value].flat().map(pick) };
  if (typeof value !== "string") throw new Error(`${actionId} is a ${type}, and takes one value`);
  if (type === "plain_text_input") return { type, value: value === "" ? null : value };
  return { type, selected_option: value === "" ? null : pick(value) };
}

/** The state after a person has entered something. `offered` gives a menu's options that its blocks do not hold. Throws where there is no such input. */
export function enter(
  blocks: readonly Block[],
  before: StateValues,
  entered: Entered,
  offered: (blockId: string, actionId: string) => readonly JsonObject[],
): StateValues {
  const inputs = inputsOf(blocks);
  const values: Record<string, Record<string, JsonObject>> = Object.fromEntries(
    Object.entries(before).map(([block, byAction]) => [block, { ...byAction }]),
  );
  for (const [blockId, byAction] of Object.entries(entered))
    for (const [actionId, value] of Object.entries(byAction)) {
      const input = inputs.find((one) => one.blockId === blockId && one.actionId === actionId);
      if (input === undefined) {
        const there = inputs.map((one) => `${one.blockId}/${one.actionId}`).join(", ");
        throw new Error(`the modal has no input ${blockId}/${actionId}; it has ${there || "none"}`);
      }
      const standing = before[blockId]?.[actionId]?.["selected_option"];
      const options = [
        ...optionsOf(input.element),
        ...offered(blockId, actionId),
        ...(isObject(standing) ? [standing] : []),
      ];
      (values[blockId] ??= {})[actionId] = entry(input, value, options);
    }
  return values;
}

function fault({ block, element }: Input, state: JsonObject | undefined): string | null {
  const optional = block.type !== "input" || block["optional"] === true;
  const { value = null, selected_option: option = null, selected_options: options } = state ?? {};
  const isEmpty = Array.isArray(options) ? options.length === 0 : value === null && option === null;
  if (isEmpty) return optional ? null : required;
  if (typeof value !== "string") return null;
  const { min_length: least, max_length: most = longestText } = element;
  if (typeof most === "number" && value.length > most) return `Please enter no more than ${most} characters.`;
  return typeof least === "number" && value.length < least ? `Please enter at least ${least} characters.` : null;
}

/** What keeps Slack's own form from sending a modal, by block id. */
export const faultsOf = (blocks: readonly Block[], values: StateValues): Readonly<Record<string, string>> =>
  Object.fromEntries(
    inputsOf(blocks).flatMap((input): [string, string][] => {
      const words = fault(input, values[input.blockId]?.[input.actionId]);
      return words === null ? [] : [[input.blockId, words]];
    }),
  );
