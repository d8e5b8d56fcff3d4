import type { Act, LookUp } from "../protocol.ts";
import { type Found, type Snapshot, parseFound, parseRefusal, parseSnapshot } from "./wire.ts";

/** How long to wait before a broken line is tried again. */
const retryMs = 1000;

/** Follows what a person sees until the returned function is called. `onState` hears whether the line stands. */
export function follow(
  user: string,
  onSnapshot: (snapshot: Snapshot) => void,
  onState: (connected: boolean) => void,
): () => void {
  const query = `user=${encodeURIComponent(user)}`;
  let ended = false;
  let socket: WebSocket | null = null;
  const connect = (): void => {
    if (ended) return;
    socket = new WebSocket(`ws://${location.host}/live?${query}`);
    socket.addEventListener("message", ({ data }: MessageEvent<string>) => {
      // A closed line still delivers what was under way: by then the page shows what somebody else sees.
      if (!ended) onSnapshot(parseSnapshot(data));
    });
    socket.addEventListener("open", ({ target }) => {
      if (!ended) onState(true);
      else if (target instanceof WebSocket) target.close();
    });
    socket.addEventListener("close", () => {
      if (ended) return;
      onState(false);
      setTimeout(connect, retryMs);
    });
  };
  const begin = async (): Promise<void> => {
    try {
      // The first picture comes as a part of the page's loading.
      const response = await fetch(`/snapshot?${query}`);
      if (response.ok && !ended) onSnapshot(parseSnapshot(await response.text()));
    } catch {
      // The line says so, and is tried again.
    }
    connect();
  };
  void begin();
  return () => {
    ended = true;
    // One that is still being opened is closed when it is open: before, browsers take it for a failure.
    if (socket?.readyState === WebSocket.OPEN) socket.close();
  };
}

const post = (path: string, what: Act | LookUp): Promise<Response> =>
  fetch(path, { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(what) });

const silent = "The playground does not answer. Is `npm start` still running?";

/** Does something as a person; resolves to a sentence when it could not be done. */
export async function act(what: Act): Promise<string | undefined> {
  try {
    const response = await post("/act", what);
    if (response.ok) return undefined;
    return parseRefusal(await response.json()) ?? `The playground answered ${response.status}.`;
  } catch {
    return silent;
  }
}

/** What a menu offers for what has been typed; null where it offers nothing, as Slack shows it when an app does not answer. */
export async function lookUp(what: LookUp): Promise<Found | null> {
  try {
    const response = await post("/lookup", what);
    return response.ok ? (parseFound(await response.json()) ?? null) : null;
  } catch {
    return null;
  }
}
