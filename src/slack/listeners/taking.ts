import type { z } from "zod";
import type { Door } from "../door.ts";
import { reason } from "../log.ts";

/** Acknowledges before anything else. An acknowledgement that fails is not the end: the answer goes another way. */
export async function acknowledge(ack: () => Promise<void>, door: Door): Promise<void> {
  try {
    await ack();
  } catch (error) {
    door.log.warn({ reason: reason(error) }, "an acknowledgement did not reach Slack");
  }
}

/** Parses what Slack handed over and works on it once, however often it comes. Nothing that happens in the work escapes. */
export function take<T extends z.ZodType>(
  door: Door,
  schema: T,
  body: unknown,
  key: (payload: z.output<T>) => string,
  work: (payload: z.output<T>) => Promise<void>,
): Promise<void> {
  const parsed = schema.safeParse(body);
  if (!parsed.success) {
    door.log.warn(
      { where: parsed.error.issues[0]?.path.join(".") ?? "" },
      "Slack sent something in a shape that is not known",
    );
    return Promise.resolve();
  }
  if (!door.once.first(key(parsed.data))) return Promise.resolve();
  return door.track(work(parsed.data));
}

/** What is kept under an id that Slack handed over, which may be any word, `constructor` too. */
export const own = <T>(record: Readonly<Record<string, T>>, key: string): T | undefined =>
  Object.hasOwn(record, key) ? record[key] : undefined;
