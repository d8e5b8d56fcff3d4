import { existsSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Core } from "../src/core.ts";
import type { Cluster } from "../test/cluster/cluster.ts";
import { coreOn, registryFor } from "../test/cluster/core-on.ts";
import { withFailingPod } from "./cluster.ts";
import { inTurn, timeProcess } from "./process.ts";
import { median, ms, type Row } from "./table.ts";

const rounds = 15;
const bin = join(import.meta.dirname, "../dist/bin/imagepull.cjs");

/** A diagnosis in a process that is running, and from cold in the shell, each against one `kubectl describe pod`. */
export async function diagnoseRows(): Promise<readonly Row[]> {
  return withFailingPod(async (cluster, { namespace, name }) => {
    const describe = (): Promise<number> =>
      timeProcess(cluster.kubectl, ["--kubeconfig", cluster.kubeconfig, "-n", namespace, "describe", "pod", name]);
    const warm = await withCore(cluster, (core) =>
      inTurn(rounds, () => timeDiagnosis(core, namespace, name), describe),
    );
    if (!existsSync(bin)) throw new Error("dist is not built: npm run build");
    const config = join(mkdtempSync(join(tmpdir(), "imagepull-bench-")), "imagepull.yaml");
    writeFileSync(config, "registry:\n  allow: [127.0.0.0/8]\n");
    const shell = (): Promise<number> =>
      timeProcess(process.execPath, [bin, "diagnose", name, "-n", namespace, "--kubeconfig", cluster.kubeconfig], {
        ...process.env,
        IMAGEPULL_CONFIG: config,
      });
    const cold = await inTurn(rounds, shell, describe);
    return [row("diagnosis in a running process", warm, "≤ 1×"), row("imagepull diagnose, from cold", cold, "≤ 3×")];
  });
}

function row(
  measured: string,
  { a, b }: { readonly a: readonly number[]; readonly b: readonly number[] },
  goal: string,
): Row {
  const ratio = median(a.map((time, index) => time / (b[index] ?? Number.NaN)));
  return {
    measured,
    figure: ms(median(a)),
    against: `kubectl describe pod, ${ms(median(b))}`,
    ratio: `${ratio.toFixed(2)}×`,
    goal,
  };
}

async function withCore<T>(cluster: Cluster, use: (core: Core) => Promise<T>): Promise<T> {
  const { core, close } = await coreOn(cluster, cluster.context, registryFor(cluster, { cacheMs: 0 }));
  try {
    return await use(core);
  } finally {
    close();
  }
}

async function timeDiagnosis(core: Core, namespace: string, name: string): Promise<number> {
  const began = performance.now();
  const answer = await core.diagnose({ target: { kind: "pod-or-any", namespace, name }, defaultNamespace: null });
  const took = performance.now() - began;
  if (answer.kind !== "diagnosis" || answer.diagnosis.confidence === "possible")
    throw new Error(`no diagnosis: ${JSON.stringify(answer).slice(0, 300)}`);
  return took;
}
