// Serves all of our own registries until it is told to end: main.ts FOLDER PORT_BASE
import { createServer } from "node:http";
import { createServer as createTlsServer } from "node:https";
import { createServer as createTcpServer, type Server } from "node:net";
import { text } from "node:stream/consumers";
import { makeCertificates } from "./certificates.ts";
import { places, portOf } from "./places.ts";
import { MisbehavingRegistry, type Repository } from "./registry.ts";

const [folder, portBase] = process.argv.slice(2);
if (folder === undefined || portBase === undefined) throw new Error("usage: main.ts FOLDER PORT_BASE");

const at = places(Number(portBase));
const registry = new MisbehavingRegistry();
const certificates = makeCertificates(folder, at);

const control = createServer((request, response) => {
  const end = (status: number, body = "") => response.writeHead(status).end(body);
  if (request.method !== "PUT") {
    end(404);
    return;
  }
  text(request)
    .then((body) => (JSON.parse(body) as Repository[]).forEach((repository) => registry.put(repository)))
    .then(() => end(204))
    .catch((error: unknown) => end(400, String(error)));
});

const mirror = createServer((_, response) => {
  response.writeHead(403, { "content-type": "text/plain" }).end("this mirror is closed\n");
});
const proxy = createServer((_, response) => response.writeHead(403).end());
proxy.on("connect", (_, socket) => void socket.end("HTTP/1.1 403 Forbidden\r\ncontent-length: 0\r\n\r\n"));

const servers: readonly (readonly [Server, string])[] = [
  [createServer(registry.handle), at.misbehaving],
  [createTlsServer(certificates.selfSigned, registry.handle), at.selfSigned],
  [createTlsServer(certificates.expired, registry.handle), at.expired],
  [createTlsServer(certificates.otherName, registry.handle), at.otherName],
  [createTlsServer(certificates.trusted, registry.handle), at.trusted],
  [createTcpServer((socket) => void socket.on("error", () => {})), at.silent],
  [mirror, at.mirror],
  [proxy, at.proxy],
  // Last: who can reach it may take the others for started.
  [control, at.control],
];

for (const [server, place] of servers) {
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(portOf(place), "127.0.0.1", resolve);
  });
}
