import { readConfig } from "../config.ts";
import { useProxyOf } from "../config/proxy.ts";
import { readAccess } from "../cluster/kubeconfig.ts";
import { success } from "../diagnosis/result.ts";
import type { CommandIo } from "../install/index.ts";
import { examine } from "./doctor.ts";
import { render } from "./render.ts";

export interface DoctorCommand {
  readonly config?: string | undefined;
  readonly context?: string | undefined;
  readonly kubeconfig?: string | undefined;
  readonly output?: "text" | "json" | undefined;
}

export interface DoctorIo extends CommandIo {
  /** The working folder, where imagepull.yaml is looked for. */
  readonly folder: string;
  readonly nodeVersion: string;
}

/** `imagepull doctor`: 0 when nothing is missing, else 1. */
export async function runDoctor(
  options: DoctorCommand,
  { environment, folder, nodeVersion, out }: DoctorIo,
): Promise<number> {
  useProxyOf(environment);
  const checks = await examine({
    nodeVersion,
    config: readConfig({ environment, folder, path: options.config }),
    probe: async () => {
      const access = await readAccess({
        kubeconfig: options.kubeconfig ?? null,
        context: options.context ?? null,
        environment,
      });
      if (!access.ok) return access;
      const [{ clusterProbe }, { toKubeConfig }] = await Promise.all([
        import("./probe.ts"),
        import("../install/kube-config.ts"),
      ]);
      return success(clusterProbe(toKubeConfig(access.value, environment)));
    },
  });
  out(render(checks, options.output ?? "text"));
  return checks.some(({ status }) => status === "missing") ? 1 : 0;
}
