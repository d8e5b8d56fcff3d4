import * as z from "zod";
import { type BadInput, badInput, type Result, success } from "../diagnosis/result.ts";
import { type Log, reason } from "./log.ts";
import type { Message } from "./render/message.ts";

/** Resolves after so many milliseconds, or at once when the signal aborts. */
export type Wait = (milliseconds: number, signal?: AbortSignal) => Promise<void>;

export interface Placement {
  readonly response_type?: "ephemeral" | "in_channel";
  readonly replace_original?: boolean;
  readonly thread_ts?: string;
}

const slackOrigin = "https://hooks.slack.com";
const timeoutMs = 10_000;
const longestWaitS = 20;
const refusal = z.object({ ok: z.literal(false), error: z.string() });

/** Posts answers to response URLs: they need no membership, live for 30 minutes and take 5 posts. */
export class ResponseUrls {
  readonly #origins: readonly string[];
  readonly #fetch: typeof fetch;
  readonly #wait: Wait;
  readonly #log: Log;

  constructor(parts: {
    readonly apiUrl: string;
    readonly fetch: typeof fetch;
    readonly wait: Wait;
    readonly log: Log;
  }) {
    // Nowhere else: the URL comes in a payload, and an answer names what runs in the cluster.
    this.#origins = [new URL(parts.apiUrl).origin, slackOrigin];
    this.#fetch = parts.fetch;
    this.#wait = parts.wait;
    this.#log = parts.log;
  }

  /** Posts a message; as text alone where Slack refuses its blocks. */
  async post(url: string, message: Message, placement: Placement): Promise<Result<void>> {
    const { text, blocks, plain } = message;
    const sent = await this.#send(url, { ...placement, text, blocks });
    if (sent.ok || !sent.error.sentence.includes("block")) return sent;
    this.#log.warn({ reason: sent.error.sentence }, "Slack refused the blocks of an answer; it was sent as text");
    return this.#send(url, { ...placement, text: plain });
  }

  /** Takes the message away that was acted on. */
  remove(url: string): Promise<Result<void>> {
    return this.#send(url, { delete_original: true });
  }

  async #send(url: string, body: object): Promise<Result<void>> {
    if (!URL.canParse(url) || !this.#origins.includes(new URL(url).origin)) {
      this.#log.warn({}, "a response_url that is not Slack's was not answered");
      return badInput("the address for the answer is not Slack's");
    }
    const result = await this.#once(url, body);
    if (!("retryAfter" in result)) return result;
    await this.#wait(result.retryAfter * 1_000);
    const again = await this.#once(url, body);
    return "retryAfter" in again ? badInput("ratelimited") : again;
  }

  async #once(url: string, body: object): Promise<Result<void, BadInput> | { readonly retryAfter: number }> {
    try {
      const response = await this.#fetch(url, {
        method: "POST",
        headers: { "Content-Type": "application/json" },
        // Links are never unfurled, and names never become mentions.
        body: JSON.stringify({ unfurl_links: false, unfurl_media: false, link_names: false, parse: "none", ...body }),
        redirect: "error",
        signal: AbortSignal.timeout(timeoutMs),
      });
      const text = await response.text();
      if (response.status === 429)
        return { retryAfter: Math.min(longestWaitS, Number(response.headers.get("retry-after")) || 1) };
      const refused = refusal.safeParse(parse(text));
      if (refused.success) return badInput(refused.data.error);
      return response.ok ? success(undefined) : badInput(`http ${response.status} ${text.slice(0, 80)}`.trim());
    } catch (error) {
      return badInput(reason(error));
    }
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return null;
  }
}
