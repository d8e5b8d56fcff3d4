import { brotliCompressSync, constants, deflateRawSync, deflateSync, gzipSync } from "node:zlib";
import type { Socket } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { ask, brief, onHead, stage } from "./servers.ts";

const { raw, saying, web, client, stop } = stage();
afterEach(stop);

const mega = 1_048_576;
const soon = { connection: 5_000, answer: 5_000, body: 5_000 };

/** 1 GiB of zeros: blocks of 16 MiB that know nothing of each other, 16 KiB each. */
function bomb(): Buffer {
  const block = deflateRawSync(Buffer.alloc(16 * mega), { level: 9, finishFlush: constants.Z_FULL_FLUSH });
  return Buffer.concat([...Array.from({ length: 64 }, () => block), Buffer.from([3, 0])]);
}
const quick = { params: { [constants.BROTLI_PARAM_QUALITY]: 1 } };
const gzipHead = gzipSync("").subarray(0, 10);
const response = (headers: string, body: Buffer | string = ""): Buffer =>
  Buffer.concat([Buffer.from(`HTTP/1.1 200 OK\r\n${headers}\r\n`), Buffer.from(body)]);
const packed = (encoding: string, body: Buffer): Buffer =>
  response(`Content-Encoding: ${encoding}\r\nContent-Length: ${body.length}\r\n`, body);

describe("an answer that is well", () => {
  it.each<[string, Buffer | string, string]>([
    ["of a known length", response("Content-Length: 5\r\n", "hello"), "hello"],
    ["in chunks", response("Transfer-Encoding: chunked\r\n", "3\r\nhel\r\n2\r\nlo\r\n0\r\n\r\n"), "hello"],
    ["without a body", response("Content-Length: 0\r\n"), ""],
    ["with a header of 30 KB", response(`X: ${"a".repeat(30_000)}\r\nContent-Length: 2\r\n`, "ok"), "ok"],
    [
      "after interim answers",
      Buffer.concat([Buffer.from("HTTP/1.1 103 Early Hints\r\n\r\n"), response("Content-Length: 2\r\n", "ok")]),
      "ok",
    ],
    ["in gzip", packed("gzip", gzipSync("hello")), "hello"],
    ["in gzip of two members", packed("gzip", Buffer.concat([gzipSync("hel"), gzipSync("lo")])), "hello"],
    ["in deflate", packed("deflate", deflateSync("hello")), "hello"],
    ["in bare deflate", packed("deflate", deflateRawSync("hello")), "hello"],
    ["in brotli, which was not asked for", packed("br", brotliCompressSync("hello")), "hello"],
    ["in gzip without a byte", packed("gzip", Buffer.alloc(0)), ""],
    ["in identity", packed("identity", Buffer.from("hello")), "hello"],
  ])("%s", async (_what, bytes, body) => {
    const port = await saying(bytes);
    expect(brief(await ask(client(), `http://127.0.0.1:${port}/`))).toEqual({ kind: "answer", status: 200, body });
  });

  it("keeps its headers, names in small letters, values of one name joined", async () => {
    const port = await saying(
      response("Content-Length: 0\r\nX-A: 1\r\nx-a: 2\r\nSet-Cookie: a\r\nSet-Cookie: b\r\n__proto__: c\r\n"),
    );
    const answer = await ask(client(), `http://127.0.0.1:${port}/`);
    expect(answer.kind === "answer" && Object.entries(answer.headers)).toEqual([
      ["content-length", "0"],
      ["x-a", "1, 2"],
      ["set-cookie", "a, b"],
      ["__proto__", "c"],
    ]);
  });

  it("is not followed where it redirects, and asks for what may be packed only with GET", async () => {
    const heads: string[] = [];
    const port = await raw((socket) =>
      onHead(socket, (head) => {
        heads.push(head);
        socket.write("HTTP/1.1 307 Temporary Redirect\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n");
      }),
    );
    const one = client();
    const headers = { Authorization: "Basic eDp5" };
    const got = await ask(one, `http://127.0.0.1:${port}/v2/a%20b?c=d#e`, { headers });
    const head = await ask(one, `http://127.0.0.1:${port}/`, { method: "HEAD" });
    expect([brief(got), brief(head)]).toEqual([
      { kind: "answer", status: 307, body: "" },
      { kind: "answer", status: 307, body: "" },
    ]);
    expect(heads.map((each) => each.split("\r\n").toSorted())).toEqual([
      [
        "Authorization: Basic eDp5",
        "GET /v2/a%20b?c=d HTTP/1.1",
        "accept-encoding: gzip",
        "connection: keep-alive",
        `host: 127.0.0.1:${port}`,
        "user-agent: imagepull",
      ],
      [
        "HEAD / HTTP/1.1",
        "accept-encoding: identity",
        "connection: keep-alive",
        `host: 127.0.0.1:${port}`,
        "user-agent: imagepull",
      ],
    ]);
  });

  it.each([
    ["with a length", "Content-Length: 123456789\r\n"],
    ["and a body all the same", "Content-Length: 5\r\n\r\nhello"],
  ])("to a HEAD %s", async (_what, headers) => {
    const port = await saying(`HTTP/1.1 200 OK\r\n${headers}\r\n`);
    const answer = await ask(client(), `http://127.0.0.1:${port}/`, { method: "HEAD" });
    expect(brief(answer)).toEqual({ kind: "answer", status: 200, body: "" });
  });
});

describe("an answer that is too large", () => {
  it.each([
    ["by its length", response("Content-Length: 1000001\r\n")],
    ["by its length, packed", response("Content-Encoding: gzip\r\nContent-Length: 2000000\r\n")],
    ["by what comes", response("Connection: close\r\n", Buffer.alloc(1_000_001))],
    ["by what comes in chunks", response("Transfer-Encoding: chunked\r\n", `f4241\r\n${"a".repeat(1_000_001)}\r\n`)],
  ])("%s", async (_what, bytes) => {
    const port = await saying(bytes);
    const answer = await ask(client(), `http://127.0.0.1:${port}/`, { maxBytes: 1_000_000 });
    expect(brief(answer)).toEqual({ kind: "too-large", limit: 1_000_000 });
  });

  it.each<[string, string, () => Buffer]>([
    ["1 GiB of zeros in 1 MB", "gzip", () => Buffer.concat([gzipHead, bomb()])],
    ["1 GiB of zeros in 1 MB", "deflate", () => Buffer.concat([Buffer.from([0x78, 0x9c]), bomb()])],
    ["1 GiB of zeros in 1 MB", "bare deflate", bomb],
    ["64 MiB of zeros in a few KB", "br", () => brotliCompressSync(Buffer.alloc(64 * mega), quick)],
  ])("%s by %s: it is left where it is, and the connection ended", async (_what, encoding, make) => {
    const bytes = packed(encoding.replace("bare ", ""), make());
    expect(bytes.length).toBeLessThan(2 * mega);
    const { promise: closed, resolve } = Promise.withResolvers<unknown>();
    const port = await raw((socket) => {
      socket.once("close", resolve);
      onHead(socket, () => socket.write(bytes));
    });
    const before = process.memoryUsage();
    const answer = await ask(client(), `http://127.0.0.1:${port}/`, { maxBytes: 2 * mega });
    const after = process.memoryUsage();
    expect(brief(answer)).toEqual({ kind: "too-large", limit: 2 * mega });
    expect(after.external + after.heapUsed - before.external - before.heapUsed).toBeLessThan(32 * mega);
    await closed;
  });

  it("gzip that unpacks to nothing for ever", async () => {
    const empty = deflateRawSync("", { finishFlush: constants.Z_FULL_FLUSH });
    const many = Buffer.concat(Array.from({ length: 20_000 }, () => empty));
    const port = await raw((socket) =>
      onHead(socket, () => {
        socket.write(response("Content-Encoding: gzip\r\nConnection: close\r\n", gzipHead));
        socket.write(many);
      }),
    );
    const answer = await ask(client(), `http://127.0.0.1:${port}/`, { maxBytes: 10_000 });
    expect(brief(answer)).toEqual({ kind: "too-large", limit: 10_000 });
  });

  it("exactly the limit is read, packed or not", async () => {
    const body = Buffer.alloc(1_000, "a");
    for (const bytes of [response("Content-Length: 1000\r\n", body), packed("gzip", gzipSync(body))]) {
      const port = await saying(bytes);
      const url = `http://127.0.0.1:${port}/`;
      expect((await ask(client(), url, { maxBytes: 1_000 })).kind).toBe("answer");
      expect(brief(await ask(client(), url, { maxBytes: 999 }))).toEqual({ kind: "too-large", limit: 999 });
    }
  });
});

describe("an answer that is none", () => {
  const ends = "the answer ends before its end: the connection was cut (ECONNRESET)";
  const cut = "the connection was cut (ECONNRESET)";
  it.each<[string, Buffer | string, string | RegExp]>([
    ["garbage", "\u0000\u0001\u0002garbage\r\n\r\n", /^what came is not HTTP \(HPE_/],
    ["another protocol", "SSH-2.0-OpenSSH_9.2\r\n", /^what came is not HTTP \(HPE_/],
    ["a request", "GET / HTTP/1.1\r\n\r\n", /^what came is not HTTP \(HPE_/],
    ["a status that is no number", "HTTP/1.1 abc OK\r\n\r\n", /^what came is not HTTP \(HPE_/],
    ["a header without a colon", "HTTP/1.1 200 OK\r\nnonsense\r\n\r\n", /^what came is not HTTP \(HPE_/],
    [
      "a header that is folded over a length",
      "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
      /^what came is not HTTP \(HPE_/,
    ],
    [
      "a length and chunks",
      response("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n"),
      /^what came is not HTTP \(HPE_/,
    ],
    ["a length below zero", response("Content-Length: -1\r\n"), /^what came is not HTTP \(HPE_/],
    [
      "a length beyond numbers",
      response("Content-Length: 99999999999999999999999\r\n"),
      /^what came is not HTTP \(HPE_/,
    ],
    ["a chunk without a size", response("Transfer-Encoding: chunked\r\n", "zz\r\n"), /HPE_INVALID_CHUNK_SIZE/],
    [
      "an extension of a chunk without end",
      response("Transfer-Encoding: chunked\r\n", `1;${"a".repeat(100_000)}`),
      /HPE_/,
    ],
    [
      "a header of 100 KB",
      `HTTP/1.1 200 OK\r\nX: ${"a".repeat(100_000)}\r\n\r\n`,
      "the headers of the answer are larger than 32 KiB",
    ],
    [
      "10,000 headers",
      `HTTP/1.1 200 OK\r\n${"X: a\r\n".repeat(30_000)}\r\n`,
      "the headers of the answer are larger than 32 KiB",
    ],
    [
      "trailers of 100 KB",
      response("Transfer-Encoding: chunked\r\n", `0\r\n${"X: a\r\n".repeat(20_000)}\r\n`),
      "the headers of the answer are larger than 32 KiB",
    ],
    ["more than its length", response("Content-Length: 2\r\n", "hello"), /^what came is not HTTP \(HPE_/],
    ["interim answers for ever", "HTTP/1.1 103 Early Hints\r\n\r\n".repeat(1_000), "only interim answers came"],
    ["100 Continue for ever", "HTTP/1.1 100 Continue\r\n\r\n".repeat(1_000), "only interim answers came"],
    [
      "another protocol by upgrade",
      "HTTP/1.1 101 Switching Protocols\r\nUpgrade: h2c\r\nConnection: upgrade\r\n\r\n",
      "the connection was closed without an answer",
    ],
    [
      "gzip that is none",
      packed("gzip", Buffer.from("hello, this is text")),
      "the answer is not in the gzip form that it names",
    ],
    [
      "gzip that is cut off",
      packed("gzip", gzipSync("hello, this is text").subarray(0, 20)),
      "the answer is not in the gzip form that it names",
    ],
    [
      "deflate that is none",
      packed("deflate", Buffer.from("hello, this is text")),
      "the answer is not in the deflate form that it names",
    ],
    [
      "brotli that is none",
      packed("br", Buffer.from("hello, this is text")),
      "the answer is not in the br form that it names",
    ],
    [
      "a packing that was not asked for",
      packed("zstd", Buffer.from("hello")),
      "the answer is packed in a way that was not asked for",
    ],
    [
      "a packing by the name of a property",
      packed("constructor", Buffer.from("hello")),
      "the answer is packed in a way that was not asked for",
    ],
    [
      "packing in packing",
      packed("gzip, gzip", gzipSync(gzipSync("hello"))),
      "the answer is packed in a way that was not asked for",
    ],
  ])("%s", async (_what, bytes, words) => {
    const port = await saying(bytes);
    const answer = await ask(client({ deadlines: soon }), `http://127.0.0.1:${port}/`);
    expect(brief(answer)).toEqual({
      kind: "broken",
      words: typeof words === "string" ? words : expect.stringMatching(words),
    });
    expect(answer).toMatchObject({ host: `127.0.0.1:${port}` });
  });

  it.each<[string, (socket: Socket) => unknown, string]>([
    ["closed at once", (socket) => socket.end(), cut],
    ["reset at once", (socket) => socket.resetAndDestroy(), cut],
    ["closed within the head", (socket) => socket.end("HTTP/1.1 200 OK\r\nConte"), cut],
    ["closed within the body", (socket) => socket.end(response("Content-Length: 100\r\n", "hello")), ends],
    ["closed within a chunk", (socket) => socket.end(response("Transfer-Encoding: chunked\r\n", "a\r\nhel")), ends],
    [
      "closed before the last chunk",
      (socket) => socket.end(response("Transfer-Encoding: chunked\r\n", "3\r\nhel\r\n")),
      ends,
    ],
    [
      "closed within a packed body",
      (socket) => socket.end(response("Content-Encoding: gzip\r\nContent-Length: 100\r\n", gzipSync("hello"))),
      ends,
    ],
  ])("a connection that is %s", async (_what, act, words) => {
    const port = await raw((socket) => onHead(socket, () => act(socket)));
    expect(brief(await ask(client({ deadlines: soon }), `http://127.0.0.1:${port}/`))).toEqual({
      kind: "broken",
      words,
    });
  });

  it("a request that cannot be sent, without a word of its header", async () => {
    const port = await web((_request, reply) => reply.end());
    const headers = { authorization: "Basic c2VjcmV0\r\nX: y" };
    const answer = await ask(client(), `http://127.0.0.1:${port}/`, { headers });
    expect(brief(answer)).toEqual({ kind: "broken", words: "the request could not be sent" });
  });

  it("a scheme that is not HTTP", async () => {
    expect(brief(await ask(client(), "ftp://127.0.0.1/"))).toEqual({ kind: "broken", words: "ftp: is not HTTP" });
  });
});
