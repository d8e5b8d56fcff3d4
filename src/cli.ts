import { Command, CommanderError, Option } from "commander";
import type { DiagnoseOptions, Door } from "./cli/diagnose.ts";
import type { ExplainOptions } from "./cli/explain.ts";
import { type Io, type OutputFormat, refuse } from "./cli/io.ts";
import { addRepull } from "./cli/repull-command.ts";
import { addRequests } from "./cli/requests/command.ts";
import type { TargetRequest } from "./core.ts";
import { type BadInput, badInput, type Result } from "./diagnosis/result.ts";

/** Where a command finds its cluster. */
export interface ClusterOptions {
  readonly context?: string | undefined;
  readonly kubeconfig?: string | undefined;
}

/** With the settings of `imagepull.yaml`. */
type Configured = ClusterOptions & { readonly config?: string };

/** What the commands do, each loaded only when it is asked for. Every one answers its exit code. */
export interface Doors {
  parseTarget(
    text: string,
    options: { namespace: string | null; selector: string | null },
  ): Promise<Result<TargetRequest, BadInput>>;
  open(options: Configured): Promise<Result<Door, BadInput>>;
  /** Whether `IMAGEPULL_READONLY` stops every re-pull. */
  readOnly(): Promise<Result<boolean, BadInput>>;
  serve(options: Configured): Promise<number>;
  doctor(options: Configured & { readonly output?: "text" | "json" }): Promise<number>;
  install(
    options: ClusterOptions & {
      readonly secrets?: boolean;
      readonly dryRun?: boolean;
      readonly namespace?: string;
      readonly image?: string;
    },
  ): Promise<number>;
  playground(options: { readonly port?: number; readonly open: boolean }): Promise<number>;
}

/** Reads the command line and runs the command: the exit code. Bad usage is one sentence on stderr and 2. */
export async function runCli(args: readonly string[], io: Io, version: string, doors: Doors): Promise<number> {
  let code = 0;
  const done = (result: number): void => {
    code = result;
  };
  const program = new Command("imagepull")
    .description("Names the one root cause when an image does not arrive on Kubernetes.")
    .version(version, "--version", "print the version")
    .helpOption("-h, --help", "show help")
    .helpCommand("help [command]", "show help for a command")
    .configureOutput({ writeOut: io.out, writeErr: () => undefined })
    .exitOverride();
  addDiagnose(program, io, doors, done);
  addExplain(program, io, done);
  addRepull(program, io, doors, done);
  addRequests(program, io, doors, done);
  addServing(program, doors, done);
  addSetup(program, doors, done);
  if (args.length === 0) {
    io.out(program.helpInformation());
    return 2;
  }
  try {
    await program.parseAsync([...args], { from: "user" });
    return code;
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    // Help and version end so too.
    if (error.exitCode === 0) return 0;
    return refuse(io, wantsJson(args) ? "json" : "text", usageSentence(error, args));
  }
}

function addDiagnose(program: Command, io: Io, doors: Doors, done: (code: number) => void): void {
  addClusterOptions(program.command("diagnose"))
    .summary("say why a pod's image does not arrive")
    .description(
      "Says why a pod's image does not arrive, and what to do.\nTARGET: web-7d4f9c-x2k8p, shop/web-7d4f9c-x2k8p, deploy/web, sts/db, ds/agent, job/import, cronjob/backup, or a name to look for.",
    )
    .argument("[target...]", "a pod or a workload")
    .option("-n, --namespace <namespace>", "where to look; default: the context's, then all that may be listed")
    .option("-l, --selector <selector>", "labels instead of a name: app=web")
    .addOption(
      new Option("-o, --output <format>", "how to answer").choices(["text", "json", "markdown"]).default("text"),
    )
    .option("--save <file>", "keep the evidence, to be diagnosed again or sent to a colleague")
    .option("--from <file>", "diagnose saved evidence instead (- reads standard input)")
    .option("--exit-code", "exit with 1 unless all is well")
    .option("--config <file>", configDefault)
    .action(async (target: string[], options: DiagnoseFlags) => {
      done(await diagnoseCommand(target.join(" "), options, io, doors));
    });
}

const configDefault = "default: IMAGEPULL_CONFIG, then imagepull.yaml in the working folder";

interface DiagnoseFlags extends Configured {
  readonly namespace?: string;
  readonly selector?: string;
  readonly output: OutputFormat;
  readonly save?: string;
  readonly from?: string;
  readonly exitCode?: boolean;
}

async function diagnoseCommand(text: string, flags: DiagnoseFlags, io: Io, doors: Doors): Promise<number> {
  const options: DiagnoseOptions = {
    output: flags.output,
    save: flags.save ?? null,
    from: flags.from ?? null,
    exitCode: flags.exitCode ?? false,
  };
  if (options.from !== null && (text !== "" || flags.selector !== undefined))
    return refuse(
      io,
      options.output,
      "a target and --from were both given: saved evidence knows its own target, so leave one out.",
    );
  const parse = async (): Promise<Result<TargetRequest, BadInput>> => {
    const named = { namespace: flags.namespace ?? null, selector: flags.selector ?? null };
    const target = await doors.parseTarget(text, named);
    if (target.ok || !text.includes(" ")) return target;
    const joined = text.split(" ").join("/");
    const meant = await doors.parseTarget(joined, named);
    return meant.ok ? badInput(`${target.error.sentence} Did you mean imagepull diagnose ${joined}?`) : target;
  };
  const { runDiagnose } = await import("./cli/diagnose.ts");
  return runDiagnose(parse, options, io, () => doors.open(flags));
}

function addExplain(program: Command, io: Io, done: (code: number) => void): void {
  program
    .command("explain")
    .summary("name the cause that a pasted message shows")
    .description(
      "Names the cause that a message shows, by its words alone: no cluster is asked.\nMESSAGE: a pull error, the events or all of kubectl describe pod, or a log; without it, or with -, standard input.",
    )
    .usage("[options] [MESSAGE|-]")
    .argument("[message...]", "what kubelet or runtime said")
    .addOption(new Option("-o, --output <format>", "how to answer").choices(["text", "json"]).default("text"))
    .option("--jsonl", 'read {"message": "…"} a line from standard input, and answer a line each, in order')
    .addHelpText(
      "after",
      "\nkubectl describe pod web-7d4f9c-x2k8p | imagepull explain\nimagepull explain 'Failed to pull image \"nginx:1.99\": … not found'",
    )
    .action(async (message: string[], options: Omit<ExplainOptions, "jsonl"> & { readonly jsonl?: boolean }) => {
      const { runExplain } = await import("./cli/explain.ts");
      const { output, jsonl = false } = options;
      done(await runExplain(message.join(" "), { output, jsonl }, io, io.input ?? process.stdin));
    });
}

const addClusterOptions = (command: Command): Command =>
  command
    .option("--context <context>", "the kubeconfig's context; default: the current one")
    .option("--kubeconfig <file>", "default: KUBECONFIG, then ~/.kube/config, then in-cluster");

function addServing(program: Command, doors: Doors, done: (code: number) => void): void {
  addClusterOptions(program.command("serve"))
    .summary("run the bot")
    .description("Runs the bot: Slack, and the door for alerts. Settings come by environment and imagepull.yaml.")
    .option("--config <file>", configDefault)
    .action(async (options: Parameters<Doors["serve"]>[0]) => {
      done(await doors.serve(options));
    });
  program
    .command("playground")
    .summary("try it in the browser")
    .description("Opens a page like a Slack channel, with the real bot and a simulated cluster behind it.")
    .addOption(new Option("--port <port>", "default: a free one").argParser(portNumber))
    .option("--no-open", "do not open a browser")
    .action(async (options: Parameters<Doors["playground"]>[0]) => {
      done(await doors.playground(options));
    });
}

function portNumber(text: string): number {
  const port = Number(text);
  if (!/^\d{1,5}$/u.test(text) || port > 65_535)
    throw new CommanderError(2, "imagepull.port", `--port is ${text}, not a number from 0 to 65535.`);
  return port;
}

function addSetup(program: Command, doors: Doors, done: (code: number) => void): void {
  addClusterOptions(program.command("doctor"))
    .summary("check each thing that the bot needs")
    .description("Checks each thing that the bot needs, a line each, with its mend. Exits with 1 if one is missing.")
    .option("--config <file>", configDefault)
    .addOption(new Option("-o, --output <format>", "how to answer").choices(["text", "json"]).default("text"))
    .action(async (options: Parameters<Doors["doctor"]>[0]) => {
      done(await doors.doctor(options));
    });
  addClusterOptions(program.command("install"))
    .summary("install the bot in a cluster")
    .description("Installs the bot: namespace, ServiceAccount, rights to read, Deployment.")
    .option("-n, --namespace <namespace>", "where to")
    .option("--secrets", "let the bot read pull secrets (never their values in an answer)")
    .option("--image <image>", "the bot's image")
    .option("--dry-run", "print YAML for kubectl instead")
    .action(async (options: Parameters<Doors["install"]>[0]) => {
      done(await doors.install(options));
    });
}

/** `-o json` counts also where the rest of the line cannot be read. */
const wantsJson = (args: readonly string[]): boolean =>
  args.some(
    (arg, index) =>
      /^(?:-o=?|--output=)json$/u.test(arg) || (arg === "json" && /^(?:-o|--output)$/u.test(args[index - 1] ?? "")),
  );

/** commander's words as one sentence that ends with the next thing to type. */
function usageSentence({ code, message }: CommanderError, args: readonly string[]): string {
  const words = message
    .replace(/^error: /u, "")
    .replace(/\s*\n\s*\(?/u, " (")
    .replace(/\.$/u, "")
    .trim();
  if (code === "imagepull.port") return `${words}.`;
  const command =
    args[0] !== undefined && /^[a-z]+$/u.test(args[0]) && code !== "commander.unknownCommand" ? `${args[0]} ` : "";
  return `${words}. See imagepull ${command}--help`;
}
