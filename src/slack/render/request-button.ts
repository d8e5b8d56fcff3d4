import * as z from "zod";
import type { RepullRequest } from "../../approvals/types.ts";
import { objectName } from "./target.ts";
import { readJson } from "../json.ts";

/**
 * What a button on a request carries: which one is meant. It comes back through Slack, from anybody who sees the button, so it is parsed like
 * any input; it grants nothing. `by` only says whether a reason has to be asked for at once.
 */
const schema = z.object({
  v: z.literal(1),
  ns: objectName.max(63),
  name: objectName,
  uid: z.string().min(1).max(64),
  by: z.string().max(512),
});
export type RequestButton = z.infer<typeof schema>;

export const requestButton = ({ namespace, name, uid, spec }: RepullRequest): string =>
  JSON.stringify({ v: 1, ns: namespace, name, uid, by: spec.requestedBy.slice(0, 512) } satisfies RequestButton);

/** Reads a button's value; null for one of another version, or none of ours. */
export const readRequestButton = (value: string): RequestButton | null => readJson(schema, value);
