import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import { WebSocketServer } from "ws";
import type { SlackDouble } from "../slack/types.ts";
import type { SentSnapshot } from "./protocol.ts";

export interface Live {
  /** Turns a request that may see it into a line down which each change is told. */
  follow(request: IncomingMessage, socket: Duplex, head: Buffer, user: string): void;
  stop(): void;
}

/**
 * Tells pages what has changed, by WebSocket. A stream of events over HTTP would be a request that never ends, and whoever waits
 * for a page to have loaded would wait for ever.
 */
export function createLive(slack: SlackDouble, snapshot: (user: string) => SentSnapshot): Live {
  const server = new WebSocketServer({ noServer: true });
  return {
    follow(request, socket, head, user) {
      server.handleUpgrade(request, socket, head, (line) => {
        let waiting = false;
        const send = (): void => {
          waiting = false;
          line.send(JSON.stringify(snapshot(user)));
        };
        send();
        const unsubscribe = slack.subscribe(() => {
          // Several changes of one moment are one picture.
          if (!waiting) setImmediate(send);
          waiting = true;
        });
        line.on("close", unsubscribe);
        // A line that breaks is closed too.
        line.on("error", () => line.terminate());
      });
    },
    stop() {
      for (const line of server.clients) line.terminate();
      server.close();
    },
  };
}
