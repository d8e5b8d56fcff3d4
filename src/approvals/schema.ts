import * as z from "zod";
import { badInput, success } from "../diagnosis/result.ts";
import type { BadInput, Result } from "../diagnosis/result.ts";
import { strategies } from "../repull/strategy.ts";
import { describeIssue, writePath } from "../schema-issue.ts";
import { apiVersion, phases, verbs } from "./types.ts";
import type { DecisionSpec, RepullDecision, RepullRequest, RequestSpec, RequestStatus } from "./types.ts";

/**
 * From the API's objects to ours and back. The API server drops every null, so nothing of ours is written as one: what is absent, or empty
 * where a text would say something, reads back as null. Fields that a later release adds are passed over.
 */

const text = z.string();
const word = z.string().min(1);
const words = z.array(z.string());
/** Who has none may be written without. */
const groups = words.nullish().transform((value) => value ?? []);
const instant = z.iso.datetime({ offset: true });
const optional = <T extends z.ZodType>(schema: T) => schema.nullish().transform((value) => value ?? null);
const optionalText = text.nullish().transform((value) => value || null);
const hex = z.string().regex(/^[0-9a-f]{16,64}$/, { error: "16 hexadecimal digits" });
const seconds = z.int().min(1);
const digests = z.record(z.string(), words);

/** A week: nobody's yes is worth more than that. */
export const longestExpirySeconds = 604_800;

const requestSpec = z.object({
  requestedBy: word,
  requestedByGroups: groups,
  reason: text.nullish().transform((value) => value ?? ""),
  target: z.object({ apiVersion: word, kind: word, name: word, uid: word, text: word }),
  strategy: z.enum(strategies),
  parameters: z.object({
    container: optionalText,
    tag: optionalText,
    image: optionalText,
    only: optional(words),
    undo: optional(z.object({ fingerprint: hex, pins: z.record(z.string(), word) })),
    allowRepository: z.boolean(),
    allowUnproven: z.boolean(),
    timeoutSeconds: seconds,
  }),
  fingerprint: hex,
  attempt: seconds,
  undoes: optionalText,
  expiresAfterSeconds: seconds.max(longestExpirySeconds),
  plan: z.object({ changes: words, restarts: text, keeps: words, notes: words, command: text }),
  preflight: z.object({ answer: z.enum(["possible", "unproven"]), reasons: words }),
  wanted: optional(digests),
  /** A null in a map would take its key with it: an empty text stands for it. */
  before: z.record(z.string(), optionalText),
}) satisfies z.ZodType<RequestSpec>;

const requestStatus = z.object({
  phase: z.enum(phases),
  message: text,
  needed: z.int().min(0),
  decisions: optional(
    z.array(z.object({ name: word, by: word, decision: z.enum(verbs), counts: z.boolean(), why: text })),
  ).transform((value) => value ?? []),
  history: optional(
    z.array(z.object({ phase: z.enum(phases), at: instant, by: optionalText, message: text })),
  ).transform((value) => value ?? []),
  executor: optional(z.object({ id: word, renewedAt: instant })),
  progress: optional(z.object({ done: z.int().min(0), of: z.int().min(0), line: text })),
  running: optional(digests),
  undo: optional(z.enum(["offered", "none"])),
  kept: optional(hex),
  slack: optional(z.object({ channel: word, ts: optionalText, by: word, at: instant, shown: optionalText })),
}) satisfies z.ZodType<RequestStatus>;

const decisionSpec = z.object({
  request: word,
  requestUid: word,
  by: word,
  byGroups: groups,
  decision: z.enum(verbs),
  reason: text.nullish().transform((value) => value ?? ""),
}) satisfies z.ZodType<DecisionSpec>;

const metadata = z.object({
  namespace: word,
  name: word,
  uid: word,
  resourceVersion: word,
  creationTimestamp: instant,
});

const request = z.object({ metadata, spec: requestSpec, status: z.unknown().optional() });
const decision = z.object({ metadata, spec: decisionSpec });

const stored = ({ namespace, name, uid, resourceVersion, creationTimestamp }: z.output<typeof metadata>) => ({
  namespace,
  name,
  uid,
  resourceVersion,
  createdAt: creationTimestamp,
});

/** A RepullRequest as the API server has it, or one sentence that names it and what is wrong with it. */
export function parseRequest(object: unknown): Result<RepullRequest, BadInput> {
  const read = parse("RepullRequest", request, object);
  if (!read.ok) return read;
  const status = isEmpty(read.value.status) ? success(null) : parse("RepullRequest", withStatus, object);
  if (!status.ok) return status;
  return success({ ...stored(read.value.metadata), spec: read.value.spec, status: status.value?.status ?? null });
}

const withStatus = z.object({ status: requestStatus });

/** A status subresource that nobody has written may come as an empty mapping. */
const isEmpty = (status: unknown): boolean =>
  status === undefined ||
  status === null ||
  (typeof status === "object" && Object.values(status).every((value) => value === null));

/** A RepullDecision as the API server has it, or one sentence that names it and what is wrong with it. */
export function parseDecision(object: unknown): Result<RepullDecision, BadInput> {
  const read = parse("RepullDecision", decision, object);
  return read.ok ? success({ ...stored(read.value.metadata), spec: read.value.spec }) : read;
}

type Kind = "RepullRequest" | "RepullDecision";

/** The API server leaves kind and version out of the items of some lists; where they stand, they have to be ours. */
const envelope = z.object({ apiVersion: z.string().nullish(), kind: z.string().nullish() });

function parse<T>(kind: Kind, schema: z.ZodType<T>, object: unknown): Result<T, BadInput> {
  const is = envelope.safeParse(object);
  const here = nameOf(kind, object);
  if (is.success && (is.data.kind ?? kind) !== kind) return badInput(`${here} cannot be read: it is no ${kind}.`);
  if (is.success && (is.data.apiVersion ?? apiVersion) !== apiVersion)
    return badInput(`${here} cannot be read: it is not of ${apiVersion}, the only version that this release knows.`);
  const parsed = schema.safeParse(object);
  if (parsed.success) return success(parsed.data);
  const [issue] = parsed.error.issues;
  if (issue === undefined) return badInput(`${here} cannot be read.`);
  const said = describeIssue(issue, object, (path) => shown.has(String(path.at(-1))));
  return badInput(`${here} cannot be read: ${`${writePath(issue.path)} ${said}`.trimStart()}.`);
}

/** Of what is wrong only these are quoted: anything else a person has typed. */
const shown: ReadonlySet<string> = new Set([
  "phase",
  "strategy",
  "decision",
  "answer",
  "undo",
  "fingerprint",
  "attempt",
  "needed",
  "timeoutSeconds",
  "expiresAfterSeconds",
]);

const named = z.object({
  metadata: z.object({
    namespace: z.string().regex(/^[a-z0-9-]{1,63}$/),
    name: z.string().regex(/^[a-z0-9.-]{1,253}$/),
  }),
});

function nameOf(kind: Kind, object: unknown): string {
  const parsed = named.safeParse(object);
  if (!parsed.success) return `a ${kind}`;
  const { namespace, name } = parsed.data.metadata;
  return `${kind} ${name} in namespace ${namespace}`;
}

/** What is posted to ask. */
export function requestManifest(namespace: string, name: string, spec: RequestSpec): object {
  const before = Object.fromEntries(Object.entries(spec.before).map(([container, image]) => [container, image ?? ""]));
  return {
    apiVersion,
    kind: "RepullRequest",
    metadata: { namespace, name },
    spec: withoutNulls({ ...spec, before }),
  };
}

/** What is posted to decide. */
export const decisionManifest = (namespace: string, name: string, spec: DecisionSpec): object => ({
  apiVersion,
  kind: "RepullDecision",
  metadata: { namespace, name },
  spec: withoutNulls(spec),
});

/** `status` as it is written. */
export const statusManifest = (status: RequestStatus): object => withoutNulls(status);

/** Left out is what the API server would make of them. */
function withoutNulls(value: object): object {
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, inner]) => inner !== null && inner !== undefined)
      .map(([key, inner]) => [key, plain(inner)]),
  );
}

const plain = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(plain);
  return typeof value === "object" && value !== null ? withoutNulls(value) : value;
};
