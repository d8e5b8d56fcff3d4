import { reasonOf } from "../../approvals/ask.ts";
import { quote } from "../../diagnosis/causes/commands.ts";
import type { Target } from "../../diagnosis/diagnosis.ts";
import { badInput, type Result, success } from "../../diagnosis/result.ts";
import { type Parameters, parametersOf, type Strategy, strategies } from "../../repull/strategy.ts";
import { parseTimeout } from "./timeout.ts";

/** The command line as commander has read it. */
export interface RepullFlags {
  readonly strategy?: Strategy;
  readonly tag?: string;
  readonly image?: string;
  readonly container?: string;
  readonly selector?: string;
  readonly namespace?: string;
  readonly context?: string;
  readonly kubeconfig?: string;
  readonly config?: string;
  readonly timeout?: string;
  readonly allowRepository?: boolean;
  readonly allowUnproven?: boolean;
  readonly dryRun?: boolean;
  readonly yes?: boolean;
  readonly request?: boolean;
  readonly reason?: string;
  readonly wait?: boolean;
  readonly output: "text" | "json";
}

/** What is asked for, before anything has been read. */
export interface Asked {
  /** Of `undo`: those of a `set-image`, which the mark on the object fills in. */
  readonly parameters: Parameters;
  readonly isUndo: boolean;
  /** Without `undo`. */
  readonly target: string;
  readonly namespace: string | null;
  readonly selector: string | null;
  readonly dryRun: boolean;
  readonly yes: boolean;
  /** It is asked for instead of run; null: it is run. `wait`: until it has ended. */
  readonly request: { readonly reason: string; readonly wait: boolean } | null;
  readonly output: "text" | "json";
  /** The command to type for the same again. */
  readonly again: string;
  /** The command that proves a pull from the kubelet's side: of this image, or of what is set now. */
  readonly probe: (target: Target, container: string | null, image: string | null) => string;
  /** `imagepull requests …` on the same cluster: `approve`, `show`. */
  readonly requests: (namespace: string, ...words: readonly string[]) => string;
}

/** Reads what can be read without a cluster. The error is a sentence for whoever typed it. */
export function readAsked(words: readonly string[], flags: RepullFlags): Result<Asked> {
  const isUndo = words[0] === "undo";
  const rest = isUndo ? words.slice(1) : words;
  const usage = (isUndo ? undoProblem(flags) : strategyProblem(flags)) ?? requestProblem(flags);
  if (usage !== null) return badInput(usage);
  const reason = reasonOf(flags.reason ?? "");
  if (!reason.ok) return reason;
  const timeout = flags.timeout === undefined ? null : parseTimeout(flags.timeout);
  if (timeout?.ok === false) return timeout;
  return success({
    parameters: parametersOf(flags.strategy ?? "set-image", {
      container: flags.container ?? null,
      tag: flags.tag ?? null,
      image: flags.image ?? null,
      allowRepository: flags.allowRepository ?? false,
      allowUnproven: flags.allowUnproven ?? false,
      context: flags.context ?? null,
      ...(timeout === null ? {} : { timeout: timeout.value }),
    }),
    isUndo,
    target: rest.join(" "),
    namespace: flags.namespace ?? null,
    selector: flags.selector ?? null,
    dryRun: flags.dryRun ?? false,
    yes: flags.yes ?? false,
    request: flags.request === true ? { reason: reason.value, wait: flags.wait ?? false } : null,
    output: flags.output,
    again: commandLine([...words, ...(isUndo ? [] : settings(flags)), ...place(flags), ...permits(flags)]),
    requests: (namespace, ...rest) =>
      ["imagepull", "requests", ...rest, ...place({ ...flags, namespace })].map(quote).join(" "),
    probe: ({ kind, name, namespace }, container, image) =>
      commandLine([
        `${kind.toLowerCase()}/${name}`,
        "--strategy",
        "probe",
        ...option("container", container),
        ...option("image", image),
        ...place({ ...flags, namespace }),
      ]),
  });
}

const commandLine = (words: readonly string[]): string => ["imagepull", "repull", ...words].map(quote).join(" ");
const option = (name: string, value: string | null | undefined): readonly string[] =>
  value === null || value === undefined ? [] : [`--${name}`, value];

const settings = ({ strategy, container, tag, image, selector }: RepullFlags): readonly string[] => [
  ...option("strategy", strategy),
  ...option("container", container),
  ...option("tag", tag),
  ...option("image", image),
  ...option("selector", selector),
];

const place = ({ namespace, context, kubeconfig, config }: RepullFlags): readonly string[] => [
  ...(namespace === undefined ? [] : ["-n", namespace]),
  ...option("context", context),
  ...option("kubeconfig", kubeconfig),
  ...option("config", config),
];

const permits = ({ allowRepository = false, allowUnproven = false }: RepullFlags): readonly string[] => [
  ...(allowRepository ? ["--allow-repository"] : []),
  ...(allowUnproven ? ["--allow-unproven"] : []),
];

const strategyProblem = ({ strategy, selector }: RepullFlags): string | null => {
  if (strategy === undefined)
    return `repull has to know how: add --strategy, one of ${strategies.join(", ")}. See imagepull repull --help`;
  return selector !== undefined && strategy !== "delete-pods"
    ? `-l chooses pods for delete-pods, and ${strategy} is for a whole workload: name it, such as deploy/web.`
    : null;
};

const requestProblem = ({ request, reason, wait, dryRun, yes }: RepullFlags): string | null => {
  if (request === true && dryRun === true)
    return "--request asks for it, and --dry-run changes nothing at all: leave one out.";
  if (request === true && yes === true)
    return "--request lets somebody else decide, and --yes runs it now: leave one out.";
  if (request === true) return null;
  if (reason !== undefined) return "--reason tells whoever decides a request: add --request, or leave it out.";
  return wait === true ? "--wait waits until a request has ended: add --request, or leave it out." : null;
};

const undoProblem = (flags: RepullFlags): string | null => {
  const given = (["strategy", "tag", "image", "container", "selector"] as const).find(
    (name) => flags[name] !== undefined,
  );
  return given === undefined
    ? null
    : `repull undo takes back what is noted on the object, and needs no --${given}: leave it out.`;
};
