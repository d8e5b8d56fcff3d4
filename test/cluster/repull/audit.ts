import { readFileSync } from "node:fs";
import { isDeepStrictEqual } from "node:util";
import type { Cluster } from "../cluster.ts";

/** One write that the API server has taken, as its audit log tells. */
export interface Written {
  readonly verb: string;
  readonly path: string;
  readonly body: unknown;
  readonly code: number;
}

interface Entry {
  readonly verb: string;
  readonly requestURI: string;
  readonly requestReceivedTimestamp: string;
  readonly user: { readonly username: string };
  readonly requestObject?: unknown;
  readonly responseStatus?: { readonly code: number };
}

const writing: ReadonlySet<string> = new Set(["create", "update", "patch", "delete", "deletecollection"]);

/** The bot, as `install` names it. */
export const bot = "system:serviceaccount:imagepull:imagepull";

/** What a user (the one of the re-pulls, unless another is named) has written in a namespace; reviews of rights and dry runs change nothing, and are left out. */
export function writesIn(cluster: Cluster, namespace: string, by = "repuller"): readonly Written[] {
  return readFileSync(cluster.auditLog, "utf8")
    .split("\n")
    .filter((line) => line.includes(`"username":"${by}"`) && line.includes(`/namespaces/${namespace}/`))
    .map((line) => JSON.parse(line) as Entry)
    .filter(({ verb, user }) => writing.has(verb) && user.username === by)
    .filter(({ requestURI, requestObject }) => !requestURI.includes("dryRun=All") && !isDryRun(requestObject))
    .map(({ verb, requestURI, requestObject, responseStatus }) => ({
      verb,
      path: requestURI.replace(/\?.*$/u, ""),
      body: requestObject ?? null,
      code: responseStatus?.code ?? 0,
    }));
}

/** A deletion tells it in its body. */
const isDryRun = (body: unknown): boolean =>
  typeof body === "object" && body !== null && Array.isArray(Reflect.get(body, "dryRun"));

interface Planned {
  readonly object: { readonly name: string };
  readonly verb: string;
  readonly path: string;
  readonly patch: { readonly body: unknown };
}

/** What was written and had not been planned, and what had been planned and was not written: nothing and nothing, where a plan is true. */
export function unplanned(
  writes: readonly Written[],
  changes: readonly Planned[],
): { readonly notPlanned: readonly string[]; readonly notDone: readonly string[] } {
  const done = writes.filter(({ code }) => code < 300);
  const isOf = (written: Written, planned: Planned): boolean =>
    written.verb === planned.verb && written.path === planned.path && saysAsPlanned(written, planned.patch.body);
  return {
    notPlanned: done
      .filter((written) => !changes.some((planned) => isOf(written, planned)) && !isAnnounced(written, changes))
      .map(told),
    notDone: changes
      .filter((planned) => done.filter((written) => isOf(written, planned)).length !== 1)
      .map(({ verb, path }) => `${verb} ${path}`),
  };
}

function saysAsPlanned({ verb, path, body }: Written, planned: unknown): boolean {
  // The log keeps no secrets.
  if (path.includes("/secrets")) return true;
  if (verb === "patch") return isDeepStrictEqual(begun(withoutVersion(body)), begun(withoutVersion(planned)));
  // What a deletion is told, in the API server's own version of it.
  const { apiVersion: _, ...options } = (planned ?? {}) as Readonly<Record<string, unknown>>;
  return verb === "delete" ? covers(body, options) : covers(begun(body), begun(planned));
}

const told = ({ verb, path, body }: Written): string => `${verb} ${path} ${JSON.stringify(body).slice(0, 300)}`;

/** The outcome in the note that the plan made, and the end of pods that the plan made: the plan's words tell of both. */
function isAnnounced({ verb, path, body }: Written, changes: readonly Planned[]): boolean {
  if (verb === "delete")
    return changes.some((planned) => planned.verb === "create" && path.startsWith(`${planned.path}/imagepull-`));
  const steps: readonly { readonly op?: string; readonly path?: string }[] = Array.isArray(body) ? body : [];
  const writes = steps.filter(({ op }) => op !== "test").map((step) => step.path);
  const isNote = writes.length === 1 && writes[0] === "/metadata/annotations/imagepull.dev~1repull";
  const isNoted = ({ object, ...planned }: Planned): boolean =>
    planned.path === path || (planned.verb === "create" && `${planned.path}/${object.name}` === path);
  return verb === "patch" && isNote && changes.some(isNoted);
}

/** A patch is held to the version of the object that was read just before. */
function withoutVersion(body: unknown): unknown {
  const { metadata, ...rest } = body as { readonly metadata?: Readonly<Record<string, unknown>> };
  const { resourceVersion: _, ...named } = metadata ?? {};
  return { ...rest, metadata: named };
}

const times: ReadonlySet<string> = new Set(["startedAt", "deadline", "restartedAt"]);

/** A plan may lie there for a while before somebody says yes: its times are those of the first write. They stand in the note, and in the restart's annotation. */
function begun(value: unknown, key = ""): unknown {
  if (typeof value === "string" && (key === "kubectl.kubernetes.io/restartedAt" || times.has(key)))
    return "when it began";
  if (key === "imagepull.dev/repull") return begun(JSON.parse(String(value)));
  if (Array.isArray(value)) return value.map((one) => begun(one));
  return typeof value === "object" && value !== null
    ? Object.fromEntries(Object.entries(value).map(([name, one]) => [name, begun(one, name)]))
    : value;
}

/** As planned, and what an API server fills in. */
function covers(written: unknown, planned: unknown): boolean {
  if (planned === null) return true;
  if (typeof planned !== "object") return written === planned;
  // An empty list or map is none.
  if (written === undefined && Object.keys(planned ?? {}).length === 0) return true;
  if (typeof written !== "object" || written === null) return false;
  return Object.entries(planned).every(([key, value]) => covers(Reflect.get(written, key), value));
}

/** How often each kind of write was done, whatever the names. */
export function tally(writes: readonly Written[]): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const { verb, path, code } of writes) {
    if (code >= 300) continue;
    const [, resource = "", name, subresource] = /\/namespaces\/[^/]+\/([^/]+)(\/[^/]+)?(\/[^/]+)?$/u.exec(path) ?? [];
    const what = `${verb} ${resource}${name === undefined ? "" : "/…"}${subresource ?? ""}`;
    counts[what] = (counts[what] ?? 0) + 1;
  }
  return Object.fromEntries(Object.entries(counts).toSorted(([a], [b]) => (a < b ? -1 : 1)));
}
