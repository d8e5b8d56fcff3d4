import { randomBytes } from "node:crypto";
import { isObject, objectsOf } from "./json.ts";
import { appShortcuts } from "./shortcuts.ts";
import type {
  Block,
  Change,
  DoubleChannel,
  DoubleMessage,
  DoubleShortcut,
  DoubleUser,
  DoubleUserGroup,
  DoubleView,
  JsonObject,
  MessageMetadata,
  MessageReference,
  SlackDoubleOptions,
} from "./types.ts";
import { hasActionId } from "./state.ts";

export const teamId = "T0PLAYGRND";

/** A message as the workspace keeps it; `replies` are found by `threadTs`. */
export type StoredMessage = Omit<DoubleMessage, "replies">;

/** Where answers to one command or click may be posted. */
export interface ResponseUrl {
  readonly user: string;
  readonly channel: string;
  /** The message that was acted on; null for a slash command, which has none: nothing can be replaced then (bolt-js#2287). */
  readonly source: MessageReference | null;
  readonly expiresAt: number;
  usesLeft: number;
}

interface Trigger {
  readonly user: string;
  readonly expiresAt: number;
  used: boolean;
}

export interface StoredView extends DoubleView {
  readonly raw: Readonly<Record<string, unknown>>;
  readonly notifyOnClose: boolean;
  readonly clearOnClose: boolean;
  /** The first of its stack, and the one below it. */
  readonly rootId: string;
  readonly previousId: string | null;
}

const triggerLivesMs = 3_000;
const responseUrlLivesMs = 30 * 60_000;

/** Everything that the simulated workspace knows and remembers. */
export class Workspace {
  readonly teamId = teamId;
  readonly appId = "A0IMAGEPULL";
  readonly botId = "B0IMAGEPULL";
  readonly botName = "imagepull";
  readonly bot: DoubleUser = { id: "U0IMAGEPULL", name: "imagepull", real_name: "imagepull", is_bot: true };
  readonly clock: () => Date;
  readonly users: DoubleUser[];
  readonly channels: DoubleChannel[];
  readonly userGroups: readonly DoubleUserGroup[];
  readonly shortcuts: readonly DoubleShortcut[];
  readonly messages: StoredMessage[] = [];
  readonly views: StoredView[] = [];
  readonly responseUrls = new Map<string, ResponseUrl>();
  readonly #triggers = new Map<string, Trigger>();
  readonly #listeners = new Set<(change: Change) => void>();
  #lastTs = 0;

  constructor(options: SlackDoubleOptions) {
    this.clock = options.clock;
    this.users = [...options.users, this.bot];
    this.channels = [...options.channels];
    this.userGroups = options.userGroups ?? [];
    this.shortcuts = options.shortcuts ?? appShortcuts;
  }

  subscribe(listener: (change: Change) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  changed(change: Change): void {
    for (const listener of this.#listeners) listener(change);
  }

  user(id: string): DoubleUser | undefined {
    return this.users.find((user) => user.id === id);
  }

  channel(id: string): DoubleChannel | undefined {
    return this.channels.find((channel) => channel.id === id);
  }

  setChannel(id: string, change: Partial<DoubleChannel>): void {
    const index = this.channels.findIndex((channel) => channel.id === id);
    const old = this.channels[index];
    if (old === undefined) throw new Error(`there is no channel ${id}`);
    this.channels[index] = { ...old, ...change, id };
    this.changed({ kind: "channel", channel: id });
  }

  setUser(id: string, change: Partial<DoubleUser>): void {
    const index = this.users.findIndex((user) => user.id === id);
    const old = this.users[index];
    if (old === undefined) throw new Error(`nobody has the user id ${id}`);
    this.users[index] = { ...old, ...change, id };
  }

  botIsIn(channel: DoubleChannel): boolean {
    return channel.botIsMember === true || channel.id.startsWith("D");
  }

  /** The direct conversation of the bot with a person, opened when first asked for. */
  direct(user: string): DoubleChannel {
    const id = `D${user.slice(1)}`;
    const known = this.channel(id);
    if (known !== undefined) return known;
    const opened: DoubleChannel = { id, name: "directmessage", members: [user], botIsMember: true };
    this.channels.push(opened);
    return opened;
  }

  /** A new timestamp, unique and later than all before. */
  ts(): string {
    this.#lastTs = Math.max(this.#lastTs + 1, this.clock().getTime() * 1_000);
    return `${Math.floor(this.#lastTs / 1_000_000)}.${String(this.#lastTs % 1_000_000).padStart(6, "0")}`;
  }

  post(message: {
    channel: string;
    user: string;
    text: string;
    blocks?: readonly Block[];
    threadTs?: string | null;
    ephemeralTo?: string | null;
    metadata?: MessageMetadata | null;
  }): StoredMessage {
    const stored: StoredMessage = {
      channel: message.channel,
      ts: this.ts(),
      threadTs: message.threadTs ?? null,
      user: message.user,
      text: message.text,
      blocks: message.blocks ?? [],
      ephemeralTo: message.ephemeralTo ?? null,
      edited: false,
      metadata: message.metadata ?? null,
    };
    this.messages.push(stored);
    this.changed({ kind: "message", channel: stored.channel, ts: stored.ts, viewer: stored.ephemeralTo });
    return stored;
  }

  find({ channel, ts }: MessageReference): StoredMessage | undefined {
    return this.messages.find((message) => message.channel === channel && message.ts === ts);
  }

  /** Changes a message in place, or takes it away. */
  replace(
    reference: MessageReference,
    change: { text: string; blocks: readonly Block[]; metadata?: MessageMetadata | null } | null,
  ): void {
    const index = this.messages.findIndex(({ channel, ts }) => channel === reference.channel && ts === reference.ts);
    const old = this.messages[index];
    if (old === undefined) return;
    if (change === null) this.messages.splice(index, 1);
    else this.messages[index] = { ...old, ...change, edited: true };
    this.changed({ kind: "message", channel: old.channel, ts: old.ts, viewer: old.ephemeralTo });
  }

  /** Puts something in a view's place, for who has it open; null: closes it. */
  setView(old: StoredView, now: StoredView | null): void {
    const index = this.views.findIndex(({ id }) => id === old.id);
    if (index < 0) return;
    this.views.splice(index, 1, ...(now === null ? [] : [now]));
    this.changed({ kind: "view", user: old.user });
  }

  /** What one person sees of a channel. */
  seenBy(channel: string, viewer: string): readonly DoubleMessage[] {
    if (this.channel(channel)?.members.includes(viewer) !== true) return [];
    const visible = this.messages.filter(
      (message) => message.channel === channel && (message.ephemeralTo === null || message.ephemeralTo === viewer),
    );
    const roots = visible.filter(({ threadTs, ts }) => threadTs === null || threadTs === ts);
    return roots.map((root) => ({
      ...root,
      replies: visible
        .filter(({ threadTs, ts }) => threadTs === root.ts && ts !== root.ts)
        .map((reply) => ({ ...reply, replies: [] })),
    }));
  }

  newTrigger(user: string): string {
    const id = `${this.clock().getTime()}.${randomBytes(8).toString("hex")}`;
    this.#triggers.set(id, { user, expiresAt: this.clock().getTime() + triggerLivesMs, used: false });
    return id;
  }

  /** Uses a trigger up: the person it belongs to, or Slack's error. */
  takeTrigger(id: string): { readonly user: string } | { readonly error: string } {
    const trigger = this.#triggers.get(id);
    if (trigger === undefined) return { error: "invalid_trigger_id" };
    if (trigger.used) return { error: "exchanged_trigger_id" };
    if (this.clock().getTime() >= trigger.expiresAt) return { error: "expired_trigger_id" };
    trigger.used = true;
    return { user: trigger.user };
  }

  newResponseUrl(user: string, channel: string, source: MessageReference | null): string {
    const id = randomBytes(12).toString("hex");
    this.responseUrls.set(id, {
      user,
      channel,
      source,
      expiresAt: this.clock().getTime() + responseUrlLivesMs,
      usesLeft: 5,
    });
    return id;
  }
}

/** Slack gives an id to each block and element that came without one. */
export function withIds(blocks: readonly Block[]): readonly Block[] {
  const element = (value: JsonObject): JsonObject => (hasActionId(value) ? { action_id: newId("a"), ...value } : value);
  return blocks.map((block) => ({
    block_id: newId("b"),
    ...block,
    ...(Array.isArray(block["elements"]) && { elements: objectsOf(block["elements"]).map(element) }),
    ...(isObject(block["accessory"]) && { accessory: element(block["accessory"]) }),
    ...(isObject(block["element"]) && { element: element(block["element"]) }),
  }));
}

export const newId = (prefix: string): string => `${prefix}${randomBytes(6).toString("hex").toUpperCase()}`;
