import * as z from "zod";
import { type Recording, fill } from "./recording.ts";
import { people } from "./people.ts";
import { attractions } from "./scene/attractions.ts";

const answerSchema = z.object({ ok: z.boolean(), error: z.string().optional() });

const [asker = "", approver = ""] = people.map(({ name }) => name);
const mrkdwn = (text: string): object => ({ type: "mrkdwn", text });
const section = (text: string): object => ({ type: "section", text: mrkdwn(text) });

/** A message of another cluster, to be pasted: what a node wrote when it was recorded. */
function pasted({ scenarios }: Recording): string {
  const failed = scenarios["insufficient-scope"]?.events.find(({ message }) => message.includes("{reference}"));
  const image = "ghcr.io/shop/gateway:4.1.0";
  return fill(failed?.message ?? "", {
    image,
    reference: image,
    host: "ghcr.io",
    repository: "shop/gateway",
    tag: "4.1.0",
  });
}

/** A re-pull from beginning to end: it takes two people. */
const repull = `To see one pulled again: as ${asker} choose \`/imagepull repull banners\` and ask; then become ${approver} (*You are*), and press *Approve* here, or *Deny*. Nobody approves their own.`;

/** The channel's first message: what there is, and what to try. It names symptoms only; causes are what the bot is for. */
export function welcome(recording: Recording): { readonly text: string; readonly blocks: readonly object[] } {
  const namespaces = [...new Set(attractions.map(({ namespace }) => namespace))];
  const of = (namespace: string): string =>
    attractions
      .filter((attraction) => attraction.namespace === namespace)
      .map(({ name, symptom }) => `\`/imagepull diagnose ${name}\`  ${symptom}`)
      .join("\n");
  const there = `${attractions.length} workloads run here, or try to.`;
  return {
    text: `${there} Ask imagepull about one.`,
    blocks: [
      { type: "header", text: { type: "plain_text", text: "Which image does not arrive, and why?" } },
      section(`${there} Choose one, and press Enter.\n${repull}`),
      ...namespaces.map((namespace) => section(`*Namespace ${namespace}*\n${of(namespace)}`)),
      section(`*A message from elsewhere*\n\`/imagepull explain ${pasted(recording)}\``),
      {
        type: "context",
        elements: [
          mrkdwn(
            "Choose any line above, and press Enter. A command is answered for you alone; a mention in its thread, for all: `@imagepull diagnose checkout`",
          ),
        ],
      },
    ],
  };
}

/** Posts it as the bot; throws Slack's word for what is wrong. */
export async function postWelcome(
  recording: Recording,
  { apiUrl, botToken }: { readonly apiUrl: string; readonly botToken: string },
  channel: string,
): Promise<void> {
  const response = await fetch(new URL("chat.postMessage", apiUrl), {
    method: "POST",
    headers: { authorization: `Bearer ${botToken}`, "content-type": "application/json" },
    body: JSON.stringify({ channel, ...welcome(recording) }),
  });
  const answer = answerSchema.parse(await response.json());
  if (!answer.ok) throw new Error(`the channel's first message was refused: ${answer.error ?? response.status}`);
}
