import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startSlackDouble } from "../../src/playground/slack/double.ts";
import { methods } from "../../src/playground/slack/methods.ts";
import type { SlackDouble } from "../../src/playground/slack/types.ts";
import { type Bot, startBot } from "./bot.ts";
import { Calls, type Point } from "./calls.ts";
import { openGate } from "./gate.ts";
import { kindAtApiServer, kindAtSlack } from "./kinds.ts";
import { startRelay } from "./relay.ts";

/** Who asks, and who decide. */
export const dana = "U0DANA";
export const approvers = ["U0ARUN", "U0BEA", "U0CLEO", "U0DIEGO", "U0EVA"] as const;
export const channel = "C0OPS";

export interface Options {
  /** Where the bot is killed; another is started at once. */
  readonly point?: Point | null;
  /** How many run side by side. */
  readonly bots?: number;
  /** Whether the app was given the scope by which a message is found again. */
  readonly mayReadHistory?: boolean;
}

/** What stands behind the gate to the API server, and what the bot is told beside. */
export interface Behind {
  readonly server: string;
  readonly authority?: string;
  readonly token: string;
  /** Where the workload is. */
  readonly namespace: string;
  readonly settings: string;
  readonly environment: Readonly<Record<string, string>>;
}

/** A Slack, and real bots between two gates. */
export interface House {
  readonly slack: SlackDouble;
  readonly calls: Calls;
  readonly namespace: string;
  /** All that have been started; the last ones run. */
  readonly bots: readonly Bot[];
  /** Resolves once a bot answers: after a kill, the next one. */
  back(): Promise<void>;
  close(): Promise<void>;
}

/** All that the bots of a house have logged. */
export const logOf = ({ bots }: Pick<House, "bots">): string =>
  bots.map((bot) => bot.log()).join("--- killed, and another one ---\n");

/** Does something in a house, and closes it; where that fails, the bots' log tells more. */
export async function within<T>(house: House, run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (error) {
    throw new Error(`the bots said:\n${logOf(house)}`, { cause: error });
  } finally {
    await house.close();
  }
}

const scopes = Object.values(methods).flatMap((method) => method.scopes);

function openSlack(mayReadHistory: boolean): Promise<SlackDouble> {
  const people = [dana, ...approvers];
  return startSlackDouble({
    clock: () => new Date(),
    users: people.map((id) => ({ id, name: id.slice(2).toLowerCase() })),
    channels: [{ id: channel, name: "ops", members: people, botIsMember: true }],
    scopes: scopes.filter((scope) => mayReadHistory || !scope.endsWith(":history")),
  });
}

export async function openHouse(
  behind: Behind,
  { point = null, bots: count = 1, mayReadHistory = true }: Options = {},
): Promise<House> {
  const slack = await openSlack(mayReadHistory);
  const bots: Bot[] = [];
  let isOver = false;
  /** Of the bot that was started last. */
  let ready: Promise<void> = Promise.resolve();
  const calls = new Calls(point, async () => {
    await bots[0]?.kill();
    if (!isOver) ready = start();
    ready.catch(() => undefined);
  });
  const { server, authority, namespace } = behind;
  const api = await openGate({ server, authority, calls, kindOf: kindAtApiServer, within: namespace });
  const slackGate = await openGate({ server: new URL(slack.apiUrl).origin, calls, kindOf: kindAtSlack });
  const relay = await startRelay(slack, slackGate.origin);
  const folder = await mkdtemp(join(tmpdir(), "imagepull-crash-"));
  const environment = await settle(folder, behind, { api: api.origin, slackApi: slackGate.origin, slack });
  const start = async (): Promise<void> => {
    const bot = startBot(folder, environment);
    bots.push(bot);
    await bot.ready();
    relay.to(bots.filter((one) => one.isRunning()).map(({ url }) => `${url()}/slack/events`));
  };
  const close = async (): Promise<void> => {
    isOver = true;
    await Promise.allSettled([ready]);
    await Promise.all(bots.map((bot) => bot.kill()));
    await Promise.all([api.close(), slackGate.close(), relay.stop(), slack.close()]);
    await rm(folder, { recursive: true, force: true });
  };
  await Promise.all(Array.from({ length: count }, start)).catch(async (error: unknown) => {
    await close();
    throw error;
  });
  return { slack, calls, namespace, bots, back: () => ready, close };
}

/** What the bot is told, as whoever runs it would tell it. */
async function settle(
  folder: string,
  { token, settings, environment }: Behind,
  { api, slackApi, slack }: { readonly api: string; readonly slackApi: string; readonly slack: SlackDouble },
): Promise<Readonly<Record<string, string>>> {
  const kubeconfig = {
    apiVersion: "v1",
    kind: "Config",
    "current-context": "bot",
    clusters: [{ name: "bot", cluster: { server: api } }],
    users: [{ name: "bot", user: { token } }],
    contexts: [{ name: "bot", context: { cluster: "bot", user: "bot" } }],
  };
  await writeFile(join(folder, "kubeconfig"), JSON.stringify(kubeconfig), { mode: 0o600 });
  await writeFile(join(folder, "imagepull.yaml"), settings);
  return {
    KUBECONFIG: join(folder, "kubeconfig"),
    SLACK_API_URL: `${slackApi}/api/`,
    SLACK_BOT_TOKEN: slack.botToken,
    SLACK_SIGNING_SECRET: slack.signingSecret,
    IMAGEPULL_CHANNEL: channel,
    ...environment,
  };
}
