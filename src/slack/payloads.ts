import * as z from "zod";

/** What Slack hands over, as far as it is read here. */
const id = z.string().min(1).max(64);

export const commandPayload = z.object({
  trigger_id: z.string().min(1),
  response_url: z.string(),
  user_id: id,
  channel_id: id,
  text: z.string().default(""),
});

export const actionPayload = z.object({
  trigger_id: z.string().min(1),
  response_url: z.string().default(""),
  user: z.object({ id }),
  channel: z.object({ id }).optional(),
  container: z.object({
    message_ts: z.string().default(""),
    thread_ts: z.string().optional(),
    is_ephemeral: z.boolean().default(false),
  }),
  actions: z
    .array(
      z.object({
        action_id: z.string(),
        value: z.string().optional(),
        selected_option: z.object({ value: z.string() }).nullish(),
      }),
    )
    .min(1),
});
export type ActionPayload = z.infer<typeof actionPayload>;

/** What stands in one input, by its kind: what was typed, chosen or ticked. */
const input = z
  .object({
    value: z.string().nullish(),
    selected_option: z.object({ value: z.string() }).nullish(),
    selected_options: z.array(z.object({ value: z.string() })).nullish(),
  })
  .transform(
    ({ value, selected_option: option, selected_options: options }): string | readonly string[] | null =>
      options?.map((one) => one.value) ?? option?.value ?? value ?? null,
  );

const view = z.object({
  id,
  hash: z.string().default(""),
  callback_id: z.string().default(""),
  private_metadata: z.string().default(""),
  state: z.object({ values: z.record(z.string(), z.record(z.string(), input)).default({}) }).default({ values: {} }),
});

export const submissionPayload = z.object({ trigger_id: z.string().min(1), user: z.object({ id }), view });
export type SubmissionPayload = z.infer<typeof submissionPayload>;

/** An action in a modal, which has no message. */
export const viewActionPayload = z.object({
  trigger_id: z.string().min(1),
  user: z.object({ id }),
  view,
  actions: actionPayload.shape.actions,
});
export type ViewActionPayload = z.infer<typeof viewActionPayload>;

/** What a menu that looks things up as one types asks for. */
export const suggestionPayload = z.object({ user: z.object({ id }), action_id: z.string(), value: z.string(), view });

/** Text as blocks and attachments carry it, at any depth. */
const withText = z.unknown();

export const shortcutPayload = z.object({
  trigger_id: z.string().min(1),
  response_url: z.string(),
  user: z.object({ id }),
  channel: z.object({ id }),
  message: z.object({
    text: z.string().default(""),
    ts: z.string().default(""),
    thread_ts: z.string().optional(),
    blocks: z.array(withText).default([]),
    attachments: z.array(withText).default([]),
  }),
});

export const mentionPayload = z.object({
  event_id: z.string().min(1),
  event: z.object({
    user: id.optional(),
    channel: id,
    text: z.string().default(""),
    ts: z.string().min(1),
    thread_ts: z.string().optional(),
  }),
});

/** `users.info`; a flag that is missing is one that is not set, except who the person is. */
export const userInfo = z.object({
  id,
  team_id: id,
  deleted: z.boolean().default(false),
  is_bot: z.boolean().default(false),
  is_restricted: z.boolean().default(false),
  is_ultra_restricted: z.boolean().default(false),
  is_stranger: z.boolean().default(false),
  is_workflow_bot: z.boolean().default(false),
  enterprise_user: z.object({ teams: z.array(z.string()).default([]) }).optional(),
});
export type UserInfo = z.infer<typeof userInfo>;

export const authTest = z.object({ team_id: id, user_id: id, bot_id: id.optional() });

export const userGroups = z.object({
  usergroups: z.array(
    z.object({
      id,
      handle: z.string().default(""),
      users: z.array(z.string()).default([]),
      date_delete: z.number().default(0),
    }),
  ),
});
