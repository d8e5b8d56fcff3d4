import { createServer } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import type { Address } from "../../../src/registry/net/connect.ts";
import { ask, brief, loopback, onHead, stage } from "./servers.ts";

const { raw, web, listen, client, stop } = stage();
afterEach(stop);

const none = { allow: [], deny: [], privateAddresses: true };
const at = (...addresses: string[]): Address[] =>
  addresses.map((address) => ({ address, family: address.includes(":") ? 6 : 4 }));
const failing = (code: string) => () => Promise.reject(Object.assign(new Error(`getaddrinfo ${code}`), { code }));

describe("the address that was checked is the one that is connected to", () => {
  it("though the name would mean another a moment later", async () => {
    let connections = 0;
    const port = await web((_request, reply) => {
      connections += 1;
      reply.end("inside");
    });
    const answers = [at("203.0.113.7"), at("127.0.0.1")];
    let lookups = 0;
    const lookup = () => Promise.resolve(answers[lookups++] ?? []);
    // To the first, which is checked and may be connected to, nothing leads from a test.
    const signal = AbortSignal.timeout(300);
    const answer = await ask(client({ settings: none, lookup }), `http://rebinding.example:${port}/`, { signal });
    expect(answer.kind).not.toBe("answer");
    expect([lookups, connections]).toEqual([1, 0]);
  });

  it("and the other way round: what it was a moment before does not count", async () => {
    const port = await web((_request, reply) => reply.end("outside"));
    const answers = [at("127.0.0.1"), at("169.254.169.254")];
    let lookups = 0;
    const lookup = () => Promise.resolve(answers[lookups++] ?? []);
    const url = `http://rebinding.example:${port}/`;
    const one = client({ lookup });
    expect(brief(await ask(one, url))).toEqual({ kind: "answer", status: 200, body: "outside" });
    const other = client({ lookup });
    expect(await ask(other, url)).toEqual({
      kind: "forbidden-address",
      host: `rebinding.example:${port}`,
      why: "rebinding.example leads to 169.254.169.254, which is a link-local address, where clouds keep their metadata: imagepull never connects to one",
    });
    expect(lookups).toBe(2);
  });

  it("of several addresses only those that may be: the others are not tried", async () => {
    const port = await web((_request, reply) => reply.end("well"));
    let connections = 0;
    await listen(
      createServer(() => (connections += 1)),
      "127.0.0.2",
      port,
    );
    const settings = { ...loopback, deny: ["127.0.0.2"] };
    const lookup = () => Promise.resolve(at("127.0.0.2", "169.254.169.254", "fd00:ec2::254", "127.0.0.1", "0.0.0.0"));
    const answer = await ask(client({ settings, lookup }), `http://several.example:${port}/`);
    expect(brief(answer)).toEqual({ kind: "answer", status: 200, body: "well" });
    expect(connections).toBe(0);
  });

  it("a second address where the first does not answer", async () => {
    const port = await web((_request, reply) => reply.end("well"));
    const lookup = () => Promise.resolve(at("127.0.0.2", "127.0.0.1"));
    const answer = await ask(client({ lookup }), `http://several.example:${port}/`);
    expect(brief(answer)).toEqual({ kind: "answer", status: 200, body: "well" });
  });
});

describe("an address in the URL is checked in every spelling", () => {
  const linkLocal = /(?:169\.254\.169\.254|::ffff:a9fe:a9fe|fe80::1),? .*a link-local address/;
  const ownMachine = /a loopback address|an unspecified address/;
  it.each<[string, RegExp]>([
    ["169.254.169.254", linkLocal],
    ["2852039166", linkLocal],
    ["0xa9fea9fe", linkLocal],
    ["0xa9.0xfe.0xa9.0xfe", linkLocal],
    ["0251.0376.0251.0376", linkLocal],
    ["169.254.43518", linkLocal],
    ["169.254.169.254.", linkLocal],
    ["１６９.254.169.254", linkLocal],
    ["[::ffff:169.254.169.254]", linkLocal],
    ["[::ffff:a9fe:a9fe]", linkLocal],
    ["[64:ff9b::169.254.169.254]", linkLocal],
    ["[2002:a9fe:a9fe::]", linkLocal],
    ["[fe80::1]", linkLocal],
    ["[fd00:ec2::254]", /metadata service/],
    ["127.0.0.1", ownMachine],
    ["127.1", ownMachine],
    ["2130706433", ownMachine],
    ["0x7f.1", ownMachine],
    ["017700000001", ownMachine],
    ["[::1]", ownMachine],
    ["[::ffff:127.0.0.1]", ownMachine],
    ["[::7f00:1]", ownMachine],
    ["0", ownMachine],
    ["0.0.0.0", ownMachine],
    ["[::]", ownMachine],
  ])("%s", async (host, why) => {
    let connections = 0;
    const port = await raw(() => (connections += 1));
    const answer = await ask(client({ settings: none }), `http://${host}:${port}/`);
    expect(answer).toMatchObject({ kind: "forbidden-address", why: expect.stringMatching(why) as string });
    expect(connections).toBe(0);
  });

  it("a zone cannot be written in a URL, and counts for nothing in a look-up", async () => {
    expect(URL.canParse("http://[fe80::1%25eth0]/")).toBe(false);
    const lookup = () => Promise.resolve(at("fe80::1%eth0"));
    const answer = await ask(client({ lookup }), "http://zone.example/");
    expect(answer).toMatchObject({
      kind: "forbidden-address",
      why: expect.stringContaining("zone.example leads to fe80::1%eth0, which is a link-local address") as string,
    });
  });

  it.each([
    [
      "localhost is loopback",
      "http://localhost:1/",
      none,
      "^localhost leads to (127.0.0.1|::1), which is a loopback address",
    ],
    [
      "a denied range",
      "http://10.1.2.3/",
      { ...loopback, deny: ["10.0.0.0/8"] },
      "is in a range of registry.deny in imagepull.yaml",
    ],
    [
      "a private one",
      "http://10.1.2.3/",
      { ...none, privateAddresses: false },
      "registry.allow in imagepull.yaml could allow it",
    ],
  ])("%s: the sentence names the setting", async (_what, url, settings, why) => {
    const answer = await ask(client({ settings }), url);
    expect(answer).toMatchObject({ kind: "forbidden-address", why: expect.stringMatching(why) as string });
  });
});

describe("a server that cannot be found or reached", () => {
  it.each([
    ["ENOTFOUND", "no such name (ENOTFOUND)"],
    ["EAI_AGAIN", "no name server answers now (EAI_AGAIN)"],
    ["ENODATA", "the name has no address (ENODATA)"],
    ["EAI_FAIL", "the name cannot be looked up (EAI_FAIL)"],
  ])("look-up: %s", async (code, words) => {
    const answer = await ask(client({ lookup: failing(code) }), "https://registry.example/v2/");
    expect(answer).toEqual({ kind: "dns", host: "registry.example", words });
  });

  it("look-up: no address at all", async () => {
    const answer = await ask(client({ lookup: () => Promise.resolve([]) }), "https://registry.example:5000/v2/");
    expect(answer).toEqual({ kind: "dns", host: "registry.example:5000", words: "the name has no address (ENODATA)" });
  });

  it("look-up: a real name that does not exist", async () => {
    const answer = await ask(client(), "https://registry.invalid/v2/");
    expect(answer).toMatchObject({ kind: "dns", words: expect.stringMatching(/ENOTFOUND|EAI_AGAIN/) as string });
  });

  it("look-up: a text that is no address is not connected to", async () => {
    const answer = await ask(client({ lookup: () => Promise.resolve(at("localhost")) }), "http://registry.example/");
    expect(answer).toMatchObject({
      kind: "forbidden-address",
      why: "registry.example leads to localhost, which is no address",
    });
  });

  it("nobody listens", async () => {
    const port = await raw(() => undefined);
    await stop();
    expect(brief(await ask(client(), `https://127.0.0.1:${port}/`))).toEqual({
      kind: "refused",
      words: `connection refused (ECONNREFUSED) at 127.0.0.1:${port}`,
    });
  });
});

describe("a way of the program's own", () => {
  it("leads elsewhere, unchecked, in plain HTTP for an https URL, and is asked by the URL's name", async () => {
    const heads: string[] = [];
    const port = await raw((socket) =>
      onHead(socket, (head) => {
        heads.push(head.split("\r\n").find((line) => line.startsWith("host:")) ?? "");
        socket.write("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
      }),
    );
    const route = (url: URL) => (url.host === "ghcr.io" ? { address: "127.0.0.1", port, tls: false } : null);
    const one = client({ settings: none, route, lookup: failing("ENOTFOUND") });
    expect(brief(await ask(one, "https://ghcr.io/v2/"))).toEqual({ kind: "answer", status: 200, body: "ok" });
    expect(heads).toEqual(["host: ghcr.io"]);
    expect((await ask(one, "https://quay.io/v2/")).kind).toBe("dns");
  });
});
