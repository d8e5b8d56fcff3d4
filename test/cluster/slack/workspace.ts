import {
  type DoubleMessage,
  type DoubleView,
  type SlackDouble,
  startSlackDouble,
} from "../../../src/playground/slack/double.ts";
import type { Grant } from "../approvals/stand.ts";
import { until } from "../stage.ts";

/** A workspace on loopback, and its people as they ask and decide there. */

export const channel = "C0OPS";
/** Asks. */
export const dana = { id: "U0DANA", name: "dana", real_name: "Dana Reyes" };
/** Decides. */
export const arun = { id: "U0ARUN", name: "arun", real_name: "Arun Mehta" };
/** Has no right at all. */
export const nora = { id: "U0NORA", name: "nora", real_name: "Nora" };
const everybody = [dana, arun, nora];

export const openWorkspace = (): Promise<SlackDouble> =>
  startSlackDouble({
    clock: () => new Date(),
    users: everybody,
    channels: [{ id: channel, name: "ops", members: everybody.map(({ id }) => id), botIsMember: true }],
  });

/** A person of Slack, as RBAC knows them. */
export const userOf = ({ teamId }: SlackDouble, { id }: { readonly id: string }): string => `slack:${teamId}:${id}`;

export const grantsIn = (slack: SlackDouble): readonly Grant[] => [
  { to: userOf(slack, dana), role: "imagepull-ask" },
  { to: userOf(slack, arun), role: "imagepull-decide" },
];

export const textOf = ({ text, blocks }: Pick<DoubleMessage, "text" | "blocks">): string =>
  `${text} ${JSON.stringify(blocks)}`;

/** The message that all see of a request for this object. */
export const requestMessage = (slack: SlackDouble, name: string, viewer = nora.id): DoubleMessage | null =>
  slack
    .messages(channel, viewer)
    .findLast((message) => message.ephemeralTo === null && textOf(message).includes(name)) ?? null;

export const actionIds = ({ blocks }: Pick<DoubleMessage, "blocks">): readonly string[] =>
  [...JSON.stringify(blocks).matchAll(/"action_id":"([^"]+)"/gu)].map(([, id = ""]) => id);

/** The topmost modal of somebody, once it is as it should be. */
export const viewOf = (
  slack: SlackDouble,
  { id }: { readonly id: string },
  what: string,
  fits: (view: DoubleView) => boolean,
): Promise<DoubleView> =>
  until(what, () => slack.views(id).findLast(fits) ?? null, 30).catch((error: unknown) => {
    throw new Error(`${String(error)}: ${JSON.stringify(slack.views(id).at(-1)?.blocks ?? "no modal")}`);
  });

/** What the bot has told one person alone, the newest last. */
export const toldTo = (slack: SlackDouble, { id }: { readonly id: string }): readonly string[] =>
  slack
    .messages(channel, id)
    .filter(({ ephemeralTo }) => ephemeralTo === id)
    .map(textOf);

interface Input {
  readonly type: string;
  readonly block_id?: string;
  readonly element?: { readonly type: string; readonly action_id?: string };
}

/** Where in a modal a text is typed: block and action. */
export function textInput(view: DoubleView): { readonly block: string; readonly action: string } {
  const inputs = view.blocks as unknown as readonly Input[];
  const found = inputs.find(({ element }) => element?.type === "plain_text_input");
  if (found === undefined) throw new Error(`there is nothing to type into: ${JSON.stringify(view.blocks)}`);
  return { block: found.block_id ?? "", action: found.element?.action_id ?? "" };
}
