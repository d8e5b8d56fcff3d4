import { afterAll, beforeAll } from "vitest";
import { type SlackDouble, startSlackDouble } from "../../../../src/playground/slack/double.ts";

let slack: SlackDouble;

/** One double for all tests of the file. */
export function oneSlack(): void {
  beforeAll(async () => {
    slack = await startSlackDouble({
      clock: () => new Date(),
      users: [{ id: "U1", name: "dana" }],
      channels: [{ id: "C1", name: "deploys", members: ["U1"], botIsMember: true }],
    });
  });
  afterAll(() => slack.close());
}

export type Json = Record<string, unknown>;
export const call = async (
  method: string,
  body: Json,
): Promise<Json & { ok: boolean; error?: string; errors?: string[]; response_metadata?: { messages: string[] } }> => {
  const response = await fetch(`${slack.apiUrl}${method}`, {
    method: "POST",
    headers: { authorization: `Bearer ${slack.botToken}`, "content-type": "application/json; charset=utf-8" },
    body: JSON.stringify(body),
  });
  return (await response.json()) as Json & { ok: boolean };
};
export const post = (blocks: unknown, more: Json = {}): ReturnType<typeof call> =>
  call("chat.postMessage", { channel: "C1", text: "x", blocks, ...more });

export const letters = (count: number): string => "x".repeat(count);
export const list = <T>(count: number, item: (index: number) => T): T[] =>
  Array.from({ length: count }, (_, index) => item(index));
export const plain = (text: string): Json => ({ type: "plain_text", text });
export const mrkdwn = (text: string): Json => ({ type: "mrkdwn", text });
export const section = (text: string): Json => ({ type: "section", text: mrkdwn(text) });
export const button = (over: Json = {}): Json => ({ type: "button", text: plain("Press"), ...over });
export const actions = (...elements: Json[]): Json => ({ type: "actions", elements });
export const option = (over: Json = {}): Json => ({ text: plain("one"), value: "1", ...over });
export const select = (over: Json = {}): Json => ({
  type: "static_select",
  placeholder: plain("Which?"),
  options: [option()],
  ...over,
});
