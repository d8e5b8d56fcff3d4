import { createServer, request as httpRequest } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { createAlertDoor } from "../../src/alerts/door.ts";
import type { DoorOptions } from "../../src/alerts/door.ts";
import { on, webhook } from "./webhook.ts";

const token = "canary-alert-token";
const good = JSON.stringify(webhook([on("web-1")]));
const closers: (() => void)[] = [];
afterEach(() => closers.splice(0).forEach((close) => close()));

/** A door on a port of its own, and what it took. */
async function open(change: Partial<DoorOptions> = {}) {
  const taken: string[] = [];
  const statuses: number[] = [];
  const door = createAlertDoor({
    token,
    take: (hook) => {
      taken.push(hook.groupKey);
      return "taken";
    },
    count: (status) => statuses.push(status),
    ...change,
  });
  const server = createServer((request, response) => void door(request, response));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  closers.push(
    () => server.close(),
    () => server.closeAllConnections(),
  );
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`, taken, statuses };
}

const bearer = { authorization: `Bearer ${token}` };

describe("the alert door answers", () => {
  it.each<[string, number, RequestInit, Partial<DoorOptions>]>([
    ["202 to a webhook with the token", 202, { method: "POST", headers: bearer, body: good }, {}],
    [
      "202 however `Bearer` is written",
      202,
      { method: "POST", headers: { authorization: `bearer  ${token}` }, body: good },
      {},
    ],
    ["401 without a token", 401, { method: "POST", body: good }, {}],
    ["401 with another token", 401, { method: "POST", headers: { authorization: "Bearer no" }, body: good }, {}],
    [
      "401 with the token as a password",
      401,
      { method: "POST", headers: { authorization: `Basic ${btoa(`a:${token}`)}` }, body: good },
      {},
    ],
    ["401 to everybody while none is set", 401, { method: "POST", headers: bearer, body: good }, { token: null }],
    ["400 to what is no JSON", 400, { method: "POST", headers: bearer, body: "{" }, {}],
    ["400 to what is no webhook", 400, { method: "POST", headers: bearer, body: '{"version":"3"}' }, {}],
    ["400 to nothing", 400, { method: "POST", headers: bearer }, {}],
    ["405 to a GET", 405, { headers: bearer }, {}],
    ["413 to a body over 5 MB", 413, { method: "POST", headers: bearer, body: "x".repeat(5_000_001) }, {}],
    ["401, not 413, to a large body without the token", 401, { method: "POST", body: "x".repeat(5_000_001) }, {}],
    ["503 when it is full", 503, { method: "POST", headers: bearer, body: good }, { take: () => "full" }],
    ["503 where no channel reads", 503, { method: "POST", headers: bearer, body: good }, { take: () => "no-channel" }],
  ])("%s", async (_, status, init, change) => {
    const { url, taken, statuses } = await open(change);
    const response = await fetch(url, init);
    expect(response.status).toBe(status);
    const sentence = await response.text();
    expect(sentence).toMatch(/^[A-Z][^\n]+\.\n$/);
    expect(sentence).not.toContain("canary");
    expect(statuses).toEqual([status]);
    expect(taken.length).toBe(status === 202 ? 1 : 0);
  });

  it("413 to a stream that says no length, without waiting for its end", async () => {
    const { url, taken } = await open();
    const status = await new Promise<number | undefined>((resolve, reject) => {
      const call = httpRequest(url, { method: "POST", headers: bearer }, (response) => {
        response.resume();
        resolve(response.statusCode);
        call.destroy();
      });
      call.on("error", reject);
      for (let megabyte = 0; megabyte < 6; megabyte++) call.write("x".repeat(1_000_000));
    });
    expect([status, taken]).toEqual([413, []]);
  });

  it("202 to a body of just 5 MB", async () => {
    const { url } = await open();
    const response = await fetch(url, { method: "POST", headers: bearer, body: good.padEnd(5_000_000) });
    expect(response.status).toBe(202);
  });
});
