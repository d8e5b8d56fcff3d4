import { distance } from "fastest-levenshtein";
import * as z from "zod";
import { badInput, success } from "../diagnosis/result.ts";
import type { BadInput, Result } from "../diagnosis/result.ts";
import { Secret } from "./secret.ts";

/** What the process is started with. An empty variable counts as unset: that is how manifests and shells leave one out. */
export type Environment = Readonly<Record<string, string | undefined>>;

export type LogLevel = "trace" | "debug" | "info" | "warn" | "error" | "silent";
const logLevels = ["trace", "debug", "info", "warn", "error", "silent"] as const satisfies readonly LogLevel[];

/** With an app-level token the bot opens a socket to Slack; without one, Slack calls it and signs what it sends. */
export type SlackSettings = {
  readonly botToken: Secret;
  /** Ends in a slash. */
  readonly apiUrl: string;
} & (
  | { readonly mode: "socket"; readonly appToken: Secret }
  | { readonly mode: "http"; readonly signingSecret: Secret }
);

export interface EnvironmentSettings {
  readonly host: string;
  readonly port: number;
  readonly log: LogLevel;
  readonly readOnly: boolean;
  /** The channel's id; null while unset. */
  readonly channel: string | null;
  readonly alertToken: Secret | null;
  readonly slack: SlackSettings;
}

const slackOwnApi = "https://slack.com/api/";

/** A wrong value, shown where it cannot be a secret that went into the wrong variable. */
const shown = (input: unknown): string => {
  const text = String(input);
  return text.length > 16 || /^xox|^xapp/i.test(text) ? "set to something else" : JSON.stringify(text);
};

// Each message is a whole sentence that stands after the variable's name; values of secrets are never part of one.
const noPort = (issue: { readonly input?: unknown }): string =>
  `is ${shown(issue.input)}, not a port: a number from 0 to 65535 (8080 if you leave it out).`;
const onOff = z
  .enum(["on", "off"], { error: (issue) => `is ${shown(issue.input)}, not on or off.` })
  .transform((word) => word === "on");
const token = (refused: Readonly<Record<string, string>>) =>
  z
    .string()
    .superRefine((value, context) => {
      const prefix = Object.keys(refused).find((start) => value.startsWith(start));
      if (prefix !== undefined) context.addIssue({ code: "custom", message: refused[prefix] ?? "" });
      if (/\s/.test(value))
        context.addIssue({ code: "custom", message: "has white space in it: copy it anew from api.slack.com/apps." });
    })
    .transform((value) => new Secret(value));

const variables = z.object({
  HOST: z.string().default("127.0.0.1"),
  PORT: z
    .string()
    .regex(/^\d{1,5}$/, { error: noPort })
    .transform(Number)
    .refine((port) => port <= 65_535, { error: noPort })
    .default(8080),
  IMAGEPULL_LOG: z
    .enum(logLevels, { error: (issue) => `is ${shown(issue.input)}: set one of ${logLevels.join(", ")}.` })
    .default("info"),
  IMAGEPULL_READONLY: onOff.default(false),
  IMAGEPULL_CHANNEL: z
    .string()
    .regex(/^[CG][A-Z0-9]{2,}$/, {
      error: (issue) =>
        `is ${shown(issue.input)}, not a channel's id: it looks like C0123ABCD, and stands at the end of the channel's details in Slack.`,
    })
    .nullable()
    .default(null),
  IMAGEPULL_ALERT_TOKEN: z
    .string()
    .min(16, { error: "is shorter than 16 characters: make one with openssl rand -hex 24." })
    .transform((value) => new Secret(value))
    .nullable()
    .default(null),
  SLACK_BOT_TOKEN: token({
    "xapp-": "is an app-level token (xapp-…): that one is SLACK_APP_TOKEN; the bot token begins with xoxb-.",
    "xoxp-": "is a user's token (xoxp-…): take the bot token of OAuth & Permissions, which begins with xoxb-.",
  }).optional(),
  SLACK_APP_TOKEN: token({
    "xoxb-": "is a bot token (xoxb-…): that one is SLACK_BOT_TOKEN; the app-level token begins with xapp-.",
    "xoxp-": "is a user's token (xoxp-…): the app-level token begins with xapp-, under Basic Information.",
  }).optional(),
  SLACK_SIGNING_SECRET: token({
    "xoxb-": "is a bot token (xoxb-…): the signing secret stands under Basic Information, App Credentials.",
    "xapp-": "is an app-level token (xapp-…): that one is SLACK_APP_TOKEN.",
  }).optional(),
  SLACK_API_URL: z
    .string()
    .refine((url) => URL.canParse(url) && /^https?:$/.test(new URL(url).protocol), {
      error: `is not an http or https URL: leave it out for ${slackOwnApi}`,
    })
    .refine((url) => !URL.canParse(url) || (new URL(url).username === "" && new URL(url).password === ""), {
      error: "holds a user or password: leave them out.",
    })
    .transform((url) => (url.endsWith("/") ? url : `${url}/`))
    .default(slackOwnApi),
});

const known = [...Object.keys(variables.shape), "IMAGEPULL_CONFIG"];
const readOnly = "IMAGEPULL_READONLY";

/**
 * The one of these settings that holds for the shell as well. A slip of its name is refused here too: somebody would think that every re-pull
 * is stopped, and none would be.
 */
export function readReadOnly(environment: Environment): Result<boolean, BadInput> {
  const [slip] = Object.entries(environment).flatMap(([name, value]) =>
    (value?.trim() ?? "") !== "" && nearest(name) === readOnly ? misspelt(name) : [],
  );
  if (slip !== undefined) return { ok: false, error: slip };
  const given = environment[readOnly]?.trim() ?? "";
  if (given === "") return success(false);
  const parsed = onOff.safeParse(given);
  return parsed.success ? success(parsed.data) : badInput(`${readOnly} ${parsed.error.issues[0]?.message ?? ""}`);
}

/**
 * Reads the settings that come by environment, or says one sentence for each mistake. Unknown names are refused only where they
 * are a slip of a known one: Kubernetes itself sets IMAGEPULL_SERVICE_HOST and the like beside a Service of that name.
 */
export function readEnvironment(environment: Environment): Result<EnvironmentSettings, readonly BadInput[]> {
  const given: Record<string, string> = {};
  const mistakes: BadInput[] = [];
  for (const [name, value] of Object.entries(environment)) {
    const text = value?.trim() ?? "";
    if (text === "") continue;
    if (name in variables.shape) given[name] = text;
    else mistakes.push(...misspelt(name));
  }
  const parsed = variables.safeParse(given);
  if (!parsed.success) {
    mistakes.push(...parsed.error.issues.map((issue) => ({ sentence: `${String(issue.path[0])} ${issue.message}` })));
    return { ok: false, error: mistakes };
  }
  const slack = slackSettings(parsed.data);
  if (!slack.ok) mistakes.push(...slack.error);
  if (!slack.ok || mistakes.length > 0) return { ok: false, error: mistakes };
  const { HOST, PORT, IMAGEPULL_LOG, IMAGEPULL_READONLY, IMAGEPULL_CHANNEL, IMAGEPULL_ALERT_TOKEN } = parsed.data;
  return success({
    host: HOST,
    port: PORT,
    log: IMAGEPULL_LOG,
    readOnly: IMAGEPULL_READONLY,
    channel: IMAGEPULL_CHANNEL,
    alertToken: IMAGEPULL_ALERT_TOKEN,
    slack: slack.value,
  });
}

/** Names of our own that differ from a known one by a letter or two. */
function misspelt(name: string): BadInput[] {
  const near = nearest(name);
  return near === undefined ? [] : [{ sentence: `${name} is no setting of imagepull. Did you mean ${near}?` }];
}

/** The setting that such a name was meant to be. */
const nearest = (name: string): string | undefined =>
  !/^(IMAGEPULL|SLACK)_/i.test(name) || known.includes(name)
    ? undefined
    : known.find((candidate) => candidate.includes("_") && distance(name.toUpperCase(), candidate) <= 2);

function slackSettings(given: z.output<typeof variables>): Result<SlackSettings, readonly BadInput[]> {
  const {
    SLACK_BOT_TOKEN: botToken,
    SLACK_APP_TOKEN: appToken,
    SLACK_SIGNING_SECRET: signingSecret,
    SLACK_API_URL: apiUrl,
  } = given;
  const missing: BadInput[] = [];
  if (botToken === undefined)
    missing.push({
      sentence: "SLACK_BOT_TOKEN is missing: set it to the bot token (xoxb-…) of the app's page OAuth & Permissions.",
    });
  if (appToken === undefined && signingSecret === undefined)
    missing.push({
      sentence:
        "SLACK_APP_TOKEN and SLACK_SIGNING_SECRET are both missing: set SLACK_APP_TOKEN (xapp-…) for Socket Mode, or SLACK_SIGNING_SECRET for HTTP mode.",
    });
  if (botToken === undefined || missing.length > 0) return { ok: false, error: missing };
  if (appToken !== undefined) return success({ mode: "socket", botToken, appToken, apiUrl });
  if (signingSecret !== undefined) return success({ mode: "http", botToken, signingSecret, apiUrl });
  return { ok: false, error: [badInput("SLACK_APP_TOKEN is missing.").error] };
}
