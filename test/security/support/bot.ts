import { once } from "node:events";
import { createServer } from "node:http";
import { vi } from "vitest";
import type { SlackDouble } from "../../../src/playground/slack/double.ts";
import { runServe } from "../../../src/serve.ts";
import type { ShellWorld } from "./shell.ts";
import { dana, everybody, inside, offers, outside } from "../../slack/support/stage.ts";

export interface Bot {
  readonly url: string;
  /** Every line of its log. */
  readonly log: () => string;
  /** What it wrote to stderr. */
  readonly err: () => string;
  get(path: string, init?: RequestInit): Promise<string>;
  /** Stops it as Kubernetes does; its exit code. */
  stop(): Promise<number>;
}

/** Runs `imagepull serve` in this process, logging at the most talkative level, until it listens. */
export async function startBot({ environment, folder }: ShellWorld): Promise<Bot> {
  let [log, err] = ["", ""];
  const ended = runServe(
    {},
    {
      environment: { PORT: "0", IMAGEPULL_LOG: "trace", ...environment },
      folder,
      out: (text) => void (log += text),
      err: (text) => void (err += text),
      version: "1.2.3",
    },
  );
  const port = await vi.waitFor(() => {
    const found = /"port":(\d+).*"listening"/.exec(log)?.[1];
    if (found === undefined) throw new Error(`does not listen: ${log}${err}`);
    return found;
  });
  const url = `http://127.0.0.1:${port}`;
  return {
    url,
    log: () => log,
    err: () => err,
    async get(path, init) {
      const response = await fetch(`${url}${path}`, init);
      return `${response.status} ${JSON.stringify([...response.headers])}\n${await response.text()}`;
    },
    async stop() {
      process.emit("SIGTERM", "SIGTERM");
      return ended;
    },
  };
}

/** One person asks about each target, and presses what the answers offer. Resolves when everything is answered. */
export async function askAll(slack: SlackDouble, targets: readonly string[]): Promise<void> {
  const answered = async (act: () => Promise<unknown>): Promise<void> => {
    const before = slack.messages(outside, dana).length;
    await act();
    await until(() => slack.messages(outside, dana).length > before);
  };
  for (const target of targets) await answered(() => slack.say(dana, outside, `/imagepull diagnose ${target}`));
  const answers = slack.messages(outside, dana);
  for (const [index, message] of answers.entries()) {
    const wanted = offers(message).filter(
      (action) => action === "details" || (index < 3 && action.startsWith("plan:")),
    );
    for (const action of wanted) await answered(() => slack.click(dana, message, action));
  }
  const first = answers.find((message) => offers(message).includes("share"));
  if (first !== undefined) await slack.click(dana, first, "share");
  await until(() => slack.calls("response_url").some(({ arguments: body }) => body["response_type"] === "in_channel"));
}

/** Everything that Slack was told, and everything that anybody sees there. */
export const toldSlack = (slack: SlackDouble): string =>
  JSON.stringify([
    slack.calls(),
    ...[inside, outside].map((channel) => everybody.map((user) => slack.messages(channel, user))),
    ...everybody.map((user) => slack.views(user)),
  ]);

/** Resolves when the channel has so many messages of the bot. */
export async function posted(slack: SlackDouble, count: number): Promise<void> {
  await until(() => slack.calls("chat.postMessage").length >= count);
}

/** A server that answers every request with this status, and quotes the request's headers and a text in its message. */
export async function startQuoting(
  status: number,
  text: string,
): Promise<{ url: string; heard: () => string; stop: () => void }> {
  let heard = "";
  const server = createServer((request, response) => {
    const headers = request.rawHeaders.join(": ");
    heard += `${request.url} ${headers}\n`;
    const message = `${headers}; ${text}`;
    response.writeHead(status, {
      "content-type": "application/json",
      "set-cookie": text,
      "www-authenticate": headers.replaceAll(/[^ -~]/g, ""),
    });
    response.end(
      JSON.stringify({ kind: "Status", apiVersion: "v1", status: "Failure", code: status, reason: "Unknown", message }),
    );
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  return {
    url: `http://127.0.0.1:${port}`,
    heard: () => heard,
    stop: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

/** Resolves once something holds. */
export async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  await vi.waitFor(
    async () => {
      if (!(await holds())) throw new Error(`still not so: ${holds.toString()}`);
    },
    { timeout: 15_000, interval: 10 },
  );
}
