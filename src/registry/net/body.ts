import type { Transform } from "node:stream";
import type Zlib from "node:zlib";
import { failure, success } from "../../diagnosis/result.ts";
import type { Result } from "../../diagnosis/result.ts";
import { broken, connectionWords, errorCode } from "./trouble.ts";
import type { Trouble } from "./trouble.ts";

/** An answer that is packed may be a little longer than what it holds, but not for ever: empty blocks unpack to nothing. */
const packing = 4_096;

class TooLarge extends Error {}

/**
 * Reads the body to its end and unpacks it: gzip, deflate (with or without its wrapper) and brotli. Stops at the first byte over `maxBytes`, counted
 * after unpacking; the answer's connection is of no use then.
 */
export async function readBody(
  response: AsyncIterable<Buffer>,
  headers: Readonly<Record<string, string>>,
  maxBytes: number,
): Promise<Result<Buffer, Trouble>> {
  const [encoding = "", ...more] = (headers["content-encoding"] ?? "")
    .split(",")
    .map((name) => name.trim().toLowerCase())
    .filter((name) => name !== "" && name !== "identity");
  const unpacker = unpackers.get(encoding);
  if (more.length > 0 || (encoding !== "" && unpacker === undefined))
    return failure(broken("the answer is packed in a way that was not asked for"));
  const longest = unpacker === undefined ? maxBytes : maxBytes + packing;
  try {
    if (Number(headers["content-length"] ?? 0) > longest) throw new TooLarge();
    const packed = limited(response, longest);
    const unpacked = unpacker === undefined ? packed : limited(await unpack(packed, unpacker), maxBytes);
    const chunks: Buffer[] = [];
    for await (const chunk of unpacked) chunks.push(chunk);
    return success(Buffer.concat(chunks));
  } catch (error) {
    if (error instanceof TooLarge) return failure({ kind: "too-large", limit: maxBytes });
    const code = errorCode(error);
    const isPacking = code.startsWith("Z_") || code.startsWith("ERR_BROTLI") || code.startsWith("ERR__ERROR");
    if (isPacking) return failure(broken(`the answer is not in the ${encoding} form that it names`));
    return failure(broken(`the answer ends before its end: ${connectionWords(error)}`));
  }
}

/** Passes on what comes, up to so many bytes. */
async function* limited(source: AsyncIterable<Buffer>, maxBytes: number): AsyncGenerator<Buffer> {
  let size = 0;
  for await (const chunk of source) {
    size += chunk.length;
    if (size > maxBytes) throw new TooLarge();
    yield chunk;
  }
}

/** Begins with the first byte: an answer without a body may name an encoding too. */
async function unpack(packed: AsyncGenerator<Buffer>, unpacker: Unpacker): Promise<AsyncIterable<Buffer>> {
  const first = await packed.next();
  if (first.done === true) return packed;
  const stream = unpacker(first.value);
  stream.write(first.value);
  // An error comes out where the stream is read.
  return process.getBuiltinModule("node:stream").pipeline(packed, stream, () => undefined);
}

const zlib = (): typeof Zlib => process.getBuiltinModule("node:zlib");
const gunzip = (): Transform => zlib().createGunzip();

type Unpacker = (first: Buffer) => Transform;
const unpackers: ReadonlyMap<string, Unpacker> = new Map<string, Unpacker>([
  ["gzip", gunzip],
  ["x-gzip", gunzip],
  // RFC 9110 means zlib's wrapper (method 8 in the low bits); some servers send the bare stream.
  ["deflate", (first) => (((first[0] ?? 0) & 15) === 8 ? zlib().createInflate() : zlib().createInflateRaw())],
  ["br", () => zlib().createBrotliDecompress()],
]);
