import { execFile } from "node:child_process";
import type { Socket } from "node:net";
import { promisify } from "node:util";
import https from "node:https";
import { afterAll, afterEach, describe, expect, it } from "vitest";
import { makeAuthority } from "./authority.ts";
import { ask, brief, onHead, stage } from "./servers.ts";

const { raw, web, listen, client, stop } = stage();
const authority = makeAuthority();
afterEach(stop);
afterAll(authority.remove);

const ok = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
const answered = { kind: "answer", status: 200, body: "ok" };

/** Answers by the number of the connection and of the request on it, both from 1. */
async function numbered(act: (socket: Socket, connection: number, request: number) => void) {
  const seen: string[] = [];
  const sockets: Socket[] = [];
  const port = await raw((socket) => {
    const connection = sockets.push(socket);
    let requests = 0;
    onHead(socket, () => {
      requests += 1;
      seen.push(`${connection}.${requests}`);
      act(socket, connection, requests);
    });
  });
  return { url: `http://127.0.0.1:${port}/`, seen, sockets };
}

describe("a connection is kept", () => {
  it("for the next request to the same origin", async () => {
    const { url, seen } = await numbered((socket) => socket.write(ok));
    const one = client();
    for (const method of ["GET", "HEAD", "GET"] as const) await ask(one, url, { method });
    expect(seen.filter((each) => each.startsWith("1."))).toHaveLength(2);
    expect(seen).toHaveLength(3);
  });

  it("over TLS too, where one handshake serves many requests", async () => {
    let connections = 0;
    const server = https.createServer(authority.issue("IP:127.0.0.1"), (_request, reply) => reply.end("ok"));
    server.on("secureConnection", () => (connections += 1));
    const port = await listen(server);
    const one = client({ environment: { NODE_EXTRA_CA_CERTS: authority.file } });
    for (let request = 0; request < 4; request += 1) {
      expect(brief(await ask(one, `https://127.0.0.1:${port}/`))).toEqual(answered);
    }
    expect(connections).toBe(1);
  });

  it("not where the server closes it, by what it says and by what it does", async () => {
    const { url, seen } = await numbered((socket, connection) => {
      if (connection === 1) socket.write(ok.replace("\r\n\r\n", "\r\nConnection: close\r\n\r\n"));
      else if (connection === 2) socket.end(ok);
      else socket.write(ok);
    });
    const one = client();
    for (let request = 0; request < 4; request += 1) expect(brief(await ask(one, url))).toEqual(answered);
    expect(seen.filter((each) => !each.startsWith("2."))).toEqual(["1.1", "3.1", "3.2"]);
  });

  it("not where more came than was asked for: it would be taken for the next answer", async () => {
    const { url, seen } = await numbered((socket, connection) => {
      socket.write(connection === 1 ? ok + ok.replace("ok", "no").replace("2\r\n\r\nok", "4\r\n\r\nevil") : ok);
    });
    const one = client();
    await ask(one, url);
    expect(brief(await ask(one, url))).toEqual(answered);
    expect(seen).toEqual(["1.1", "2.1"]);
  });

  it("not where more comes later", async () => {
    const { url, seen, sockets } = await numbered((socket) => socket.write(ok));
    const one = client();
    await ask(one, url);
    const { promise: closed, resolve } = Promise.withResolvers<unknown>();
    sockets[0]?.once("close", resolve).write("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil");
    await closed;
    expect(brief(await ask(one, url))).toEqual(answered);
    expect(seen).toEqual(["1.1", "2.1"]);
  });

  it("not for another origin, and not by another client", async () => {
    const first = await numbered((socket) => socket.write(ok));
    const second = await numbered((socket) => socket.write(ok));
    const one = client();
    await ask(one, first.url);
    await ask(one, second.url);
    await ask(client(), first.url);
    expect([first.seen, second.seen]).toEqual([["1.1", "2.1"], ["1.1"]]);
  });

  it("each by itself where several are asked at once, and ended by close()", async () => {
    const { url, sockets } = await numbered((socket) => socket.write(ok));
    const one = client();
    await Promise.all([ask(one, url), ask(one, url), ask(one, url)]);
    expect(sockets).toHaveLength(3);
    one.close();
    await expect.poll(() => sockets.every((socket) => socket.destroyed || socket.readableEnded)).toBe(true);
    expect(brief(await ask(one, url))).toEqual(answered);
    await expect.poll(() => sockets.every((socket) => socket.destroyed || socket.readableEnded)).toBe(true);
  });
});

describe("a kept connection", () => {
  it("does not keep the process alive", async () => {
    const { url } = await numbered((socket) => socket.write(ok));
    const program = `
      import { createHttp } from ${JSON.stringify(new URL("../../../src/registry/net/http.ts", import.meta.url).href)};
      const http = createHttp({ settings: { allow: ["127.0.0.1"], deny: [], privateAddresses: true }, environment: {} });
      const request = { method: "GET", url: new URL("${url}"), headers: {}, maxBytes: 10 };
      console.log((await http.send(request, AbortSignal.timeout(10_000))).kind);
    `;
    const { stdout } = await promisify(execFile)(process.execPath, ["--input-type=module", "-e", program], {
      timeout: 15_000,
    });
    expect(stdout.trim()).toBe("answer");
  });
});

describe("a kept connection that the server has given up", () => {
  it.each<["GET" | "HEAD", (socket: Socket) => unknown, string]>([
    ["GET", (socket) => socket.resetAndDestroy(), "reset"],
    ["GET", (socket) => socket.end(), "closed"],
    ["HEAD", (socket) => socket.resetAndDestroy(), "reset"],
  ])("is replaced once, and the %s sent again (%s, %s)", async (method, giveUp) => {
    const { url, seen } = await numbered((socket, connection, request) => {
      if (connection === 1 && request === 2) giveUp(socket);
      else socket.write(method === "HEAD" && request < 2 && connection > 1 ? ok.slice(0, -2) : ok);
    });
    const one = client();
    await ask(one, url);
    expect(await ask(one, url, { method })).toMatchObject({ kind: "answer", status: 200 });
    expect(seen).toEqual(["1.1", "1.2", "2.1"]);
  });

  it("and again at once: the second time it is an answer", async () => {
    const { url, seen } = await numbered((socket, connection, request) => {
      if (connection === 1 && request === 1) socket.write(ok);
      else socket.resetAndDestroy();
    });
    const one = client();
    await ask(one, url);
    expect(brief(await ask(one, url))).toEqual({ kind: "broken", words: "the connection was cut (ECONNRESET)" });
    expect(seen).toEqual(["1.1", "1.2", "2.1"]);
  });

  it("within an answer: that is not asked again", async () => {
    const { url, seen } = await numbered((socket, _connection, request) => {
      if (request === 1) socket.write(ok);
      else socket.end("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf");
    });
    const one = client();
    await ask(one, url);
    expect((await ask(one, url)).kind).toBe("broken");
    expect(seen).toEqual(["1.1", "1.2"]);
  });

  it("a new connection that is cut is not tried again", async () => {
    const { url, seen } = await numbered((socket) => socket.resetAndDestroy());
    expect((await ask(client(), url)).kind).toBe("broken");
    expect(seen).toEqual(["1.1"]);
  });

  it("a connection whose answer was too large is not kept", async () => {
    let connections = 0;
    const port = await web((_request, reply) => reply.end("x".repeat(2_000)));
    const one = client();
    const url = `http://127.0.0.1:${port}/`;
    for (let request = 0; request < 2; request += 1) {
      connections += (await ask(one, url, { maxBytes: 1_000 })).kind === "too-large" ? 1 : 0;
    }
    expect(connections).toBe(2);
    expect((await ask(one, url)).kind).toBe("answer");
  });
});
