import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { afterEach, describe, expect, it } from "vitest";
import { runs } from "../../fuzz/runs.ts";
import { ask, onHead, stage } from "./servers.ts";

const { raw, client, stop } = stage();
afterEach(stop);

const gzip = gzipSync("hello ".repeat(50));
const seeds = [
  Buffer.from("HTTP/1.1 200 OK\r\nContent-Length: 5\r\nX-A: b\r\n\r\nhello"),
  Buffer.from(
    "HTTP/1.1 401 Unauthorized\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nhel\r\n2\r\nlo\r\n0\r\nX: y\r\n\r\n",
  ),
  Buffer.from("HTTP/1.1 103 Early Hints\r\nLink: a\r\n\r\nHTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"),
  Buffer.concat([
    Buffer.from(`HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: ${gzip.length}\r\n\r\n`),
    gzip,
  ]),
];

interface Change {
  readonly at: number;
  readonly remove: number;
  readonly insert: Uint8Array;
}
const change = fc.record({
  at: fc.nat(400),
  remove: fc.nat(20),
  insert: fc.uint8Array({ maxLength: 20 }),
});
const changed = (bytes: Buffer, changes: readonly Change[]): Buffer =>
  changes.reduce(
    (rest, { at, remove, insert }) => Buffer.concat([rest.subarray(0, at), insert, rest.subarray(at + remove)]),
    bytes,
  );
const kinds = ["answer", "broken", "too-large"];

describe("whatever a server sends, and then closes", () => {
  it("has a named outcome, soon, and within the limit", { timeout: 120_000 }, async () => {
    let bytes: Buffer = Buffer.alloc(0);
    let cuts: readonly number[] = [];
    const port = await raw((socket) =>
      onHead(socket, () => {
        let start = 0;
        for (const cut of cuts) {
          socket.write(bytes.subarray(start, cut));
          start = Math.max(start, cut);
        }
        socket.end(bytes.subarray(start));
      }),
    );
    const one = client();
    const url = `http://127.0.0.1:${port}/`;
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(
          fc
            .tuple(fc.constantFrom(...seeds), fc.array(change, { maxLength: 3 }))
            .map(([seed, all]) => changed(seed, all)),
          fc.uint8Array({ maxLength: 200 }).map((array) => Buffer.from(array)),
        ),
        fc.array(fc.nat(300), { maxLength: 2 }),
        fc.constantFrom("GET", "HEAD"),
        async (sent, at, method) => {
          bytes = sent;
          cuts = at.toSorted((a, b) => a - b);
          const answer = await ask(one, url, { method, maxBytes: 200 });
          expect(kinds).toContain(answer.kind);
          if (answer.kind === "answer") expect(answer.body.length).toBeLessThanOrEqual(200);
        },
      ),
      runs(),
    );
  });
});
