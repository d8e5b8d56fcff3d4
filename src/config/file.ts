import { LineCounter, isNode, parseDocument } from "yaml";
import type { Document } from "yaml";
import * as z from "zod";
import type { ApprovalRules } from "../approvals/types.ts";
import { failure, success } from "../diagnosis/result.ts";
import type { BadInput, Result } from "../diagnosis/result.ts";
import type { RegistrySettings } from "../registry/registry.ts";
import { describeIssue, writePath } from "../schema-issue.ts";
import { type ApprovalSettings, approvalKeys, approvalSettings } from "./approvals.ts";
import { duration } from "./duration.ts";
import { namespaceName } from "./names.ts";
import { nearest } from "./nearest.ts";
import { registryKeys, registrySettings } from "./registry.ts";

const channelId = z.string().regex(/^[CG][A-Z0-9]{2,}$/, { error: "not a channel's id (C0123ABCD)." });

/** `imagepull.yaml`. Each setting has a default that serves; a key that nobody reads is refused. */
const settingsFile = z.strictObject({
  cluster: z.string().min(1).max(100).nullable().default(null),
  access: z.strictObject({ look: z.enum(["members", "rbac"]).default("members") }).prefault({}),
  channels: z.record(channelId, z.strictObject({ namespace: namespaceName })).default({}),
  deadlines: z
    .strictObject({ read: duration("100ms").default(2500), answer: duration("100ms").default(4500) })
    .prefault({}),
  registry: registrySettings.prefault({}),
  approvals: approvalSettings.prefault({}),
});

export interface FileSettings {
  /** The name that answers give the cluster; null: the kubeconfig's context. */
  readonly cluster: string | null;
  /** Who may look: full members, everything; or full members, each what Kubernetes lets them see. */
  readonly access: { readonly look: "members" | "rbac" };
  /** Channel id → the namespace where a target without one is looked for first. */
  readonly namespaces: ReadonlyMap<string, string>;
  /** Milliseconds: for one read of the cluster, and for a whole answer. */
  readonly deadlines: { readonly read: number; readonly answer: number };
  readonly registry: RegistrySettings;
  readonly approvals: ApprovalSettings;
}

/** What requests of one namespace need. */
export const rulesFor = ({ approvals }: Pick<FileSettings, "approvals">, namespace: string): ApprovalRules => ({
  needed: approvals.namespaces.get(namespace) ?? approvals.needed,
  people: approvals.people,
});

/** Parses the text of `imagepull.yaml`, or says one sentence for each mistake, with file, line and path. */
export function parseSettings(text: string, file: string): Result<FileSettings, readonly BadInput[]> {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, uniqueKeys: true });
  // One slip makes the parser stumble several times: the first is the one to mend.
  const [error] = document.errors;
  if (error !== undefined)
    return failure([
      { sentence: `${file}:${lines.linePos(error.pos[0]).line} is not YAML: ${firstLine(error.message)}.` },
    ]);
  const value: unknown = toPlain(document) ?? {};
  const parsed = settingsFile.safeParse(value);
  if (!parsed.success) {
    const where = (path: readonly PropertyKey[]): string =>
      `${file}:${lineOf(document, lines, path)} ${writePath(path)}`.trimEnd();
    return failure(parsed.error.issues.flatMap((issue) => sentences(issue, value, where)));
  }
  const { cluster, access, channels, deadlines, registry, approvals } = parsed.data;
  return success({
    cluster,
    access,
    namespaces: new Map(Object.entries(channels).map(([channel, { namespace }]) => [channel, namespace])),
    deadlines,
    registry,
    approvals,
  });
}

/** An alias that grows without end is refused by the parser with an error of its own. */
function toPlain(document: Document.Parsed): unknown {
  try {
    return document.toJS({ maxAliasCount: 50 });
  } catch {
    return "too many aliases";
  }
}

const firstLine = (message: string): string => (message.split("\n")[0] ?? message).replace(/[.:]$/, "");

/** The line of a path's value; of its nearest parent that stands in the file, where it does not. */
function lineOf(document: Document.Parsed, lines: LineCounter, path: readonly PropertyKey[]): number {
  for (let length = path.length; length >= 0; length--) {
    const node = document.getIn(path.slice(0, length).map(String), true);
    if (isNode(node) && node.range) return lines.linePos(node.range[0]).line;
  }
  return 1;
}

type Issue = z.core.$ZodIssue;

function sentences(issue: Issue, value: unknown, where: (path: readonly PropertyKey[]) => string): BadInput[] {
  if (issue.code === "unrecognized_keys")
    return issue.keys.map((key) => ({
      sentence: `${where([...issue.path, key])} is no setting. ${suggestion(issue.path, key)}`,
    }));
  if (issue.code === "invalid_key")
    return [{ sentence: `${where(issue.path)} is ${issue.issues[0]?.message ?? "no valid key."}` }];
  // A message of ours says what it is not; the schema's own messages are put into our words.
  const own = /^(not|no|a) /.test(issue.message) && issue.code !== "invalid_value";
  const text = own ? `is ${issue.message}` : `${describeIssue(issue, value, () => true)}.`;
  return [
    { sentence: `${where(issue.path)} ${text}`.replace(/^(\S+) (is a [a-z]+, not a mapping)/, "$1 the file $2") },
  ];
}

const keysAt: Readonly<Record<string, readonly string[]>> = {
  "": ["cluster", "access", "channels", "deadlines", "registry", "approvals"],
  access: ["look"],
  "channels.*": ["namespace"],
  deadlines: ["read", "answer"],
  registry: registryKeys,
  "registry.tokenServers[]": ["registry", "server"],
  approvals: approvalKeys,
  "approvals.namespaces.*": ["needed"],
  "approvals.atOnce": ["namespace", "cluster"],
};

/** Where names of the user's own stand, a star. */
function placeOf(path: readonly PropertyKey[]): string {
  if (path[0] === "channels") return "channels.*";
  if (path[0] === "approvals" && path[1] === "namespaces") return "approvals.namespaces.*";
  return writePath(path).replaceAll(/\[\d+\]/g, "[]");
}

function suggestion(path: readonly PropertyKey[], key: string): string {
  const place = placeOf(path);
  const keys = keysAt[place] ?? [];
  const near = nearest(key, keys);
  return near === null ? `There ${keys.length === 1 ? "is" : "are"} ${keys.join(", ")}.` : `Did you mean ${near}?`;
}
