import { objectOf, text } from "./json.ts";
import { readMessage } from "./methods.ts";
import { type DeliveryService, parcel, type Parcel } from "./delivery.ts";
import { appMention, blockActions, messageAction, slashCommand } from "./payloads.ts";
import { optionsOf } from "./state.ts";
import { asSlackHandsItOn } from "./typed.ts";
import type { Block, Delivery, DoubleChannel, DoubleUser, JsonObject, MessageReference } from "./types.ts";
import { elementsOf } from "./validate.ts";
import type { StoredMessage, Workspace } from "./workspace.ts";

const slackbot = "USLACKBOT";

/** What people do in Slack, and what Slack does then. */
export class People {
  readonly #workspace: Workspace;
  readonly #delivery: DeliveryService;
  readonly #origin: () => string;
  #last: { readonly item: Parcel; readonly after: (delivery: Delivery) => Delivery } | null = null;

  constructor(workspace: Workspace, delivery: DeliveryService, origin: () => string) {
    this.#workspace = workspace;
    this.#delivery = delivery;
    this.#origin = origin;
  }

  async say(userId: string, channelId: string, typed: string, thread: string | undefined): Promise<Delivery | null> {
    const [user, channel] = this.#inChannel(userId, channelId);
    if (typed.startsWith("/")) return this.#command(typed, user, channel, thread);
    const workspace = this.#workspace;
    const named = typed.replaceAll(new RegExp(`@${workspace.botName}(?![\\w-])`, "g"), `<@${workspace.bot.id}>`);
    const written = asSlackHandsItOn(named, workspace, false);
    const message = workspace.post({ channel: channelId, user: userId, text: written, threadTs: thread ?? null });
    if (!written.includes(`<@${workspace.bot.id}>`)) return null;
    if (!workspace.botIsIn(channel)) {
      this.#notice(
        message.channel,
        userId,
        `<@${workspace.bot.id}> is not in this channel, and does not see what you wrote. Invite it: /invite @${workspace.botName}`,
      );
      return null;
    }
    const delivery = await this.hand(parcel("events_api", appMention(message, user, workspace)));
    // Slack sends an event that was not acknowledged again at once.
    return delivery.acknowledged ? delivery : this.redeliver();
  }

  async #command(
    typed: string,
    user: DoubleUser,
    channel: DoubleChannel,
    thread: string | undefined,
  ): Promise<Delivery | null> {
    const name = typed.split(/\s/, 1)[0] ?? "";
    if (thread !== undefined) {
      this.#notice(channel.id, user.id, `${name} is not supported in threads. Sorry!`, thread);
      return null;
    }
    if (name !== `/${this.#workspace.botName}`) {
      this.#notice(
        channel.id,
        user.id,
        `${name} is not a valid command. In Slack, all commands start with the "/" symbol.`,
      );
      return null;
    }
    const payload = slashCommand(typed, user, channel, this.#workspace, this.#origin());
    return this.hand(parcel("slash_commands", payload), (delivery) => {
      if (delivery.acknowledged) this.#ackMessage(delivery.payload, user, channel);
      else
        this.#notice(
          channel.id,
          user.id,
          `${name} failed with the error "${delivery.outcome === "timeout" ? "operation_timeout" : "dispatch_failed"}"`,
        );
      return delivery;
    });
  }

  /** A command may be answered in its acknowledgement. */
  #ackMessage(payload: unknown, user: DoubleUser, channel: DoubleChannel): void {
    const answer = objectOf(payload);
    const content = readMessage(answer, false);
    if ("refusal" in content) return;
    const visible = answer["response_type"] === "in_channel";
    this.#workspace.post({
      channel: channel.id,
      user: this.#workspace.bot.id,
      ...content,
      ephemeralTo: visible ? null : user.id,
    });
  }

  click(userId: string, reference: MessageReference, actionId: string): Promise<Delivery> {
    return this.#act(userId, reference, actionId, (element) => {
      if (element["type"] !== "button") throw new Error(`${actionId} is a ${text(element["type"])}, not a button`);
      return {};
    });
  }

  choose(userId: string, reference: MessageReference, actionId: string, value: string): Promise<Delivery> {
    return this.#act(userId, reference, actionId, (element) => {
      const options = optionsOf(element);
      const option = options.find((entry) => entry["value"] === value);
      if (option === undefined)
        throw new Error(
          `${actionId} has no option ${JSON.stringify(value)}; it has ${options.map((entry) => text(entry["value"])).join(", ")}`,
        );
      return { selected_option: option };
    });
  }

  #act(
    userId: string,
    reference: MessageReference,
    actionId: string,
    chosen: (element: JsonObject) => JsonObject,
  ): Promise<Delivery> {
    const [user] = this.#inChannel(userId, reference.channel);
    const message = this.#seen(reference, userId);
    const [block, element] = findElement(message, actionId);
    const action = { ...element, ...chosen(element), block_id: block["block_id"] ?? "" };
    return this.hand(parcel("interactive", blockActions(message, action, user, this.#workspace, this.#origin())));
  }

  messageShortcut(userId: string, reference: MessageReference, callbackId: string): Promise<Delivery> {
    const [user] = this.#inChannel(userId, reference.channel);
    const message = this.#seen(reference, userId);
    if (message.ephemeralTo !== null) throw new Error("a message that only one person sees has no shortcuts");
    if (!this.#workspace.shortcuts.some(({ callback_id: id }) => id === callbackId))
      throw new Error(`the app has no message shortcut ${callbackId}`);
    return this.hand(parcel("interactive", messageAction(message, callbackId, user, this.#workspace, this.#origin())));
  }

  /** Whatever click it is: no button has to stand for it, and its message need not be there any more. */
  clickAs(userId: string, reference: MessageReference, action: JsonObject): Promise<Delivery> {
    const user = this.#workspace.user(userId);
    if (user === undefined) throw new Error(`nobody has the user id ${userId}`);
    const message = this.#workspace.find(reference) ?? {
      ...reference,
      threadTs: null,
      user: this.#workspace.bot.id,
      text: "",
      blocks: [],
      ephemeralTo: null,
      edited: false,
      metadata: null,
    };
    const whole = { type: "button", block_id: "b", ...action };
    return this.hand(parcel("interactive", blockActions(message, whole, user, this.#workspace, this.#origin())));
  }

  redeliver(): Promise<Delivery> {
    if (this.#last === null) throw new Error("nothing has been handed to the app yet");
    this.#last.item.attempt += 1;
    return this.hand(this.#last.item, this.#last.after);
  }

  /** Hands something to the app. `after` is what Slack makes of the answer, and may find that it takes none like it. */
  async hand(item: Parcel, after: (delivery: Delivery) => Delivery = (delivery) => delivery): Promise<Delivery> {
    this.#last = { item, after };
    return after(await this.#delivery.deliver(item));
  }

  /** Slack's own word to one person. */
  #notice(channel: string, user: string, text: string, thread?: string): void {
    this.#workspace.post({ channel, user: slackbot, text, threadTs: thread ?? null, ephemeralTo: user });
  }

  #inChannel(userId: string, channelId: string): readonly [DoubleUser, DoubleChannel] {
    const [user, channel] = [this.#workspace.user(userId), this.#workspace.channel(channelId)];
    if (user === undefined) throw new Error(`nobody has the user id ${userId}`);
    if (channel?.members.includes(userId) !== true) throw new Error(`${userId} is in no channel ${channelId}`);
    return [user, channel];
  }

  #seen(reference: MessageReference, userId: string): StoredMessage {
    const message = this.#workspace.find(reference);
    if (message === undefined || (message.ephemeralTo !== null && message.ephemeralTo !== userId))
      throw new Error(`${userId} sees no message ${reference.ts} in ${reference.channel}`);
    return message;
  }
}

function findElement(message: StoredMessage, actionId: string): readonly [Block, JsonObject] {
  for (const block of message.blocks) {
    const element = elementsOf(block).find((entry) => entry["action_id"] === actionId);
    if (element !== undefined) return [block, element];
  }
  const there = message.blocks.flatMap(elementsOf).map((entry) => text(entry["action_id"]));
  throw new Error(`the message has no ${actionId}; it has ${there.join(", ") || "nothing to press"}`);
}
