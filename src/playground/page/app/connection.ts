import type { Act } from "../protocol.ts";
import { type Snapshot, parseRefusal, parseSnapshot } from "./wire.ts";

/** Follows what a person sees until the returned function is called. `onState` hears whether the line stands. */
export function follow(
  user: string,
  onSnapshot: (snapshot: Snapshot) => void,
  onState: (connected: boolean) => void,
): () => void {
  const source = new EventSource(`/events?user=${encodeURIComponent(user)}`);
  source.addEventListener("snapshot", (event: MessageEvent<string>) => {
    onSnapshot(parseSnapshot(event.data));
  });
  source.addEventListener("open", () => {
    onState(true);
  });
  source.addEventListener("error", () => {
    onState(false);
  });
  return () => {
    source.close();
  };
}

/** Does something as a person; resolves to a sentence when it could not be done. */
export async function act(what: Act): Promise<string | undefined> {
  try {
    const response = await fetch("/act", {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(what),
    });
    if (response.ok) return undefined;
    return parseRefusal(await response.json()) ?? `The playground answered ${response.status}.`;
  } catch {
    return "The playground does not answer. Is `npm start` still running?";
  }
}
