/** What the double and its page share: people, channels, messages and modals as Slack has them. */

/** A person, or an account that is none. Fields as `users.info` names them. */
export interface DoubleUser {
  readonly id: string;
  /** The handle: `dana`. */
  readonly name: string;
  readonly real_name?: string;
  readonly team_id?: string;
  readonly deleted?: boolean;
  readonly is_bot?: boolean;
  readonly is_restricted?: boolean;
  readonly is_ultra_restricted?: boolean;
  readonly is_stranger?: boolean;
  readonly is_workflow_bot?: boolean;
  readonly is_admin?: boolean;
}

export interface DoubleChannel {
  readonly id: string;
  readonly name: string;
  /** User ids. The bot is a member where `botIsMember` says so. */
  readonly members: readonly string[];
  readonly botIsMember?: boolean;
  readonly is_private?: boolean;
  readonly is_archived?: boolean;
}

export interface DoubleUserGroup {
  readonly id: string;
  readonly handle: string;
  readonly name: string;
  readonly users: readonly string[];
}

export interface SlackDoubleOptions {
  readonly clock: () => Date;
  readonly users: readonly DoubleUser[];
  readonly channels: readonly DoubleChannel[];
  readonly userGroups?: readonly DoubleUserGroup[];
  /** 0, the default, takes a free port. */
  readonly port?: number;
  /** How long an acknowledgement may take before the person sees that it failed: 3,000 ms, as Slack has it. */
  readonly ackWithinMs?: number;
  /** Scopes of the bot token. By default all that the served methods need, without those to read what people write (`channels:history` and its like). */
  readonly scopes?: readonly string[];
  /** Message shortcuts of the app: those of manifest.yml by default. */
  readonly shortcuts?: readonly DoubleShortcut[];
}

/** A message shortcut: an entry of the menu "More actions" of a message. */
export interface DoubleShortcut {
  readonly name: string;
  readonly callback_id: string;
}

/** Where a message stands. */
export interface MessageReference {
  readonly channel: string;
  readonly ts: string;
}

export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };
export type JsonObject = { readonly [key: string]: Json };
/** A Block Kit block that has passed the validator. */
export type Block = JsonObject & { readonly type: string };

export interface MessageMetadata {
  readonly event_type: string;
  readonly event_payload: JsonObject;
}

export interface DoubleMessage extends MessageReference {
  /** The thread's first message, where this one stands in a thread. */
  readonly threadTs: string | null;
  /** User id of the author; the bot's, or `USLACKBOT` for Slack's own notices. */
  readonly user: string;
  readonly text: string;
  readonly blocks: readonly Block[];
  /** The only person who sees it; null for everybody in the channel. */
  readonly ephemeralTo: string | null;
  readonly edited: boolean;
  /** What the app keeps with it, unseen by people. */
  readonly metadata: MessageMetadata | null;
  /** Messages of its thread, oldest first; empty for a message in a thread. */
  readonly replies: readonly DoubleMessage[];
}

/** A modal as one person has it open. */
export interface DoubleView {
  readonly id: string;
  readonly user: string;
  readonly hash: string;
  readonly title: string;
  readonly submit: string | null;
  readonly close: string | null;
  readonly callbackId: string;
  readonly privateMetadata: string;
  readonly blocks: readonly Block[];
  /** What stands in its inputs, as `view.state.values` has it: by block id and action id. */
  readonly values: StateValues;
  /** By block id: where a submission was answered by errors, or the form itself does not let it pass. */
  readonly errors: Readonly<Record<string, string>>;
  /** Slack's words where the app did not answer, or by something that Slack does not take. */
  readonly trouble: string | null;
}

/** `{type, value}`, `{type, selected_option}` or `{type, selected_options}` an input. */
export type StateValues = Readonly<Record<string, Readonly<Record<string, JsonObject>>>>;

/** What a person enters, by block id and action id: text, an option's value, or those of all ticked boxes. Empty text and "" for a menu: nothing. */
export type Entered = Readonly<Record<string, Readonly<Record<string, string | readonly string[]>>>>;

/** One entry of a menu. */
export interface Suggestion {
  readonly text: string;
  readonly value: string;
}

/** What became of one thing that Slack handed to the app. */
export interface Delivery {
  readonly acknowledged: boolean;
  /** From handing over to the acknowledgement or to giving up. */
  readonly afterMs: number;
  /** `ok`, `timeout`, `no-app` (no socket open, no request URL), `http-<status>`, or `refused: <why>` where Slack does not take what came along. */
  readonly outcome: string;
  /** What the app sent along with its acknowledgement. */
  readonly payload: unknown;
}

/** One call of the app, as it came in. Tokens are not kept. */
export interface RecordedCall {
  readonly method: string;
  readonly arguments: JsonObject;
  readonly at: Date;
  /** `ok`, or the error that was answered. */
  readonly answer: string;
}

/** Something that somebody may see differently now; read `messages` or `views` anew. */
export type Change =
  | {
      readonly kind: "message";
      readonly channel: string;
      readonly ts: string;
      /** null: everybody */ readonly viewer: string | null;
    }
  | { readonly kind: "view"; readonly user: string }
  | { readonly kind: "channel"; readonly channel: string }
  | { readonly kind: "connection"; readonly open: number };

/**
 * What becomes of a call: an error, `ratelimited` with seconds to wait, an HTTP status; or the connection breaks, before Slack has taken the call or after,
 * so that only the answer is lost.
 */
export type Failure =
  | { readonly error: string }
  | { readonly retryAfter: number }
  | { readonly status: number }
  | { readonly lost: "call" | "answer" };

/** A Slack on loopback that is as strict as the real one, for tests and for the page. */
export interface SlackDouble {
  /** For `SLACK_API_URL`: `http://127.0.0.1:PORT/api/`. */
  readonly apiUrl: string;
  readonly teamId: string;
  readonly botToken: string;
  readonly appToken: string;
  readonly signingSecret: string;
  readonly botUserId: string;
  readonly botName: string;
  readonly users: readonly DoubleUser[];
  readonly channels: readonly DoubleChannel[];

  /**
   * A person types and sends. Text that begins with a slash is a command; text with `@imagepull` or `<@BOT>` mentions the app. Resolves once the app has
   * acknowledged or failed to; null where nothing was handed to the app.
   */
  say(user: string, channel: string, text: string, options?: { readonly thread?: string }): Promise<Delivery | null>;
  /** A person presses a button of a message that they see. Throws where there is no such button for them. */
  click(user: string, message: MessageReference, actionId: string): Promise<Delivery>;
  /** A person picks an option of a menu. Throws where there is no such option for them. */
  choose(user: string, message: MessageReference, actionId: string, value: string): Promise<Delivery>;
  /** Message shortcuts of the app. */
  readonly shortcuts: readonly DoubleShortcut[];
  /**
   * A person takes a message shortcut from a message's menu. Throws where they see no such message, where it is visible to them only (Slack
   * offers no shortcuts there), and for a shortcut that the app does not have.
   */
  messageShortcut(user: string, message: MessageReference, callbackId: string): Promise<Delivery>;
  /**
   * A person chooses, ticks or types something in a modal, after having entered `values` elsewhere in it. Null where Slack tells the app nothing of it:
   * inputs without `dispatch_action`. Throws where there is no such option. `actionId` may name its block too, `block/action`, where others are called alike.
   */
  chooseIn(
    user: string,
    view: string,
    actionId: string,
    value: string | readonly string[],
    values?: Entered,
  ): Promise<Delivery | null>;
  /** A person presses a button of a modal. */
  pressIn(user: string, view: string, actionId: string, values?: Entered): Promise<Delivery>;
  /** A person types into a menu that looks things up. Throws where Slack would show no options: too late, too many, too long, or too few letters typed. */
  suggest(user: string, view: string, actionId: string, typed: string): Promise<readonly Suggestion[]>;
  /** A person enters something in a modal, and sends nothing. */
  fillIn(user: string, view: string, values: Entered): void;
  /** A person sends a modal. Throws `FormRefusal` where Slack's form does not send it: something required is empty, or a text too long. */
  submit(user: string, view: string, values?: Entered): Promise<Delivery>;
  /** A person closes a modal. */
  closeView(user: string, view: string): Promise<Delivery | null>;

  /**
   * Hands over a click that no button of the message stands for: on an outdated copy of it, or made by hand. The message need not be there any more;
   * `action` is what `actions[0]` holds (`action_id`, `value`, …).
   */
  clickAs(user: string, message: MessageReference, action: JsonObject): Promise<Delivery>;
  /** Hands over any interaction, as it is. */
  forge(payload: JsonObject): Promise<Delivery>;

  /** Somebody deletes a message. */
  deleteMessage(message: MessageReference): void;
  /** A channel is archived or opened again, the bot invited or removed. */
  setChannel(id: string, change: Partial<Pick<DoubleChannel, "is_archived" | "botIsMember" | "members">>): void;
  /** Somebody leaves, becomes a guest, … */
  setUser(id: string, change: Partial<Omit<DoubleUser, "id">>): void;
  /** Slack is gone: connections are reset, sockets cut; until it is up again. */
  down(isDown: boolean): void;

  /** What a person sees in a channel, oldest first. */
  messages(channel: string, viewer: string): readonly DoubleMessage[];
  /** Modals that a person has open, topmost last. */
  views(user: string): readonly DoubleView[];
  /** Calls the listener after each change until the returned function is called. */
  subscribe(listener: (change: Change) => void): () => void;

  /** Hands the last thing over once more, as Slack does when it missed an acknowledgement: same envelope, trigger and event id. */
  redeliver(): Promise<Delivery>;
  /** From now on things are posted to this URL, signed, instead of sent down the socket. */
  deliverTo(requestUrl: string): void;
  /** Cuts all sockets at once, without a word. */
  dropSocket(): void;
  /** Asks the app to reconnect, as Slack does every few hours. */
  refreshSocket(): void;
  /** How many sockets are open and greeted. */
  connections(): number;
  /** The next calls of a method are answered by this instead. */
  failNext(method: string, failure: Failure, times?: number): void;

  /** Everything the app called, in order. */
  calls(method?: string): readonly RecordedCall[];
  /** Calls of methods that this double does not know. */
  unknownCalls(): readonly RecordedCall[];
  close(): Promise<void>;
}
