import { createContext } from "preact";
import type { Act, LookUp } from "../protocol.ts";
import type { Found, Snapshot } from "./wire.ts";

type WithoutUser<T> = T extends unknown ? Omit<T, "user"> : never;
/** What the person at the page does; who that is, the page adds. */
export type Doing = WithoutUser<Act>;

export interface PageContextValue {
  /** Renewed each half minute, so that "5 minutes ago" does not grow old. */
  readonly now: Date;
  readonly nameOf: (user: string) => string | undefined;
  readonly channelNameOf: (channel: string) => string | undefined;
  /** What the app offers in each message's menu. */
  readonly shortcuts: Snapshot["shortcuts"];
  /** Puts a text into the message box. */
  readonly compose: (text: string) => void;
  readonly act: (doing: Doing) => Promise<void>;
  /** What a menu of a modal offers; null: nothing that could be shown. */
  readonly lookUp: (asked: Omit<LookUp, "user">) => Promise<Found | null>;
}

export const PageContext = createContext<PageContextValue>({
  now: new Date(),
  nameOf: () => undefined,
  channelNameOf: () => undefined,
  shortcuts: [],
  compose: () => undefined,
  act: () => Promise.resolve(),
  lookUp: () => Promise.resolve(null),
});
