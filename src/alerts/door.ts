import { createHash, timingSafeEqual } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import { parseWebhookText } from "./alertmanager.ts";
import type { Webhook } from "./alertmanager.ts";

/** Why a webhook that is one was not taken. */
export type Taking = "taken" | "full" | "no-channel";

export interface DoorOptions {
  /** The bearer token that opens the door; null: it is shut. */
  readonly token: string | null;
  /** Records the webhook before it returns; the work comes after the answer. */
  readonly take: (webhook: Webhook) => Taking;
  readonly count?: (status: number) => void;
}

const bodyLimit = 5_000_000;

interface Answer {
  readonly status: number;
  readonly sentence: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** The HTTP handler of `POST /alerts/alertmanager`: 202 once recorded; 401, 405, 413, 400 and 503 with one sentence each. */
export function createAlertDoor({
  token,
  take,
  count,
}: DoorOptions): (request: IncomingMessage, response: ServerResponse) => Promise<void> {
  return async (request, response) => {
    const answer = refuseUnread(request, token) ?? (await answerBody(request, take));
    count?.(answer.status);
    if (response.destroyed) return;
    // What was not read yet is on its way: the connection cannot be used again.
    const close = request.complete ? {} : { connection: "close" };
    response.writeHead(answer.status, { "content-type": "text/plain; charset=utf-8", ...close, ...answer.headers });
    response.end(`${answer.sentence}\n`);
    if (!request.complete) request.resume();
  };
}

/** What can be refused by the headers alone, so that nobody without the token makes us read. */
function refuseUnread(request: IncomingMessage, token: string | null): Answer | null {
  if (request.method !== "POST")
    return { status: 405, sentence: "Alertmanager posts here: use POST.", headers: { allow: "POST" } };
  if (token === null)
    return unauthorized(
      "No alert is taken: IMAGEPULL_ALERT_TOKEN is not set. Set it here and as the webhook's credentials in Alertmanager.",
    );
  if (!isBearer(request.headers.authorization, token))
    return unauthorized(
      "The bearer token is missing or wrong: set http_config.authorization.credentials of Alertmanager's webhook to IMAGEPULL_ALERT_TOKEN.",
    );
  if (Number(request.headers["content-length"] ?? 0) > bodyLimit) return tooLarge;
  return null;
}

async function answerBody(request: IncomingMessage, take: DoorOptions["take"]): Promise<Answer> {
  const body = await readBody(request);
  if (body === "too-large") return tooLarge;
  if (body === "broken")
    return { status: 400, sentence: "Alertmanager's webhook: the body broke off. Nothing was taken." };
  const webhook = parseWebhookText(body.toString("utf8"));
  if (!webhook.ok) return { status: 400, sentence: webhook.error.sentence };
  return takings[take(webhook.value)];
}

const takings: Readonly<Record<Taking, Answer>> = {
  taken: { status: 202, sentence: "Taken." },
  full: {
    status: 503,
    sentence: "Too many alerts wait already. Nothing was taken; Alertmanager will send it again.",
    headers: { "retry-after": "30" },
  },
  "no-channel": {
    status: 503,
    sentence: "Nobody would read the answer: IMAGEPULL_CHANNEL is not set. Nothing was taken.",
  },
};

async function readBody(request: IncomingMessage): Promise<Buffer | "too-large" | "broken"> {
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    // Leaving the loop must not cut the connection: the sender is still to read the answer.
    const body: AsyncIterable<Buffer> = request.iterator({ destroyOnReturn: false });
    for await (const chunk of body) {
      size += chunk.length;
      if (size > bodyLimit) return "too-large";
      chunks.push(chunk);
    }
  } catch {
    return "broken";
  }
  return Buffer.concat(chunks);
}

/** Compared by digest: the time it takes tells neither length nor prefix. */
function isBearer(header: string | undefined, token: string): boolean {
  const given = /^bearer +(\S+) *$/i.exec(header ?? "")?.[1];
  if (given === undefined) return false;
  const digest = (text: string): Buffer => createHash("sha256").update(text).digest();
  return timingSafeEqual(digest(given), digest(token));
}

const unauthorized = (sentence: string): Answer => ({
  status: 401,
  sentence,
  headers: { "www-authenticate": 'Bearer realm="imagepull"' },
});
const tooLarge: Answer = {
  status: 413,
  sentence: "The body is over 5 MB: set max_alerts of Alertmanager's webhook. Nothing was taken.",
};
