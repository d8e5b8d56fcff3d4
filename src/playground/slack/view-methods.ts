import { type Answer, type Method, refuse, refuseProblems } from "./answers.ts";
import { blocksOf, isObject, objectOf, text } from "./json.ts";
import { stateOf } from "./state.ts";
import type { JsonObject, StateValues } from "./types.ts";
import { checkView } from "./validate.ts";
import { newId, type StoredView, withIds, type Workspace } from "./workspace.ts";

/** Modals that one person has on top of each other. */
export const maxStacked = 3;

type View = Readonly<Record<string, unknown>>;

const title = (value: unknown): string | null =>
  isObject(value) && typeof value["text"] === "string" ? value["text"] : null;

type Place = Pick<StoredView, "id" | "user" | "rootId" | "previousId">;

function stored(view: View, place: Place, before: StateValues = {}): StoredView {
  const blocks = withIds(blocksOf(view["blocks"]));
  return {
    ...place,
    hash: newId("h"),
    title: title(view["title"]) ?? "",
    submit: title(view["submit"]),
    close: title(view["close"]),
    callbackId: text(view["callback_id"]),
    privateMetadata: text(view["private_metadata"]),
    blocks,
    values: stateOf(blocks, before),
    errors: {},
    trouble: null,
    raw: view,
    notifyOnClose: view["notify_on_close"] === true,
    clearOnClose: view["clear_on_close"] === true,
  };
}

/** The view object as Slack hands it back and on. */
export const viewObject = (view: StoredView, workspace: Workspace): View => ({
  close: null,
  submit: null,
  clear_on_close: false,
  notify_on_close: false,
  external_id: "",
  ...view.raw,
  blocks: view.blocks,
  id: view.id,
  team_id: workspace.teamId,
  hash: view.hash,
  private_metadata: view.privateMetadata,
  callback_id: view.callbackId,
  state: { values: view.values },
  root_view_id: view.rootId,
  previous_view_id: view.previousId,
  app_id: workspace.appId,
  app_installed_team_id: workspace.teamId,
  bot_id: workspace.botId,
});

function checked(arguments_: JsonObject): View | Answer {
  const problems = checkView(arguments_["view"]);
  return problems.length > 0 ? refuseProblems("invalid_arguments", problems) : objectOf(arguments_["view"]);
}

const isAnswer = (value: View | Answer): value is Answer => "ok" in value;

/** Puts a view on top of a person's stack; `update` and `push` of a submission's answer come here too. */
export function showView(view: View, user: string, workspace: Workspace, below: StoredView | null = null): StoredView {
  const id = newId("V");
  const opened = stored(view, { id, user, rootId: below?.rootId ?? id, previousId: below?.id ?? null });
  workspace.views.push(opened);
  workspace.changed({ kind: "view", user });
  return opened;
}

/** Shows something else in a view's place. What its person has entered stays in inputs that keep their ids. */
export function replaceView(old: StoredView, view: View, workspace: Workspace): StoredView {
  const { id, user, rootId, previousId, values } = old;
  const changed = stored(view, { id, user, rootId, previousId }, values);
  workspace.setView(old, changed);
  return changed;
}

function open(arguments_: JsonObject, workspace: Workspace, stacking: boolean): Answer {
  const view = checked(arguments_);
  if (isAnswer(view)) return view;
  const trigger = workspace.takeTrigger(text(arguments_["trigger_id"]));
  if ("error" in trigger) return refuse(trigger.error);
  const stack = workspace.views.filter(({ user }) => user === trigger.user);
  if (stacking && stack.length >= maxStacked) return refuse("push_limit_reached");
  const below = stacking ? (stack.at(-1) ?? null) : null;
  return { ok: true, view: viewObject(showView(view, trigger.user, workspace, below), workspace) };
}

function update(arguments_: JsonObject, workspace: Workspace): Answer {
  const view = checked(arguments_);
  if (isAnswer(view)) return view;
  const old = workspace.views.find(({ id }) => id === text(arguments_["view_id"]));
  if (old === undefined) return refuse("not_found");
  const hash = text(arguments_["hash"]);
  if (hash !== "" && hash !== old.hash) return refuse("hash_conflict");
  return { ok: true, view: viewObject(replaceView(old, view, workspace), workspace) };
}

function publish(arguments_: JsonObject, workspace: Workspace): Answer {
  const view = checked(arguments_);
  if (isAnswer(view)) return view;
  const user = text(arguments_["user_id"]);
  return workspace.user(user) === undefined
    ? refuse("user_not_found")
    : { ok: true, view: { id: newId("V"), ...view } };
}

const method = (answer: Method["answer"]): Method => ({ token: "bot", scopes: [], answer });

export const viewMethods: Readonly<Record<string, Method>> = {
  "views.open": method((arguments_, workspace) => open(arguments_, workspace, false)),
  "views.push": method((arguments_, workspace) => open(arguments_, workspace, true)),
  "views.update": method(update),
  "views.publish": method(publish),
};
