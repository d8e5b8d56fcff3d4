import { afterEach, beforeEach } from "vitest";
import WebSocket from "ws";
import { type SlackDouble, startSlackDouble } from "../../../../src/playground/slack/double.ts";

export type Json = Record<string, unknown>;
export type Envelope = { envelope_id: string; type: string; payload: Json; retry_attempt?: number };

/** The double of the running test. */
export let slack: SlackDouble;
let skippedMs = 0;

/** So much later from now on. */
export function skip(milliseconds: number): void {
  skippedMs += milliseconds;
}

/** A new double for each test of the file. */
export function aSlackEach(): void {
  beforeEach(async () => {
    skippedMs = 0;
    slack = await startSlackDouble({
      clock: () => new Date(Date.now() + skippedMs),
      ackWithinMs: 150,
      users: [
        { id: "U1", name: "dana" },
        { id: "U2", name: "sam" },
        { id: "U3", name: "gus", is_restricted: true },
      ],
      channels: [
        { id: "C1", name: "deploys", members: ["U1", "U2"], botIsMember: true },
        { id: "C2", name: "random", members: ["U1"] },
        { id: "C3", name: "secret", members: ["U1"], is_private: true },
        { id: "C4", name: "old", members: ["U1"], botIsMember: true, is_archived: true },
      ],
      userGroups: [{ id: "S1", handle: "ops", name: "Operators", users: ["U2"] }],
    });
  });
  afterEach(() => slack.close());
}

export const call = async (method: string, body: Json = {}, token = slack.botToken): Promise<Json> => {
  const form = new URLSearchParams(
    Object.entries(body).map(([key, value]): [string, string] => [
      key,
      typeof value === "string" ? value : JSON.stringify(value),
    ]),
  );
  const response = await fetch(`${slack.apiUrl}${method}`, {
    method: "POST",
    headers: token === "" ? {} : { authorization: `Bearer ${token}` },
    body: form,
  });
  return (await response.json()) as Json;
};
export const respond = async (url: unknown, body: Json): Promise<[number, Json]> => {
  const response = await fetch(String(url), {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  return [response.status, (await response.json()) as Json];
};

/** An app by hand: a socket that acknowledges what it is told to. */
export async function connect(acknowledge: (envelope: Envelope) => Json | null = () => ({})): Promise<Envelope[]> {
  const { url } = await call("apps.connections.open", {}, slack.appToken);
  const envelopes: Envelope[] = [];
  const socket = new WebSocket(String(url));
  const greeted = Promise.withResolvers<void>();
  socket.on("message", (data: Buffer) => {
    const message = JSON.parse(data.toString("utf8")) as Envelope;
    if (message.type === "hello") return greeted.resolve();
    if (message.type === "disconnect") return socket.close();
    envelopes.push(message);
    const payload = acknowledge(message);
    if (payload !== null) socket.send(JSON.stringify({ envelope_id: message.envelope_id, payload }));
  });
  await greeted.promise;
  return envelopes;
}
export const texts = (channel = "C1", viewer = "U1"): readonly string[] =>
  slack.messages(channel, viewer).map(({ text }) => text);
export const section = { type: "section", text: { type: "mrkdwn", text: "x" } };
export const buttons = {
  type: "actions",
  elements: [{ type: "button", text: { type: "plain_text", text: "Go" }, action_id: "go", value: "v" }],
};
