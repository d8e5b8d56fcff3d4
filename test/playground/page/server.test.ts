import { on, once } from "node:events";
import http from "node:http";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { WebSocket } from "ws";
import { type PageServer, startPage } from "../../../src/playground/page/server.ts";
import type { Snapshot } from "../../../src/playground/page/protocol.ts";
import { doubleChannels, firstChannel, users } from "../../../src/playground/people.ts";
import { startSlackDouble } from "../../../src/playground/slack/double.ts";
import type { SlackDouble } from "../../../src/playground/slack/types.ts";

const token = "a-token-for-this-test";

describe("the page's server", () => {
  let slack: SlackDouble;
  let page: PageServer;
  let port: string;
  beforeAll(async () => {
    slack = await startSlackDouble({ clock: () => new Date(), users, channels: doubleChannels });
    const bundle = { html: "<html>page</html>", script: "script", style: "style" };
    const snapshot = (you: string): Snapshot => ({
      workspace: "w",
      you,
      people: [],
      bot: { id: "B", name: "imagepull" },
      channels: [],
      messages: { [firstChannel]: slack.messages(firstChannel, you) },
      views: [],
      recorded: { kubernetes: "v1", containerRuntime: "c" },
    });
    page = await startPage({ slack, bundle, port: 0, token, snapshot });
    port = new URL(page.url).port;
  });
  afterAll(async () => {
    await page.stop();
    await slack.close();
  });

  interface Asked {
    readonly path: string;
    readonly method?: string;
    readonly headers?: Record<string, string>;
    readonly body?: string;
  }
  const ask = ({
    path,
    method = "GET",
    headers = {},
    body,
  }: Asked): Promise<{ status: number; headers: http.IncomingHttpHeaders; text: string }> =>
    new Promise((resolve, reject) => {
      const request = http.request(
        { host: "127.0.0.1", port, path, method, headers: { host: `127.0.0.1:${port}`, ...headers } },
        (response) => {
          let text = "";
          response.setEncoding("utf8").on("data", (chunk: string) => (text += chunk));
          response.on("end", () => {
            resolve({ status: response.statusCode ?? 0, headers: response.headers, text });
          });
        },
      );
      request.on("error", reject);
      request.end(body);
    });
  const cookie = (): Record<string, string> => ({ cookie: `imagepull-playground-${port}=${token}` });
  const own = (): Record<string, string> => ({
    ...cookie(),
    origin: `http://127.0.0.1:${port}`,
    "content-type": "application/json",
  });
  const say = JSON.stringify({ kind: "say", user: "U0DANA", channel: firstChannel, text: "hello" });

  it.each([
    ["the printed address", 200, () => ({ path: `/?token=${token}` })],
    ["the page without a token", 403, () => ({ path: "/" })],
    ["the page with a wrong token", 403, () => ({ path: "/?token=wrong" })],
    ["the page by its cookie, as on a reload", 200, () => ({ path: "/", headers: cookie() })],
    [
      "a host name that points here",
      421,
      () => ({ path: `/?token=${token}`, headers: { host: `evil.example:${port}` } }),
    ],
    ["another port's name", 421, () => ({ path: `/?token=${token}`, headers: { host: "127.0.0.1:1" } })],
    ["what people see, without the cookie", 403, () => ({ path: "/snapshot?user=U0DANA" })],
    ["what people see, for the page", 200, () => ({ path: "/snapshot?user=U0DANA", headers: cookie() })],
    [
      "what people see, for another site",
      403,
      () => ({ path: "/snapshot?user=U0DANA", headers: { ...cookie(), origin: "http://evil.example" } }),
    ],
    [
      "another site's message",
      403,
      () => ({ path: "/act", method: "POST", body: say, headers: { ...own(), origin: "http://127.0.0.1:1" } }),
    ],
    ["a message without an origin", 403, () => ({ path: "/act", method: "POST", body: say, headers: cookie() })],
    [
      "a message without the cookie",
      403,
      () => ({ path: "/act", method: "POST", body: say, headers: { ...own(), cookie: "" } }),
    ],
    ["a message of the page's own", 200, () => ({ path: "/act", method: "POST", body: say, headers: own() })],
    ["a message that is no JSON", 400, () => ({ path: "/act", method: "POST", body: "{", headers: own() })],
    [
      "a message of a kind that there is not",
      400,
      () => ({ path: "/act", method: "POST", body: '{"kind":"shout"}', headers: own() }),
    ],
    [
      "a message that is far too long",
      413,
      () => ({ path: "/act", method: "POST", body: JSON.stringify({ text: "x".repeat(300_000) }), headers: own() }),
    ],
    [
      "a person that there is not",
      409,
      () => ({ path: "/act", method: "POST", body: say.replace("U0DANA", "U0NOBODY"), headers: own() }),
    ],
    ["a path that there is not", 404, () => ({ path: "/etc/passwd", headers: cookie() })],
  ] as [string, number, () => Asked][])("%s: %i", async (_what, status, asked) => {
    expect((await ask(asked())).status).toBe(status);
  });

  it("tells what the app offers in each message's menu, and takes it", async () => {
    const seen = async (): Promise<string> => (await ask({ path: "/snapshot?user=U0DANA", headers: cookie() })).text;
    expect(JSON.parse(await seen())).toMatchObject({
      shortcuts: [{ name: "Explain this pull error", app: "imagepull", callbackId: "explain_message" }],
    });
    await slack.say("U0DANA", firstChannel, "it fails");
    const { ts } = slack.messages(firstChannel, "U0DANA").at(-1)!;
    const shortcut = { kind: "shortcut", user: "U0DANA", message: { channel: firstChannel, ts } };
    const take = async (callbackId: string): Promise<number> =>
      (await ask({ path: "/act", method: "POST", body: JSON.stringify({ ...shortcut, callbackId }), headers: own() }))
        .status;
    expect(await take("explain_message")).toBe(200);
    expect(await take("other")).toBe(409);
  });

  it("lets the page load from itself only, and nobody frame it, on every answer", async () => {
    for (const path of ["/", `/?token=${token}`, "/nothing"]) {
      const { headers } = await ask({ path });
      expect(headers["content-security-policy"]).toMatch(
        /^default-src 'none'; script-src 'self'; .*frame-ancestors 'none'/,
      );
      expect(headers["content-security-policy"]).not.toMatch(/unsafe|\*/);
      expect(headers).toMatchObject({
        "x-content-type-options": "nosniff",
        "referrer-policy": "no-referrer",
        "cache-control": "no-store",
      });
    }
  });

  it("keeps the token where scripts and other sites do not get at it", async () => {
    const { headers } = await ask({ path: `/?token=${token}` });
    expect(headers["set-cookie"]).toEqual([`imagepull-playground-${port}=${token}; HttpOnly; SameSite=Strict; Path=/`]);
  });

  const live = (headers: Record<string, string>, host = `127.0.0.1:${port}`): WebSocket =>
    new WebSocket(`ws://127.0.0.1:${port}/live?user=U0DANA`, { headers: { ...headers, host } });

  it("tells at once when something is said", async () => {
    const line = live({ ...cookie(), origin: `http://127.0.0.1:${port}` });
    await once(line, "open");
    await slack.say("U0DANA", firstChannel, "is anybody there?");
    for await (const [data] of on(line, "message")) {
      if (String(data).includes("is anybody there?")) break;
    }
    line.close();
    await once(line, "close");
  });

  it.each([
    ["without the cookie", () => live({ origin: `http://127.0.0.1:${port}` })],
    ["for another site", () => live({ ...cookie(), origin: "http://evil.example" })],
    ["without an origin", () => live(cookie())],
    ["by another name", () => live({ ...cookie(), origin: "http://evil.example" }, "evil.example")],
  ])("tells nothing %s", async (_who, open) => {
    const line = open();
    const [error] = await once(line, "error");
    expect(String(error)).toContain("403");
  });
});
