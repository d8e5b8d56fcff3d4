import { type DeliveryService, parcel, type Parcel } from "./delivery.ts";
import { blocksOf, isObject, objectOf, objectsOf, text } from "./json.ts";
import { blockSuggestion, viewActions, viewClosed, viewSubmission } from "./payloads.ts";
import { enter, faultsOf, inputsOf } from "./state.ts";
import type { Block, Delivery, DoubleUser, Entered, JsonObject, Suggestion } from "./types.ts";
import { checkSuggestions, checkView, elementsOf } from "./validate.ts";
import { maxStacked, replaceView, showView } from "./view-methods.ts";
import type { StoredView, Workspace } from "./workspace.ts";

/** Slack's form does not send a modal: the view's `errors` say under which inputs it says what. */
export class FormRefusal extends Error {}

/** What Slack shows in a modal whose submission was not answered as it should be. */
const trouble = "We had some trouble connecting. Try again?";
/** Letters that have to be typed before a menu asks, where it does not say so itself. */
const defaultQueryLength = 3;

type Hand = (item: Parcel, after?: (delivery: Delivery) => Delivery) => Promise<Delivery>;

/** What people do in modals. */
export class Modals {
  readonly #workspace: Workspace;
  readonly #delivery: DeliveryService;
  readonly #hand: Hand;
  /** What a menu that looks things up has shown last, by view, block and action. */
  readonly #offered = new Map<string, readonly JsonObject[]>();

  constructor(workspace: Workspace, delivery: DeliveryService, hand: Hand) {
    this.#workspace = workspace;
    this.#delivery = delivery;
    this.#hand = hand;
  }

  async chooseIn(
    userId: string,
    viewId: string,
    actionId: string,
    value: string | readonly string[],
    values: Entered,
  ): Promise<Delivery | null> {
    const [user, before] = this.#open(userId, viewId);
    const { block, blockId, element, actionId: own } = findInput(before, actionId);
    const view = this.#enter(this.#enter(before, values), { [blockId]: { [own]: value } });
    if (block.type === "input" && block["dispatch_action"] !== true) return null;
    const { type: _, ...state } = view.values[blockId]?.[own] ?? {};
    return this.#act(view, block, { ...bare(element), ...state }, user);
  }

  async pressIn(userId: string, viewId: string, actionId: string, values: Entered): Promise<Delivery> {
    const [user, before] = this.#open(userId, viewId);
    const [block, element] = findButton(before, actionId);
    return this.#act(this.#enter(before, values), block, bare(element), user);
  }

  #act(view: StoredView, block: Block, action: JsonObject, user: DoubleUser): Promise<Delivery> {
    const whole = { ...action, block_id: block["block_id"] ?? "" };
    return this.#hand(parcel("interactive", viewActions(view, whole, user, this.#workspace)));
  }

  async suggest(userId: string, viewId: string, actionId: string, typed: string): Promise<readonly Suggestion[]> {
    const [user, view] = this.#open(userId, viewId);
    const { blockId, element, actionId: own } = findInput(view, actionId);
    if (element["type"] !== "external_select")
      throw new Error(`${actionId} looks nothing up: it is a ${text(element["type"])}`);
    const { min_query_length: least = defaultQueryLength } = element;
    if (typeof least === "number" && typed.length < least)
      throw new Error(`Slack asks for nothing before ${least} characters are typed in ${actionId}`);
    const asked = blockSuggestion(view, { block_id: blockId, action_id: own, value: typed }, user, this.#workspace);
    const { acknowledged, outcome, payload } = await this.#delivery.deliver(parcel("interactive", asked));
    if (!acknowledged) throw new Error(`Slack shows no options of ${actionId}: ${outcome}`);
    const answer = objectOf(payload);
    const problems = checkSuggestions(answer);
    if (problems.length > 0)
      throw new Error(
        `Slack shows no options of ${actionId}: ${problems.map((one) => `${one.text} [json-pointer:${one.pointer}]`).join("; ")}`,
      );
    const options = [answer, ...objectsOf(answer["option_groups"])].flatMap((holder) => objectsOf(holder["options"]));
    this.#offered.set(`${viewId} ${blockId} ${own}`, options);
    return options.map((option) => ({ text: text(objectOf(option["text"])["text"]), value: text(option["value"]) }));
  }

  fillIn(userId: string, viewId: string, values: Entered): void {
    this.#enter(this.#open(userId, viewId)[1], values);
  }

  async submit(userId: string, viewId: string, values: Entered): Promise<Delivery> {
    const [user, before] = this.#open(userId, viewId);
    if (before.submit === null) throw new Error("the modal has no button to send it");
    const filled = this.#enter(before, values);
    const errors = faultsOf(filled.blocks, filled.values);
    const view = { ...filled, errors, trouble: null };
    this.#workspace.setView(filled, view);
    const faults = Object.entries(errors).map(([block, words]) => `${block}: ${words}`);
    if (faults.length > 0) throw new FormRefusal(`Slack's form does not send it. ${faults.join(" ")}`);
    return this.#hand(parcel("interactive", viewSubmission(view, user, this.#workspace)), (delivery) =>
      this.#after(view, delivery),
    );
  }

  /** What a submission's answer does to the modal. */
  #after({ id, user }: StoredView, delivery: Delivery): Delivery {
    // What stands there now: the app may have changed it meanwhile.
    const view = this.#workspace.views.find((one) => one.id === id);
    if (view === undefined) return delivery;
    const why = delivery.acknowledged ? this.#refusal(view, delivery.payload) : delivery.outcome;
    if (why !== null) {
      this.#workspace.setView(view, { ...view, trouble });
      return delivery.acknowledged ? { ...delivery, acknowledged: false, outcome: `refused: ${why}` } : delivery;
    }
    const { response_action: action, view: next, errors } = objectOf(delivery.payload);
    if (action === "errors") {
      const words = Object.entries(objectOf(errors)).map(([block, word]): [string, string] => [block, text(word)]);
      this.#workspace.setView(view, { ...view, errors: Object.fromEntries(words) });
    } else if (action === "update") replaceView(view, objectOf(next), this.#workspace);
    else if (action === "push") showView(objectOf(next), user, this.#workspace, view);
    else this.#close(action === "clear" ? this.#stackOf(user) : [view]);
    return delivery;
  }

  /** Why Slack does not take the answer to a submission; null: it does. */
  #refusal(view: StoredView, payload: unknown): string | null {
    if (payload === null || payload === undefined || payload === "") return null;
    if (!isObject(payload)) return "the answer is no object";
    const { response_action: action, view: next, errors } = payload;
    if (action === undefined) return Object.keys(payload).length === 0 ? null : "the answer has no response_action";
    if (action === "clear") return null;
    if (action === "errors") {
      const blocks = Object.entries(objectOf(errors));
      const inputs = blocksOf(view.blocks).filter(({ type }) => type === "input");
      const stranger = blocks.find(([id]) => !inputs.some((block) => block["block_id"] === id));
      if (stranger !== undefined) return `${stranger[0]} is no input block of the modal`;
      return blocks.length > 0 && blocks.every(([, words]) => text(words) !== "") ? null : "errors need words";
    }
    if (action !== "update" && action !== "push") return `there is no response_action ${JSON.stringify(action)}`;
    if (action === "push" && this.#stackOf(view.user).length >= maxStacked) return "push_limit_reached";
    const [problem] = checkView(next);
    return problem === undefined ? null : `${problem.text} [json-pointer:${problem.pointer}]`;
  }

  closeView(userId: string, viewId: string): Promise<Delivery> | null {
    const [user, view] = this.#open(userId, viewId);
    const closed = view.clearOnClose ? this.#stackOf(userId) : [view];
    this.#close(closed);
    return view.notifyOnClose
      ? this.#hand(parcel("interactive", viewClosed(view, view.clearOnClose, user, this.#workspace)))
      : null;
  }

  #close(views: readonly StoredView[]): void {
    for (const view of views) this.#workspace.setView(view, null);
  }

  #stackOf(user: string): readonly StoredView[] {
    return this.#workspace.views.filter((view) => view.user === user);
  }

  #enter(view: StoredView, values: Entered): StoredView {
    if (Object.keys(values).length === 0) return view;
    const offered = (block: string, action: string): readonly JsonObject[] =>
      this.#offered.get(`${view.id} ${block} ${action}`) ?? [];
    const filled = { ...view, values: enter(view.blocks, view.values, values, offered) };
    this.#workspace.setView(view, filled);
    return filled;
  }

  #open(userId: string, viewId: string): readonly [DoubleUser, StoredView] {
    const [user, view] = [this.#workspace.user(userId), this.#workspace.views.find(({ id }) => id === viewId)];
    if (user === undefined || view?.user !== userId) throw new Error(`${userId} has no view ${viewId} open`);
    // Others can be seen only when the one on top of them has been closed.
    if (this.#stackOf(userId).at(-1) !== view) throw new Error(`another modal lies on top of ${viewId}`);
    return [user, view];
  }
}

/** What an action holds of its element: for a button its text and value; nothing that only says what it offers or asks first. */
const bare = (element: JsonObject): JsonObject =>
  Object.fromEntries(Object.entries(element).filter(([key]) => !["options", "option_groups", "confirm"].includes(key)));

/** The one that is meant by its action id, or by block id and action id with a slash between. Throws where it is none, or several. */
function theOne<T extends { readonly blockId: string; readonly actionId: string }>(all: readonly T[], id: string): T {
  const found = all.filter(({ blockId, actionId }) => id === actionId || id === `${blockId}/${actionId}`);
  const [one, another] = found;
  if (another !== undefined)
    throw new Error(
      `the modal has several ${id}: ${found.map(({ blockId, actionId }) => `${blockId}/${actionId}`).join(", ")}`,
    );
  if (one !== undefined) return one;
  throw new Error(`the modal has no ${id}; it has ${all.map(({ actionId }) => actionId).join(", ") || "none"}`);
}

const findInput = (view: StoredView, id: string): ReturnType<typeof inputsOf>[number] =>
  theOne(inputsOf(view.blocks), id);

function findButton(view: StoredView, id: string): readonly [Block, JsonObject] {
  const buttons = view.blocks.flatMap((block) =>
    elementsOf(block)
      .filter(({ type }) => type === "button")
      .map((element) => ({
        block,
        element,
        blockId: text(block["block_id"]),
        actionId: text(element["action_id"]),
      })),
  );
  const { block, element } = theOne(buttons, id);
  return [block, element];
}
