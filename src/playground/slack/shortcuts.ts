import type { DoubleShortcut } from "./types.ts";

/** The message shortcuts that manifest.yml declares. */
export const appShortcuts: readonly DoubleShortcut[] = [
  { name: "Explain this pull error", callback_id: "explain_message" },
];
