import { distance } from "fastest-levenshtein";
import { type Verb, verbs } from "../../approvals/types.ts";
import { badInput, type Result, success } from "../../diagnosis/result.ts";
import { asWritten, clean } from "../typed.ts";

/** What was typed behind `requests`. `namespace` null: none was named. */
export type RequestsAsked =
  | { readonly verb: "list"; readonly namespace: string | null; readonly isAll: boolean }
  | { readonly verb: "show"; readonly namespace: string | null; readonly name: string }
  | { readonly verb: Verb; readonly namespace: string | null; readonly name: string; readonly reason: string };

const known = ["show", ...verbs] as const;
const isVerb = (word: string): word is (typeof known)[number] => known.some((verb) => verb === word);

const isName = (word: string): boolean => word.length <= 253 && /^[a-z0-9](?:[-a-z0-9.]*[a-z0-9])?$/u.test(word);
export const isNamespace = (word: string): boolean => word.length <= 63 && isName(word) && !word.includes(".");

interface Flags {
  namespace: string | null;
  isAll: boolean;
}

/** Reads `requests [-n NS]` and `requests show|approve|deny|cancel NAME [-n NS] [REASON …]`. The reason stays as it was written. */
export function readRequests(text: string): Result<RequestsAsked> {
  const words = asWritten(text)
    .replace(/^\s*requests\b/iu, "")
    .split(/\s+/u)
    .filter((word) => word !== "");
  const flags: Flags = { namespace: null, isAll: false };
  const taken = takeFlags(words, flags);
  if (!taken.ok) return taken;
  const [first, second, ...reason] = taken.value;
  const verb = clean(first ?? "").toLowerCase();
  const { namespace, isAll } = flags;
  if (first === undefined || verb === "list") return success({ verb: "list", namespace, isAll });
  if (!isVerb(verb)) return badInput(notKnown(clean(first)));
  if (isAll) return badInput(`-A is for the list, and ${verb} is for one request: give its namespace with -n`);
  const named = nameIn(clean(second ?? ""), namespace);
  if (named === null)
    return badInput(
      `requests ${verb} needs the name of one request behind it, for instance: requests ${verb} web-0123456789abcdef-1 -n shop`,
    );
  if (verb === "show") return success({ verb, ...named });
  return success({ verb, ...named, reason: unquoted(reason.join(" ")) });
}

/** `shop/web-…-1` names both. */
function nameIn(
  word: string,
  namespace: string | null,
): { readonly namespace: string | null; readonly name: string } | null {
  const [before, behind, ...more] = word.split("/");
  const name = behind ?? before ?? "";
  if (more.length > 0 || !isName(name)) return null;
  if (behind === undefined || before === undefined) return { namespace, name };
  return isNamespace(before) ? { namespace: before, name } : null;
}

/** Flags before the reason, and a namespace anywhere; what else begins with a dash in a reason is a word of it. */
function takeFlags(words: readonly string[], flags: Flags): Result<readonly string[]> {
  const rest: string[] = [];
  for (let index = 0; index < words.length; index++) {
    const word = words[index] ?? "";
    const [, flag = clean(word), inline] = /^(--?[a-z]+)=(.+)$/u.exec(clean(word)) ?? [];
    const isInReason = rest.length > 2;
    if (flag === "-A" || flag === "--all-namespaces") flags.isAll = true;
    else if ((flag === "-n" || flag === "--namespace") && flags.namespace === null) {
      const value = inline ?? clean(words[++index] ?? "");
      if (!isNamespace(value))
        return badInput(value === "" ? `${flag} needs a namespace after it` : `${value} is no name of a namespace`);
      flags.namespace = value;
    } else if (flag === "--reason" || flag === "-r") {
      if (inline !== undefined) rest.push(word.replace(/^[^=]*=/u, ""));
    } else if (flag.startsWith("-") && !isInReason && rest.length < 2)
      return badInput(`requests does not know ${flag}: it takes -n NAMESPACE`);
    else rest.push(word);
  }
  return success(rest);
}

function notKnown(word: string): string {
  const near = known.find((verb) => distance(word.toLowerCase(), verb) <= 2);
  const hint =
    near !== undefined ? `Did you mean requests ${near}?` : isName(word) ? `To see it: requests show ${word}` : "";
  return `requests knows ${known.join(", ")}, and not "${word}". ${hint}`.trim();
}

/** Quotes around the whole are the shell's habit, and no part of it. */
const unquoted = (reason: string): string => /^(["'])(.*)\1$/u.exec(reason)?.[2]?.trim() ?? reason;
