import { readFileSync } from "node:fs";
import type { WriteStream } from "node:tty";
import { type ClusterOptions, type Doors, runCli } from "./cli.ts";
import type { Io } from "./cli/io.ts";
import type { Terminal } from "./cli/layout.ts";
import { success } from "./diagnosis/result.ts";

/** The program: wires the doors, each loaded only when it is asked for, and ends with the command's exit code. */

const { env, stdout, stderr, stdin } = process;
const clock = (): Date => new Date();
const out = (text: string): void => void stdout.write(text);
const err = (text: string): void => void stderr.write(text);

/** The build writes it in; in a checkout it stands in package.json. */
function version(): string {
  if (process.env.IMAGEPULL_VERSION !== undefined) return process.env.IMAGEPULL_VERSION;
  const file: unknown = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8"));
  return typeof file === "object" && file !== null && "version" in file ? String(file.version) : "unknown";
}

async function readStdin(): Promise<string> {
  let text = "";
  for await (const chunk of stdin.setEncoding("utf8")) text += String(chunk);
  return text;
}

const isDumb = env["TERM"] === "dumb";

async function terminalOf(stream: WriteStream): Promise<Terminal> {
  return {
    /** Anew each time: a window may be made smaller while a block in it is drawn again. */
    get columns() {
      return stream.isTTY ? Math.max(40, stream.columns || 80) : null;
    },
    // A pipe is not measured, and does not wait for what measures.
    width: stream.isTTY ? (await import("string-width")).default : ({ length }) => length,
    // https://no-color.org: set and not empty.
    colours: stream.isTTY && !env["NO_COLOR"] && !isDumb,
  };
}

const io: Io = {
  out,
  err,
  stdin: readStdin,
  input: stdin,
  terminal: await terminalOf(stdout),
  ...(stderr.isTTY && !isDumb ? { live: () => terminalOf(stderr) } : {}),
  ...(stdin.isTTY && stderr.isTTY
    ? {
        ask: async (question, completions) =>
          (await import("./cli/repull/ask.ts")).askOn(stdin, stderr, question, completions),
      }
    : {}),
  untilStopped() {
    const stop = new AbortController();
    const signals = ["SIGINT", "SIGTERM"] as const;
    const stopped = (): void => {
      // Nobody listens any more: the next one ends the process.
      for (const name of signals) process.off(name, stopped);
      stop.abort();
    };
    for (const name of signals) process.on(name, stopped);
    return stop.signal;
  },
};

const command = {
  environment: env,
  folder: process.cwd(),
  out,
  err,
  version: version(),
  nodeVersion: process.versions.node,
};

const doors: Doors = {
  async parseTarget(text, options) {
    const { parseTarget } = await import("./collect/target.ts");
    return parseTarget(text, options);
  },
  async open({ context, kubeconfig, config }: ClusterOptions & { readonly config?: string | undefined }) {
    // A schema settles when it is made whether it compiles.
    (await import("./cli/one-shot.ts")).parseWithoutCompiling();
    const [{ connect }, { createCore }, { registrySettingsOfShell }, { openRegistries }] = await Promise.all([
      import("./cluster/connect.ts"),
      import("./collect/core.ts"),
      import("./config/shell.ts"),
      import("./registries.ts"),
    ]);
    const settings = await registrySettingsOfShell({ environment: env, folder: process.cwd(), path: config });
    if (!settings.ok) return settings;
    const connection = await connect({
      context: context ?? null,
      kubeconfig: kubeconfig ?? null,
      environment: env,
      clock,
    });
    if (!connection.ok) return connection;
    const { reader, writer, namespace } = connection.value;
    const registry = openRegistries({ settings: settings.value, environment: env, clock });
    const close = (): void => {
      connection.value.close();
      registry?.close();
    };
    return success({
      core: createCore({ clusterReader: reader, registry, clock }),
      world: async () => {
        const { createWorld } = await import("./collect/world.ts");
        return createWorld({ reader, writer: await writer(), clock });
      },
      approvals: async () => {
        const { createStore } = await import("./approvals/store.ts");
        const { expiryOfShell } = await import("./config/shell.ts");
        return {
          store: createStore(reader, await writer()),
          whoAmI: () => reader.whoAmI(AbortSignal.timeout(5000)),
          expiresAfterSeconds: await expiryOfShell({ environment: env, folder: process.cwd(), path: config }),
        };
      },
      podsSelected: async (where, selector) =>
        (await import("./collect/selected.ts")).podsSelected(reader, where, selector),
      namespace,
      close,
    });
  },
  async readOnly() {
    (await import("./cli/one-shot.ts")).parseWithoutCompiling();
    return (await import("./config/environment.ts")).readReadOnly(env);
  },
  serve: async (options) => (await import("./serve.ts")).runServe(options, command),
  doctor: async (options) => (await import("./doctor/index.ts")).runDoctor(options, command),
  install: async (options) => (await import("./install/index.ts")).runInstall(options, command),
  async playground(options) {
    const { playground } = await import("./playground/playground.ts");
    const stop = new AbortController();
    for (const name of ["SIGINT", "SIGTERM"] as const) process.once(name, () => stop.abort());
    return playground({ ...options, signal: stop.signal });
  },
};

// Whoever reads the output may have read enough: `imagepull … | head -1`.
for (const stream of [stdout, stderr]) {
  stream.on("error", (error: NodeJS.ErrnoException) => {
    process.exit(error.code === "EPIPE" ? 0 : 1);
  });
}

const code = await runCli(process.argv.slice(2), io, version(), doors);
// A name look-up that nobody waits for any more would hold the process for seconds: all that was written is let out, then it ends.
stdout.write("", () => {
  process.exit(code);
});
