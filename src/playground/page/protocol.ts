import * as z from "zod";
import type { DoubleMessage, DoubleView, Suggestion } from "../slack/types.ts";

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
/** By block id and action id: what was typed, chosen or ticked. */
const entered = z.record(z.string(), z.record(z.string(), z.union([z.string(), z.array(z.string())])));
/** An element of a modal: `block/action`. */
const inView = { user, view: z.string(), actionId: z.string(), values: entered };

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
  z.object({ kind: z.literal("press"), ...inView }),
  z.object({ kind: z.literal("pick"), ...inView, value: z.union([z.string(), z.array(z.string())]) }),
  z.object({ kind: z.literal("submit"), user, view: z.string(), values: entered }),
  z.object({ kind: z.literal("close"), user, view: z.string() }),
]);

/** A snapshot as it is sent: with what the app offers in each message's menu. */
export type SentSnapshot = Snapshot & { readonly shortcuts: readonly Shortcut[] };

/** What a person types into a menu that looks things up. */
export const lookUpSchema = z.object({ user, view: z.string(), actionId: z.string(), typed: z.string().max(3_000) });
export type LookUp = z.infer<typeof lookUpSchema>;
export interface Found {
  readonly options: readonly Suggestion[];
}

/** Something that a person does on the page. */
export type Act = z.infer<typeof actSchema>;
