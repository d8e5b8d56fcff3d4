import * as z from "zod";
import { quote } from "../diagnosis/causes/commands.ts";
import { redact } from "../diagnosis/redact.ts";
import type { Write, Written } from "../world.ts";
import { list, text } from "./pod.ts";
import type { Answer } from "./transport.ts";

/** From the API server's answer to what has become of a write. */

type Got = Extract<Answer, { kind: "answer" }>;

/** A `Status`, or the object itself; of either, no more than this. */
const answered = z.object({
  kind: text,
  reason: text,
  message: text,
  metadata: z.object({ uid: z.string().nullish(), resourceVersion: z.string().nullish() }).nullish(),
  details: z
    .object({
      kind: text,
      name: text,
      uid: z.string().nullish(),
      causes: list(z.object({ reason: text, message: text, field: text })),
    })
    .nullish(),
});
type Answered = z.output<typeof answered>;

const nothing: Answered = { kind: "", reason: "", message: "", metadata: null, details: null };

function read(body: string): Answered {
  try {
    const parsed = answered.safeParse(JSON.parse(body));
    return parsed.success ? parsed.data : nothing;
  } catch {
    return nothing;
  }
}

/** An answer as it is to be understood: what refused it, and what it was about. */
interface Case {
  readonly status: number;
  readonly said: Answered;
  readonly write: Write;
  readonly place: Place;
  readonly server: () => string;
}

/** What an answer to a write says of it. `server` is named where it refuses the login. */
export function written({ status, body }: Got, write: Write, server: () => string): Written {
  const said = read(body);
  if (status >= 200 && status < 300)
    return {
      kind: "done",
      uid: said.metadata?.uid || said.details?.uid || null,
      resourceVersion: (said.kind === "Status" ? null : said.metadata?.resourceVersion) || null,
    };
  return notDone({ status, said, write, place: placeOf(write), server });
}

/** The same for a dry run: where a webhook cannot be tried without its effects, nothing is known. */
export function rehearsed(got: Got, write: Write, server: () => string): Written {
  const { message } = read(got.body);
  return got.status === 400 && message.includes("does not support dry run")
    ? { kind: "lost", reason: `it could not be tried without being done: ${shown(message)}` }
    : written(got, write, server);
}

type NotDone = Exclude<Written, { kind: "done" }>;
const refused = (why: Extract<Written, { kind: "refused" }>["why"], reason: string): NotDone => ({
  kind: "refused",
  why,
  reason,
});
const lost = (reason: string): NotDone => ({ kind: "lost", reason });

/** A webhook chooses the status of its refusal. Source: apiserver/pkg/admission/plugin/webhook/errors/statuserror.go */
const byWebhook = /admission webhook "[^"]*" denied the request/u;

function notDone(it: Case): NotDone {
  const { status, said, server } = it;
  if (byWebhook.test(said.message)) return refused("forbidden", shown(said.message));
  switch (status) {
    case 400:
    case 405:
    case 406:
    case 413:
    case 415:
      return refused("invalid", `the API server does not take it (${status})${because(said)}`);
    case 401:
      return refused(
        "forbidden",
        `the API server ${server()} does not accept this login (401): log in again, or name another context`,
      );
    case 403:
      return refused("forbidden", forbidden(it));
    case 404:
      return refused("absent", absent(it));
    case 409:
      return conflict(it);
    case 422:
      return invalid(it);
    case 429:
      return tooMany(it);
    case 500:
      // Two budgets over one pod: the eviction API takes neither's word, and never will.
      if (said.message.includes("more than one PodDisruptionBudget")) return refused("invalid", shown(said.message));
      return lost(`the API server answers ${status}${because(said)}`);
    default:
      return lost(`the API server answers ${status}${because(said)}`);
  }
}

/** Source of the words: apiserver/pkg/endpoints/handlers/responsewriters/errors.go, forbiddenMessage. */
const missingRight = /User "((?:[^"\\]|\\.)*)" cannot (\w+) (?:resource|path)/u;

/** Who has the right may still be refused by a quota, by PodSecurity, in a namespace that is going: then its own words say it. */
function forbidden({ said, place, write }: Case): string {
  const [, user, verb] = missingRight.exec(said.message) ?? [];
  if (user === undefined || verb === undefined)
    return said.message === "" ? `the API server forbids it (403)` : shown(said.message);
  const { resource, subresource, namespace } = place;
  const right = subresource === null ? resource : `${resource}/${subresource}`;
  const where = namespace === null ? "" : ` in namespace ${namespace}`;
  return `${redact(user)} may not ${verb} ${right}${where}; who may grant it types: ${grant(user, verb, right, namespace ?? write.object.namespace)}`;
}

const account = /^system:serviceaccount:([^:]+):([^:]+)$/u;

/** One role for each right, so that the next one missing does not meet this one's name. */
function grant(user: string, verb: string, right: string, namespace: string): string {
  const role = `imagepull-${verb}-${right.replaceAll(/[^a-z0-9]+/gu, "-")}`;
  const [, of, name] = account.exec(user) ?? [];
  const subject = of === undefined || name === undefined ? `--user=${user}` : `--serviceaccount=${of}:${name}`;
  const kubectl = (...words: readonly string[]): string =>
    ["kubectl", "-n", namespace, "create", ...words].map(quote).join(" ");
  return [
    kubectl("role", role, `--verb=${verb}`, `--resource=${right}`),
    kubectl("rolebinding", role, `--role=${role}`, subject),
  ].join(" && ");
}

function absent({ said, write, place }: Case): string {
  if (said.details?.kind === "namespaces") return `namespace ${write.object.namespace} does not exist`;
  return said.details?.name
    ? `${nameOf(write)} does not exist`
    : `the API server does not know ${place.resource} (404)`;
}

function conflict({ said, write, place }: Case): NotDone {
  const { message, reason, details } = said;
  if (reason === "AlreadyExists") return refused("exists", `${nameOf(write)} exists already`);
  // A quota that many use at once: it is no precondition of this write, and the next try may well succeed.
  if (details?.kind === "resourcequotas") return lost(`the API server answers 409${because(said)}`);
  if (/\bUID\b/u.test(message)) return refused("conflict", anotherUid(write));
  if (/the object has been modified/u.test(message))
    return refused("conflict", `${nameOf(write)} has been changed meanwhile`);
  return refused("conflict", `${nameOf(write)} is not as ${place.verb} expects it${because(said)}`);
}

const anotherUid = (write: Write): string =>
  `${nameOf(write)} is not the one that was read: it has been deleted and made anew (another UID)`;

function invalid({ said, write }: Case): NotDone {
  // A patch that names another UID would change a field that cannot be changed.
  if (said.details?.causes.some(({ field, message }) => field === "metadata.uid" && message.includes("immutable")))
    return refused("conflict", anotherUid(write));
  // The API server says of a test that does not hold only that the patch cannot be applied.
  if (isTested(write) && (said.details?.causes ?? []).length === 0)
    return refused("conflict", `${nameOf(write)} is not as it was: a test of the patch does not hold`);
  return refused("invalid", `the API server does not take it (422)${because(said)}`);
}

const isTested = ({ body }: Write): boolean =>
  Array.isArray(body) &&
  body.some((step: unknown) => typeof step === "object" && step !== null && Reflect.get(step, "op") === "test");

/** 429 is the eviction API's answer where a budget forbids it, and everybody's where the API server is overrun. */
function tooMany({ said, write }: Case): NotDone {
  const budget = said.details?.causes.find(({ reason }) => reason === "DisruptionBudget");
  if (budget === undefined) return lost(`the API server has too many requests (429)${because(said)}`);
  return refused(
    "blocked",
    `a PodDisruptionBudget holds ${nameOf(write)} for now: ${shown(budget.message || said.message)}`,
  );
}

/** Where a write goes, in the words of RBAC. */
interface Place {
  readonly verb: Write["verb"];
  /** `deployments.apps`, as kubectl takes it. */
  readonly resource: string;
  readonly subresource: string | null;
  readonly namespace: string | null;
}

function placeOf({ path, verb, object }: Write): Place {
  const [, group, namespace, resource, subresource] =
    /^\/(?:api|apis\/([^/]+))\/[^/]+(?:\/namespaces\/([^/]+))?\/([^/]+)(?:\/[^/]+(?:\/([^/]+))?)?$/u.exec(path) ?? [];
  return {
    verb,
    resource: `${resource ?? object.kind.toLowerCase()}${group === undefined ? "" : `.${group}`}`,
    subresource: subresource ?? null,
    namespace: namespace ?? null,
  };
}

const nameOf = ({ object: { kind, name, namespace } }: Write): string =>
  `${kind.toLowerCase()} ${name} in namespace ${namespace}`;

/** PodSecurity lists all that it misses. */
const longest = 800;

/** Words of the API server or of a webhook: in one line, without secrets and without a full stop. */
function shown(message: string): string {
  const line = redact(message).replaceAll(/\s+/gu, " ").trim().replace(/\.$/u, "");
  return line.length <= longest ? line : `${line.slice(0, longest).toWellFormed()}…`;
}

const because = ({ message }: Answered): string => (message === "" ? "" : `: ${shown(message)}`);
