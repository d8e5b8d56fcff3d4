import { once } from "node:events";
import type { Socket } from "node:net";
import { connect } from "node:net";
import { Worker } from "node:worker_threads";
import { afterEach, describe, expect, it } from "vitest";
import { ask, brief, onHead, stage } from "./servers.ts";

const { raw, client, stop } = stage();
afterEach(stop);

const short = { connection: 200, answer: 200, body: 200 };
const never = { connection: 60_000, answer: 60_000, body: 60_000 };

/** Sends a byte whenever the one before has gone, and one more every 20 ms. */
function drip(socket: Socket, head: string): void {
  socket.write(head);
  const timer = setInterval(() => socket.write("a"), 20);
  socket.once("close", () => clearInterval(timer));
}

/** Listens, and never accepts: what comes after the first few connections is not answered, as behind a firewall that drops it. */
async function blackHole(): Promise<{ port: number; end: () => Promise<unknown> }> {
  const worker = new Worker(
    `const { parentPort } = require("node:worker_threads");
     const server = require("node:net").createServer();
     server.listen({ port: 0, host: "127.0.0.1", backlog: 1 }, () => {
       parentPort.postMessage(server.address().port);
       setImmediate(() => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0));
     });`,
    { eval: true },
  );
  const [port] = (await once(worker, "message")) as [number];
  const fillers = Array.from({ length: 8 }, () => connect(port, "127.0.0.1").on("error", () => undefined));
  await Promise.race(fillers.map((socket) => once(socket, "connect")));
  return {
    port,
    end: () => {
      for (const socket of fillers) socket.destroy();
      return worker.terminate();
    },
  };
}

describe("what does not come is not waited for", () => {
  const chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
  it.each<[string, (socket: Socket) => void, "answer" | "body"]>([
    ["says nothing", () => undefined, "answer"],
    ["says a byte of a head at a time", (socket) => drip(socket, "HTTP/1.1 200 OK\r\nX: "), "answer"],
    ["says the beginning of a head", (socket) => socket.write("HTTP/1.1 200"), "answer"],
    ["says only what comes before an answer", (socket) => socket.write("HTTP/1.1 102 Processing\r\n\r\n"), "answer"],
    ["says a byte of an endless body at a time", (socket) => drip(socket, "HTTP/1.1 200 OK\r\n\r\n"), "body"],
    [
      "says a byte of a long body at a time",
      (socket) => drip(socket, "HTTP/1.1 200 OK\r\nContent-Length: 9999\r\n\r\n"),
      "body",
    ],
    ["says a head and no body", (socket) => socket.write("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n"), "body"],
    ["never says the last chunk", (socket) => socket.write(`${chunked}3\r\nhel\r\n`), "body"],
    ["says a byte of a chunk's size at a time", (socket) => drip(socket, `${chunked}0;`), "body"],
    ["has half closed and says nothing", (socket) => socket.write("HTTP/1.1 200 OK\r\n"), "answer"],
  ])("from a server that %s, by its own deadline and by the request's signal", async (_what, act, waitedFor) => {
    let closed = 0;
    const port = await raw((socket) => {
      socket.once("close", () => (closed += 1));
      onHead(socket, () => act(socket));
    });
    const url = `http://127.0.0.1:${port}/`;
    const timeout = { kind: "timeout", waitedFor, seconds: expect.any(Number) as number };
    const endless = new AbortController().signal;
    expect(brief(await ask(client({ deadlines: short }), url, { signal: endless }))).toEqual(timeout);
    const signal = AbortSignal.timeout(200);
    expect(brief(await ask(client({ deadlines: never }), url, { signal }))).toEqual(timeout);
    await expect.poll(() => closed).toBe(2);
  });

  it("from a server that does not take the connection", async () => {
    const hole = await blackHole();
    try {
      const answer = await ask(client({ deadlines: short }), `http://127.0.0.1:${hole.port}/`);
      expect(brief(answer)).toEqual({
        kind: "timeout",
        waitedFor: "connection",
        seconds: expect.any(Number) as number,
      });
    } finally {
      await hole.end();
    }
  });

  it("from a server that takes the connection and says nothing to TLS", async () => {
    const port = await raw((socket) => socket.resume());
    const answer = await ask(client({ deadlines: short }), `https://127.0.0.1:${port}/`);
    expect(brief(answer)).toEqual({ kind: "timeout", waitedFor: "answer", seconds: expect.any(Number) as number });
  });

  it("from name servers that do not answer", async () => {
    const lookup = () => new Promise<never>(() => undefined);
    const answer = await ask(client({ deadlines: short, lookup }), "http://registry.example/");
    expect(answer).toEqual({
      kind: "timeout",
      host: "registry.example",
      waitedFor: "connection",
      seconds: expect.any(Number) as number,
    });
  });

  it("where the signal has ended before", async () => {
    let connections = 0;
    const port = await raw(() => (connections += 1));
    const answer = await ask(client(), `http://127.0.0.1:${port}/`, { signal: AbortSignal.abort() });
    expect(brief(answer)).toEqual({ kind: "timeout", waitedFor: "connection", seconds: 0 });
    expect(connections).toBe(0);
  });

  it("the seconds are those of what is waited for, not of the whole request", async () => {
    const port = await raw((socket) => onHead(socket, () => socket.write("HTTP/1.1 200 OK\r\n\r\n")));
    const times = [0, 1_000, 4_000, 6_540];
    const one = client({ deadlines: { ...never, body: 50 }, now: () => times.shift() ?? Number.NaN });
    const answer = await ask(one, `http://127.0.0.1:${port}/`);
    expect(brief(answer)).toEqual({ kind: "timeout", waitedFor: "body", seconds: 2.5 });
  });
});
