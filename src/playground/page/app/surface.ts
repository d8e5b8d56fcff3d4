import { createContext } from "preact";
import type { View } from "./wire.ts";

/** Where buttons and menus stand, and what using them does: a message, or a modal. */
export interface SurfaceValue {
  /** Null in a message. */
  readonly view: View | null;
  readonly press: (blockId: string, actionId: string) => Promise<void>;
  readonly pick: (blockId: string, actionId: string, value: string | string[]) => Promise<void>;
  /** Keeps what stands in a text field; null: the field is gone. */
  readonly type: (blockId: string, actionId: string, text: string | null) => void;
}

export const Surface = createContext<SurfaceValue>({
  view: null,
  press: () => Promise.resolve(),
  pick: () => Promise.resolve(),
  type: () => undefined,
});
