import * as z from "zod";
import type { SlackSettings } from "../config/environment.ts";
import type { Secret } from "../config/secret.ts";
import { redact } from "../diagnosis/redact.ts";
import { missing, ok, optional } from "./check.ts";
import type { Check } from "./check.ts";

/** The bot token's scopes, as manifest.yml asks for them. */
export const requiredScopes = [
  "app_mentions:read",
  "channels:read",
  "chat:write",
  "commands",
  "groups:read",
  "usergroups:read",
  "users:read",
] as const;

const answerShape = z.object({
  ok: z.boolean(),
  error: z.string().optional(),
  team: z.string().optional(),
  user: z.string().optional(),
  channel: z
    .object({
      name: z.string().optional(),
      is_member: z.boolean().optional(),
      is_archived: z.boolean().optional(),
      is_private: z.boolean().optional(),
    })
    .optional(),
});

interface Called {
  readonly answer: z.infer<typeof answerShape>;
  /** Null where Slack named none. */
  readonly scopes: readonly string[] | null;
}

const deadlineMs = 10_000;

/** Tokens, scopes and the channel, asked of Slack itself. Nothing is posted, and no socket is opened. */
export async function checkSlack(slack: SlackSettings, channel: string | null): Promise<Check[]> {
  const called = await call(slack, "auth.test", slack.botToken);
  if (typeof called === "string")
    return [missing("Slack", called, "Check the network, HTTPS_PROXY and SLACK_API_URL.")];
  const { answer, scopes } = called;
  if (!answer.ok)
    return [
      missing(
        "bot token",
        `Slack refuses it: ${answer.error ?? "no reason"}`,
        "Set SLACK_BOT_TOKEN to the token of OAuth & Permissions; reinstall the app where it was removed.",
      ),
    ];
  return [
    ok("bot token", `is ${answer.user ?? "the bot"} of ${answer.team ?? "the workspace"}`),
    checkScopes(scopes),
    await checkMode(slack),
    ...(await checkChannel(slack, channel, scopes)),
  ];
}

function checkScopes(scopes: readonly string[] | null): Check {
  if (scopes === null)
    return optional(
      "scopes",
      "Slack did not say which scopes the token has",
      "Compare OAuth & Permissions with manifest.yml.",
    );
  const lacking = requiredScopes.filter((scope) => !scopes.includes(scope));
  return lacking.length === 0
    ? ok("scopes", `all ${requiredScopes.length} of manifest.yml`)
    : missing("scopes", `lacks ${lacking.join(", ")}`, "Add them under OAuth & Permissions, then reinstall the app.");
}

async function checkMode(slack: SlackSettings): Promise<Check> {
  if (slack.mode === "http") return ok("HTTP mode", "signing secret is set; Slack's first request will prove it");
  const called = await call(slack, "apps.connections.open", slack.appToken);
  if (typeof called === "string")
    return missing("app token", called, "Check the network, HTTPS_PROXY and SLACK_API_URL.");
  return called.answer.ok
    ? ok("app token", "opens Socket Mode")
    : missing(
        "app token",
        `Slack refuses it: ${called.answer.error ?? "no reason"}`,
        "Set SLACK_APP_TOKEN to an app-level token with connections:write, and turn Socket Mode on.",
      );
}

/** Alerts and re-pull requests go to the one channel. */
async function checkChannel(
  slack: SlackSettings,
  channel: string | null,
  scopes: Called["scopes"],
): Promise<readonly Check[]> {
  if (channel === null)
    return [
      optional(
        "channel",
        "IMAGEPULL_CHANNEL is not set: alerts are not taken, and re-pull requests are not shown",
        "Set it to a channel's id (C0123ABCD).",
      ),
    ];
  const called = await call(slack, "conversations.info", slack.botToken, { channel });
  if (typeof called === "string")
    return [missing("channel", called, "Check the network, HTTPS_PROXY and SLACK_API_URL.")];
  const { answer } = called;
  const name = answer.channel?.name === undefined ? channel : `#${answer.channel.name}`;
  if (!answer.ok)
    return [
      missing(
        "channel",
        `Slack does not show ${channel}: ${answer.error ?? "no reason"}`,
        "Check IMAGEPULL_CHANNEL; a private channel is shown to members only: /invite @imagepull there.",
      ),
    ];
  if (answer.channel?.is_archived === true)
    return [missing("channel", `${name} is archived`, "Set IMAGEPULL_CHANNEL to one that is not.")];
  if (answer.channel?.is_member !== true)
    return [missing("channel", `no member of ${name}`, "Invite the bot there: /invite @imagepull")];
  const scope = answer.channel.is_private === true ? "groups:history" : "channels:history";
  return [ok("channel", `member of ${name}`), ...(scopes === null ? [] : [checkHistory(name, scope, scopes)])];
}

/** Only to find a message again that was posted by a process which then ended before it could note where. */
function checkHistory(name: string, scope: string, scopes: readonly string[]): Check {
  return scopes.includes(scope)
    ? ok("history", `may be read in ${name}`)
    : optional(
        "history",
        `of ${name} may not be read (no ${scope}): after a crash while a request's message is posted, it may stand there twice`,
        `Add ${scope} under OAuth & Permissions, then reinstall the app, if that matters.`,
      );
}

/** Slack's answer, or a sentence that says why there is none. */
async function call(
  { apiUrl }: SlackSettings,
  method: string,
  token: Secret,
  parameters: Readonly<Record<string, string>> = {},
): Promise<Called | string> {
  try {
    const response = await fetch(new URL(method, apiUrl), {
      method: "POST",
      headers: { authorization: `Bearer ${token.reveal()}` },
      body: new URLSearchParams(parameters),
      signal: AbortSignal.timeout(deadlineMs),
      // A token follows no redirect.
      redirect: "error",
    });
    if (response.status !== 200) return `${method} answers HTTP ${response.status}`;
    const parsed = answerShape.safeParse(await response.json());
    if (!parsed.success) return `${method} answers something else than Slack would`;
    const scopes = response.headers.get("x-oauth-scopes");
    return { answer: parsed.data, scopes: scopes === null ? null : scopes.split(",").map((scope) => scope.trim()) };
  } catch (error) {
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
    return `${method} has no answer (${redact(cause instanceof Error ? cause.message : String(cause))})`;
  }
}
