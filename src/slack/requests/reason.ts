import * as z from "zod";
import { reasonOf } from "../../approvals/ask.ts";
import { begun } from "../../approvals/desk/sentences.ts";
import { verbs } from "../../approvals/types.ts";
import type { Door } from "../door.ts";
import type { Submitted, Taken } from "../listeners/views/submitted.ts";
import { messageModal } from "../render/modal.ts";
import { answerModal, reasonBlock, reasonInput, reasonTitle } from "../render/request-modal.ts";
import { privateReply } from "../reply.ts";
import { say } from "./said.ts";
import { readJson } from "../json.ts";

export const reasonCallback = "reason";

/**
 * Which request the modal is about, and where its answer goes if nobody has it open any more: the address of the press, sealed, which lives for
 * half an hour. Slack gives none for modals.
 */
const schema = z.object({
  v: z.literal(1),
  verb: z.enum(verbs),
  ns: z.string().min(1).max(63),
  name: z.string().min(1).max(253),
  uid: z.string().min(1).max(64),
  url: z.string().max(1_000),
  thread: z.string().max(64).nullable(),
});
export type ReasonFor = z.infer<typeof schema>;

export const writeReasonFor = (meant: ReasonFor): string => JSON.stringify(meant);

const wrong = (sentence: string): Taken => ({ now: { errors: { [reasonBlock]: sentence } } });

/** A decision with its reason. */
export function submitReason(door: Door, { user, view, values }: Submitted): Taken {
  const meant = readJson(schema, view.metadata);
  if (meant === null)
    return {
      now: {
        show: messageModal(
          "Another version",
          "This window was made by another version of imagepull. Close it, and press the button of the request again.",
        ),
      },
    };
  const typed = values[reasonBlock]?.[reasonInput];
  const reason = typeof typed === "string" ? typed.trim() : "";
  const kept = reasonOf(reason);
  if (!kept.ok) return wrong(begun(kept.error.sentence));
  if (meant.verb === "approve" && reason === "") return wrong("Who approves their own request has to say why.");
  return {
    now: { show: messageModal(reasonTitle(meant.verb), "Saying …") },
    behind: () => sayWith(door, { user, view: view.id, reason }, meant),
  };
}

/** Says it, and tells what became of it: in the modal, or beneath the request where the modal has been closed. */
async function sayWith(
  door: Door,
  { user, view, reason }: { readonly user: string; readonly view: string; readonly reason: string },
  { verb, ns: namespace, name, uid, url, thread }: ReasonFor,
): Promise<void> {
  const { message } = await say(door, { user, request: { namespace, name, uid }, verb, reason });
  const shown = await door.views.update({ id: view, hash: null }, answerModal(reasonTitle(verb), message));
  if (shown.ok) return;
  const address = door.seals.open(url) ?? "";
  await privateReply(door.responses, address, thread === null ? {} : { thread_ts: thread }, door.log).answer(message);
}
