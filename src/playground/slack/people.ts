import { objectOf, objectsOf, text } from "./json.ts";
import { readMessage } from "./methods.ts";
import { type DeliveryService, parcel, type Parcel } from "./delivery.ts";
import { appMention, blockActions, messageAction, slashCommand, viewClosed, viewSubmission } from "./payloads.ts";
import { asSlackHandsItOn } from "./typed.ts";
import type { Block, Delivery, DoubleChannel, DoubleUser, JsonObject, MessageReference } from "./types.ts";
import { elementsOf } from "./validate.ts";
import { replaceView, showView } from "./view-methods.ts";
import type { StoredMessage, StoredView, Workspace } from "./workspace.ts";

const slackbot = "USLACKBOT";

/** What people do in Slack, and what Slack does then. */
export class People {
  readonly #workspace: Workspace;
  readonly #delivery: DeliveryService;
  readonly #origin: () => string;
  #last: { readonly item: Parcel; readonly after: (delivery: Delivery) => void } | null = null;

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
    const delivery = await this.#hand(parcel("events_api", appMention(message, user, workspace)));
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
    return this.#hand(parcel("slash_commands", payload), (delivery) => {
      if (delivery.acknowledged) this.#ackMessage(delivery.payload, user, channel);
      else
        this.#notice(
          channel.id,
          user.id,
          `${name} failed with the error "${delivery.outcome === "timeout" ? "operation_timeout" : "dispatch_failed"}"`,
        );
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
      const groups = objectsOf(element["option_groups"]);
      const options = [element, ...groups].flatMap((holder) => objectsOf(holder["options"]));
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
    return this.#hand(parcel("interactive", blockActions(message, action, user, this.#workspace, this.#origin())));
  }

  messageShortcut(userId: string, reference: MessageReference, callbackId: string): Promise<Delivery> {
    const [user] = this.#inChannel(userId, reference.channel);
    const message = this.#seen(reference, userId);
    if (message.ephemeralTo !== null) throw new Error("a message that only one person sees has no shortcuts");
    if (!this.#workspace.shortcuts.some(({ callback_id: id }) => id === callbackId))
      throw new Error(`the app has no message shortcut ${callbackId}`);
    return this.#hand(parcel("interactive", messageAction(message, callbackId, user, this.#workspace, this.#origin())));
  }

  async submit(userId: string, viewId: string, values: Readonly<Record<string, unknown>>): Promise<Delivery> {
    const [user, view] = this.#openView(userId, viewId);
    return this.#hand(
      parcel("interactive", viewSubmission(view, asState(view, values), user, this.#workspace)),
      (delivery) => {
        if (delivery.acknowledged) this.#afterSubmission(view, delivery.payload);
      },
    );
  }

  #afterSubmission(view: StoredView, payload: unknown): void {
    const { response_action: action, view: next, errors } = objectOf(payload);
    if (action === "errors") {
      const words = Object.entries(objectOf(errors)).map(([block, word]): [string, string] => [block, text(word)]);
      this.#workspace.views[this.#workspace.views.indexOf(view)] = { ...view, errors: Object.fromEntries(words) };
      this.#workspace.changed({ kind: "view", user: view.user });
    } else if (action === "update") replaceView(view, objectOf(next), this.#workspace);
    else if (action === "push") showView(objectOf(next), view.user, this.#workspace);
    else this.#closeViews(view.user, action === "clear" ? null : view);
  }

  closeView(userId: string, viewId: string): Promise<Delivery> | null {
    const [user, view] = this.#openView(userId, viewId);
    this.#closeViews(userId, view);
    return view.notifyOnClose ? this.#hand(parcel("interactive", viewClosed(view, user, this.#workspace))) : null;
  }

  #closeViews(user: string, only: StoredView | null): void {
    const { views } = this.#workspace;
    for (const view of views.filter((entry) => entry.user === user && (only === null || entry === only)))
      views.splice(views.indexOf(view), 1);
    this.#workspace.changed({ kind: "view", user });
  }

  redeliver(): Promise<Delivery> {
    if (this.#last === null) throw new Error("nothing has been handed to the app yet");
    this.#last.item.attempt += 1;
    return this.#hand(this.#last.item, this.#last.after);
  }

  async #hand(item: Parcel, after: (delivery: Delivery) => void = () => undefined): Promise<Delivery> {
    this.#last = { item, after };
    const delivery = await this.#delivery.deliver(item);
    after(delivery);
    return delivery;
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

  #openView(userId: string, viewId: string): readonly [DoubleUser, StoredView] {
    const [user, view] = [this.#workspace.user(userId), this.#workspace.views.find(({ id }) => id === viewId)];
    if (user === undefined || view?.user !== userId) throw new Error(`${userId} has no view ${viewId} open`);
    return [user, view];
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

/** Values as `view.state.values` has them: an object per input, by its type. */
function asState(view: StoredView, values: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const state: Record<string, Record<string, unknown>> = {};
  for (const [blockId, byAction] of Object.entries(values)) {
    const block = view.blocks.find((entry) => entry["block_id"] === blockId);
    for (const [actionId, value] of Object.entries(objectOf(byAction))) {
      const element =
        block === undefined ? undefined : elementsOf(block).find((entry) => entry["action_id"] === actionId);
      const type = text(element?.["type"]) || "plain_text_input";
      (state[blockId] ??= {})[actionId] =
        type === "static_select" ? { type, selected_option: { value } } : { type, value };
    }
  }
  return state;
}
