import { beforeEach, expect } from "vitest";
import type { DoubleView } from "../../../../src/playground/slack/double.ts";
import { aSlackEach, call, connect, slack, type Envelope, type Json } from "./by-hand.ts";

export const plain = (text: string): Json => ({ type: "plain_text", text });
export const option = (value: string): Json => ({ text: plain(value.toUpperCase()), value });
export const input = (id: string, element: Json, over: Json = {}): Json => ({
  type: "input",
  block_id: id,
  label: plain(id),
  element: { action_id: "in", ...element },
  ...over,
});
export const how = input(
  "how",
  { type: "static_select", options: [option("restart"), option("probe")] },
  { dispatch_action: true },
);
export const tag = input(
  "tag",
  { type: "external_select", min_query_length: 0 },
  { optional: true, dispatch_action: true },
);
export const may = input(
  "may",
  { type: "checkboxes", options: [option("unproven"), option("other")] },
  { optional: true },
);
export const why = input("why", { type: "plain_text_input", multiline: true, max_length: 20 });
export const press = {
  type: "actions",
  block_id: "more",
  elements: [{ type: "button", action_id: "plan", text: plain("Plan"), value: "v" }],
};
export const modal = (blocks: readonly Json[] = [how, tag, may, why, press], over: Json = {}): Json => ({
  type: "modal",
  callback_id: "m",
  private_metadata: "p",
  title: plain("Re-pull"),
  submit: plain("Ask"),
  blocks,
  ...over,
});

/** What has been handed to the app, and how it answers. */
export let envelopes: Envelope[];
let answer: (envelope: Envelope) => Json | null;
export function answering(by: typeof answer): void {
  answer = by;
}

/** A double and an app by hand for each test of the file. */
export function anAppEach(): void {
  aSlackEach();
  beforeEach(async () => {
    answer = () => ({});
    envelopes = await connect((envelope) => answer(envelope));
  });
}
/** Opens a modal as a command does. */
export const open = async (view: Json = modal()): Promise<{ id: string; hash: string }> => {
  await slack.say("U1", "C1", "/imagepull repull");
  const opened = await call("views.open", { trigger_id: envelopes.at(-1)?.payload["trigger_id"], view });
  expect(opened).toMatchObject({ ok: true });
  return opened["view"] as { id: string; hash: string };
};
export const shown = (): DoubleView => slack.views("U1").at(-1)!;
export const last = (): Json => envelopes.at(-1)!.payload;
