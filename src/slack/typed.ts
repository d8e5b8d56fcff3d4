import { distance } from "fastest-levenshtein";
import type { TargetRequest } from "../core.ts";
import { redact } from "../diagnosis/redact.ts";
import { badInput, type BadInput, type Result, success } from "../diagnosis/result.ts";

/** What a person asked for. */
export type Asked =
  | { readonly verb: "help" }
  | { readonly verb: "whoami" }
  | {
      readonly verb: "diagnose";
      readonly target: TargetRequest;
      /** As it was typed, cleaned. */ readonly typed: string;
    }
  | { readonly verb: "mistyped"; readonly sentence: string }
  | {
      readonly verb: "unknown";
      readonly said: string;
      readonly nearest: string | null;
      /** The whole text, where it reads as a target. */ readonly target: string | null;
    };

export type ParseTarget = (
  text: string,
  options?: { readonly namespace?: string | null; readonly selector?: string | null },
) => Result<TargetRequest, BadInput>;

const verbs = ["diagnose", "help", "whoami"] as const;
const longestText = 1_000;

/**
 * Text as the person meant it: Slack wraps links, people and channels (`<https://…|shop.example.com>`, `<@U1|dana>`), escapes three
 * characters, and keyboards turn quotes, dashes and spaces into others.
 */
export function clean(text: string): string {
  return text
    .slice(0, longestText)
    .toWellFormed()
    .replaceAll(/<([@#!])([^<>|]*)(?:\|([^<>]*))?>/g, (_, sign: string, id: string, name: string | undefined) =>
      name === undefined ? (sign === "@" ? " " : id) : name,
    )
    .replaceAll(
      /<(?:https?:\/\/|mailto:)?([^<>|]*)(?:\|([^<>]*))?>/g,
      (_, link: string, shown: string | undefined) => shown ?? link,
    )
    .replaceAll("&lt;", "<")
    .replaceAll("&gt;", ">")
    .replaceAll("&amp;", "&")
    .replaceAll(/[\u2018\u2019\u201A\u201B\u201C\u201D\u201E\u201F\u00AB\u00BB"'`]/g, "")
    .replaceAll("\u2014", "--")
    .replaceAll(/[\u2010-\u2013\u2212]/g, "-")
    .replaceAll(/\s+/g, " ")
    .replaceAll(/[\p{Cc}\p{Cf}]/gu, "")
    .replaceAll(/[*~]/g, "")
    .trim();
}

/** Reads what was typed after `/imagepull`, or after the mention. */
export function readAsked(text: string, parseTarget: ParseTarget): Asked {
  const typed = clean(text);
  const [first = "", ...rest] = typed.split(" ");
  const said = first.toLowerCase();
  if (typed === "" || said === "help" || said === "--help" || said === "-h" || said === "?") return { verb: "help" };
  if (said === "whoami") return { verb: "whoami" };
  if (said !== "diagnose") {
    const nearest = verbs.find((verb) => distance(said, verb) <= 2) ?? null;
    // "diagnoze web" is a slip of the verb; "shop/web" is a target without one.
    const target = nearest === null ? typed : nearest === "diagnose" ? rest.join(" ") : "";
    return {
      verb: "unknown",
      said: redact(first),
      nearest,
      target: looksLikeTarget(target) && readTarget(target, parseTarget).ok ? target : null,
    };
  }
  if (rest.length === 0)
    return {
      verb: "mistyped",
      sentence: "diagnose needs to know what: a pod, or a workload such as deploy/web, for instance: diagnose shop/web",
    };
  const target = readTarget(rest.join(" "), parseTarget);
  return target.ok
    ? { verb: "diagnose", target: target.value, typed: rest.join(" ") }
    : { verb: "mistyped", sentence: redact(target.error.sentence) };
}

/** One word, or a word with flags: a whole sentence is no target. */
const looksLikeTarget = (text: string): boolean =>
  text !== "" && (text.split(" ").length === 1 || / -/.test(` ${text}`));

const flags: Readonly<Record<string, "namespace" | "selector">> = {
  "-n": "namespace",
  "--namespace": "namespace",
  "-l": "selector",
  "--selector": "selector",
};

/** Reads a target with `-n` and `-l`, as the shell takes them. */
export function readTarget(text: string, parseTarget: ParseTarget): Result<TargetRequest, BadInput> {
  const options: { namespace?: string; selector?: string } = {};
  const names: string[] = [];
  const words = text.split(" ").filter((word) => word !== "");
  for (let index = 0; index < words.length; index++) {
    const word = words[index] ?? "";
    const [, flag = word, inline] = /^(--?[a-z]+)=(.+)$/.exec(word) ?? [];
    const option = flags[flag];
    if (option === undefined) {
      if (word.startsWith("-"))
        return badInput(`diagnose does not know ${word}: it takes -n NAMESPACE and -l SELECTOR.`);
      names.push(word);
      continue;
    }
    const value = inline ?? words[++index];
    if (value === undefined) return badInput(`${flag} needs a ${option} after it.`);
    options[option] = value;
  }
  // kubectl's way: `pod web` is `pod/web`.
  if (names.length > 2 || (names.length === 2 && names.some((name) => name.includes("/"))))
    return badInput(
      `diagnose takes one target, not ${names.length}: ${names.slice(0, 3).join(", ")}${names.length > 3 ? ", …" : ""}.`,
    );
  const target = parseTarget(names.join("/"), options);
  return target.ok ? success(target.value) : target;
}
