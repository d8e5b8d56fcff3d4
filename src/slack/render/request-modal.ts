import type { ModalView } from "@slack/types";
import type { Verb } from "../../approvals/types.ts";
import type { Message } from "./message.ts";
import { section } from "./message.ts";
import { modalTitle, plainText } from "./modal.ts";
import { codeSpan } from "./mrkdwn.ts";

/** Where the reason stands in what Slack hands over. */
export const reasonBlock = "reason";
export const reasonInput = "reason";

/** Slack's limit of an input. More than a reason may have, so that what is too long is told instead of cut. */
const longestInput = 3_000;

const titles: Readonly<Record<Verb, string>> = {
  approve: "Approve your own",
  deny: "Deny the re-pull",
  cancel: "Cancel the re-pull",
};
export const reasonTitle = (verb: Verb): string => titles[verb];

/** Asks for a reason before a word is said. */
export function reasonModal(
  { verb, namespace, name }: { readonly verb: Verb; readonly namespace: string; readonly name: string },
  { callbackId, metadata }: { readonly callbackId: string; readonly metadata: string },
): ModalView {
  const isOwn = verb === "approve";
  const intro = isOwn
    ? `You asked for ${codeSpan(name, 260)} in ${codeSpan(namespace, 80)} yourself. To approve it too you need the right \`approve-own\` there, and have to say why. Everybody sees that you did.`
    : `Nothing of ${codeSpan(name, 260)} in ${codeSpan(namespace, 80)} is carried out then. Who asked for it reads your reason.`;
  return {
    type: "modal",
    callback_id: callbackId,
    private_metadata: metadata,
    title: modalTitle(titles[verb]),
    submit: modalTitle(verb === "deny" ? "Deny" : "Approve"),
    close: modalTitle("Back"),
    blocks: [
      section(intro),
      {
        type: "input",
        block_id: reasonBlock,
        optional: !isOwn,
        label: plainText("Reason", 100),
        element: {
          type: "plain_text_input",
          action_id: reasonInput,
          multiline: true,
          max_length: longestInput,
          placeholder: plainText(isOwn ? "Why nobody else can approve it now" : "What speaks against it", 150),
        },
      },
    ],
  };
}

/** What an answer says, in the modal's place. */
export const answerModal = (title: string, { blocks }: Pick<Message, "blocks">): ModalView => ({
  type: "modal",
  title: modalTitle(title),
  close: modalTitle("Close"),
  blocks: [...blocks],
});
