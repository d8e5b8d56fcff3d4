import { webApi } from "@slack/bolt";
import { badInput, type Result, success } from "../diagnosis/result.ts";
import { type Log, reason } from "./log.ts";
import type { Message } from "./render/message.ts";
import type { Wait } from "./response-urls.ts";

export interface Posted {
  readonly channel: string;
  readonly ts: string;
}

const mostWaits = 5;
/** What Slack says where it does not take a message's blocks. */
export const blockErrors: readonly string[] = ["invalid_blocks", "invalid_blocks_format", "msg_blocks_too_long"];

/**
 * Posts to channels where the bot is a member: one after another in each channel, waiting as long as Slack asks. A call whose answer was
 * lost is not made again, since the message may stand there already.
 */
export class Poster {
  readonly #client: webApi.WebClient;
  readonly #wait: Wait;
  readonly #log: Log;
  readonly #queues = new Map<string, Promise<unknown>>();

  constructor(parts: { readonly client: webApi.WebClient; readonly wait: Wait; readonly log: Log }) {
    this.#client = parts.client;
    this.#wait = parts.wait;
    this.#log = parts.log;
  }

  post(channel: string, message: Message, thread: string | null): Promise<Result<Posted>> {
    const where = {
      channel,
      ...(thread !== null && { thread_ts: thread }),
      unfurl_links: false,
      unfurl_media: false,
      link_names: false,
      parse: "none" as const,
    };
    return this.#inTurn(channel, message, async (content) => {
      const { chat } = this.#client;
      // oxlint-disable-next-line unicorn/require-post-message-target-origin -- Slack's method, not the window's
      const { ts } = await chat.postMessage({ ...where, ...content });
      return { channel, ts: ts ?? "" };
    });
  }

  update({ channel, ts }: Posted, message: Message): Promise<Result<Posted>> {
    return this.#inTurn(channel, message, async (content) => {
      // Left out, the blocks that stand there would stay.
      const blocks = content.blocks ?? [];
      await this.#client.chat.update({ channel, ts, link_names: false, parse: "none", ...content, blocks });
      return { channel, ts };
    });
  }

  /** To one person in the channel, in a thread if it is one. */
  ephemeral(channel: string, user: string, message: Message, thread: string | null): Promise<Result<Posted>> {
    const where = {
      channel,
      user,
      ...(thread !== null && { thread_ts: thread }),
      link_names: false,
      parse: "none" as const,
    };
    return this.#inTurn(channel, message, async (content) => {
      const { message_ts } = await this.#client.chat.postEphemeral({ ...where, ...content });
      return { channel, ts: message_ts ?? "" };
    });
  }

  #inTurn(
    channel: string,
    message: Message,
    call: (content: { text: string; blocks?: Message["blocks"] }) => Promise<Posted>,
  ): Promise<Result<Posted>> {
    const before = this.#queues.get(channel) ?? Promise.resolve();
    const turn = before.then(() => this.#patiently(message, call));
    this.#queues.set(channel, turn);
    return turn.finally(() => {
      if (this.#queues.get(channel) === turn) this.#queues.delete(channel);
    });
  }

  async #patiently(
    { text, blocks, plain }: Message,
    call: (content: { text: string; blocks?: Message["blocks"] }) => Promise<Posted>,
  ): Promise<Result<Posted>> {
    let content: { text: string; blocks?: Message["blocks"] } = { text, blocks };
    for (let waits = 0; ;) {
      try {
        return success(await call(content));
      } catch (error) {
        if (error instanceof webApi.WebAPIRateLimitedError && waits < mostWaits) {
          waits += 1;
          await this.#wait(error.retryAfter * 1_000);
        } else if (content.blocks !== undefined && blockErrors.includes(reason(error))) {
          this.#log.warn({ reason: reason(error) }, "Slack refused the blocks of an answer; it was sent as text");
          content = { text: plain };
        } else return badInput(reason(error));
      }
    }
  }
}
