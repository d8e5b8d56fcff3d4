import type { JsonObject } from "./types.ts";
import type { Problem } from "./validate.ts";
import type { Workspace } from "./workspace.ts";

/** An answer of the Web API. */
export type Answer = Readonly<Record<string, unknown>> & { readonly ok: boolean };
export interface Method {
  /** Bot token (`xoxb-`) or app-level token (`xapp-`). */
  readonly token: "bot" | "app";
  /** One of these scopes is needed; empty: none. */
  readonly scopes: readonly string[];
  /** Where it depends on what is asked: the one that is needed. */
  readonly scopeFor?: (arguments_: JsonObject, workspace: Workspace) => string;
  readonly answer: (arguments_: JsonObject, workspace: Workspace) => Answer;
}

export const refuse = (error: string, more: Readonly<Record<string, unknown>> = {}): Answer => ({
  ok: false,
  error,
  ...more,
});

/** Slack names every problem twice: in `errors` and, for people, in `response_metadata.messages`. */
export function refuseProblems(error: string, problems: readonly Problem[]): Answer {
  const lines = problems.map(({ text, pointer }) => `${text} [json-pointer:${pointer}]`);
  return refuse(error, { errors: lines, response_metadata: { messages: lines.map((line) => `[ERROR] ${line}`) } });
}
