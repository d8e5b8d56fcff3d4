import { type Answer, refuse } from "./answers.ts";
import { text } from "./json.ts";
import { readMessage } from "./methods.ts";
import type { JsonObject } from "./types.ts";
import type { ResponseUrl, Workspace } from "./workspace.ts";

/** Posts to a `response_url`: 30 minutes, 5 uses, visible to one person unless it says `in_channel`, and no membership needed. */
export function respond(
  id: string,
  body: JsonObject,
  workspace: Workspace,
): { readonly status: number; readonly answer: Answer } {
  const target = workspace.responseUrls.get(id);
  if (target === undefined || workspace.clock().getTime() >= target.expiresAt)
    return { status: 404, answer: refuse("expired_url") };
  if (target.usesLeft === 0) return { status: 404, answer: refuse("used_url") };
  const refusal = apply(body, target, workspace);
  if (refusal !== null) return { status: 400, answer: refusal };
  target.usesLeft -= 1;
  return { status: 200, answer: { ok: true } };
}

function apply(body: JsonObject, target: ResponseUrl, workspace: Workspace): Answer | null {
  if (body["delete_original"] === true && target.source !== null) {
    workspace.replace(target.source, null);
    return null;
  }
  const content = readMessage(body, false);
  if ("refusal" in content) return content.refusal;
  // A command has no original: Slack posts anew instead (bolt-js#2287).
  if (body["replace_original"] === true && target.source !== null) {
    workspace.replace(target.source, content);
    return null;
  }
  const thread = text(body["thread_ts"]);
  workspace.post({
    channel: target.channel,
    user: workspace.bot.id,
    ...content,
    threadTs: thread === "" ? null : thread,
    ephemeralTo: body["response_type"] === "in_channel" ? null : target.user,
  });
  return null;
}
