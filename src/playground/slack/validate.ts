import { blocksOf, isObject, objectOf, objectsOf, text } from "./json.ts";
import type { Block, JsonObject } from "./types.ts";

/** What Slack refuses about blocks and views: its limits and its own words for them, as Block Kit's reference and its JSON schema give them. */
export interface Problem {
  readonly text: string;
  /** JSON pointer into the arguments: `/blocks/0/text/text`. */
  readonly pointer: string;
}

type Check = (value: unknown, pointer: string) => readonly Problem[];
const none: readonly Problem[] = [];
const problem = (text: string, pointer: string): readonly Problem[] => [{ text, pointer }];

const string =
  (max: number, min = 1): Check =>
  (value, pointer) => {
    if (typeof value !== "string") return problem("must be a string", pointer);
    if (value.length > max) return problem(`must be less than ${max + 1} characters`, pointer);
    return value.length < min ? problem(`must be more than ${min - 1} characters`, pointer) : none;
  };

const boolean: Check = (value, pointer) => (typeof value === "boolean" ? none : problem("must be a boolean", pointer));
const number: Check = (value, pointer) => (typeof value === "number" ? none : problem("must be a number", pointer));

const literal =
  (...allowed: readonly string[]): Check =>
  (value, pointer) =>
    typeof value === "string" && allowed.includes(value)
      ? none
      : problem(`must be one of ${allowed.join(", ")}`, pointer);

const url: Check = (value, pointer) => [
  ...string(3000)(value, pointer),
  ...(typeof value === "string" && !/^https?:\/\/\S+$/.test(value) ? problem("invalid url", pointer) : none),
];

const list =
  (item: Check, max: number, min = 1): Check =>
  (value, pointer) => {
    if (!Array.isArray(value)) return problem("must be an array", pointer);
    if (value.length > max) return problem(`no more than ${max} items allowed`, pointer);
    if (value.length < min) return problem(`no less than ${min} items allowed`, pointer);
    return value.flatMap((entry, index) => item(entry, `${pointer}/${index}`));
  };

const object =
  (required: Readonly<Record<string, Check>>, optional: Readonly<Record<string, Check>> = {}): Check =>
  (value, pointer) => {
    if (!isObject(value)) return problem("must be an object", pointer);
    const checks = { ...optional, ...required };
    return [
      ...Object.keys(required)
        .filter((key) => value[key] === undefined)
        .flatMap((key) => problem(`missing required field: ${key}`, pointer)),
      ...Object.entries(value).flatMap(([key, entry]) => {
        if (entry === undefined) return none;
        return checks[key]?.(entry, `${pointer}/${key}`) ?? problem(`invalid additional property: ${key}`, pointer);
      }),
    ];
  };

/** Objects told apart by `type`. */
const typed =
  (kinds: Readonly<Record<string, Check>>): Check =>
  (value, pointer) => {
    if (!isObject(value)) return problem("must be an object", pointer);
    const kind = value["type"];
    if (typeof kind !== "string") return problem("missing required field: type", pointer);
    return (
      (Object.hasOwn(kinds, kind) ? kinds[kind] : undefined)?.(value, pointer) ??
      problem(`unsupported type: ${kind}`, pointer)
    );
  };

const type = (kind: string): Check => literal(kind);
const plain = (max: number): Check => object({ type: type("plain_text"), text: string(max) }, { emoji: boolean });
const mrkdwn = (max: number): Check => object({ type: type("mrkdwn"), text: string(max) }, { verbatim: boolean });
const anyText = (max: number): Check => typed({ plain_text: plain(max), mrkdwn: mrkdwn(max) });

const confirm = object(
  { title: plain(100), text: anyText(300), confirm: plain(30), deny: plain(30) },
  { style: literal("primary", "danger") },
);
const actionId = string(255);
const option = object({ text: plain(75), value: string(150) }, { description: plain(75) });
const boxOption = object({ text: anyText(75), value: string(150) }, { description: anyText(75) });
const optionGroup = object({ label: plain(75), options: list(option, 100) });

const selectFields = { action_id: actionId, placeholder: plain(150), confirm, focus_on_load: boolean };
const staticSelect: Check = (value, pointer) => [
  ...object(
    { type: type("static_select") },
    { ...selectFields, options: list(option, 100), option_groups: list(optionGroup, 100), initial_option: option },
  )(value, pointer),
  ...(isObject(value) && (value["options"] === undefined) === (value["option_groups"] === undefined)
    ? problem("either options or option_groups is required", pointer)
    : none),
  ...unmatched(value, pointer),
];

/** What is chosen at first has to be one of the options, word for word. */
function unmatched(value: unknown, pointer: string): readonly Problem[] {
  const element = objectOf(value);
  const offered = [element, ...objectsOf(element["option_groups"])].flatMap((holder) => objectsOf(holder["options"]));
  const isOffered = (initial: JsonObject): boolean =>
    offered.some(
      (one) =>
        one["value"] === initial["value"] &&
        text(objectOf(one["text"])["text"]) === text(objectOf(initial["text"])["text"]),
    );
  const initials = [element["initial_option"], ...objectsOf(element["initial_options"])].filter(isObject);
  return initials.every(isOffered) ? none : problem("initial option must match one of the options", pointer);
}

const externalSelect = object(
  { type: type("external_select") },
  { ...selectFields, initial_option: option, min_query_length: number },
);
const checkboxes: Check = (value, pointer) => [
  ...object(
    { type: type("checkboxes"), options: list(boxOption, 10) },
    { action_id: actionId, initial_options: list(boxOption, 10), confirm, focus_on_load: boolean },
  )(value, pointer),
  ...unmatched(value, pointer),
];

const interactive: Readonly<Record<string, Check>> = {
  button: object(
    { type: type("button"), text: plain(75) },
    {
      action_id: actionId,
      value: string(2000),
      url,
      style: literal("primary", "danger"),
      confirm,
      accessibility_label: string(75),
    },
  ),
  static_select: staticSelect,
  external_select: externalSelect,
  checkboxes,
  overflow: object({ type: type("overflow"), options: list(option, 5) }, { action_id: actionId, confirm }),
};

const image = object({ type: type("image"), image_url: url, alt_text: string(2000) });
const textInput = object(
  { type: type("plain_text_input") },
  {
    action_id: actionId,
    placeholder: plain(150),
    initial_value: string(3000, 0),
    multiline: boolean,
    min_length: number,
    max_length: number,
    focus_on_load: boolean,
    dispatch_action_config: object({
      trigger_actions_on: list(literal("on_enter_pressed", "on_character_entered"), 2),
    }),
  },
);

const id = { block_id: string(255) };
const section: Check = (value, pointer) => [
  ...object(
    { type: type("section") },
    {
      ...id,
      text: anyText(3000),
      fields: list(anyText(2000), 10),
      accessory: typed({ ...interactive, image }),
      expand: boolean,
    },
  )(value, pointer),
  ...(isObject(value) && value["text"] === undefined && value["fields"] === undefined
    ? problem("missing required field: text", pointer)
    : none),
];

const messageBlocks: Readonly<Record<string, Check>> = {
  section,
  header: object({ type: type("header"), text: plain(150) }, id),
  divider: object({ type: type("divider") }, id),
  context: object(
    { type: type("context"), elements: list(typed({ plain_text: plain(3000), mrkdwn: mrkdwn(3000), image }), 10) },
    id,
  ),
  actions: object({ type: type("actions"), elements: list(typed(interactive), 25) }, id),
  image: object({ type: type("image"), image_url: url, alt_text: string(2000) }, { ...id, title: plain(2000) }),
};
const inputBlock = object(
  {
    type: type("input"),
    label: plain(2000),
    element: typed({
      plain_text_input: textInput,
      static_select: staticSelect,
      external_select: externalSelect,
      checkboxes,
    }),
  },
  { ...id, hint: plain(2000), optional: boolean, dispatch_action: boolean },
);

/** Elements of a block that can be acted on, wherever they stand in it. */
export function elementsOf(block: JsonObject): readonly JsonObject[] {
  const elements = Array.isArray(block["elements"]) ? block["elements"] : [];
  return [...elements, block["accessory"], block["element"]].filter(
    (element): element is JsonObject =>
      isObject(element) && Object.hasOwn({ ...interactive, plain_text_input: 1 }, text(element["type"])),
  );
}

/** What is wrong with the options that an app answers a menu with, which looks things up. */
export function checkSuggestions(answer: JsonObject): readonly Problem[] {
  const { options, option_groups: groups } = answer;
  if ((options === undefined) === (groups === undefined))
    return problem("either options or option_groups is required", "");
  return options === undefined
    ? list(optionGroup, 100, 0)(groups, "/option_groups")
    : list(option, 100, 0)(options, "/options");
}

function duplicates(values: readonly (readonly [unknown, string])[], words: string): readonly Problem[] {
  const seen = new Set<unknown>();
  return values.flatMap(([value, pointer]) => {
    if (typeof value !== "string") return [];
    if (seen.has(value)) return [{ text: words, pointer }];
    seen.add(value);
    return [];
  });
}

function uniqueIds(blocks: readonly unknown[], pointer: string): readonly Problem[] {
  const objects = blocks.map(objectOf);
  return [
    ...duplicates(
      objects.map((block, index) => [block["block_id"], `${pointer}/${index}/block_id`] as const),
      "block_id must be unique within a message",
    ),
    ...objects.flatMap((block, index) =>
      duplicates(
        elementsOf(block).map((element) => [element["action_id"], `${pointer}/${index}/elements`] as const),
        "action_id must be unique within a block",
      ),
    ),
  ];
}

/** What is wrong with a message's blocks; empty where Slack would take them. */
export function checkBlocks(blocks: unknown, pointer = "/blocks"): readonly Problem[] {
  const problems = list(typed(messageBlocks), 50, 0)(blocks, pointer);
  return problems.length > 0 || !Array.isArray(blocks) ? problems : uniqueIds(blocks, pointer);
}

/** What is wrong with a view (modal or home tab); empty where Slack would take it. */
export function checkView(view: unknown): readonly Problem[] {
  const blocks = list(typed({ ...messageBlocks, input: inputBlock }), 100, 0);
  const shared = { callback_id: string(255, 0), private_metadata: string(3000, 0), external_id: string(255, 0) };
  const modal = object(
    { type: type("modal"), title: plain(24), blocks },
    {
      ...shared,
      submit: plain(24),
      close: plain(24),
      clear_on_close: boolean,
      notify_on_close: boolean,
      submit_disabled: boolean,
    },
  );
  const problems = typed({ modal, home: object({ type: type("home"), blocks }, shared) })(view, "/view");
  if (problems.length > 0 || !isObject(view)) return problems;
  const entries = blocksOf(view["blocks"]);
  const needsSubmit =
    view["type"] === "modal" && view["submit"] === undefined && entries.some((block) => block.type === "input");
  return [
    ...uniqueIds(entries, "/view/blocks"),
    ...(needsSubmit ? problem("missing required field: submit", "/view") : none),
  ];
}

/** Characters that a message's blocks show. Slack refuses about 12,000 of them with `msg_blocks_too_long`, a limit that it does not document (bolt-js#2509). */
export function shownCharacters(blocks: readonly Block[]): number {
  const count = (value: unknown): number => {
    if (Array.isArray(value)) return value.reduce((sum: number, entry) => sum + count(entry), 0);
    if (!isObject(value)) return 0;
    if (typeof value["text"] === "string") return value["text"].length;
    return ["text", "fields", "elements", "title"].reduce((sum, key) => sum + count(value[key]), 0);
  };
  return count(blocks);
}

export const maxShownCharacters = 12_000;
/** `msg_too_long` above this many characters of `text`. */
export const maxTextCharacters = 40_000;
