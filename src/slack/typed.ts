import { distance } from "fastest-levenshtein";
import type { TargetRequest } from "../core.ts";
import { explain } from "../diagnosis/explain.ts";
import { redact } from "../diagnosis/redact.ts";
import { badInput, type BadInput, type Result, success } from "../diagnosis/result.ts";

/** What a person asked for. */
export type Asked =
  | { readonly verb: "help" }
  | {
      readonly verb: "whoami";
      /** Where it is asked what they may do; left out: where the channel looks first. */ readonly namespace?: string;
    }
  | {
      readonly verb: "repull" | "requests";
      /** What stands behind the verb, cleaned. */ readonly words: readonly string[];
    }
  | {
      readonly verb: "diagnose";
      readonly target: TargetRequest;
      /** As it was typed, cleaned. */ readonly typed: string;
    }
  | {
      readonly verb: "explain";
      /** The message as it was written, with its line breaks. */ readonly message: string;
    }
  | {
      readonly verb: "mistyped";
      readonly sentence: string;
      /** What may have been meant instead. */ readonly target: string | null;
    }
  | {
      readonly verb: "unknown";
      readonly said: string;
      readonly nearest: string | null;
      /** The whole text, or the name in a sentence, where it reads as a target. */ readonly target: string | null;
    };

export type ParseTarget = (
  text: string,
  options?: { readonly namespace?: string | null; readonly selector?: string | null },
) => Result<TargetRequest, BadInput>;

const verbs = ["diagnose", "explain", "repull", "requests", "help", "whoami"] as const;
const longestText = 1_000;
/** Slack's own limit of a message. Source: docs.slack.dev, chat.postMessage. */
const longestMessage = 40_000;

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

/**
 * A pasted message as it was before Slack wrapped its links and names and escaped three characters: with its lines and its quotes, by
 * which a runtime sets names apart.
 */
export const asWritten = (text: string): string =>
  text
    .slice(0, longestMessage)
    .toWellFormed()
    .replaceAll(/<([@#!])([^<>|]*)(?:\|([^<>]*))?>/g, (_, sign: string, id: string, name: string | undefined) =>
      name === undefined ? (sign === "@" ? " " : id) : name,
    )
    .replaceAll(/<([^<>|]*)(?:\|([^<>]*))?>/g, (_, link: string, shown: string | undefined) => shown ?? link)
    .replaceAll("&lt;", "<")
    .replaceAll("&gt;", ">")
    .replaceAll("&amp;", "&")
    .replaceAll(/[\u201C-\u201F\u00AB\u00BB]/g, '"')
    .replaceAll(/[\u2018-\u201B]/g, "'")
    .replaceAll("\u00A0", " ")
    .replaceAll("`", "")
    .trim();

/** Reads what was typed after `/imagepull`, or after the mention. */
export function readAsked(text: string, parseTarget: ParseTarget): Asked {
  const typed = clean(text);
  const [first = "", ...rest] = typed.split(" ");
  const said = first.toLowerCase();
  if (typed === "" || said === "help" || said === "--help" || said === "-h" || said === "?") return { verb: "help" };
  if (said === "whoami") return whoami(rest);
  if (said === "repull" || said === "requests") return { verb: said, words: rest };
  if (said === "explain") return toExplain(asWritten(text).replace(/^\S+\s*/, ""));
  if (said !== "diagnose") return unknown(text, typed, parseTarget);
  if (rest.length === 0)
    return {
      verb: "mistyped",
      sentence: "diagnose needs to know what: a pod, or a workload such as deploy/web, for instance: diagnose shop/web",
      target: null,
    };
  const target = readTarget(rest.join(" "), parseTarget);
  if (target.ok) return { verb: "diagnose", target: target.value, typed: rest.join(" ") };
  const joined = rest.join("/");
  const meant = rest.length > 1 && !joined.includes("-/") && readTarget(joined, parseTarget).ok ? joined : null;
  return { verb: "mistyped", sentence: redact(target.error.sentence), target: meant };
}

/** `whoami [-n NAMESPACE]`. */
function whoami(words: readonly string[]): Asked {
  if (words.length === 0) return { verb: "whoami" };
  const [, namespace] = /^(?:-n|--namespace)[ =]([a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?)$/.exec(words.join(" ")) ?? [];
  return namespace === undefined
    ? {
        verb: "mistyped",
        sentence: "whoami takes a namespace and nothing else, for instance: whoami -n shop",
        target: null,
      }
    : { verb: "whoami", namespace };
}

const toExplain = (message: string): Asked =>
  message === ""
    ? {
        verb: "mistyped",
        sentence:
          "explain needs the message: paste the pull error behind it, or take Explain this pull error from the menu of the message that has it.",
        target: null,
      }
    : { verb: "explain", message };

/** Causes that say no more than that an image is pulled, or not even that. */
const saysLittle: readonly string[] = ["not-an-image-pull-failure", "undetermined", "backoff-only"];

/** No verb: a pull error that was pasted as it is, a slip, a target without a verb, or a question with a name in it. */
function unknown(text: string, typed: string, parseTarget: ParseTarget): Asked {
  const [first = "", ...rest] = typed.split(" ");
  const nearest = verbs.find((verb) => distance(first.toLowerCase(), verb) <= 2) ?? null;
  const message = asWritten(text);
  const explained = explain(message);
  if (explained.ok && !saysLittle.includes(explained.value.cause)) return { verb: "explain", message };
  // "diagnoze web" is a slip of the verb; "shop/web" is a target without one.
  const target = nearest === null ? typed : nearest === "diagnose" ? rest.join(" ") : "";
  const isTarget = looksLikeTarget(target) && readTarget(target, parseTarget).ok;
  const inSentence = nearest === null ? nameIn(rest, parseTarget) : null;
  return { verb: "unknown", said: redact(first), nearest, target: isTarget ? target : inSentence };
}

/** One word, or a word with flags: a whole sentence is no target. */
const looksLikeTarget = (text: string): boolean =>
  text !== "" && (text.split(" ").length === 1 || / -/.test(` ${text}`));

/** The name in a question: "what is wrong with pod-x in namespace shop". Names of pods have a dash, a digit or a slash; few words do. */
function nameIn(words: readonly string[], parseTarget: ParseTarget): string | null {
  const bare = words.map((word) => word.replaceAll(/^[([{]+|[)\]},;:.!?]+$/g, ""));
  const named = bare.findLast(
    (word, index) => /[-/\d]/.test(word) && !word.startsWith("-") && bare[index - 1] !== "namespace",
  );
  const behind = bare[bare.findLastIndex((word) => /^(?:with|pods?|deploy(?:ment)?|workload|about)$/i.test(word)) + 1];
  const name = named ?? (bare.length > 1 && behind !== bare[0] && !noNames.has(behind ?? "") ? behind : undefined);
  if (name === undefined || !readTarget(name, parseTarget).ok) return null;
  const namespace = bare[bare.indexOf("namespace") + 1];
  return bare.includes("namespace") && namespace !== undefined && !name.includes("/")
    ? `${name} -n ${namespace}`
    : name;
}

const noNames: ReadonlySet<string> = new Set(["", "it", "this", "that", "the", "my", "our", "a", "you", "me", "these"]);

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
