import { type Doors, runCli } from "../../../src/cli.ts";
import { connect } from "../../../src/cluster/connect.ts";
import { createCore } from "../../../src/collect/core.ts";
import { parseTarget } from "../../../src/collect/target.ts";
import { readReadOnly } from "../../../src/config/environment.ts";
import { registrySettingsOfShell } from "../../../src/config/shell.ts";
import { success } from "../../../src/diagnosis/result.ts";
import { runDoctor } from "../../../src/doctor/index.ts";
import { runInstall } from "../../../src/install/index.ts";
import { openRegistries } from "../../../src/registries.ts";

export interface ShellWorld {
  readonly environment: Readonly<Record<string, string>>;
  /** The working folder. */
  readonly folder: string;
}

export interface Ran {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

const clock = (): Date => new Date("2026-11-24T10:31:00Z");

/** Runs a command line as `main.ts` wires it, in this process: from kubeconfig and sockets to what is printed. */
export async function shell(args: readonly string[], { environment, folder }: ShellWorld): Promise<Ran> {
  const seen = { out: "", err: "" };
  const out = (text: string): void => void (seen.out += text);
  const err = (text: string): void => void (seen.err += text);
  const command = { environment, folder, out, err, version: "1.2.3", nodeVersion: process.versions.node };
  const never = (): Promise<never> => Promise.reject(new Error("not asked for here"));
  const doors: Doors = {
    parseTarget: (text, options) => Promise.resolve(parseTarget(text, options)),
    async open({ context, kubeconfig }) {
      const settings = await registrySettingsOfShell({ environment, folder });
      if (!settings.ok) return settings;
      const connection = await connect({
        context: context ?? null,
        kubeconfig: kubeconfig ?? null,
        environment,
        clock,
      });
      if (!connection.ok) return connection;
      const { reader, namespace } = connection.value;
      const registry = openRegistries({ settings: settings.value, environment, clock });
      const close = (): void => {
        connection.value.close();
        registry?.close();
      };
      return success({
        core: createCore({ clusterReader: reader, registry, clock }),
        world: never,
        approvals: never,
        podsSelected: never,
        namespace,
        close,
      });
    },
    readOnly: () => Promise.resolve(readReadOnly(environment)),
    serve: never,
    doctor: (options) => runDoctor(options, command),
    install: (options) => runInstall(options, command),
    playground: never,
  };
  const io = {
    out,
    err,
    stdin: () => Promise.resolve(""),
    terminal: { columns: null, colours: false, width: ({ length }: string) => length },
  };
  const code = await runCli(args, io, "1.2.3", doors);
  return { code, ...seen };
}
