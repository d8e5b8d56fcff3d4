import type { Desk } from "../approvals/desk/types.ts";
import type { Core } from "../core.ts";
import type { Access } from "./access.ts";
import type { Log } from "./log.ts";
import type { Once } from "./once.ts";
import type { Poster } from "./poster.ts";
import type { RecentAnswers } from "./recent.ts";
import type { OpenModals } from "./repull/modals.ts";
import type { ResponseUrls, Wait } from "./response-urls.ts";
import type { Seals } from "./sealed.ts";
import type { ParseTarget } from "./typed.ts";
import type { Views } from "./views.ts";

/** What every listener works with. */
export interface Door {
  readonly core: Core;
  readonly clock: () => Date;
  readonly log: Log;
  readonly access: Access;
  readonly once: Once;
  readonly recent: RecentAnswers;
  readonly responses: ResponseUrls;
  /** For addresses that a modal carries: whoever has one posts as the bot where the button stood, and may take its message's place. */
  readonly seals: Seals;
  readonly poster: Poster;
  readonly views: Views;
  /** What is known of modals that are open. */
  readonly modals: OpenModals;
  /** Where re-pulls are asked for and decided; null: plans are only shown. */
  readonly desk: Desk | null;
  /** Where requests are shown to all; null: nowhere. */
  readonly channel: string | null;
  /** Something was asked for or decided just now. */
  readonly nudge: () => void;
  readonly parseTarget: ParseTarget;
  /** Channel id → where a target without a namespace is looked for first. */
  readonly namespaces: ReadonlyMap<string, string>;
  readonly wait: Wait;
  /** Aborts what is being looked at when the door closes for good. */
  readonly stopping: AbortSignal;
  /** Who the bot is, as `auth.test` said. */
  readonly identity: () => { readonly team: string; readonly user: string } | null;
  /** Keeps the door open until the work is done. Never rejects. */
  readonly track: (work: Promise<void>) => Promise<void>;
}
