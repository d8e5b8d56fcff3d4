import { createHash } from "node:crypto";
import type { AccessReview, Reviewed } from "../cluster/access-review.ts";
import type { Subject } from "../core.ts";
import { quote } from "../diagnosis/causes/commands.ts";
import type { Read } from "../diagnosis/evidence.ts";
import { redact } from "../diagnosis/redact.ts";
import { type Asked, decisionsOn } from "./judge.ts";
import { personOf } from "./person.ts";
import type { ApprovalRules, RepullDecision, RepullRequest, RequestSpec, Right, Rights, Verdict } from "./types.ts";

/** One SubjectAccessReview: `review` of the cluster's reader. */
export type Ask = (review: AccessReview, signal: AbortSignal) => Promise<Read<Reviewed>>;

/** An answer that takes longer is none. */
const usualDeadline = 5_000;

const group = "imagepull.dev";

/**
 * Whoever asks has to be able to make the decision that cancels it, and Kubernetes has no right to make some decisions and no others. So who asks
 * may create them under no name that RBAC knows (`resourceNames: [""]`), as it sees each that is posted; who decides may create them without
 * such a bound, which is what a question about one by its name tells. No object bears this name.
 */
export const anyDecision = "any";
const isToDecide = ({ verb, resource }: Right): boolean => verb === "create" && resource === "repulldecisions";

/** Who may, as Kubernetes says at the moment: nothing is remembered. Whatever is not a clear yes is a no. */
export function createRights(ask: Ask, deadline = usualDeadline): Rights {
  return {
    async may(who, right, signal) {
      const timeout = AbortSignal.timeout(deadline);
      const { verb, resource, namespace } = right;
      const read = await ask(
        {
          user: who.user,
          groups: who.groups,
          verb,
          group,
          resource,
          namespace,
          ...(isToDecide(right) ? { name: anyDecision } : {}),
        },
        signal === undefined ? timeout : AbortSignal.any([timeout, signal]),
      );
      if (read.status !== "ok") return unchecked(who, right, read);
      return read.value.allowed ? { ok: true } : refused(who, right, read.value.error);
    },
  };
}

const whatOf = ({ verb, resource, namespace }: Right): string =>
  `${verb} ${resource}.${group} in namespace ${namespace}`;

function unchecked(who: Subject, right: Right, { status, reason }: Exclude<Read<never>, { status: "ok" }>): Verdict {
  const help =
    status === "forbidden"
      ? " Who may grant it to the bot types: imagepull install --dry-run | kubectl apply -f -"
      : "";
  const sentence = `Whether ${shown(who.user)} may ${whatOf(right)} could not be checked: ${reason}. Until it can be, it counts as a no.${help}`;
  return { ok: false, sentence, isUnchecked: true };
}

function refused(who: Subject, right: Right, error: string | null): Verdict {
  const trouble = error === null ? "" : ` (the API server also says: ${shown(error)})`;
  const sentence = `${shown(who.user)} may not ${whatOf(right)}${trouble}. Who may grant it types: ${grant(who.user, right)}`;
  return { ok: false, sentence };
}

const longest = 300;

/** Somebody else's words: in one line, without secrets. */
function shown(words: string): string {
  const line = redact(words).replaceAll(/\s+/g, " ").trim();
  return line.length <= longest ? line : `${line.slice(0, longest).toWellFormed()}…`;
}

const account = /^system:serviceaccount:([^:]+):([^:]+)$/;

/** A role and its binding for one person and one right, so that neither meets the name of another's. */
function grant(user: string, { verb, resource, namespace }: Right): string {
  const what = verb === "create" ? `create-${resource}` : verb;
  const name = `imagepull-${what}-${plain(user)}`;
  const [, of, by] = account.exec(user) ?? [];
  const subject = of === undefined || by === undefined ? `--user=${user}` : `--serviceaccount=${of}:${by}`;
  const kubectl = (...words: readonly string[]): string =>
    ["kubectl", "-n", namespace, "create", ...words].map(quote).join(" ");
  return [
    kubectl("role", name, `--verb=${verb}`, `--resource=${resource}.${group}`),
    kubectl("rolebinding", name, `--role=${name}`, subject),
  ].join(" && ");
}

/** Of a user's name what may stand in an object's; a long one is told apart by a hash. */
function plain(user: string): string {
  const name = user
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, "-")
    .replaceAll(/^-|-$/g, "");
  if (name !== "" && name.length <= 60) return name;
  return `${name.slice(0, 50)}-${createHash("sha256").update(user).digest("hex").slice(0, 8)}`.replace(/^-/, "");
}

/** What somebody needs to ask for this re-pull. */
export function rightsToAsk(spec: Pick<RequestSpec, "strategy" | "parameters">, namespace: string): readonly Right[] {
  const { allowRepository, allowUnproven } = spec.parameters;
  const verbs: readonly Right["verb"][] = [
    "create",
    spec.strategy,
    ...(allowRepository ? (["set-repository"] as const) : []),
    ...(allowUnproven ? (["run-unproven"] as const) : []),
  ];
  return verbs.map((verb) => ({ verb, resource: "repullrequests", namespace }));
}

/**
 * What somebody needs to decide on this re-pull. That there is a decision of theirs tells nothing: one that came by Slack the bot has created, and
 * who may only ask can create one that cancels.
 */
export const rightsToDecide = ({ spec, namespace }: Pick<RepullRequest, "spec" | "namespace">): readonly Right[] => [
  { verb: "create", resource: "repulldecisions", namespace },
  { verb: spec.strategy, resource: "repullrequests", namespace },
];

/** The first no; a yes where there is none. */
export async function mayAll(
  rights: Rights,
  who: Subject,
  all: readonly Right[],
  signal?: AbortSignal,
): Promise<Verdict> {
  const verdicts = await Promise.all(all.map((right) => rights.may(who, right, signal)));
  return verdicts.find(({ ok }) => !ok) ?? { ok: true };
}

/** What `judge` has to know of each decision on a request, by the decision's UID. The requester's own cancel takes no right. */
export async function askFor(
  rights: Rights,
  { request, decisions, rules }: { request: RepullRequest; decisions: readonly RepullDecision[]; rules: ApprovalRules },
  signal?: AbortSignal,
): Promise<ReadonlyMap<string, Asked>> {
  const once = askedOnce(rights);
  const concerned = decisionsOn(request, decisions).filter(({ spec }) => spec.requestUid === request.uid);
  const requester = personOf(request.spec.requestedBy, rules.people);
  const answers = concerned.map(async ({ uid, spec }): Promise<readonly [string, Asked]> => {
    const who = { user: spec.by, groups: spec.byGroups };
    const isOwn = personOf(spec.by, rules.people) === requester;
    if (isOwn && spec.decision === "cancel") return [uid, { may: { ok: true }, own: null }];
    const own: Right = { verb: "approve-own", resource: "repullrequests", namespace: request.namespace };
    const [may, mayOwn] = await Promise.all([
      mayAll(once, who, rightsToDecide(request), signal),
      isOwn ? once.may(who, own, signal) : null,
    ]);
    return [uid, { may, own: mayOwn }];
  });
  return new Map(await Promise.all(answers));
}

/** Who says a thing a thousand times is asked about once. */
function askedOnce(rights: Rights): Rights {
  const answers = new Map<string, Promise<Verdict>>();
  return {
    may(who, right, signal) {
      const key = JSON.stringify([who.user, who.groups, right.verb, right.resource, right.namespace]);
      const answer = answers.get(key) ?? rights.may(who, right, signal);
      answers.set(key, answer);
      return answer;
    },
  };
}
