import type { Server } from "node:http";
import { CannotStart } from "./cannot-start.ts";

/** Listens on loopback and answers with the port; 0 takes a free one. Rejects with a sentence where the port is taken. */
export async function listen(server: Server, port = 0): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    const refuse = (error: NodeJS.ErrnoException): void => {
      reject(
        error.code === "EADDRINUSE"
          ? new CannotStart(`port ${port} is taken: name another one, or none to take any.`)
          : error,
      );
    };
    server.once("error", refuse).listen(port, "127.0.0.1", resolve);
  });
  const address = server.address();
  return typeof address === "object" && address !== null ? address.port : port;
}

/** Stops a server at once, with the connections that are still open. */
export const close = (server: Server): Promise<void> =>
  new Promise((resolve) => {
    server.close(() => {
      resolve();
    });
    server.closeAllConnections();
  });
