import type { Subject } from "../../core.ts";
import { strategies } from "../../repull/strategy.ts";
import type { Right } from "../types.ts";
import { ask } from "./ask.ts";
import { lookFor } from "./find.ts";
import type { DeskParts } from "./parts.ts";
import { plan } from "./plan.ts";
import { say } from "./say.ts";
import { survey } from "./survey.ts";
import { tagsOf } from "./tags.ts";
import type { Desk } from "./types.ts";
import { planUndo } from "./undo.ts";

export type { DeskParts } from "./parts.ts";

/** Where re-pulls are asked for and decided, by people whom the bot speaks for. */
export const createDesk = (parts: DeskParts): Desk => ({
  cluster: parts.core.cluster,
  isReadOnly: () => parts.isReadOnly(),
  needed: (namespace) => parts.rules(namespace).needed,
  survey: (target, from, signal) => survey(parts, target, from, signal),
  plan: (surveyed, choice, signal) => plan(parts, surveyed, choice, signal),
  planUndo: (request, allow, signal) => planUndo(parts, request, allow, signal),
  tags: (surveyed, container, signal) => tagsOf(parts, surveyed, container, signal),
  ask: (asking, signal) => ask(parts, asking, signal),
  find: async (request, signal) => {
    const found = await lookFor(parts, request, signal);
    return found.kind === "found" ? { kind: "found", request: found.request } : found;
  },
  say: (word, signal) => say(parts, word, signal),
  list: (namespace, signal) => parts.store.requests(namespace, signal),
  rightsOf: (who, namespace, signal) => rightsOf(parts, who, namespace, signal),
});

/** What somebody may do in a namespace, in the order in which it is needed. */
const rightsIn = (namespace: string): readonly Right[] => [
  ...(["create", ...strategies, "set-repository", "run-unproven"] as const).map((verb) => ({
    verb,
    resource: "repullrequests" as const,
    namespace,
  })),
  { verb: "create", resource: "repulldecisions", namespace },
  { verb: "approve-own", resource: "repullrequests", namespace },
];

const rightsOf = (
  { rights }: Pick<DeskParts, "rights">,
  who: Subject,
  namespace: string,
  signal?: AbortSignal,
): ReturnType<Desk["rightsOf"]> =>
  Promise.all(rightsIn(namespace).map(async (right) => ({ right, verdict: await rights.may(who, right, signal) })));
