import type { z } from "zod";

/** What has travelled through Slack as JSON; null for what another version wrote, or nobody of ours. */
export function readJson<T extends z.ZodType>(schema: T, text: string): z.output<T> | null {
  try {
    const parsed = schema.safeParse(JSON.parse(text));
    return parsed.success ? parsed.data : null;
  } catch {
    return null;
  }
}
