import type { Core } from "../core.ts";
import type { Health, SlackApp } from "../slack/app.ts";

export interface Readiness {
  readonly ready: boolean;
  /** One line for each thing that was looked at. */
  readonly text: string;
}

export interface ReadinessParts {
  readonly core: Pick<Core, "cluster" | "ready">;
  readonly slack: Pick<SlackApp, "health" | "checkChannels">;
  /** Channels that alerts go to. */
  readonly channels: readonly string[];
  readonly clock: () => number;
  /** What keeps requests from being carried out; null where nothing does. It is told, and does not decide. */
  readonly requests?: () => string | null;
  /** What keeps requests from being shown: one sentence a channel. It is told, and does not decide. */
  readonly channelTroubles?: () => readonly string[];
}

/** Probes come every few seconds, and from more than one side: they share an answer for so long. */
const answerHoldsMs = 2000;
/** People invite the bot seldom, and Slack counts how often it is asked. */
const channelsHoldMs = 60_000;
/** Shorter than the probe's own time-out, so that the reason is still read. */
const deadlineMs = 3000;

/** Whether a command would be answered now. What only alerts need (a channel) is told, and does not decide. */
export function createReadiness(parts: ReadinessParts): () => Promise<Readiness> {
  const { slack, channels, clock } = parts;
  const readiness = held(() => look(parts, membership), answerHoldsMs, clock);
  const membership = held(() => slack.checkChannels(channels), channelsHoldMs, clock);
  return readiness;
}

async function look(
  { core, slack, requests = () => null, channelTroubles = () => [] }: ReadinessParts,
  membership: () => ReturnType<SlackApp["checkChannels"]>,
): Promise<Readiness> {
  const [health, cluster] = await Promise.all([
    within(slack.health(), no("Slack gave no answer in time")),
    within(core.ready(AbortSignal.timeout(deadlineMs)), no("the API server gave no answer in time")),
  ]);
  // Asked only of a Slack that answers: otherwise it would only repeat that it does not.
  const channels = health.ok ? await within(membership(), []) : [];
  const trouble = requests();
  const lines = [
    `slack: ${health.ok ? "ok" : health.sentence}`,
    `cluster ${core.cluster}: ${cluster.ok ? "ok" : cluster.sentence}`,
    ...new Set(
      [...channels.map(({ sentence }) => sentence), ...channelTroubles()].map((sentence) => `channel: ${sentence}`),
    ),
    ...(trouble === null ? [] : [`requests: ${trouble}`]),
  ];
  const ready = health.ok && cluster.ok;
  return { ready, text: [ready ? "ready" : "not ready", ...lines, ""].join("\n") };
}

const no = (sentence: string): Health => ({ ok: false, sentence });

/** A promise's answer, or another one when it fails or takes too long. */
async function within<T>(promise: Promise<T>, otherwise: T): Promise<T> {
  const late = Promise.withResolvers<T>();
  const timer = setTimeout(() => late.resolve(otherwise), deadlineMs);
  try {
    return await Promise.race([promise, late.promise]);
  } catch {
    return otherwise;
  } finally {
    clearTimeout(timer);
  }
}

/** The same answer for everybody who asks within a time; a failure is not kept. */
function held<T>(ask: () => Promise<T>, milliseconds: number, clock: () => number): () => Promise<T> {
  let last: { readonly at: number; readonly answer: Promise<T> } | null = null;
  return () => {
    if (last !== null && clock() - last.at < milliseconds) return last.answer;
    const answer = ask();
    last = { at: clock(), answer };
    answer.catch(() => {
      if (last?.answer === answer) last = null;
    });
    return answer;
  };
}
