import { type Command, Option } from "commander";
import type { Doors } from "../cli.ts";
import { parametersOf, type Strategy, strategies } from "../repull/strategy.ts";
import { type Io, refuse } from "./io.ts";

interface RepullFlags {
  readonly strategy: Strategy;
  readonly tag?: string;
  readonly image?: string;
  readonly container?: string;
  readonly namespace?: string;
  readonly context?: string;
  readonly kubeconfig?: string;
  readonly config?: string;
  readonly allowRepository?: boolean;
  readonly allowUnproven?: boolean;
  readonly dryRun?: boolean;
  readonly output: "text" | "json";
}

/** Registers `imagepull repull`. */
export function addRepull(program: Command, io: Io, doors: Doors, done: (code: number) => void): void {
  program
    .command("repull")
    .summary("plan a forced re-pull, and say whether it would work")
    .description(
      "Plans a forced re-pull: what would be written, which pods restart, and whether the pull would work. It changes nothing.\nTARGET: as for diagnose.",
    )
    .argument("<target...>", "a pod or a workload")
    .addOption(new Option("--strategy <strategy>", "how").choices([...strategies]).makeOptionMandatory())
    .option("--tag <tag>", "for set-image, probe and pre-pull: another tag of the same repository")
    .option("--image <reference>", "the same with a whole reference")
    .option("--container <container>", "which container, where there are several")
    .option("-n, --namespace <namespace>", "where to look; default: the context's, then all that may be listed")
    .option("--context <context>", "the kubeconfig's context; default: the current one")
    .option("--kubeconfig <file>", "default: KUBECONFIG, then ~/.kube/config, then in-cluster")
    .option("--config <file>", "default: IMAGEPULL_CONFIG, then imagepull.yaml in the working folder")
    .option("--allow-repository", "take an image of another repository")
    .option("--allow-unproven", "plan although the pull could not be proved")
    .option("--dry-run", "print the plan and the pre-flight; running it is not built yet")
    .addOption(new Option("-o, --output <format>", "how to answer").choices(["text", "json"]).default("text"))
    .action(async (words: string[], flags: RepullFlags) => {
      done(await repullCommand(words, flags, io, doors));
    });
}

async function repullCommand(words: readonly string[], flags: RepullFlags, io: Io, doors: Doors): Promise<number> {
  if (words[0] === "undo")
    return refuse(
      io,
      flags.output,
      "repull undo is not built yet: a plan names the reference to pin under undo; set it with --strategy set-image --image.",
    );
  const { runRepull } = await import("./repull.ts");
  const { dryRun = false, output, context = null, strategy } = flags;
  const parameters = parametersOf(strategy, {
    container: flags.container ?? null,
    tag: flags.tag ?? null,
    image: flags.image ?? null,
    allowRepository: flags.allowRepository ?? false,
    allowUnproven: flags.allowUnproven ?? false,
    context,
  });
  return runRepull({ parameters, dryRun, output }, io, {
    target: () => doors.parseTarget(words.join(" "), { namespace: flags.namespace ?? null, selector: null }),
    open: () => doors.open(flags),
  });
}
