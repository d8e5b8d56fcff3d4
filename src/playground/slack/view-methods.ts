import { type Answer, type Method, refuse, refuseProblems } from "./answers.ts";
import { blocksOf, isObject, objectOf, text } from "./json.ts";
import type { JsonObject } from "./types.ts";
import { checkView } from "./validate.ts";
import { newId, type StoredView, type Workspace } from "./workspace.ts";

const maxStacked = 3;

type View = Readonly<Record<string, unknown>>;

const title = (value: unknown): string | null =>
  isObject(value) && typeof value["text"] === "string" ? value["text"] : null;

function stored(view: View, user: string, id: string): StoredView {
  return {
    id,
    user,
    hash: newId("h"),
    title: title(view["title"]) ?? "",
    submit: title(view["submit"]),
    close: title(view["close"]),
    callbackId: text(view["callback_id"]),
    privateMetadata: text(view["private_metadata"]),
    blocks: blocksOf(view["blocks"]),
    errors: {},
    raw: view,
    notifyOnClose: view["notify_on_close"] === true,
  };
}

/** The view object as Slack hands it back and on. */
export const viewObject = (view: StoredView, workspace: Workspace, values: unknown = {}): View => ({
  ...view.raw,
  id: view.id,
  team_id: workspace.teamId,
  hash: view.hash,
  private_metadata: view.privateMetadata,
  callback_id: view.callbackId,
  state: { values },
  root_view_id: view.id,
  previous_view_id: null,
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
export function showView(view: View, user: string, workspace: Workspace): StoredView {
  const opened = stored(view, user, newId("V"));
  workspace.views.push(opened);
  workspace.changed({ kind: "view", user });
  return opened;
}

export function replaceView(old: StoredView, view: View, workspace: Workspace): StoredView {
  const changed = stored(view, old.user, old.id);
  workspace.views[workspace.views.indexOf(old)] = changed;
  workspace.changed({ kind: "view", user: old.user });
  return changed;
}

function open(arguments_: JsonObject, workspace: Workspace, stacking: boolean): Answer {
  const view = checked(arguments_);
  if (isAnswer(view)) return view;
  const trigger = workspace.takeTrigger(text(arguments_["trigger_id"]));
  if ("error" in trigger) return refuse(trigger.error);
  const depth = workspace.views.filter(({ user }) => user === trigger.user).length;
  if (stacking && depth >= maxStacked) return refuse("push_limit_reached");
  return { ok: true, view: viewObject(showView(view, trigger.user, workspace), workspace) };
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
