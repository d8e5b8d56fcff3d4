import type { TargetRequest } from "../core.ts";
import { redact } from "../diagnosis/redact.ts";
import { type BadInput, type Result, badInput, success } from "../diagnosis/result.ts";
import { kindNamed } from "./kinds.ts";

export interface TargetOptions {
  /** `-n`. */
  readonly namespace?: string | null;
  /** `-l`: a label selector instead of a name. */
  readonly selector?: string | null;
}

const example = "name a pod or a workload, such as web-7d4f9c-x2k8p, shop/deploy/web or -l app=web";

/**
 * Reads a target as people type or paste it: `pod-x`, `ns/pod-x`, `pod/x`, `deploy/web`, `ns/deploy/web`, `deployment web`, `-l app=web`,
 * `web -n shop`, with quotes, backticks and invisible characters around it. The error is a sentence with an example. Pure.
 */
export function parseTarget(text: string, options: TargetOptions = {}): Result<TargetRequest, BadInput> {
  const flags = readFlags(words(text));
  if (!flags.ok) return flags;
  const { rest } = flags.value;
  const namespace = agreed("namespace", flags.value.namespace, cleaned(options.namespace));
  if (!namespace.ok) return namespace;
  const selector = agreed("selector", flags.value.selector, cleaned(options.selector));
  if (!selector.ok) return selector;
  if (namespace.value !== null && !isLabel(namespace.value))
    return badInput(`${quote(namespace.value)} is no name of a namespace: ${example}.`);
  if (selector.value !== null) return selectorTarget(selector.value, namespace.value, rest);
  if (rest.length === 0) return badInput(`no target was given: ${example}.`);
  const path =
    rest.length === 2 && !rest.join("").includes("/") ? rest.join("/") : rest.length === 1 ? (rest[0] ?? "") : null;
  if (path === null) return badInput(`${quote(rest.join(" "))} is more than one target: ${example}.`);
  return pathTarget(path, namespace.value);
}

// Zero-width characters, joiners, direction marks and the byte order mark come along with copied text.
const invisible = /[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff]/gu;
const quotes = /["'`\u00b4\u2018-\u201f\u2032\u2033\u00ab\u00bb\u2039\u203a]/gu;

function cleaned(text: string | null | undefined): string | null {
  const result = text?.replace(invisible, "").replace(quotes, "").trim() ?? "";
  return result === "" ? null : result;
}

/** The words without what surrounds them. JavaScript's white space includes no-break spaces. */
const words = (text: string): readonly string[] =>
  (cleaned(text.replace(/[\u2013\u2014](?=[nl]\b|namespace|selector)/gu, "-")) ?? "")
    .split(/\s+/u)
    .filter((word) => word !== "");

/** A name without the punctuation of the sentence that it stood in. */
const bare = (word: string): string => word.replace(/^[([{<,;]+|[)\]}>,;:.!?/]+$/gu, "");

interface Flags {
  namespace: string | null;
  selector: string | null;
  rest: string[];
}

function readFlags(given: readonly string[]): Result<Flags, BadInput> {
  const flags: Flags = { namespace: null, selector: null, rest: [] };
  for (let index = 0; index < given.length; index += 1) {
    const word = given[index] ?? "";
    const match = /^(-n|--?namespace|-l|--?selector)(?:=(.*))?$/u.exec(word);
    if (match === null) {
      if (word.startsWith("-"))
        return badInput(`${quote(word)} is no option of a target: -n NAMESPACE and -l SELECTOR are.`);
      if (bare(word) !== "") flags.rest.push(bare(word));
      continue;
    }
    const key = match[1]?.includes("n") === true && !match[1].includes("sel") ? "namespace" : "selector";
    const value = match[2] ?? given[(index += 1)];
    if (value === undefined || value === "") return badInput(`${word} needs a value: ${example}.`);
    flags[key] = key === "namespace" ? bare(value) : value.replace(/[,;.]+$/u, "");
  }
  return success(flags);
}

function agreed(what: string, first: string | null, second: string | null): Result<string | null, BadInput> {
  if (first !== null && second !== null && first !== second)
    return badInput(`two ${what}s were given, ${quote(first)} and ${quote(second)}: leave one out.`);
  return success(first ?? second);
}

// Source: apimachinery pkg/labels (Parse): equality, set and existence requirements, joined by commas.
const requirement = /^(?:!?[\w./-]+|[\w./-]+\s*(?:==?|!=)\s*[\w.-]*|[\w./-]+\s+(?:in|notin)\s*\([\w.,\s-]*\))$/u;

function selectorTarget(
  selector: string,
  namespace: string | null,
  rest: readonly string[],
): Result<TargetRequest, BadInput> {
  const kind = rest.length === 1 ? kindNamed(rest[0] ?? "") : null;
  if (rest.length > 0 && kind !== "Pod")
    return badInput(`${quote(rest.join(" "))} and the selector ${quote(selector)} were both given: leave one out.`);
  const requirements = selector.split(/,(?![^(]*\))/u).map((part) => part.trim());
  if (!requirements.every((part) => requirement.test(part)))
    return badInput(`${quote(selector)} is no label selector: write it like app=web,tier!=cache.`);
  return success({ kind: "selector", namespace, selector });
}

/** Kinds that people try, which have no pods of their own. */
const otherKinds =
  /^(?:services?|svc|ing(?:ress(?:es)?)?|nodes?|no|secrets?|configmaps?|cm|namespaces?|pvc|pv|events?|ev|sa|serviceaccounts?|rollouts?)$/iu;

function pathTarget(path: string, flag: string | null): Result<TargetRequest, BadInput> {
  const parts = path.split("/").filter((part, index, all) => part !== "" || (index > 0 && index < all.length - 1));
  const [first = "", second, third] = parts;
  if (parts.length > 3 || parts.includes("")) return badInput(`${quote(path)} is no target: ${example}.`);
  if (second === undefined) return named(null, flag, first, path);
  if (third === undefined) {
    const kind = kindNamed(first);
    if (kind !== null) return named(kind, flag, second, path);
    if (otherKinds.test(first)) return badInput(`${quote(path)} has no pods of its own: ${example}.`);
    return inNamespace(first, flag, (namespace) => named(null, namespace, second, path));
  }
  const kind = kindNamed(second);
  if (kind === null) return badInput(`${quote(second)} is no kind that makes pods: ${example}.`);
  return inNamespace(first, flag, (namespace) => named(kind, namespace, third, path));
}

function inNamespace(
  written: string,
  flag: string | null,
  then: (namespace: string) => Result<TargetRequest, BadInput>,
): Result<TargetRequest, BadInput> {
  const namespace = agreed("namespace", written.toLowerCase(), flag);
  if (!namespace.ok) return namespace;
  if (!isLabel(written.toLowerCase())) return badInput(`${quote(written)} is no name of a namespace: ${example}.`);
  return then(written.toLowerCase());
}

const isLabel = (name: string): boolean => name.length <= 63 && /^[a-z0-9](?:[a-z0-9-]*[a-z0-9])?$/u.test(name);
const isName = (name: string): boolean => name.length <= 253 && /^[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?$/u.test(name);

function named(
  resource: ReturnType<typeof kindNamed>,
  namespace: string | null,
  written: string,
  path: string,
): Result<TargetRequest, BadInput> {
  // Names are lower case always; phones begin with a capital.
  const name = written.toLowerCase();
  if (!isName(name)) return badInput(`${quote(path)} is no name of a pod or workload: ${example}.`);
  return success(
    resource === null ? { kind: "pod-or-any", namespace, name } : { kind: "object", namespace, resource, name },
  );
}

/** What was typed, safe to show and no longer than a line. */
function quote(text: string): string {
  // oxlint-disable-next-line no-control-regex -- control characters are what is taken out
  const plain = redact(text).replace(/[\u0000-\u001f\u007f-\u009f]/gu, " ");
  return `"${plain.length > 60 ? `${plain.slice(0, 60)}…` : plain}"`;
}
