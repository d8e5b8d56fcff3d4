import http from "node:http";
import https from "node:https";
import { connect, type Socket } from "node:net";
import { afterAll, afterEach, describe, expect, it } from "vitest";
import { makeAuthority } from "./authority.ts";
import { ask, brief, onHead, stage } from "./servers.ts";

const { raw, web, listen, client, stop } = stage();
const authority = makeAuthority();
const names = "DNS:registry.example,DNS:proxy.example,IP:127.0.0.1";
const trust = { NODE_EXTRA_CA_CERTS: authority.file };
const answered = { kind: "answer", status: 200, body: "ok" };
afterEach(stop);
afterAll(authority.remove);

interface Proxy {
  readonly port: number;
  readonly asked: string[];
}

/** A proxy that looks every name up as loopback. */
async function proxy(secured = false): Promise<Proxy> {
  const asked: string[] = [];
  const server = secured ? https.createServer(authority.issue(names)) : http.createServer();
  const note = (request: http.IncomingMessage): void => {
    const login = request.headers["proxy-authorization"] ?? "nobody";
    asked.push(`${request.method} ${request.url} by ${login}, ${request.headers.authorization ?? "no credential"}`);
  };
  server.on("connect", (request: http.IncomingMessage, socket: Socket) => {
    note(request);
    const port = Number(new URL(`http://${request.url}`).port);
    const upstream = connect(port, "127.0.0.1", () => {
      socket.write("HTTP/1.1 200 Connection established\r\n\r\n");
      upstream.pipe(socket).pipe(upstream);
    });
    upstream.on("error", () => socket.destroy());
    socket.on("error", () => upstream.destroy());
    socket.once("close", () => upstream.destroy());
  });
  server.on("request", (request: http.IncomingMessage, reply: http.ServerResponse) => {
    note(request);
    reply.end("ok");
  });
  return { port: await listen(server), asked };
}

const registry = (): Promise<number> =>
  listen(https.createServer(authority.issue(names), (_request, reply) => reply.end("ok")));
const failing = () => Promise.reject(Object.assign(new Error("no"), { code: "ENOTFOUND" }));
const headers = { authorization: "Bearer token-of-the-registry" };

describe("through a proxy of the environment", () => {
  it("https goes in a tunnel: the proxy looks the name up, and sees no credential but its own", async () => {
    const port = await registry();
    const { port: proxied, asked } = await proxy();
    const environment = { ...trust, HTTPS_PROXY: `http://bot:s%40cret@127.0.0.1:${proxied}` };
    const one = client({ environment, lookup: failing });
    for (let request = 0; request < 3; request += 1) {
      expect(brief(await ask(one, `https://registry.example:${port}/v2/`, { headers }))).toEqual(answered);
    }
    const login = `Basic ${Buffer.from("bot:s@cret").toString("base64")}`;
    // Twice: the first time the authority was not known yet. Then the tunnel is kept.
    expect(asked).toEqual(
      Array.from({ length: 2 }, () => `CONNECT registry.example:${port} by ${login}, no credential`),
    );
  });

  it("http goes to the proxy as a whole URL", async () => {
    const { port, asked } = await proxy();
    const environment = { HTTP_PROXY: `bot@127.0.0.1:${port}` };
    const one = client({ environment, lookup: failing });
    expect(brief(await ask(one, "http://registry.example/v2/?n=1"))).toEqual(answered);
    expect(brief(await ask(one, "http://registry.example:5000/v2/"))).toEqual(answered);
    const login = `Basic ${Buffer.from("bot:").toString("base64")}`;
    expect(asked).toEqual([
      `GET http://registry.example/v2/?n=1 by ${login}, no credential`,
      `GET http://registry.example:5000/v2/ by ${login}, no credential`,
    ]);
  });

  it("a proxy that speaks TLS itself", async () => {
    const port = await registry();
    const { port: proxied, asked } = await proxy(true);
    const environment = { ...trust, https_proxy: `https://127.0.0.1:${proxied}` };
    const one = client({ environment, lookup: failing });
    expect(brief(await ask(one, `https://registry.example:${port}/v2/`))).toEqual(answered);
    expect(asked.at(-1)).toBe(`CONNECT registry.example:${port} by nobody, no credential`);
  });

  it("what NO_PROXY names, and loopback, goes without it", async () => {
    const port = await registry();
    const environment = { ...trust, HTTPS_PROXY: "http://127.0.0.1:1", NO_PROXY: "registry.example" };
    const lookup = () => Promise.resolve([{ address: "127.0.0.1", family: 4 }]);
    const one = client({ environment, lookup });
    expect(brief(await ask(one, `https://registry.example:${port}/`))).toEqual(answered);
    expect(brief(await ask(one, `https://127.0.0.1:${port}/`))).toEqual(answered);
  });

  it.each([
    [
      "https://169.254.169.254/latest/",
      "169.254.169.254 is a link-local address, where clouds keep their metadata: imagepull never connects to one",
    ],
    [
      "http://[::ffff:169.254.169.254]/",
      "::ffff:a9fe:a9fe is a link-local address, where clouds keep their metadata: imagepull never connects to one",
    ],
    [
      "http://0251.0376.43518/",
      "169.254.169.254 is a link-local address, where clouds keep their metadata: imagepull never connects to one",
    ],
    [
      "https://0.0.0.0/",
      "0.0.0.0 is an unspecified address, which means this machine: imagepull never connects to one",
    ],
    ["https://10.9.9.9/", "10.9.9.9 is in a range of registry.deny in imagepull.yaml"],
    [
      "http://metadata.google.internal/",
      "metadata.google.internal is a name of the proxy's own machine, or of its cloud's metadata service",
    ],
    [
      "http://registry.localhost/",
      "registry.localhost is a name of the proxy's own machine, or of its cloud's metadata service",
    ],
    ["http://localhost./", "localhost. is a name of the proxy's own machine, or of its cloud's metadata service"],
  ])("%s is not asked for", async (url, why) => {
    const { port, asked } = await proxy();
    const environment = { HTTPS_PROXY: `127.0.0.1:${port}`, HTTP_PROXY: `127.0.0.1:${port}` };
    const settings = { allow: ["127.0.0.0/8"], deny: ["10.0.0.0/8"], privateAddresses: true };
    const answer = await ask(client({ environment, settings }), url);
    expect(answer).toEqual({ kind: "forbidden-address", host: new URL(url).host, why });
    expect(asked).toEqual([]);
  });
});

describe("a proxy that does not let through", () => {
  const says = (bytes: string) => (socket: Socket) => onHead(socket, () => socket.end(bytes));
  it.each<[string, (socket: Socket) => unknown, string]>([
    [
      "wants a login",
      says("HTTP/1.1 407 s3cret\r\nContent-Length: 0\r\n\r\n"),
      "refuses a connection to registry.example:443: 407 Proxy Authentication Required",
    ],
    [
      "forbids",
      says("HTTP/1.1 403 Forbidden\r\n\r\n<html>"),
      "refuses a connection to registry.example:443: 403 Forbidden",
    ],
    [
      "cannot reach it",
      says("HTTP/1.0 503 Service Unavailable\r\n\r\n"),
      "refuses a connection to registry.example:443: 503 Service Unavailable",
    ],
    [
      "redirects",
      says("HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1/\r\n\r\n"),
      "refuses a connection to registry.example:443: 302 Found",
    ],
    ["has a status of its own", says("HTTP/1.1 599 Odd\r\n\r\n"), "refuses a connection to registry.example:443: 599"],
    ["closes", (socket) => socket.end(), "cannot be used: the connection was cut (ECONNRESET)"],
    ["says nonsense", says("nonsense\r\n\r\n"), "cannot be used: the connection failed (HPE_INVALID_CONSTANT)"],
  ])("%s: the proxy is named, without its password", async (_what, act, words) => {
    const port = await raw(act);
    const environment = { HTTPS_PROXY: `http://bot:s3cret@127.0.0.1:${port}` };
    const answer = await ask(client({ environment }), "https://registry.example/v2/", { headers });
    expect(answer).toEqual({ kind: "broken", host: "registry.example", words: `the proxy 127.0.0.1:${port} ${words}` });
  });

  it("says nothing: that is no connection", async () => {
    const port = await raw((socket) => socket.resume());
    const deadlines = { connection: 100, answer: 60_000, body: 60_000 };
    const one = client({ environment: { HTTPS_PROXY: `127.0.0.1:${port}` }, deadlines });
    const answer = await ask(one, "https://registry.example/v2/");
    expect(answer).toMatchObject({ kind: "timeout", host: "registry.example", waitedFor: "connection" });
  });

  it.each([
    [
      "is not there",
      "http://127.0.0.1:1",
      "the proxy 127.0.0.1:1 cannot be used: connection refused (ECONNREFUSED) at 127.0.0.1:1",
    ],
    [
      "has no name",
      "http://bot:s3cret@proxy.invalid:3128",
      /^the proxy proxy\.invalid:3128 cannot be used: .*(?:ENOTFOUND|EAI_AGAIN)/,
    ],
    [
      "is of another kind",
      "socks5://bot:s3cret@127.0.0.1:1",
      "the proxy of HTTPS_PROXY or HTTP_PROXY is no http or https address: only such proxies are supported",
    ],
    [
      "is no address",
      "http://bot:s3cret@",
      "the proxy of HTTPS_PROXY or HTTP_PROXY is no http or https address: only such proxies are supported",
    ],
  ])("%s", async (_what, setting, words) => {
    const answer = await ask(client({ environment: { HTTPS_PROXY: setting } }), "https://registry.example/v2/");
    expect(answer).toMatchObject({
      kind: "broken",
      words: typeof words === "string" ? words : expect.stringMatching(words),
    });
    expect(JSON.stringify(answer)).not.toContain("s3cret");
  });

  it("speaks plain HTTP where TLS is set, and TLS that nobody vouches for", async () => {
    const plain = await web((_request, reply) => reply.end());
    const environment = { HTTPS_PROXY: `https://127.0.0.1:${plain}` };
    expect(brief(await ask(client({ environment }), "https://registry.example/"))).toEqual({
      kind: "broken",
      words: `the proxy 127.0.0.1:${plain} speaks plain HTTP, not TLS`,
    });
    const { port } = await proxy(true);
    const unknown = { HTTPS_PROXY: `https://127.0.0.1:${port}` };
    expect(brief(await ask(client({ environment: unknown }), "https://registry.example/"))).toEqual({
      kind: "broken",
      words: `the proxy 127.0.0.1:${port} cannot be used: the certificate is issued by shop-test-authority (Shop)`,
    });
  });
});

describe("what was sent does not come back in words", () => {
  it.each([
    ["Bearer", "Bearer abcdef-the-token", "abcdef-the-token"],
    ["Basic", `Basic ${Buffer.from("bot:pass.word").toString("base64")}`, "pass.word"],
  ])("not even where a certificate quotes it (%s)", async (_scheme, authorization, secret) => {
    const pair = authority.issue(`DNS:${secret}.example`);
    const port = await listen(https.createServer(pair));
    const answer = await ask(client({ environment: trust }), `https://127.0.0.1:${port}/`, {
      headers: { authorization },
    });
    expect(answer).toMatchObject({
      kind: "tls",
      problem: "wrong-host",
      words: expect.stringContaining("[hidden]") as string,
    });
    expect(JSON.stringify(answer)).not.toContain(secret);
  });
});
