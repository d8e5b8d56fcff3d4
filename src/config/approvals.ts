import * as z from "zod";
import { longestExpirySeconds } from "../approvals/schema.ts";
import { namespaceName } from "./names.ts";

/** `approvals` of `imagepull.yaml`: what a re-pull request needs, and for how long. */

const minute = 60;
const hour = 60 * minute;
const day = 24 * hour;
const units: ReadonlyMap<string, number> = new Map([
  ["s", 1],
  ["m", minute],
  ["h", hour],
  ["d", day],
]);
const form = "not a duration: write it with its unit, 30m, 2h or 7d.";

/** `90s`, `30m`, `2h` or `7d`, in seconds. */
const longDuration = (shortest: number, longest: number, bounds: string) =>
  z
    .string({ error: form })
    .regex(/^\d{1,6}[smhd]$/, { error: form })
    .transform((text) => Number(text.slice(0, -1)) * (units.get(text.slice(-1)) ?? Number.NaN))
    .refine((seconds) => seconds >= shortest && seconds <= longest, { error: `a duration out of bounds: ${bounds}.` });

const needed = z.int().min(0).max(2);

const slackUser = z.string().regex(/^slack:[A-Z0-9]+:[A-Z0-9]+$/, {
  error: "no person of Slack: write slack:TEAM:USER with Slack's ids, as /imagepull whoami shows it.",
});
const shellUser = z
  .string()
  .min(1)
  .max(512)
  .refine((name) => !name.startsWith("slack:"), {
    error: "not a user of the API server: kubectl auth whoami shows the name.",
  });

/** How many may be carried out at the same time. */
const atOnce = z.strictObject({
  namespace: z.int().min(1).max(100).default(3),
  cluster: z.int().min(1).max(1_000).default(10),
});

export const approvalSettings = z
  .strictObject({
    needed: needed.default(1),
    namespaces: z.record(namespaceName, z.strictObject({ needed })).default({}),
    expiresAfter: longDuration(1, longestExpirySeconds, "1s to 7d").default(hour),
    atOnce: atOnce.prefault({}),
    keep: longDuration(hour, 366 * day, "1h to 366d").default(30 * day),
    people: z.record(slackUser, shellUser).default({}),
  })
  .transform(({ namespaces, expiresAfter, keep, people, ...rest }): ApprovalSettings => ({
    ...rest,
    namespaces: new Map(Object.entries(namespaces).map(([namespace, rules]) => [namespace, rules.needed])),
    expiresAfterSeconds: expiresAfter,
    keepSeconds: keep,
    people: new Map(Object.entries(people)),
  }));

export interface ApprovalSettings {
  /** Decisions of others that a request needs: 0, 1 or 2. */
  readonly needed: number;
  /** Namespace → what it needs instead. */
  readonly namespaces: ReadonlyMap<string, number>;
  readonly expiresAfterSeconds: number;
  readonly atOnce: { readonly namespace: number; readonly cluster: number };
  /** For how long what has ended stays in the cluster. */
  readonly keepSeconds: number;
  /** `slack:TEAM:USER` → the user of the API server who is the same person. */
  readonly people: ReadonlyMap<string, string>;
}

/** What may stand under `approvals`. */
export const approvalKeys = [
  "needed",
  "namespaces",
  "expiresAfter",
  "atOnce",
  "keep",
  "people",
] as const satisfies readonly (keyof z.input<typeof approvalSettings>)[];
