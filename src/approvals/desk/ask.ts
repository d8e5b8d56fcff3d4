import { success } from "../../diagnosis/result.ts";
import { askOnce } from "../ask-once.ts";
import { reasonOf, specOf } from "../ask.ts";
import { textOf } from "../controller/status.ts";
import { mayAll, rightsToAsk } from "../rights.ts";
import type { DeskParts } from "./parts.ts";
import { bare } from "./sentences.ts";
import type { AskedAt, Asking } from "./types.ts";

const refused = (sentence: string): AskedAt => ({ kind: "refused", sentence: bare(sentence) });

/** Asks for the plan that was shown, as the person who has seen it. */
export async function ask(
  parts: Omit<DeskParts, "core">,
  { who, drafted, reason: typed }: Asking,
  signal?: AbortSignal,
): Promise<AskedAt> {
  const { store, rights, world } = parts;
  const { draft, planned, undoes } = drafted;
  const { object } = draft.subject;
  if (parts.isReadOnly()) return refused("IMAGEPULL_READONLY is on, so nothing is asked for: the plan is only shown");
  const reason = reasonOf(typed);
  if (!reason.ok) return refused(reason.error.sentence);
  if (planned.refused !== null) return refused(textOf(planned.refused, world.clock()));
  if (planned.plan === null) return refused("there is no plan that could be asked for");
  const specFor = (attempt: number) =>
    specOf({
      planned,
      parameters: draft.parameters,
      object,
      who,
      reason: reason.value,
      undoes,
      attempt,
      expiresAfterSeconds: parts.expiresAfterSeconds,
    });
  const first = specFor(1);
  if (!first.ok) return refused(first.error.sentence);
  const verdict = await mayAll(rights, who, rightsToAsk(first.value, object.namespace), signal);
  if (!verdict.ok) return { kind: "forbidden", sentence: verdict.sentence };
  const reading = {
    requests: (namespace: string | null) => store.requests(namespace, signal),
    // What has been written is seen to its end.
    request: (namespace: string, name: string) => store.request(namespace, name),
    ask: store.ask.bind(store),
  };
  return askOnce(reading, object.namespace, planned.plan.mark.fingerprint, (attempt) =>
    attempt === 1 ? success(first.value) : specFor(attempt),
  );
}
