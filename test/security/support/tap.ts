import { createServer, request } from "node:http";
import type { AddressInfo } from "node:net";

export interface Tap {
  readonly url: string;
  /** All that has gone through, in both directions. */
  readonly heard: () => string;
  readonly stop: () => Promise<void>;
}

/** Stands before a server and keeps what is said: headers and bodies, there and back. */
export async function tap(upstream: string): Promise<Tap> {
  const heard: string[] = [];
  const server = createServer((incoming, outgoing) => {
    heard.push(`${incoming.method} ${incoming.url} ${JSON.stringify(incoming.rawHeaders)}`);
    const { host: _host, ...headers } = incoming.headers;
    const forwarded = request(
      new URL(incoming.url ?? "/", upstream),
      { method: incoming.method ?? "GET", headers },
      (response) => {
        const chunks: Buffer[] = [];
        response.on("data", (chunk: Buffer) => chunks.push(chunk));
        response.on("end", () => {
          const body = Buffer.concat(chunks);
          heard.push(JSON.stringify(response.rawHeaders), body.toString("utf8"));
          const { "transfer-encoding": _encoding, ...kept } = response.headers;
          outgoing.writeHead(response.statusCode ?? 500, kept).end(body);
        });
      },
    );
    forwarded.on("error", () => outgoing.destroy());
    incoming.on("data", (chunk: Buffer) => heard.push(chunk.toString("utf8")));
    incoming.pipe(forwarded);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    heard: () => heard.join("\n"),
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
