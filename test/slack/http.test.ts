import { request } from "node:http";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { sign } from "../../src/playground/slack/delivery.ts";
import { dana, outside, settle, stage, type Stage } from "./support/stage.ts";

let on: Stage;
beforeEach(async () => {
  on = await stage("http");
});
afterEach(() => on.close());

const now = (): number => Math.floor(Date.now() / 1_000);
const command = (trigger: string): string =>
  new URLSearchParams({
    command: "/imagepull",
    text: "diagnose checkout",
    user_id: dana,
    channel_id: outside,
    team_id: on.slack.teamId,
    trigger_id: trigger,
    response_url: `${new URL(on.slack.apiUrl).origin}/commands/none`,
  }).toString();

function post(body: string, headers: Record<string, string>, path?: string, method = "POST"): Promise<number> {
  return new Promise((resolve, reject) => {
    const url = new URL(path ?? "", on.requestUrl ?? "");
    const sent = request(
      url,
      { method, headers: { "content-type": "application/x-www-form-urlencoded", ...headers } },
      (response) => {
        response.resume();
        resolve(response.statusCode ?? 0);
      },
    );
    sent.on("error", reject);
    sent.end(method === "GET" ? undefined : body);
  });
}

const signed = (body: string, at = now(), secret = on.slack.signingSecret): Record<string, string> => ({
  "x-slack-request-timestamp": String(at),
  "x-slack-signature": sign(secret, at, body),
});

describe("a request to /slack/events", () => {
  it.each<[string, (body: string) => Record<string, string>, number]>([
    ["signed by Slack is taken", (body) => signed(body), 200],
    ["signed with another secret is refused", (body) => signed(body, now(), "guessed"), 401],
    ["with the signature of another body is refused", () => signed("text=other"), 401],
    ["without a signature is refused", () => ({ "x-slack-request-timestamp": String(now()) }), 401],
    [
      "without a timestamp is refused",
      (body) => ({ "x-slack-signature": sign(on.slack.signingSecret, now(), body) }),
      401,
    ],
    ["replayed after six minutes is refused", (body) => signed(body, now() - 360), 401],
    ["of another signature version is refused", (body) => ({ ...signed(body), "x-slack-signature": "v1=00" }), 401],
  ])("%s", async (_, headers, status) => {
    const body = command("t1");
    expect(await post(body, headers(body))).toBe(status);
    await settle();
    expect(on.core.asked).toHaveLength(status === 200 ? 1 : 0);
  });

  it("replayed within five minutes is acknowledged and not answered again", async () => {
    const body = command("t2");
    const headers = signed(body);
    expect([await post(body, headers), await post(body, headers), await post(body, headers)]).toEqual([200, 200, 200]);
    await settle();
    expect(on.core.asked).toHaveLength(1);
  });

  it("that is a check of the TLS certificate cannot smuggle a command in", async () => {
    expect(await post(`ssl_check=1&${command("t3")}`, {})).toBe(200);
    await settle();
    expect(on.core.asked).toHaveLength(0);
  });

  it.each([
    ["GET", "", 405],
    ["POST", "/slack/other", 404],
  ])("by %s to %j is answered %i", async (method, path, status) =>
    expect(await post("", {}, path, method)).toBe(status),
  );

  it("whose answer should go to another host is not answered there", async () => {
    const body = command("t4").replace(
      encodeURIComponent(new URL(on.slack.apiUrl).origin),
      encodeURIComponent("https://evil.example"),
    );
    expect(await post(body, signed(body))).toBe(200);
    await expect.poll(() => on.logged.join("\n")).toContain("a response_url that is not Slack's was not answered");
    expect(on.slack.calls("response_url")).toEqual([]);
  });

  it("is healthy while auth.test answers", async () => expect(await on.app.health()).toEqual({ ok: true }));
});
