import { z } from "zod";
import { attractions } from "./scene.ts";

const answerSchema = z.object({ ok: z.boolean(), error: z.string().optional() });

const mrkdwn = (text: string): object => ({ type: "mrkdwn", text });
const section = (text: string): object => ({ type: "section", text: mrkdwn(text) });

/** The channel's first message: what there is, and what to try. It names symptoms only; causes are what the bot is for. */
export function welcome(): { readonly text: string; readonly blocks: readonly object[] } {
  const namespaces = [...new Set(attractions.map(({ namespace }) => namespace))];
  const of = (namespace: string): string =>
    attractions
      .filter((attraction) => attraction.namespace === namespace)
      .map(({ name, symptom }) => `\`/imagepull diagnose ${name}\`  ${symptom}`)
      .join("\n");
  return {
    text: "Eight workloads run here, or try to. Ask imagepull about one.",
    blocks: [
      { type: "header", text: { type: "plain_text", text: "Which image does not arrive, and why?" } },
      section("Eight workloads run here, or try to. Choose one, and press Enter:"),
      ...namespaces.map((namespace) => section(`*Namespace ${namespace}*\n${of(namespace)}`)),
      {
        type: "context",
        elements: [
          mrkdwn(
            "A command is answered for you alone. A mention is answered in its thread, for all: `@imagepull diagnose checkout`",
          ),
        ],
      },
    ],
  };
}

/** Posts it as the bot; throws Slack's word for what is wrong. */
export async function postWelcome(apiUrl: string, botToken: string, channel: string): Promise<void> {
  const response = await fetch(new URL("chat.postMessage", apiUrl), {
    method: "POST",
    headers: { authorization: `Bearer ${botToken}`, "content-type": "application/json" },
    body: JSON.stringify({ channel, ...welcome() }),
  });
  const answer = answerSchema.parse(await response.json());
  if (!answer.ok) throw new Error(`the channel's first message was refused: ${answer.error ?? response.status}`);
}
