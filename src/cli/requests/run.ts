import { nearest } from "../../config/nearest.ts";
import { quote } from "../../diagnosis/causes/commands.ts";
import { type BadInput, badInput, type Result, success } from "../../diagnosis/result.ts";
import type { Door } from "../diagnose.ts";
import { type Io, refuse } from "../io.ts";
import type { Command, Desk } from "./desk.ts";

/** The command line as commander has read it. */
export interface RequestFlags {
  readonly namespace?: string;
  readonly allNamespaces?: boolean;
  readonly output: "text" | "json" | "wide";
  readonly reason?: string;
  readonly yes?: boolean;
  readonly wait?: boolean;
  readonly context?: string;
  readonly kubeconfig?: string;
  readonly config?: string;
}

const verbs = ["show", "approve", "deny", "cancel"] as const;

type Asked = { readonly verb: "list" } | { readonly verb: (typeof verbs)[number]; readonly name: string };

/** `imagepull requests …`: the exit code. */
export async function runRequests(
  words: readonly string[],
  flags: RequestFlags,
  io: Io,
  open: () => Promise<Result<Door, BadInput>>,
): Promise<number> {
  const format = flags.output === "json" ? "json" : "text";
  const asked = readWords(words, flags);
  if (!asked.ok) return refuse(io, format, asked.error.sentence);
  const door = await open();
  if (!door.ok) return refuse(io, format, door.error.sentence);
  try {
    const world = await door.value.world();
    const desk: Desk = {
      io,
      isJson: format === "json",
      approvals: await door.value.approvals(),
      clock: () => world.clock(),
      sleep: (milliseconds, signal) => world.sleep(milliseconds, signal),
      command: commandWith(flags),
    };
    const namespace = flags.namespace ?? door.value.namespace;
    const { value } = asked;
    if (value.verb === "list") {
      const { listRequests } = await import("./list.ts");
      return await listRequests(desk, flags.allNamespaces === true ? null : namespace, flags.output);
    }
    if (value.verb === "show") {
      const { showRequest } = await import("./show.ts");
      return await showRequest(desk, namespace, value.name, flags.wait ?? false);
    }
    const { decide } = await import("./decide.ts");
    const { verb, name } = value;
    return await decide(desk, { verb, namespace, name, reason: flags.reason ?? "", yes: flags.yes ?? false });
  } finally {
    door.value.close();
  }
}

/** What can be said of the line without a cluster. */
function readWords([verb, name, ...more]: readonly string[], flags: RequestFlags): Result<Asked> {
  const known = verbs.find((one) => one === verb);
  if (verb !== undefined && known === undefined) {
    const near = nearest(verb, verbs);
    const hint = near === null ? `To see it: imagepull requests show ${quote(verb)}` : `Did you mean ${near}?`;
    return badInput(`requests knows ${verbs.join(", ")}, and not "${verb}". ${hint}`);
  }
  const problem = flagProblem(known ?? "list", flags);
  if (problem !== null) return badInput(problem);
  if (known === undefined) return success({ verb: "list" });
  if (name === undefined || more.length > 0)
    return badInput(`requests ${known} takes the name of one request. See them with: imagepull requests`);
  return known === "deny" && (flags.reason ?? "").trim() === ""
    ? badInput(`who says no says why: imagepull requests deny ${quote(name)} --reason "…"`)
    : success({ verb: known, name });
}

function flagProblem(verb: Asked["verb"], flags: RequestFlags): string | null {
  const { namespace } = flags;
  if (namespace !== undefined && !/^[a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?$/u.test(namespace))
    return `${JSON.stringify(namespace.slice(0, 80))} is not the name of a namespace.`;
  const isDecision = verb !== "list" && verb !== "show";
  if (flags.allNamespaces === true && verb !== "list")
    return `-A is for the list, and ${verb} is for one request: give its namespace with -n.`;
  if (flags.allNamespaces === true && namespace !== undefined)
    return "-A lists all namespaces, and -n one: leave one out.";
  if (flags.output === "wide" && verb !== "list") return "-o wide is for the list: leave it out.";
  if (flags.reason !== undefined && !isDecision) return "--reason goes with approve, deny or cancel: leave it out.";
  if (flags.yes !== undefined && verb !== "approve") return "--yes goes with approve, which asks: leave it out.";
  return flags.wait !== undefined && verb !== "show" ? "--wait goes with show: leave it out." : null;
}

/** The same cluster, as it was named. */
const commandWith =
  ({ context, kubeconfig, config }: RequestFlags): Command =>
  (namespace, ...words) =>
    [
      "imagepull",
      "requests",
      ...words,
      "-n",
      namespace,
      ...Object.entries({ context, kubeconfig, config }).flatMap(([name, value]) =>
        value === undefined ? [] : [`--${name}`, value],
      ),
    ]
      .map(quote)
      .join(" ");
