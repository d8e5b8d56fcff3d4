import { createServer } from "node:http";
import type { IncomingMessage, Server, ServerResponse } from "node:http";

export type Handler = (request: IncomingMessage, response: ServerResponse) => Promise<void> | void;

/** Path → method → handler. A handler under `*` answers every method itself. */
export type Routes = Readonly<Record<string, Readonly<Record<string, Handler>>>>;

/** One server for every door. A handler that throws is reported and answered with 500; what nobody knows with 404. */
export function createHttpServer(routes: Routes, report: (error: unknown, path: string) => void): Server {
  const server = createServer((request, response) => {
    const path = (request.url ?? "/").split("?", 1)[0] ?? "/";
    void route(routes, path, request, response).catch((error: unknown) => {
      report(error, path in routes ? path : "unknown");
      if (response.headersSent) response.destroy();
      else answer(response, 500, "The request failed here; the log tells why.");
    });
  });
  // A sender that dawdles keeps a connection for so long and no longer.
  server.requestTimeout = 30_000;
  server.headersTimeout = 10_000;
  return server;
}

async function route(routes: Routes, path: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const methods = Object.hasOwn(routes, path) ? routes[path] : undefined;
  if (methods === undefined)
    return answer(response, 404, `Nothing is here. There are ${Object.keys(routes).join(", ")}.`);
  const handler = methods["*"] ?? methods[request.method === "HEAD" ? "GET" : (request.method ?? "")];
  if (handler !== undefined) return handler(request, response);
  response.setHeader("allow", Object.keys(methods).join(", "));
  return answer(response, 405, `Use ${Object.keys(methods).join(" or ")}.`);
}

/** Answers with a text, and closes what the request still sends. */
export function answer(
  response: ServerResponse,
  status: number,
  text: string,
  type = "text/plain; charset=utf-8",
): void {
  response.writeHead(status, { "content-type": type, "cache-control": "no-store" });
  response.end(text.endsWith("\n") ? text : `${text}\n`);
}

/** Listens; the port that it got, or the sentence that says why it did not. */
export function listen(
  server: Server,
  host: string,
  port: number,
): Promise<{ readonly port: number } | { readonly sentence: string }> {
  return new Promise((resolve) => {
    const failed = (error: NodeJS.ErrnoException): void => resolve({ sentence: whyNot(error, host, port) });
    server.once("error", failed);
    server.listen(port, host, () => {
      server.off("error", failed);
      const address = server.address();
      resolve({ port: typeof address === "object" && address !== null ? address.port : port });
    });
  });
}

function whyNot(error: NodeJS.ErrnoException, host: string, port: number): string {
  if (error.code === "EADDRINUSE") return `port ${port} on ${host} is taken: stop what listens there, or set PORT.`;
  if (error.code === "EACCES") return `port ${port} on ${host} is not for this user: set PORT to one above 1023.`;
  if (error.code === "EADDRNOTAVAIL" || error.code === "ENOTFOUND")
    return `HOST ${host} is no address of this machine: 127.0.0.1 or 0.0.0.0 is usual.`;
  return `cannot listen on ${host}:${port} (${error.code ?? "unknown error"}).`;
}
