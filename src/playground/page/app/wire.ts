import * as z from "zod";

// The page's policy allows no code made from text, which zod would use to be faster.
z.config({ jitless: true });

/** What the server sends, as far as the page shows it. Block Kit has more; a block of an unknown type is shown as such. */
const textObject = z.object({ type: z.string(), text: z.string() });
const option = z.object({ text: textObject, value: z.string(), description: textObject.optional() });

const element = z.object({
  type: z.string(),
  action_id: z.string().optional(),
  text: z.union([textObject, z.string()]).optional(),
  url: z.string().optional(),
  style: z
    .union([
      z.string(),
      z.object({
        bold: z.boolean().optional(),
        italic: z.boolean().optional(),
        strike: z.boolean().optional(),
        code: z.boolean().optional(),
      }),
    ])
    .optional(),
  placeholder: textObject.optional(),
  options: z.array(option).optional(),
  option_groups: z.array(z.object({ label: textObject, options: z.array(option) })).optional(),
  initial_option: option.optional(),
  initial_options: z.array(option).optional(),
  initial_value: z.string().optional(),
  multiline: z.boolean().optional(),
  min_query_length: z.number().optional(),
  max_length: z.number().optional(),
  confirm: z
    .object({
      title: textObject,
      text: textObject,
      confirm: textObject,
      deny: textObject,
      style: z.string().optional(),
    })
    .optional(),
  accessibility_label: z.string().optional(),
  alt_text: z.string().optional(),
  name: z.string().optional(),
  user_id: z.string().optional(),
  timestamp: z.number().optional(),
  format: z.string().optional(),
  get elements() {
    return z.array(element).optional();
  },
});

const block = z.object({
  type: z.string(),
  block_id: z.string().optional(),
  text: textObject.optional(),
  fields: z.array(textObject).optional(),
  accessory: element.optional(),
  elements: z.array(element).optional(),
  element: element.optional(),
  label: textObject.optional(),
  hint: textObject.optional(),
  optional: z.boolean().optional(),
  dispatch_action: z.boolean().optional(),
  alt_text: z.string().optional(),
});

const message = z.object({
  channel: z.string(),
  ts: z.string(),
  user: z.string(),
  text: z.string(),
  blocks: z.array(block),
  ephemeralTo: z.string().nullable(),
  edited: z.boolean(),
  get replies() {
    return z.array(message);
  },
});

/** What stands in one input of a modal. */
const standing = z.object({
  value: z.string().nullish(),
  selected_option: option.nullish(),
  selected_options: z.array(option).nullish(),
});

const view = z.object({
  id: z.string(),
  hash: z.string(),
  title: z.string(),
  submit: z.string().nullable(),
  close: z.string().nullable(),
  blocks: z.array(block),
  values: z.record(z.string(), z.record(z.string(), standing)),
  errors: z.record(z.string(), z.string()),
  trouble: z.string().nullable(),
});

const snapshot = z.object({
  workspace: z.string(),
  you: z.string(),
  people: z.array(z.object({ id: z.string(), name: z.string(), role: z.string() })),
  bot: z.object({ id: z.string(), name: z.string() }),
  channels: z.array(z.object({ id: z.string(), name: z.string(), topic: z.string(), members: z.number() })),
  messages: z.record(z.string(), z.array(message)),
  views: z.array(view),
  shortcuts: z.array(z.object({ name: z.string(), app: z.string(), callbackId: z.string() })),
  recorded: z.object({ kubernetes: z.string(), containerRuntime: z.string() }),
});

export type TextObject = z.infer<typeof textObject>;
export type Option = z.infer<typeof option>;
export type BlockElement = z.infer<typeof element>;
export type Block = z.infer<typeof block>;
export type Message = z.infer<typeof message>;
export type Standing = z.infer<typeof standing>;
export type View = z.infer<typeof view>;
export type Snapshot = z.infer<typeof snapshot>;

export const parseSnapshot = (text: string): Snapshot => snapshot.parse(JSON.parse(text));
const refusal = z.object({ error: z.string() });
/** The sentence of an act that was refused, where there is one. */
export const parseRefusal = (body: unknown): string | undefined => refusal.safeParse(body).data?.error;

const found = z.object({ options: z.array(z.object({ text: z.string(), value: z.string() })) });
export type Found = z.infer<typeof found>["options"];
/** What a look-up has found; undefined where it is no such answer. */
export const parseFound = (body: unknown): Found | undefined => found.safeParse(body).data?.options;
