import type { Message } from "../render/message.ts";

/** Where an object's message stands, as the object itself keeps it. */
export interface Place {
  readonly channel: string;
  /** Null: it is to be posted, and may have been. */
  readonly ts: string | null;
  /** The process that posts it and keeps it; another does so only when it has not for a while. */
  readonly by: string;
  /** RFC 3339: when it was said that it is to be posted. */
  readonly at: string;
  /** The last word (a phase) that the message is known to show; null: none. */
  readonly shown: string | null;
}

/** An object of the cluster that has a message in Slack, as it is now. */
export interface Projected {
  /** Its UID: also the message's metadata, by which it is found again. */
  readonly key: string;
  /** `namespace/name`, for logs. */
  readonly name: string;
  /** Where it is posted if it stands nowhere yet. */
  readonly channel: string;
  readonly place: Place | null;
  readonly message: Message;
  /** What the message has to show for sure, also over a restart: the phase. What changes besides is shown by the process that knows it. */
  readonly word: string;
  /** Nothing happens to it any more. One that has no place is not posted then. */
  readonly isFinal: boolean;
  /** Who may show what changes within a phase: the process that carries it out; null: whoever keeps the message. */
  readonly by: string | null;
  /** Keeps the place in the object: `moved` where somebody else has written the place meanwhile, `gone` where the object is, `lost` where nobody knows. Never throws. */
  keep(place: Place, signal?: AbortSignal): Promise<"kept" | "moved" | "gone" | "lost">;
}

/** Objects of the cluster as messages in Slack: what is there now is shown, whatever happened in between. */
export interface Projector {
  /** All that there is; what is missing in it is forgotten. */
  see(all: readonly Projected[]): void;
  /** One that has changed just now. */
  changed(one: Projected): void;
  /** What keeps messages from being posted or kept: one sentence a channel. */
  troubles(): readonly { readonly channel: string; readonly sentence: string }[];
  /** Messages that are not yet as they should be. */
  readonly waiting: number;
  /** Sends nothing new; ends when what was being sent is. */
  stop(): Promise<void>;
}
