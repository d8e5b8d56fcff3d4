import { setTimeout as sleep } from "node:timers/promises";
import type { Delivery, DoubleMessage, DoubleView } from "../../src/playground/slack/types.ts";
import type { Strategy } from "../../src/repull/strategy.ts";
import { approvers, channel, dana, type House } from "./house.ts";

/**
 * People in Slack, who know nothing of processes: what Slack could not hand over it hands over again, and who sees no answer for a while does the
 * same once more.
 */

/** Seconds that somebody looks at an unchanged screen. */
const patience = 6;
/** Seconds until a test gives up on something. */
export const limit = 120;

/** What somebody waits for on their screen; null: not within their patience. */
export async function seen<T>(look: () => T | null, seconds = patience): Promise<T | null> {
  const end = Date.now() + seconds * 1000;
  for (;;) {
    const found = look();
    if (found !== null) return found;
    if (Date.now() > end) return null;
    await sleep(50);
  }
}

/** Until it has an effect that somebody sees. */
async function insist<T>(what: string, attempt: () => Promise<T | null>): Promise<T> {
  const end = Date.now() + limit * 1000;
  while (Date.now() < end) {
    const done = await attempt();
    if (done !== null) return done;
  }
  throw new Error(`${what}: nothing came of it in ${limit} s`);
}

/** Slack hands it over once more where nobody took it. */
async function handed(house: House, delivery: Promise<Delivery | null>): Promise<void> {
  if ((await delivery)?.acknowledged !== false) return;
  await house.back();
  await house.slack.redeliver();
}

/** By `/imagepull repull` and the modal that it opens. */
export async function ask(house: House, strategy: Strategy): Promise<void> {
  const { slack, namespace } = house;
  const text = `/imagepull repull deploy/web -n ${namespace} --strategy ${strategy}`;
  await insist("asking", async () => {
    await house.back();
    for (const view of slack.views(dana)) await slack.closeView(dana, view.id);
    await handed(house, slack.say(dana, channel, text));
    const form = await seen(() => slack.views(dana).find((view) => view.submit === "Ask") ?? null);
    if (form === null) return null;
    await handed(house, slack.submit(dana, form.id, { reason: { reason: "a new build" } }));
    return seen(() => slack.views(dana).find(isAnswered) ?? null);
  });
}

const isAnswered = ({ blocks }: DoubleView): boolean =>
  /\*(?:Asked:|The same is asked for already)/u.test(JSON.stringify(blocks));

/** The request's message in the channel, with a button that can be pressed. */
export const toApprove = ({ slack }: House): DoubleMessage | null =>
  slack.messages(channel, approvers[0]).find((message) => offers(message, "approve")) ?? null;

export const offers = ({ blocks }: DoubleMessage, action: string): boolean =>
  JSON.stringify(blocks).includes(`"action_id":"${action}"`);

/** By the button of the message in the channel. */
export async function approve(house: House): Promise<void> {
  const { slack } = house;
  const [arun] = approvers;
  const own = (): number => slack.messages(channel, arun).filter(({ ephemeralTo }) => ephemeralTo === arun).length;
  if ((await seen(() => toApprove(house), limit)) === null) throw new Error("no message shows the request");
  await insist("approving", async () => {
    await house.back();
    const message = toApprove(house);
    if (message === null) return true;
    const before = own();
    await handed(house, slack.click(arun, message, "approve"));
    return seen(() => (own() > before || toApprove(house) === null ? true : null));
  });
}
