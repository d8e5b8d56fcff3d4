import type { Socket } from "node:net";

/** Connections that wait to be used again, by where they lead. */
export interface Pool {
  take(key: string): Socket | null;
  give(key: string, socket: Socket): void;
  close(): void;
}

const keptPerKey = 8;
/** Shorter than load balancers keep idle connections (60 s), longer than one check takes. */
const keptFor = 20_000;

/** A connection that the server ends, or sends to unasked, is dropped; none keeps the process alive. */
export function createPool(): Pool {
  const kept = new Map<string, Map<Socket, () => void>>();
  let isClosed = false;

  const remove = (key: string, socket: Socket): void => {
    const sockets = kept.get(key);
    sockets?.get(socket)?.();
    sockets?.delete(socket);
    if (sockets?.size === 0) kept.delete(key);
  };
  return {
    take(key) {
      const [latest] = [...(kept.get(key)?.keys() ?? [])].toReversed();
      if (latest === undefined) return null;
      remove(key, latest);
      return latest.ref();
    },
    give(key, socket) {
      const sockets = kept.get(key) ?? new Map<Socket, () => void>();
      if (isClosed || socket.destroyed || !socket.writable || socket.readableEnded || sockets.size >= keptPerKey) {
        socket.destroy();
        return;
      }
      const drop = (): void => {
        remove(key, socket);
        socket.destroy();
      };
      const events = ["data", "end", "close", "timeout"] as const;
      for (const event of events) socket.on(event, drop);
      socket.setTimeout(keptFor);
      socket.unref();
      sockets.set(socket, () => {
        for (const event of events) socket.off(event, drop);
        socket.setTimeout(0);
      });
      kept.set(key, sockets);
    },
    close() {
      isClosed = true;
      for (const [key, sockets] of kept) {
        for (const socket of sockets.keys()) {
          remove(key, socket);
          socket.destroy();
        }
      }
    },
  };
}
