import { webApi } from "@slack/bolt";

/** What becomes of a call. `lost-before` and `lost-after`: the connection breaks before, or after, Slack has done it. */
export type Trouble =
  | { readonly kind: "limited"; readonly seconds: number }
  | { readonly kind: "refused"; readonly word: string }
  | { readonly kind: "status"; readonly status: number; readonly isDone?: boolean }
  | { readonly kind: "lost-before" | "lost-after" | "unreachable" }
  | null;

export interface Message {
  readonly channel: string;
  readonly ts: string;
  readonly user: string;
  readonly metadata: { readonly event_type: string; readonly event_payload: { readonly key: string } } | undefined;
  text: string;
  blocks: unknown;
}

export interface Call {
  readonly method: string;
  readonly channel: string;
  readonly text: string;
  /** Seconds since noon. */
  readonly at: number;
}

/** Slack behind the real client: it keeps messages, and does with each call what the test says. */
export class Slack {
  readonly messages: Message[] = [];
  readonly calls: Call[] = [];
  /** Asked before each call. */
  trouble: (call: Call, time: number) => Trouble = () => null;
  /** Whether the app may read what was posted. */
  historyWord: string | null = null;
  /** What a call waits for. */
  hold: (call: Call) => Promise<void> = () => Promise.resolve();
  readonly #now: () => number;

  constructor(now: () => number) {
    this.#now = now;
  }

  client(): webApi.WebClient {
    return new webApi.WebClient("xoxb-test", {
      retryConfig: { retries: 0 },
      rejectRateLimitedCalls: true,
      fetch: (url, init) => this.#answer(String(url), init),
      logger: {
        debug() {},
        info() {},
        warn() {},
        error() {},
        setLevel() {},
        getLevel: () => "error" as never,
        setName() {},
      },
    });
  }

  /** Calls of a method, as their texts. */
  of(method: string): readonly string[] {
    return this.calls.filter((call) => call.method === method).map(({ text }) => text);
  }

  async #answer(url: string, init: RequestInit | undefined): Promise<Response> {
    const method = url.slice(url.lastIndexOf("/") + 1);
    const asked = await new Response(init?.body ?? null, { headers: init?.headers ?? {} }).formData();
    const get = (key: string): string => {
      const value = asked.get(key);
      return typeof value === "string" ? value : "";
    };
    const call = { method, channel: get("channel"), text: get("text"), at: this.#now() };
    this.calls.push(call);
    await this.hold(call);
    const trouble = this.trouble(call, this.calls.filter((one) => one.method === method).length);
    if (trouble?.kind === "lost-before") throw broken("ECONNRESET");
    if (trouble?.kind === "unreachable") throw broken("ECONNREFUSED");
    if (trouble?.kind === "refused") return Response.json({ ok: false, error: trouble.word });
    if (trouble?.kind === "limited")
      return new Response("", { status: 429, headers: { "retry-after": String(trouble.seconds) } });
    if (trouble?.kind === "status" && trouble.isDone !== true) return new Response("no", { status: trouble.status });
    const answer = this.#done(method, get);
    if (trouble?.kind === "status") return new Response("no", { status: trouble.status });
    if (trouble?.kind === "lost-after") throw broken("ECONNRESET");
    return Response.json(answer);
  }

  #done(method: string, get: (key: string) => string): object {
    const channel = get("channel");
    if (method === "chat.postMessage") {
      const ts = `${(1_764_000_000 + this.messages.length).toString()}.000100`;
      const metadata = get("metadata");
      this.messages.push({
        channel,
        ts,
        user: "UBOT",
        metadata: metadata === "" ? undefined : JSON.parse(metadata),
        text: get("text"),
        blocks: JSON.parse(get("blocks") || "[]"),
      });
      return { ok: true, channel, ts };
    }
    if (method === "chat.update") {
      const found = this.messages.find((one) => one.channel === channel && one.ts === get("ts"));
      if (found === undefined) return { ok: false, error: "message_not_found" };
      found.text = get("text");
      // Blocks that are not named stay.
      if (get("blocks") !== "") found.blocks = JSON.parse(get("blocks"));
      return { ok: true, channel, ts: found.ts };
    }
    if (method === "conversations.history") {
      if (this.historyWord !== null) return { ok: false, error: this.historyWord };
      if (get("include_all_metadata") !== "true" || get("limit") !== "15")
        return { ok: false, error: "invalid_arguments" };
      const all = this.messages.filter((one) => one.channel === channel).toReversed();
      const from = Number(get("cursor") || 0);
      const next = from + 15 < all.length ? String(from + 15) : "";
      return { ok: true, messages: all.slice(from, from + 15), response_metadata: { next_cursor: next } };
    }
    return { ok: false, error: "unknown_method" };
  }
}

const broken = (code: string): Error =>
  new TypeError("fetch failed", { cause: Object.assign(new Error(code), { code }) });
