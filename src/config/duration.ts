import * as z from "zod";

const form = "not a duration: write it with its unit, 4s or 500ms.";
const longest = 600_000;

/** `4s` or `500ms`, up to 600s, as milliseconds. */
export const duration = (shortest: "0s" | "100ms") =>
  z
    .string({ error: form })
    .regex(/^\d{1,6}(ms|s)$/, { error: form })
    .transform((text) => (text.endsWith("ms") ? Number(text.slice(0, -2)) : Number(text.slice(0, -1)) * 1000))
    .refine((milliseconds) => milliseconds >= (shortest === "0s" ? 0 : 100) && milliseconds <= longest, {
      error: `a duration out of bounds: ${shortest} to 600s.`,
    });
