import { once } from "node:events";
import { createServer, type Server } from "node:http";
import { refuse } from "../registries/behaviours.ts";
import { type Repository, MisbehavingRegistry } from "../registries/registry.ts";
import type { OwnPlaces } from "./preflight-make.ts";

/** Registries that break as a whole, which one that others use as well must not. */
export interface OwnRegistries {
  readonly places: OwnPlaces;
  serve(repositories: readonly Repository[]): void;
  /** From now on nobody listens where one was. */
  fall(): Promise<void>;
  close(): Promise<void>;
}

/** On loopback, where containerd speaks plain HTTP to whoever answers. */
export async function openRegistries(): Promise<OwnRegistries> {
  const registry = new MisbehavingRegistry();
  const falling = createServer(registry.handle);
  const tokens = createServer((request, response) =>
    request.url?.startsWith("/token") === true
      ? refuse(response, 503, "UNAVAILABLE", "the token server is down")
      : registry.handle(request, response),
  );
  const end = async (server: Server): Promise<void> => {
    if (!server.listening) return;
    server.closeAllConnections();
    server.close();
    await once(server, "close");
  };
  return {
    places: { falling: await listen(falling), tokens: await listen(tokens) },
    serve: (repositories) => repositories.forEach((repository) => registry.put(repository)),
    fall: () => end(falling),
    async close() {
      await Promise.all([end(falling), end(tokens)]);
    },
  };
}

async function listen(server: Server): Promise<string> {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  return `127.0.0.1:${typeof address === "object" && address !== null ? address.port : 0}`;
}
