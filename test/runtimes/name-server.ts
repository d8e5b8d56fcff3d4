import { createSocket } from "node:dgram";
import { once } from "node:events";

const type = { a: 1 } as const;
const code = { ok: 0, serverFailure: 2, noSuchName: 3, refused: 5 } as const;

/** What a name server does with a name that it is asked for: an address, a refusal of its own, or silence. */
export type Answer = { readonly address: string } | keyof typeof code | "silence";

/** A name server on `address`, port 53: enough of one for a resolver that asks for A and AAAA. */
export async function serveNames(address: string, answer: (name: string) => Answer): Promise<void> {
  const socket = createSocket("udp4");
  socket.on("message", (question, from) => {
    const { name, asked, end } = read(question);
    const told = answer(name);
    if (told === "silence") return;
    const found = typeof told === "object" && asked === type.a ? told.address : null;
    const head = Buffer.from(question.subarray(0, end));
    head.writeUInt16BE(0x8180 | (typeof told === "object" ? code.ok : code[told]), 2);
    head.writeUInt16BE(found === null ? 0 : 1, 6);
    head.writeUInt32BE(0, 8);
    socket.send(found === null ? head : Buffer.concat([head, record(found)]), from.port, from.address);
  });
  socket.bind(53, address);
  await once(socket, "listening");
}

function read(question: Buffer): { name: string; asked: number; end: number } {
  const labels: string[] = [];
  let at = 12;
  for (let length = question[at] ?? 0; length > 0; length = question[at] ?? 0) {
    labels.push(question.toString("latin1", at + 1, at + 1 + length));
    at += length + 1;
  }
  return { name: labels.join(".").toLowerCase(), asked: question.readUInt16BE(at + 1), end: at + 5 };
}

/** Points back to the question's name. */
function record(address: string): Buffer {
  const head = Buffer.from([0xc0, 0x0c, 0, type.a, 0, 1, 0, 0, 0, 60, 0, 4]);
  return Buffer.concat([head, Buffer.from(address.split(".").map(Number))]);
}
