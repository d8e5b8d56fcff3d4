import * as z from "zod";
import type { DoubleMessage, DoubleView } from "../slack/types.ts";

/** What the page and its server say to each other. */
export interface Person {
  readonly id: string;
  readonly name: string;
  readonly role: string;
}

/** An entry of a message's menu, which an app has put there. */
export interface Shortcut {
  readonly name: string;
  readonly app: string;
  readonly callbackId: string;
}

export interface Channel {
  readonly id: string;
  readonly name: string;
  readonly topic: string;
  readonly members: number;
}

/** Everything that one person sees. Sent whole after each change: it is small, and can never be out of step. */
export interface Snapshot {
  readonly workspace: string;
  readonly you: string;
  readonly people: readonly Person[];
  readonly bot: { readonly id: string; readonly name: string };
  readonly channels: readonly Channel[];
  readonly messages: Readonly<Record<string, readonly DoubleMessage[]>>;
  readonly views: readonly DoubleView[];
  /** Versions of the node that the simulated cluster's texts were recorded on. */
  readonly recorded: { readonly kubernetes: string; readonly containerRuntime: string };
}

const message = z.object({ channel: z.string(), ts: z.string() });
const user = z.string();

export const actSchema = z.discriminatedUnion("kind", [
  z.object({
    kind: z.literal("say"),
    user,
    channel: z.string(),
    text: z.string().min(1).max(40_000),
    thread: z.string().optional(),
  }),
  z.object({ kind: z.literal("click"), user, message, actionId: z.string() }),
  z.object({ kind: z.literal("shortcut"), user, message, callbackId: z.string() }),
  z.object({ kind: z.literal("choose"), user, message, actionId: z.string(), value: z.string() }),
  z.object({
    kind: z.literal("submit"),
    user,
    view: z.string(),
    values: z.record(z.string(), z.record(z.string(), z.string())),
  }),
  z.object({ kind: z.literal("close"), user, view: z.string() }),
]);

/** A snapshot as it is sent: with what the app offers in each message's menu. */
export type SentSnapshot = Snapshot & { readonly shortcuts: readonly Shortcut[] };

/** Something that a person does on the page. */
export type Act = z.infer<typeof actSchema>;
