import { readAccess } from "../cluster/kubeconfig.ts";
import { success } from "../diagnosis/result.ts";
import type { InstallOptions } from "./install.ts";
import { install } from "./install.ts";

export interface InstallCommand extends InstallOptions {
  readonly context?: string | undefined;
  readonly kubeconfig?: string | undefined;
}

export interface CommandIo {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
  readonly version: string;
}

/** `imagepull install`: with the rights of the user's kubeconfig, or by `--dry-run` as YAML for kubectl. Answers the exit code. */
export function runInstall(options: InstallCommand, { environment, out, err, version }: CommandIo): Promise<number> {
  const target = async () => {
    const access = await readAccess({
      kubeconfig: options.kubeconfig ?? null,
      context: options.context ?? null,
      environment,
    });
    if (!access.ok) return access;
    // Loaded only where a cluster is asked: it is the larger part of a start.
    const [{ installTarget }, { toKubeConfig }] = await Promise.all([import("./api.ts"), import("./kube-config.ts")]);
    return success(installTarget(toKubeConfig(access.value, environment)));
  };
  return install(options, { target, out, err, version });
}
