import { createHash } from "node:crypto";
import * as z from "zod";
import type { ObjectName, Write } from "../world.ts";
import { canonical } from "./canonical.ts";
import { type Mark, readMark, writeMark } from "./mark.ts";
import { annotation, create } from "./requests.ts";

/** A bare pod that is deleted to be made again exists nowhere in between. Its manifest is kept in a Secret, since a pod's env may hold secrets. */

const longestName = 253;
const type = "imagepull.dev/pod";

/** The Secret that keeps a pod of this name. */
export function keeperOf({ namespace, name }: Pick<ObjectName, "namespace" | "name">): ObjectName {
  const whole = `imagepull-keep-${name}`;
  const hash = createHash("sha256").update(name).digest("hex").slice(0, 10);
  const short =
    whole.length <= longestName ? whole : `${whole.slice(0, longestName - 11).replace(/[.-]+$/u, "")}-${hash}`;
  return { apiVersion: "v1", kind: "Secret", namespace, name: short, uid: null };
}

/** What a keeper holds. */
export interface Kept {
  /** The keeper's own UID. */
  readonly uid: string;
  readonly mark: Mark;
  /** As the pod can be made again; never shown. */
  readonly manifest: Readonly<Record<string, unknown>>;
}

/** Of all that a keeper holds: what whoever may write Secrets has written is told from what was kept. */
export const sealOf = ({ mark, manifest }: Pick<Kept, "mark" | "manifest">): string =>
  createHash("sha256")
    .update(canonical([mark, manifest]))
    .digest("hex");

const base64 = (text: string): string => Buffer.from(text, "utf8").toString("base64");

/** Writes the keeper. */
export function keep(pod: ObjectName, mark: Mark, manifest: Readonly<Record<string, unknown>>): Write {
  const object = keeperOf(pod);
  const { name, namespace } = object;
  const data = { manifest: base64(JSON.stringify(manifest)), mark: base64(writeMark(mark)) };
  const { words: _, ...write } = create(object, null, []);
  return { ...write, body: { apiVersion: "v1", kind: "Secret", metadata: { name, namespace }, type, data } };
}

const json = z
  .base64()
  .transform((text) => Buffer.from(text, "base64").toString("utf8"))
  .transform((text, context): unknown => {
    try {
      return JSON.parse(text);
    } catch {
      context.addIssue("no JSON");
      return z.NEVER;
    }
  });
const keeperSchema = z.object({
  type: z.literal(type),
  metadata: z.object({ uid: z.string() }),
  data: z.object({ manifest: json.pipe(z.record(z.string(), z.unknown())), mark: json }),
});

/** Reads a keeper; null where the Secret is none of ours. */
export function readKeeper(secret: Readonly<Record<string, unknown>>): Kept | null {
  const parsed = keeperSchema.safeParse(secret);
  if (!parsed.success) return null;
  const { metadata, data } = parsed.data;
  const mark = readMark(JSON.stringify(data.mark));
  // Whoever may write secrets may write anything into them.
  return mark === null || !podSchema.safeParse(data.manifest).success
    ? null
    : { uid: metadata.uid, mark, manifest: data.manifest };
}

const loose = z.looseObject({});
const container = z.looseObject({
  name: z.string(),
  volumeMounts: z.array(z.looseObject({ name: z.string() })).optional(),
});
const podSchema = z.object({
  apiVersion: z.literal("v1"),
  kind: z.literal("Pod"),
  metadata: z.looseObject({
    name: z.string(),
    namespace: z.string(),
    annotations: z.record(z.string(), z.string()).optional(),
    managedFields: z.array(z.looseObject({ fieldsV1: loose.optional() })).optional(),
  }),
  spec: z.looseObject({
    volumes: z.array(z.looseObject({ name: z.string() })).optional(),
    containers: z.array(container),
    initContainers: z.array(container).optional(),
  }),
});
type Pod = z.infer<typeof podSchema>;

/** What the API server, the scheduler and admission have put in, and put in again. */
const serverMetadata = [
  "uid",
  "resourceVersion",
  "generation",
  "creationTimestamp",
  "deletionTimestamp",
  "deletionGracePeriodSeconds",
  "managedFields",
  "selfLink",
];
const serverSpec = ["ephemeralContainers", "priority", "preemptionPolicy"];

/** A pod as it can be made again. Null where it is no pod that we can read, or another of the same name. */
export function remade(
  manifest: Readonly<Record<string, unknown>>,
  { uid }: Pick<ObjectName, "uid">,
): Readonly<Record<string, unknown>> | null {
  const parsed = podSchema.safeParse(manifest);
  if (!parsed.success || parsed.data.metadata["uid"] !== uid) return null;
  const { apiVersion, kind, metadata, spec } = parsed.data;
  const { [annotation]: _, ...annotations } = metadata.annotations ?? {};
  const isToken = (name: string): boolean => /^kube-api-access-[a-z0-9]{5}$/u.test(name);
  const mounted = (containers: Pod["spec"]["containers"]): object[] =>
    containers.map((one) => ({ ...one, volumeMounts: one.volumeMounts?.filter(({ name }) => !isToken(name)) }));
  return {
    apiVersion,
    kind,
    metadata: { ...without(metadata, serverMetadata), annotations },
    spec: {
      // A binding leaves no trace in managedFields: whoever stands there chose the node when the pod was made.
      ...without(spec, choseNode(metadata) ? serverSpec : [...serverSpec, "nodeName"]),
      volumes: spec.volumes?.filter(({ name }) => !isToken(name)),
      containers: mounted(spec.containers),
      ...(spec.initContainers === undefined ? {} : { initContainers: mounted(spec.initContainers) }),
    },
  };
}

const without = (from: object, names: readonly string[]): object =>
  Object.fromEntries(Object.entries(from).filter(([name]) => !names.includes(name)));

function choseNode({ managedFields = [] }: Pod["metadata"]): boolean {
  return managedFields.some(({ fieldsV1 }) => {
    const spec = fieldsV1?.["f:spec"];
    return typeof spec === "object" && spec !== null && "f:nodeName" in spec;
  });
}

/** The kept manifest, with the mark in it. */
export function remakeOf(pod: ObjectName, { manifest, mark }: Kept): Write {
  const read = podSchema.parse(manifest);
  const metadata = { ...read.metadata, annotations: { ...read.metadata.annotations, [annotation]: writeMark(mark) } };
  const { words: _, ...write } = create({ ...pod, uid: null }, null, []);
  return { ...write, body: { ...read, metadata } };
}

/** The same under another name, to try what admission says to it. */
export function trialOf(pod: ObjectName, kept: Omit<Kept, "uid">): Write {
  const write = remakeOf(pod, { ...kept, uid: "" });
  const body = podSchema.parse(write.body);
  const { name, ...metadata } = body.metadata;
  return { ...write, body: { ...body, metadata: { ...metadata, generateName: `${name.slice(0, 50)}-` } } };
}
