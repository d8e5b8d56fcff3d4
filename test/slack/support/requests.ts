import type { RepullRequest } from "../../../src/approvals/types.ts";
import type { DoubleMessage } from "../../../src/playground/slack/double.ts";
import { renderRequest } from "../../../src/slack/render/request.ts";
import type { Message } from "../../../src/slack/render/message.ts";
import { team } from "./desk.ts";
import { dana, inside, type Stage } from "./stage.ts";

/** Puts a message of the bot into the channel where it is a member, as the projector would; another message stands there then. */
export async function posted(
  { slack }: Stage,
  { text, blocks }: Pick<Message, "text" | "blocks">,
): Promise<DoubleMessage> {
  const response = await fetch(`${slack.apiUrl}chat.postMessage`, {
    method: "POST",
    headers: { authorization: `Bearer ${slack.botToken}`, "content-type": "application/json" },
    body: JSON.stringify({ channel: inside, text, blocks }),
  });
  const { ok, ts, error } = (await response.json()) as { ok: boolean; ts: string; error?: string };
  const message = slack.messages(inside, dana).find((one) => one.ts === ts);
  if (!ok || message === undefined) throw new Error(`the double did not take the message: ${error ?? "no ts"}`);
  return message;
}

/** A request's message as its channel sees it. */
export const shownRequest = (on: Stage, request: RepullRequest): Promise<DoubleMessage> =>
  posted(on, renderRequest(request, { team, cluster: "kind", now: new Date() }));

/** What one person was told besides: private messages, oldest first. */
export const told = ({ slack }: Stage, user: string): readonly DoubleMessage[] =>
  slack.messages(inside, user).filter(({ ephemeralTo }) => ephemeralTo === user);
