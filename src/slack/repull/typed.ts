import { distance } from "fastest-levenshtein";
import { badInput, type Result, success } from "../../diagnosis/result.ts";
import { redact } from "../../diagnosis/redact.ts";
import { type Strategy, strategies } from "../../repull/strategy.ts";
import { type ParseTarget, readTarget } from "../typed.ts";
import { longestTarget, tagName } from "./state.ts";

/** What was typed behind `repull`. */
export interface TypedRepull {
  /** As it was typed. */
  readonly target: string;
  readonly strategy: Strategy | null;
  readonly tag: string | null;
  readonly container: string | null;
}

const flags: Readonly<Record<string, "strategy" | "tag" | "container">> = {
  "--strategy": "strategy",
  "-s": "strategy",
  "--tag": "tag",
  "-t": "tag",
  "--container": "container",
  "-c": "container",
};
/** The target's own. */
const ofTarget = ["-n", "--namespace", "-l", "--selector"];
const takes = "it takes --strategy, --tag, --container, -n and -l";

/** Reads `TARGET [--strategy S] [--tag T] [--container C]`. The error is a sentence for whoever typed it. */
export function readRepull(words: readonly string[], parseTarget: ParseTarget): Result<TypedRepull> {
  const given = new Map<"strategy" | "tag" | "container", string>();
  const rest: string[] = [];
  for (let index = 0; index < words.length; index++) {
    const word = words[index] ?? "";
    const [, flag = word, inline] = /^(--?[a-z-]+)=(.*)$/.exec(word) ?? [];
    const option = flags[flag];
    if (option !== undefined) {
      const value = inline ?? words[++index];
      if (value === undefined || value === "" || value.startsWith("-"))
        return badInput(`${flag} needs a ${option} after it.`);
      given.set(option, value);
    } else if (word.startsWith("-") && !ofTarget.includes(flag)) {
      return badInput(
        `repull does not know ${redact(flag)}: ${takes}. The rest is for a shell: imagepull repull --help`,
      );
    } else {
      rest.push(word);
      if (ofTarget.includes(flag) && inline === undefined) rest.push(words[++index] ?? "");
    }
  }
  return whole(rest.join(" ").trim(), given, parseTarget);
}

function whole(
  target: string,
  given: ReadonlyMap<"strategy" | "tag" | "container", string>,
  parseTarget: ParseTarget,
): Result<TypedRepull> {
  if (target === "")
    return badInput(
      "repull needs to know what: a workload such as deploy/web, or a pod, for instance: repull shop/web --strategy restart",
    );
  if (/^undo(?: |$)/u.test(target))
    return badInput(
      "A re-pull is taken back with the button Undo of its request: /imagepull requests names it, and /imagepull requests show NAME has the button.",
    );
  const read =
    target.length > longestTarget
      ? badInput("This name is longer than any that Kubernetes has.")
      : readTarget(target, parseTarget);
  if (!read.ok) return badInput(redact(read.error.sentence.replace(/^diagnose /u, "repull ")));
  const named = given.get("strategy") ?? null;
  const strategy = strategies.find((one) => one === named?.toLowerCase()) ?? null;
  if (named !== null && strategy === null) return badInput(unknownStrategy(named));
  const tag = given.get("tag") ?? null;
  if (tag !== null && !tagName.safeParse(tag).success)
    return badInput(`${redact(tag)} is no tag: letters, digits, _, . and - only, and no repository before it.`);
  const container = given.get("container") ?? null;
  if (container !== null && !/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/u.test(container))
    return badInput(`${redact(container)} is no name of a container: small letters, digits and - only.`);
  return success({ target, strategy: strategy ?? (tag === null ? null : "set-image"), tag, container });
}

function unknownStrategy(named: string): string {
  const nearest = strategies.find((one) => distance(one, named.toLowerCase()) <= 3);
  const meant = nearest === undefined ? "" : ` Did you mean ${nearest}?`;
  return `${redact(named)} is no strategy.${meant} There are ${strategies.join(", ")}.`;
}
