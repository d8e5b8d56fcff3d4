import * as z from "zod";
import { strategies } from "./strategy.ts";

const instant = z.iso.datetime({ offset: true });
const digests = z.record(z.string(), z.array(z.string()));

/**
 * What has to survive a crash, and tells one re-pull from another: plain JSON in the annotation `imagepull.dev/repull` on the object. Written with
 * the first change, in the same patch; its `outcome` when it has ended.
 */
const markSchema = z.object({
  version: z.literal(1),
  /** Of the object's UID, the strategy, its parameters, the template and what is promised. */
  fingerprint: z.string(),
  strategy: z.enum(strategies),
  /** As it was typed: the same again is the same re-pull. */
  asked: z.object({
    container: z.string().nullable(),
    tag: z.string().nullable(),
    image: z.string().nullable(),
    /** Pods that were named or selected; null: all of the object. */
    only: z.array(z.string()).nullable(),
    /** The labels that selected them: their successors bear them too, so names alone do not tell the same from another. */
    selector: z.string().nullable().default(null),
  }),
  /** The chosen containers as they are to be. */
  containers: z.record(z.string(), z.object({ image: z.string(), policy: z.string() })),
  /** The same value twice is one rollout; null where nothing is restarted. */
  restartedAt: instant.nullable(),
  startedAt: instant,
  /** What has not been verified by then has failed, and no longer holds off another. */
  deadline: instant,
  /** The reference that ran before, by container; null where none can be told. */
  before: z.record(z.string(), z.string().nullable()),
  /** The digests that were promised, a set for each container; null where no registry has told all of them. */
  wanted: digests.nullable(),
  /** Pods that have to go, by name and UID; null where they are too many to be noted: then those made before `startedAt`. */
  pods: z.array(z.tuple([z.string(), z.string()])).nullable(),
  /** Which of these pods are evicted, since nothing replaces them by itself: every one, or those with these UIDs as long as they have not started. */
  evicts: z.union([z.literal("all"), z.array(z.string())]),
  /** The fingerprint that it takes back. */
  undoes: z.string().nullable(),
  /** The RepullRequest that it carries out: what another asks for is another re-pull, the same in all else. Null: somebody ran it directly. */
  request: z.object({ name: z.string(), uid: z.string() }).nullable().default(null),
  outcome: z
    .object({
      phase: z.enum(["Succeeded", "Failed"]),
      at: instant,
      /** Digests that were seen to run, by container. */
      running: digests,
    })
    .nullable(),
});
export type Mark = z.infer<typeof markSchema>;

/** An annotation has 256 KiB for all of an object's. */
export const maxNotedPods = 500;

/** Reads the annotation. Null where it is none of ours, or of another version: nothing is concluded from it. */
export function readMark(text: string | null): Mark | null {
  if (text === null) return null;
  try {
    const parsed = markSchema.safeParse(JSON.parse(text));
    return parsed.success ? parsed.data : null;
  } catch {
    return null;
  }
}

const foreignSchema = z.object({
  version: z.unknown().refine((version) => version !== undefined && version !== 1),
  outcome: z.null().optional(),
  deadline: z.unknown().optional(),
});

/** What an imagepull of another version has noted, and may still be at: `until` is its deadline, where one can be read. Null: none, or it has ended. */
export function foreignUnderWay(text: string | null, now: Date): { readonly until: string | null } | null {
  try {
    const parsed = foreignSchema.safeParse(JSON.parse(text ?? "null"));
    if (!parsed.success) return null;
    const until = instant.safeParse(parsed.data.deadline);
    if (!until.success) return { until: null };
    return Date.parse(until.data) > now.getTime() ? { until: until.data } : null;
  } catch {
    return null;
  }
}

export const writeMark = (mark: Mark): string => JSON.stringify(mark);

/** Carried out for the same request, or both for none. */
export const isSameRequest = (one: Mark["request"], other: Mark["request"]): boolean => one?.uid === other?.uid;

/** It has begun, has not ended, and its time is not over. */
export const isUnderWay = (mark: Mark, now: Date): boolean =>
  mark.outcome === null && Date.parse(mark.deadline) > now.getTime();
