import { type Command as Program, Option } from "commander";
import type { Doors } from "../../cli.ts";
import type { Io } from "../io.ts";
import type { RequestFlags } from "./run.ts";

/** Registers `imagepull requests`; all that it does is loaded when it is asked for. */
export function addRequests(program: Program, io: Io, doors: Pick<Doors, "open">, done: (code: number) => void): void {
  program
    .command("requests")
    .summary("see and decide what others ask for: re-pulls that wait for a yes")
    .description(
      "Lists the re-pulls that are asked for in the cluster, shows one with its whole story, or decides it. What is decided is kept in the cluster in your name; the bot carries it out.",
    )
    .usage("[show|approve|deny|cancel NAME] [options]")
    .argument("[words...]", "nothing, to list them; or what to do with which")
    .option("-n, --namespace <namespace>", "where; default: the context's")
    .option("-A, --all-namespaces", "list those of all namespaces")
    .addOption(new Option("-o, --output <format>", "how to answer").choices(["text", "json", "wide"]).default("text"))
    .option("--reason <text>", "why; deny needs one, and so does approving what you asked for yourself")
    .option("--yes", "approve without being asked; for scripts, where nobody can be asked")
    .option("--wait", "for show: follow it until it has ended")
    .option("--context <context>", "the kubeconfig's context; default: the current one")
    .option("--kubeconfig <file>", "default: KUBECONFIG, then ~/.kube/config, then in-cluster")
    .option("--config <file>", "default: IMAGEPULL_CONFIG, then imagepull.yaml in the working folder")
    .addHelpText(
      "after",
      '\nimagepull requests -A\nimagepull requests show web-0123456789abcdef-1 -n shop --wait\nimagepull requests approve web-0123456789abcdef-1 -n shop\nimagepull requests deny web-0123456789abcdef-1 -n shop --reason "not before the release"\n\nimagepull repull … --request asks. Whoever asked may always cancel, and nobody approves their own without the right approve-own.\nExit 0: answered, or said. 1: it does not count, is decided already, or is not there; with --wait: it did not succeed. 2: bad usage, or nothing could be read.',
    )
    .action(async (words: string[], flags: RequestFlags) => {
      const { runRequests } = await import("./run.ts");
      done(await runRequests(words, flags, io, () => doors.open(flags)));
    });
}
