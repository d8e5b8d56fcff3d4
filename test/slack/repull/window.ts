import { expect, vi } from "vitest";
import type { DoubleView } from "../../../src/playground/slack/double.ts";
import type { Stage } from "../support/stage.ts";

/** All that a modal shows and offers, as one text. */
export const shownIn = (view: DoubleView): string => `${view.title}\n${JSON.stringify(view.blocks)}`;

/** The one modal that somebody has open. */
export function open(on: Stage, user: string): DoubleView {
  const view = on.slack.views(user).at(-1);
  if (view === undefined) throw new Error(`${user} has no modal open`);
  return view;
}

/** The modal, once it shows what is waited for. */
export const until = (on: Stage, user: string, words: string | RegExp, timeout = 3_000): Promise<DoubleView> =>
  vi.waitFor(
    () => {
      const view = open(on, user);
      expect(shownIn(view)).toMatch(words);
      return view;
    },
    { timeout, interval: 10 },
  );

/** Action ids of what can be chosen or typed in it. */
export const fieldsOf = (view: DoubleView): readonly string[] =>
  JSON.stringify(view.blocks).match(/(?<="action_id":")[^"]+/g) ?? [];

/** Something that a test lets go on when it likes. */
export function gate(): { readonly passed: Promise<void>; readonly open: () => void } {
  const { promise, resolve } = Promise.withResolvers<void>();
  return { passed: promise, open: resolve };
}
