import type { Right, Verdict } from "../../approvals/types.ts";
import { quote } from "../../diagnosis/causes/commands.ts";
import { strategies } from "../../repull/strategy.ts";
import { codeBlock, codeSpan, proseWithin } from "./mrkdwn.ts";

/** What somebody may ask for and decide in a namespace. */
export interface Acts {
  /** null: none was named, and the channel has none. */
  readonly namespace: string | null;
  /** Whether anything is asked for and decided by this bot. */
  readonly isHere: boolean;
  readonly rights: readonly { readonly right: Right; readonly verdict: Verdict }[];
}

/** In no role, since each takes a safeguard away. */
const special = ["set-repository", "run-unproven", "approve-own"] as const;

const longestCommand = 420;

/** Which rights somebody has, and the commands that grant what is missing. `user` as Kubernetes names them. */
export function actLines(acts: Acts | null, user: string): readonly string[] {
  const what = "ask for re-pulls and decide them";
  if (acts === null) return [`• ${what}: unknown, since your user groups could not be read. Try again in a minute.`];
  if (!acts.isHere) return [`• ${what}: not here, plans are shown only`];
  if (acts.namespace === null)
    return [`• ${what}: Kubernetes says it for each namespace. Name one: \`/imagepull whoami -n shop\``];
  return linesIn(acts.namespace, acts.rights, user);
}

function linesIn(namespace: string, rights: Acts["rights"], user: string): readonly string[] {
  const verdictOf = (verb: Right["verb"], resource: Right["resource"] = "repullrequests"): Verdict | undefined =>
    rights.find(({ right }) => right.verb === verb && right.resource === resource)?.verdict;
  const may = (...of: Parameters<typeof verdictOf>): boolean => verdictOf(...of)?.ok === true;
  const can = strategies.filter((strategy) => may(strategy));
  const cannot = strategies.filter((strategy) => !may(strategy));
  const here = codeSpan(namespace, 70);
  const ask = said(may("create"), "create repullrequests", { can, cannot });
  const decide = said(may("create", "repulldecisions"), "create repulldecisions", { can, cannot });
  const unchecked = rights.find(({ verdict }) => !verdict.ok && verdict.isUnchecked === true)?.verdict;
  const missing = special.filter((verb) => !may(verb));
  const grants = [
    ask.isAll ? null : binding(namespace, user, "imagepull-ask"),
    decide.isAll ? null : binding(namespace, user, "imagepull-decide"),
    missing.length === 0 ? null : specialGrant(namespace, user, missing),
  ].filter((command) => command !== null);
  return [
    `• ask for re-pulls in ${here}: ${ask.words}`,
    `• decide them there: ${decide.words}`,
    `• beyond the roles: ${special.map((verb) => `${verb} ${may(verb) ? "yes" : "no"}`).join(", ")}`,
    ...(unchecked?.ok === false ? [`• ${proseWithin(unchecked.sentence, 300)}`] : []),
    ...(grants.length === 0
      ? []
      : [
          `Who may grant what is missing runs${missing.length === 0 ? "" : " (the last one takes safeguards away: name only what is meant)"}:`,
        ]),
    ...grants.flatMap((command) => codeBlock(command, longestCommand) ?? []),
  ];
}

function said(
  create: boolean,
  needed: string,
  { can, cannot }: { readonly can: readonly string[]; readonly cannot: readonly string[] },
): { readonly words: string; readonly isAll: boolean } {
  if (!create) return { words: `no, \`${needed}\` is missing`, isAll: false };
  if (can.length === 0) return { words: "no, the verb of every strategy is missing", isAll: false };
  if (cannot.length === 0) return { words: "yes, every strategy", isAll: true };
  return { words: `${can.join(", ")}; not ${cannot.join(", ")}`, isAll: false };
}

const nameOf = (user: string): string =>
  user
    .split(":")
    .at(-1)
    ?.toLowerCase()
    .replaceAll(/[^a-z0-9]/gu, "") ?? "";

const kubectl = (namespace: string, ...words: readonly string[]): string =>
  ["kubectl", "-n", namespace, "create", ...words].map(quote).join(" ");

const binding = (namespace: string, user: string, role: string): string =>
  kubectl(namespace, "rolebinding", `${role}-${nameOf(user)}`, `--clusterrole=${role}`, `--user=${user}`);

function specialGrant(namespace: string, user: string, verbs: readonly string[]): string {
  const name = `imagepull-more-${nameOf(user)}`;
  return [
    kubectl(namespace, "role", name, `--verb=${verbs.join(",")}`, "--resource=repullrequests.imagepull.dev"),
    kubectl(namespace, "rolebinding", name, `--role=${name}`, `--user=${user}`),
  ].join(" && ");
}
