import type { Said, Word } from "../../../src/approvals/desk/types.ts";
import { requestName, requestWith } from "../shelf.ts";
import { type Bureau, bureau, dana, erin, type Scene } from "./bureau.ts";

/** A word of erin's on a request of dana's. */

export const frank = { user: "slack:T1:U3", groups: ["slack:T1"] };
export const pending = requestWith({ spec: { requestedBy: dana.user } });
export const named = { namespace: "shop", name: requestName, uid: pending.uid };
export const word = (over: Partial<Word> = {}): Word => ({
  who: erin,
  request: named,
  verb: "approve",
  reason: "",
  ...over,
});

export async function say(over: Partial<Word> = {}, scene: Scene = {}): Promise<{ here: Bureau; said: Said }> {
  const here = bureau({ requests: [pending], ...scene });
  return { here, said: await here.desk.say(word(over)) };
}
export const sentence = (said: Said): string => ("sentence" in said ? said.sentence : "");
