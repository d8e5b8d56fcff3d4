import type { RequestListener } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { App, HTTPReceiver, webApi } from "@slack/bolt";
import type { Desk } from "../approvals/desk/types.ts";
import type { Core } from "../core.ts";
import type { Diagnosis } from "../diagnosis/diagnosis.ts";
import type { Evidence } from "../diagnosis/evidence.ts";
import { badInput, type Result, success } from "../diagnosis/result.ts";
import { Access, type AccessSettings } from "./access.ts";
import { Connection, type ConnectionSettings } from "./connection.ts";
import type { Door } from "./door.ts";
import { hopeless, Identity } from "./identity.ts";
import { register as registerCommands } from "./listeners/commands/imagepull.ts";
import { register as registerEvents } from "./listeners/events/mention.ts";
import { register as registerActions } from "./listeners/actions/press.ts";
import { register as registerOptions } from "./listeners/options/tags.ts";
import { register as registerShortcuts } from "./listeners/shortcuts/explain.ts";
import { register as registerViews } from "./listeners/views/submitted.ts";
import { boltLogger, type Log, reason } from "./log.ts";
import { Once } from "./once.ts";
import { type Posted, Poster } from "./poster.ts";
import { createCalls } from "./projector/calls.ts";
import type { ProjectorParts } from "./projector/parts.ts";
import { createProjector } from "./projector/projector.ts";
import { RecentAnswers } from "./recent.ts";
import { renderDiagnosis } from "./render/diagnosis.ts";
import { showRequests, type ShownRequests, type ShownRequestsParts } from "./requests/projection.ts";
import { OpenModals } from "./repull/modals.ts";
import { ResponseUrls, type Wait } from "./response-urls.ts";
import { Running } from "./running.ts";
import { createSeals } from "./sealed.ts";
import type { ParseTarget } from "./typed.ts";
import { Views } from "./views.ts";

/** How Slack is reached: a socket that the bot opens, or requests that Slack signs. */
export type SlackMode = { readonly apiUrl: string; readonly botToken: string } & (
  | { readonly mode: "socket"; readonly appToken: string }
  | { readonly mode: "http"; readonly signingSecret: string }
);

export interface SlackAppParts {
  readonly core: Core;
  readonly slack: SlackMode;
  readonly clock: () => Date;
  readonly log: Log;
  readonly access: AccessSettings;
  /** Channel id → the namespace where a target without one is looked for first. */
  readonly namespaces: ReadonlyMap<string, string>;
  readonly parseTarget: ParseTarget;
  /** Left out: re-pulls are planned only. */
  readonly requests?: {
    readonly desk: Desk;
    /** Where requests are shown to all; null: nowhere. */
    readonly channel: string | null;
    readonly nudge: () => void;
  };
  readonly wait?: Wait;
  /** For a proxy; the platform's own by default. */
  readonly fetch?: typeof fetch;
  readonly dispatcher?: ConnectionSettings["dispatcher"];
}

export type Health = { readonly ok: true } | { readonly ok: false; readonly sentence: string };

export interface SlackApp {
  /** Refuses with a sentence what no waiting mends (a token that is revoked or of the wrong kind); an unreachable Slack is tried again and again in the background. */
  start(): Promise<Result<void>>;
  /** Takes nothing new, finishes what is being answered within `graceMs` (5,000 by default), then gives up on it. */
  stop(graceMs?: number): Promise<void>;
  /** HTTP mode: takes `POST /slack/events`, for commands, actions and events alike; null in Socket Mode. */
  readonly handler: RequestListener | null;
  /** Whether a command would be answered now. */
  health(): Promise<Health>;
  /** For each channel where the bot cannot post: why, and what to do. */
  checkChannels(
    channels: readonly string[],
  ): Promise<readonly { readonly channel: string; readonly sentence: string }[]>;
  /** Posts a diagnosis to a channel, at most once: a call whose answer was lost is not repeated. `evidence`: what it was made of. */
  postDiagnosis(channel: string, diagnosis: Diagnosis, evidence?: Evidence): Promise<Result<Posted>>;
  /** Shows requests as messages of their channel, and keeps in the store where; null where there is no channel. Whoever calls it stops it. */
  showRequests(parts: ShowParts): ShownRequests | null;
}

/** `id`: this process, as it signs what it carries out. */
export type ShowParts = Pick<ShownRequestsParts, "store"> & Pick<ProjectorParts, "id" | "count">;

const defaultWait: Wait = (milliseconds, signal) =>
  sleep(milliseconds, undefined, { ref: false, ...(signal !== undefined && { signal }) }).catch(() => undefined);

const callWithinMs = 10_000;

/** The Slack door: commands, mentions and buttons in front of the core. */
export function createSlackApp(parts: SlackAppParts): SlackApp {
  const { slack, clock, log, wait = defaultWait } = parts;
  const running = new Running(log);
  const clientOptions = optionsOf(parts);
  const reader = new webApi.WebClient(slack.botToken, { ...clientOptions, retryConfig: readAgain });
  const identity = new Identity(reader, clock);
  const door = openDoor({ ...parts, wait }, { clientOptions, reader, identity, running });
  const receiver = receiverOf({ ...parts, wait }, clientOptions);
  const authorize = () => identity.authorize(slack.botToken);
  register(new App({ receiver, clientOptions, logger: boltLogger(log), convoStore: false, authorize }), door);

  return {
    handler: receiver instanceof HTTPReceiver ? httpHandler(receiver, identity) : null,
    async start() {
      const asked = await identity.ask();
      if (!asked.ok && hopeless.includes(asked.error.sentence)) return badInput(refusedBotToken(asked.error.sentence));
      if (!asked.ok) void identity.keepAsking(wait, running.stopping, log);
      if (!(receiver instanceof Connection)) return success(undefined);
      await receiver.start();
      const refusal = receiver.refusal();
      if (refusal === null || !hopeless.includes(refusal)) return success(undefined);
      await receiver.stop();
      return badInput(refusedAppToken(refusal));
    },
    async stop(graceMs = 5_000) {
      if (receiver instanceof Connection) await receiver.stop();
      await running.end(graceMs, wait);
    },
    async health() {
      const asked = await identity.fresh();
      if (!asked.ok) return { ok: false, sentence: `Slack does not answer auth.test: ${asked.error.sentence}` };
      const problem = receiver instanceof Connection ? receiver.problem() : null;
      return problem === null ? { ok: true } : { ok: false, sentence: problem };
    },
    async checkChannels(channels) {
      const found = await Promise.all(channels.map((channel) => checkChannel(reader, channel)));
      return found.filter((problem) => problem !== null);
    },
    postDiagnosis(channel, diagnosis, evidence) {
      const message = renderDiagnosis(diagnosis, {
        now: clock(),
        evidence: evidence ?? null,
        answerId: null,
        shareable: false,
        canAsk: door.desk !== null,
      });
      return door.poster.post(channel, message, null);
    },
    showRequests: (shown) => showIn({ ...parts, wait }, shown, { clientOptions, identity }),
  };
}

function showIn(
  { slack, core, clock, wait, log, requests }: Waiting,
  { store, id, count }: ShowParts,
  { clientOptions, identity }: Pick<Insides, "clientOptions" | "identity">,
): ShownRequests | null {
  const channel = requests?.channel ?? null;
  if (channel === null) return null;
  // A client of its own: how fast it may call is not decided by what people are answered.
  const client = new webApi.WebClient(slack.botToken, { ...clientOptions });
  const calls = createCalls({ client, self: () => identity.known?.user ?? null });
  const projector = createProjector({ calls, id, clock, wait, log, count });
  const team = (): string | null => identity.known?.team ?? null;
  return showRequests({ projector, store, channel, cluster: core.cluster, team, clock, log });
}

const refusedBotToken = (word: string): string =>
  `Slack refuses SLACK_BOT_TOKEN (${word}): take the bot token (xoxb-…) of the app's page OAuth & Permissions, and install the app to the workspace.`;
const refusedAppToken = (word: string): string =>
  `Slack refuses SLACK_APP_TOKEN (${word}): make an app-level token (xapp-…) with connections:write under Basic Information.`;

/** A read whose connection broke is made once more. */
const readAgain = { retries: 1, minTimeout: 200, maxTimeout: 200 };

const optionsOf = ({ slack, log, fetch: own }: SlackAppParts): webApi.WebClientOptions => ({
  slackApiUrl: slack.apiUrl,
  // A post whose answer was lost is never repeated, and a limit is waited for in a queue of our own.
  retryConfig: { retries: 0 },
  rejectRateLimitedCalls: true,
  allowAbsoluteUrls: false,
  timeout: callWithinMs,
  logger: boltLogger(log),
  ...(own !== undefined && { fetch: own }),
});

type Waiting = SlackAppParts & { readonly wait: Wait };

interface Insides {
  readonly clientOptions: webApi.WebClientOptions;
  readonly reader: webApi.WebClient;
  readonly identity: Identity;
  readonly running: Running;
}

function openDoor(parts: Waiting, { clientOptions, reader, identity, running }: Insides): Door {
  const { core, slack, clock, log, wait, access: settings, parseTarget, namespaces } = parts;
  const client = new webApi.WebClient(slack.botToken, { ...clientOptions });
  return {
    core,
    clock,
    log,
    wait,
    parseTarget,
    namespaces,
    access: new Access({ client: reader, team: () => identity.known?.team ?? null, settings, clock, log }),
    once: new Once(clock),
    recent: new RecentAnswers(clock),
    responses: new ResponseUrls({ apiUrl: slack.apiUrl, fetch: parts.fetch ?? fetch, wait, log }),
    seals: createSeals(slack.botToken),
    poster: new Poster({ client, wait, log }),
    views: new Views({ client, wait, log }),
    modals: new OpenModals(clock),
    desk: parts.requests?.desk ?? null,
    channel: parts.requests?.channel ?? null,
    nudge: () => parts.requests?.nudge(),
    stopping: running.stopping,
    identity: () => identity.known,
    track: (work) => running.track(work),
  };
}

function receiverOf({ slack, clock, wait, log, dispatcher }: Waiting, clientOptions: webApi.WebClientOptions) {
  if (slack.mode === "http") return new HTTPReceiver({ signingSecret: slack.signingSecret, logger: boltLogger(log) });
  const settings: ConnectionSettings = { appToken: slack.appToken, clientOptions, clock, wait, log };
  return new Connection(dispatcher === undefined ? settings : { ...settings, dispatcher });
}

function register(app: App, door: Door): void {
  registerCommands(app, door);
  registerEvents(app, door);
  registerActions(app, door);
  registerShortcuts(app, door);
  registerViews(app, door);
  registerOptions(app, door);
  app.error((error) => {
    door.log.error({ reason: reason(error) }, "Bolt could not hand something on");
    return Promise.resolve();
  });
}

/** Slack sends an event again later that came before the bot knew who it is. */
function httpHandler(receiver: HTTPReceiver, identity: Identity): RequestListener {
  return (request, response) => {
    if (identity.known === null) response.writeHead(503, { "Retry-After": "5" }).end();
    else if (request.method !== "POST") response.writeHead(405, { Allow: "POST" }).end();
    else if (new URL(request.url ?? "/", "http://localhost").pathname !== "/slack/events")
      response.writeHead(404).end();
    else receiver.requestListener(request, response);
  };
}

async function checkChannel(
  client: webApi.WebClient,
  channel: string,
): Promise<{ readonly channel: string; readonly sentence: string } | null> {
  try {
    const { channel: found } = await client.conversations.info({ channel });
    if (found?.is_archived === true)
      return { channel, sentence: `Channel ${channel} is archived: unarchive it or name another one.` };
    return found?.is_member === true || found?.is_im === true
      ? null
      : {
          channel,
          sentence: `The bot is not in channel #${found?.name ?? channel}: invite it there with /invite @imagepull`,
        };
  } catch (error) {
    const word = reason(error);
    const hint =
      word === "channel_not_found"
        ? "there is no such channel, or it is private and the bot is not in it: /invite @imagepull"
        : word;
    return { channel, sentence: `Channel ${channel}: ${hint}` };
  }
}
