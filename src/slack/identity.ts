import type { webApi } from "@slack/bolt";
import { badInput, type Result, success } from "../diagnosis/result.ts";
import { type Log, reason } from "./log.ts";
import { authTest } from "./payloads.ts";
import type { Wait } from "./response-urls.ts";

/** What Slack says of a token that no waiting fixes. */
export const hopeless: readonly string[] = [
  "invalid_auth",
  "not_authed",
  "account_inactive",
  "token_revoked",
  "token_expired",
  "not_allowed_token_type",
  "missing_scope",
  "org_login_required",
];

const identityHoldsMs = 60_000;
const retryIdentityMs = 5_000;

/** Who the bot is, as `auth.test` says. */
export class Identity {
  known: { readonly team: string; readonly user: string; readonly botId: string | undefined } | null = null;
  readonly #client: webApi.WebClient;
  readonly #clock: () => Date;
  #askedAt = 0;
  #last: Result<void> = badInput("it has not been asked yet");

  constructor(client: webApi.WebClient, clock: () => Date) {
    this.#client = client;
    this.#clock = clock;
  }

  async ask(): Promise<Result<void>> {
    this.#askedAt = this.#clock().getTime();
    try {
      const { team_id, user_id, bot_id } = authTest.parse(await this.#client.auth.test());
      this.known = { team: team_id, user: user_id, botId: bot_id };
      this.#last = success(undefined);
    } catch (error) {
      this.#last = badInput(reason(error));
    }
    return this.#last;
  }

  /** The last answer, asked for again where it is old or was a failure. */
  fresh(): Promise<Result<void>> {
    const age = this.#clock().getTime() - this.#askedAt;
    return age < (this.#last.ok ? identityHoldsMs : retryIdentityMs) ? Promise.resolve(this.#last) : this.ask();
  }

  async keepAsking(wait: Wait, signal: AbortSignal, log: Log): Promise<void> {
    while (!signal.aborted && this.known === null) {
      await wait(retryIdentityMs, signal);
      if (signal.aborted) return;
      const asked = await this.ask();
      if (!asked.ok) log.warn({ reason: asked.error.sentence }, "Slack does not answer auth.test");
    }
  }

  /** Bolt asks for each event. Who the bot is must be known, or it would answer itself. */
  async authorize(botToken: string): Promise<{ botToken: string; botUserId: string; teamId: string; botId?: string }> {
    if (this.known === null) await this.ask();
    if (this.known === null) throw new Error("auth.test has not been answered yet");
    const { team, user, botId } = this.known;
    return { botToken, botUserId: user, teamId: team, ...(botId !== undefined && { botId }) };
  }
}
