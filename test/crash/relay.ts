import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { close, listen } from "../../src/playground/listen.ts";
import { sign } from "../../src/playground/slack/delivery.ts";
import type { SlackDouble } from "../../src/playground/slack/types.ts";
import { textOf } from "./gate.ts";

/** Between Slack and the bots: hands each thing to the bot whose turn it is, with response URLs that lead through the gate. */
export interface Relay {
  /** The request URLs of the bots that run, each in its turn. */
  to(urls: readonly string[]): void;
  stop(): Promise<void>;
}

const carried = ["content-type", "x-slack-request-timestamp", "x-slack-retry-num", "x-slack-retry-reason"];

/** `origin`: of the gate before Slack's API. A bot answers at no other address, so what it is handed names that one, and is signed anew. */
export async function startRelay(slack: SlackDouble, origin: string): Promise<Relay> {
  const own = new URL(slack.apiUrl).origin;
  let targets: readonly string[] = [];
  let turn = 0;
  const handOn = async (incoming: IncomingMessage, response: ServerResponse): Promise<void> => {
    const target = targets[turn++ % Math.max(1, targets.length)];
    const came = await textOf(incoming);
    if (target === undefined) return void response.writeHead(503).end();
    const body = [encodeURIComponent, String].reduce((text, form) => text.replaceAll(form(own), form(origin)), came);
    const headers = carried.flatMap((name): [string, string][] => {
      const value = incoming.headers[name];
      return typeof value === "string" ? [[name, value]] : [];
    });
    const timestamp = Number(incoming.headers["x-slack-request-timestamp"]);
    const signature = sign(slack.signingSecret, timestamp, body);
    const answer = await fetch(target, {
      method: "POST",
      headers: { ...Object.fromEntries(headers), "x-slack-signature": signature },
      body,
    });
    const type = answer.headers.get("content-type");
    response.writeHead(answer.status, type === null ? {} : { "content-type": type }).end(await answer.text());
  };
  const relay = createServer((incoming, response) => {
    handOn(incoming, response).catch(() => response.destroy());
  });
  const port = await listen(relay);
  slack.deliverTo(`http://127.0.0.1:${port}/slack/events`);
  return {
    to(urls) {
      targets = urls;
    },
    stop: () => close(relay),
  };
}
