import { type Command, Option } from "commander";
import type { Doors } from "../cli.ts";
import { strategies } from "../repull/strategy.ts";
import { type Io, refuse } from "./io.ts";
import type { RepullFlags } from "./repull/asked.ts";
import type { Engine } from "./repull/engine.ts";
import type { Ways } from "./repull/flow.ts";

/** Registers `imagepull repull`; all that it does is loaded when it is asked for. */
export function addRepull(
  program: Command,
  io: Io,
  doors: Pick<Doors, "parseTarget" | "open" | "readOnly">,
  done: (code: number) => void,
  engine: () => Promise<Engine> = async () => (await import("./repull/engine.ts")).engine,
): void {
  program
    .command("repull")
    .summary("make a workload pull its images again, and verify by digest that it did")
    .description(
      "Makes a workload pull its images again: prints what would be written, which pods restart and whether the pull would work, asks, runs it, and verifies by digest what runs afterwards.\nTARGET: as for diagnose. repull undo TARGET goes back to what ran before the last one.",
    )
    .usage("[undo] TARGET --strategy STRATEGY [options]")
    .argument("[target...]", "a pod or a workload")
    .addOption(new Option("--strategy <strategy>", "how").choices([...strategies]))
    .option("--tag <tag>", "for set-image, probe and pre-pull: another tag of the same repository")
    .option("--image <reference>", "the same with a whole reference")
    .option("--container <container>", "which container, where there are several")
    .option(
      "-l, --selector <selector>",
      "for delete-pods: the pods with these labels, of one workload: app=web,tier!=cache",
    )
    .option("-n, --namespace <namespace>", "where to look; default: the context's, then all that may be listed")
    .option("--context <context>", "the kubeconfig's context; default: the current one")
    .option("--kubeconfig <file>", "default: KUBECONFIG, then ~/.kube/config, then in-cluster")
    .option("--config <file>", "default: IMAGEPULL_CONFIG, then imagepull.yaml in the working folder")
    .option("--dry-run", "print the plan, the pre-flight and the kubectl commands; change nothing")
    .option("--yes", "run it without asking; for scripts, where nobody can be asked")
    .option("--request", "ask for it instead: the bot runs it once somebody has approved it; see imagepull requests")
    .option("--reason <text>", "with --request: why, for whoever decides")
    .option("--wait", "with --request: follow it until it has ended")
    .option("--timeout <duration>", "what is not verified by then has failed: 90s, 10m, 1h; default: 10m")
    .option("--allow-repository", "take an image of another repository")
    .option("--allow-unproven", "run it although the pull could not be proved; --yes does not stand for it")
    .addOption(new Option("-o, --output <format>", "how to answer").choices(["text", "json"]).default("text"))
    .addHelpText(
      "after",
      '\nimagepull repull deploy/web -n shop --strategy restart\nimagepull repull deploy/web -n shop --strategy set-image --tag 2.4.0 --dry-run\nimagepull repull deploy/web -n shop --strategy restart --request --reason "the tag was pushed again"\nimagepull repull undo deploy/web -n shop\n\nCtrl-C ends the watching and says what goes on by itself; the same command goes on with it.\nWith IMAGEPULL_READONLY=on only --dry-run is taken.\nExit 0: planned (--dry-run), asked for (--request) or succeeded. 1: refused, failed or interrupted. 2: bad usage, no such target, or nothing could be read.',
    )
    .action(async (words: string[], flags: RepullFlags) => {
      const { readAsked } = await import("./repull/asked.ts");
      const asked = readAsked(words, flags);
      if (!asked.ok) return done(refuse(io, flags.output, asked.error.sentence));
      const { target, namespace, selector } = asked.value;
      const { repull } = await import("./repull/flow.ts");
      const ways: Ways = {
        readOnly: () => doors.readOnly(),
        target: () => doors.parseTarget(target, { namespace, selector }),
        open: () => doors.open(flags),
        engine,
      };
      done(await repull(asked.value, io, ways));
    });
}
