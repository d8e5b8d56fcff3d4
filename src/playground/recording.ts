import { readFileSync, readdirSync } from "node:fs";
import * as z from "zod";
import { CannotStart } from "./cannot-start.ts";

/**
 * Recordings of a real node: the only source of what the simulated kubelet and its runtime say. Each file holds the versions that
 * were recorded and, by scenario, the events, waiting states and conditions of one pod, in the order in which they first appeared.
 * Texts hold placeholders for what belongs to one pod and not to the words:
 * `{image}` as the pod spec writes it, `{reference}` as the runtime writes it in full, `{scheme}`, `{host}`, `{repository}`, `{tag}`,
 * `{digest}`, `{container}`, `{namespace}`, `{pod}`, `{uid}`, `{node}`, `{secret}`, `{duration}` (of a pull), `{total}` (waiting included), `{size}` (bytes).
 */
const recordedEvent = z.object({
  type: z.enum(["Normal", "Warning"]),
  reason: z.string(),
  message: z.string(),
  /** `spec.containers{{container}}`, or empty where the event is about the pod as a whole. */
  fieldPath: z.string(),
  component: z.string(),
});

const recordedCondition = z.object({ type: z.string(), status: z.string(), reason: z.string(), message: z.string() });

const scenario = z.object({
  events: z.array(recordedEvent),
  waiting: z.array(z.object({ reason: z.string(), message: z.string() })),
  conditions: z.array(recordedCondition),
});

const recordingSchema = z.object({
  recordedAt: z.iso.datetime({ offset: true }),
  versions: z.object({ kubernetes: z.string(), containerRuntime: z.string() }),
  node: z.object({
    conditions: z.array(recordedCondition),
    nodeInfo: z.object({
      architecture: z.string(),
      operatingSystem: z.string(),
      osImage: z.string(),
      kernelVersion: z.string(),
    }),
  }),
  scenarios: z.record(z.string(), scenario),
});

export type RecordedEvent = z.infer<typeof recordedEvent>;
export type RecordedCondition = z.infer<typeof recordedCondition>;
export type Scenario = z.infer<typeof scenario>;
export type Recording = z.infer<typeof recordingSchema>;

/** Reads one recording; throws a sentence that names the file and the first thing wrong in it. */
export function parseRecording(text: string, name: string): Recording {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw new CannotStart(`${name} is not JSON. Make the recordings anew: npm run record.`);
  }
  const parsed = recordingSchema.safeParse(json);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new CannotStart(
    `${name}: ${issue?.path.join(".") ?? ""}: ${issue?.message ?? "unreadable"}. Make the recordings anew: npm run record.`,
  );
}

/** All recordings in a folder, merged; the newest file wins where two hold the same scenario. Throws when the folder holds none. */
export function readRecordings(folder: URL): Recording {
  const recordings = readdirSync(folder)
    .filter((name) => name.endsWith(".json"))
    .map((name) => parseRecording(readFileSync(new URL(name, folder), "utf8"), name))
    .toSorted((a, b) => a.recordedAt.localeCompare(b.recordedAt));
  const newest = recordings.at(-1);
  if (newest === undefined)
    throw new CannotStart(`no recordings in ${folder.pathname}. Make them from a real node: npm run record.`);
  return {
    ...newest,
    scenarios: Object.fromEntries(recordings.flatMap(({ scenarios }) => Object.entries(scenarios))),
  };
}

/** A recorded text with its placeholders filled in. A placeholder that nothing is known for stands as it is: a text never invents. */
export function fill(text: string, values: Readonly<Record<string, string>>): string {
  return text.replaceAll(/\{([a-z]+)\}/g, (whole, name: string) => values[name] ?? whole);
}
