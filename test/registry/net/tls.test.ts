import { execFile } from "node:child_process";
import https, { type ServerOptions } from "node:https";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import tls from "node:tls";
import { promisify } from "node:util";
import { afterAll, afterEach, describe, expect, it } from "vitest";
import type { Http } from "../../../src/registry/http.ts";
import { makeAuthority, type Pair } from "./authority.ts";
import { ask, brief, stage } from "./servers.ts";

const { raw, web, listen, saying, client, stop } = stage();
const authority = makeAuthority();
const here = "DNS:registry.example,IP:127.0.0.1";
const trusting = { NODE_EXTRA_CA_CERTS: authority.file };
const lookup = () => Promise.resolve([{ address: "127.0.0.1", family: 4 }]);
const ok = { kind: "answer", status: 200, body: "ok" };

afterEach(stop);
afterAll(authority.remove);

const secureWeb = (options: ServerOptions): Promise<number> =>
  listen(https.createServer(options, (_request, reply) => reply.end("ok")));
const trusted = (): Http => client({ environment: trusting, lookup });

describe("a certificate", () => {
  it("that holds is accepted: of a name, with a dot at its end, and of an address", async () => {
    const port = await secureWeb(authority.issue(here));
    for (const host of ["registry.example", "REGISTRY.example.", "127.0.0.1"]) {
      expect(brief(await ask(trusted(), `https://${host}:${port}/`))).toEqual(ok);
    }
  });

  const names = Array.from({ length: 50 }, (_, index) => `DNS:host-${index}.example`).join(",");
  it.each<[string, () => Pair, string, string]>([
    [
      "of an authority that nobody knows",
      () => makeAuthorityOnce().issue(here),
      "unknown-authority",
      "the certificate is issued by shop-test-authority (Shop)",
    ],
    [
      "that is signed by itself",
      () => authority.selfSigned(here),
      "self-signed",
      "the certificate for registry.example, 127.0.0.1 is signed by itself",
    ],
    [
      "that has ended",
      () => authority.issue(here, "20200101000000Z", "20261103101500Z"),
      "expired",
      "the certificate ended 2026-11-03 10:15 UTC",
    ],
    [
      "that has not begun",
      () => authority.issue(here, "20980101000000Z"),
      "not-yet-valid",
      "the certificate begins 2098-01-01 00:00 UTC",
    ],
    [
      "of another host",
      () => authority.issue("DNS:elsewhere.example"),
      "wrong-host",
      "the certificate is for elsewhere.example, not for registry.example",
    ],
    [
      "of an address instead of the name",
      () => authority.issue("IP:127.0.0.1"),
      "wrong-host",
      "the certificate is for 127.0.0.1, not for registry.example",
    ],
    [
      "of a wildcard over two labels",
      () => authority.issue("DNS:*.registry.example"),
      "wrong-host",
      "the certificate is for *.registry.example, not for registry.example",
    ],
    [
      "of many others",
      () => authority.issue(names),
      "wrong-host",
      "the certificate is for host-0.example, host-1.example, host-2.example and 47 more, not for registry.example",
    ],
    [
      "of nothing that names a host",
      () => authority.issue("email:a@shop.example"),
      "wrong-host",
      "the certificate is for no host (its subject is server), not for registry.example",
    ],
  ])("%s is not accepted, and nothing is sent", async (_what, make, problem, words) => {
    let requests = 0;
    const server = https.createServer(make(), (_request, reply) => {
      requests += 1;
      reply.end();
    });
    const port = await listen(server);
    const answer = await ask(trusted(), `https://registry.example:${port}/`, {
      headers: { authorization: "Basic eDp5" },
    });
    expect(answer).toEqual({ kind: "tls", host: `registry.example:${port}`, problem, words });
    expect(requests).toBe(0);
  });

  let unknown: ReturnType<typeof makeAuthority> | null = null;
  const makeAuthorityOnce = () => (unknown ??= makeAuthority());
  afterAll(() => unknown?.remove());

  it("of a further authority is accepted from then on at once", async () => {
    let handshakes = 0;
    const server = https.createServer(authority.issue(here), (_request, reply) => reply.end("ok"));
    server.on("connection", () => (handshakes += 1));
    const port = await listen(server);
    const one = trusted();
    expect(brief(await ask(one, `https://registry.example:${port}/`))).toEqual(ok);
    expect(handshakes).toBe(2);
    expect(brief(await ask(one, `https://127.0.0.1:${port}/`))).toEqual(ok);
    expect(handshakes).toBe(3);
  });

  it("of a further authority is accepted on all of several first connections", async () => {
    const port = await secureWeb(authority.issue(here));
    const one = trusted();
    const answers = await Promise.all(Array.from({ length: 4 }, () => ask(one, `https://registry.example:${port}/`)));
    expect(answers.map(brief)).toEqual([ok, ok, ok, ok]);
  });

  it.each([
    ["does not exist", "nowhere.pem"],
    ["holds no certificate", "nonsense.pem"],
  ])("is judged by Node's own list where the file of NODE_EXTRA_CA_CERTS %s", async (_what, name) => {
    writeFileSync(
      join(authority.folder, "nonsense.pem"),
      "-----BEGIN CERTIFICATE-----\nnonsense\n-----END CERTIFICATE-----\n",
    );
    const port = await secureWeb(authority.issue(here));
    const environment = { NODE_EXTRA_CA_CERTS: join(authority.folder, name) };
    const answer = await ask(client({ environment, lookup }), `https://registry.example:${port}/`);
    expect(answer).toMatchObject({ kind: "tls", problem: "unknown-authority" });
  });

  it.each(["NODE_EXTRA_CA_CERTS", "SSL_CERT_FILE"])("is accepted by %s of the process", async (name) => {
    const port = await secureWeb(authority.issue(here));
    const program = `
      import { createHttp } from ${JSON.stringify(new URL("../../../src/registry/net/http.ts", import.meta.url).href)};
      const settings = { allow: ["127.0.0.0/8"], deny: [], privateAddresses: true };
      const http = createHttp({ settings, environment: {} });
      const request = { method: "GET", url: new URL("https://127.0.0.1:${port}/"), headers: {}, maxBytes: 10 };
      const answer = await http.send(request, AbortSignal.timeout(10_000));
      http.close();
      console.log(answer.kind);
    `;
    const run = (environment: Record<string, string>) =>
      promisify(execFile)(process.execPath, ["--input-type=module", "-e", program], { env: environment });
    expect((await run({ [name]: authority.file })).stdout.trim()).toBe("answer");
    expect((await run({})).stdout.trim()).toBe("tls");
  });
});

describe("a server that does not speak TLS as we do", () => {
  it("speaks plain HTTP, and is told from others without the credential", async () => {
    const credentials: unknown[] = [];
    const port = await web((request, reply) => {
      credentials.push(request.headers.authorization);
      reply.end("plain");
    });
    const answer = await ask(client(), `https://127.0.0.1:${port}/`, { headers: { authorization: "Basic eDp5" } });
    expect(answer).toEqual({ kind: "plain-http", host: `127.0.0.1:${port}` });
    expect(credentials.filter((each) => each !== undefined)).toEqual([]);
  });

  it("speaks something else", async () => {
    let connections = 0;
    const port = await raw((socket) => {
      connections += 1;
      socket.write("SSH-2.0-OpenSSH_9.2\r\n");
    });
    expect(brief(await ask(client(), `https://127.0.0.1:${port}/`))).toEqual({
      kind: "tls",
      problem: "protocol",
      words: "what came is not TLS (ERR_SSL_WRONG_VERSION_NUMBER)",
    });
    // The second one is to ask whether it speaks plain HTTP.
    expect(connections).toBe(2);
  });

  it("closes at the greeting", async () => {
    const port = await raw((socket) => socket.once("data", () => socket.end()));
    const answer = await ask(client(), `https://127.0.0.1:${port}/`);
    expect(brief(answer)).toMatchObject({
      kind: "broken",
      words: expect.stringContaining("during the TLS handshake") as string,
    });
  });

  it("speaks only an old version", async () => {
    const old = { maxVersion: "TLSv1.1", minVersion: "TLSv1", ciphers: "DEFAULT@SECLEVEL=0" } as const;
    const port = await secureWeb({ ...authority.issue(here), ...old });
    expect(brief(await ask(trusted(), `https://127.0.0.1:${port}/`))).toMatchObject({
      kind: "tls",
      problem: "protocol",
    });
  });

  it("speaks only HTTP/2", async () => {
    const server = tls.createServer({ ...authority.issue(here), ALPNProtocols: ["h2"] });
    const port = await listen(server);
    expect(brief(await ask(trusted(), `https://127.0.0.1:${port}/`))).toEqual({
      kind: "tls",
      problem: "protocol",
      words: "the server does not speak HTTP/1.1 (ERR_SSL_TLSV1_ALERT_NO_APPLICATION_PROTOCOL)",
    });
  });

  it.each(["TLSv1.2", "TLSv1.3"] as const)("wants a client certificate (%s)", async (version) => {
    const wish = { requestCert: true, rejectUnauthorized: true, minVersion: version, maxVersion: version } as const;
    const port = await secureWeb({ ...authority.issue(here), ca: authority.issue(here).cert, ...wish });
    const answer = await ask(trusted(), `https://127.0.0.1:${port}/`);
    expect(brief(answer)).toMatchObject({ words: expect.stringMatching(/client certificate|was cut/) as string });
  });

  it("answers 400 where TLS is spoken to in plain HTTP", async () => {
    const port = await saying("HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n");
    expect(brief(await ask(client(), `http://127.0.0.1:${port}/`))).toMatchObject({ status: 400 });
    const secured = await secureWeb(authority.issue(here));
    expect((await ask(client(), `http://127.0.0.1:${secured}/`)).kind).toBe("broken");
  });
});
