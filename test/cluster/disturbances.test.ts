import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { parseTarget } from "../../src/collect/target.ts";
import type { Core } from "../../src/core.ts";
import type { Diagnosis } from "../../src/diagnosis/diagnosis.ts";
import { type Cluster, readCluster } from "./cluster.ts";
import { coreOn, registryFor } from "./core-on.ts";
import { disturb, disturbances, recovery } from "./disturbances.ts";
import { type Live, place, remove, settle } from "./runner.ts";
import type { Scenario } from "./scenarios.ts";
import { stage } from "./stage.ts";

/** Failures that a whole node takes part in, one after another; a pod that runs in between shows that the node is mended. */
let cluster: Cluster;
let core: Core;
let close: () => void;

beforeAll(async () => {
  cluster = readCluster(inject("clusterFile"));
  ({ core, close } = await coreOn(cluster, cluster.context, registryFor(cluster)));
  // A node that has run a pod has the sandbox image, as nodes have.
  await remove(cluster, await placed(recovery));
});
afterAll(() => close());

async function placed(scenario: Scenario): Promise<readonly Live[]> {
  const live = await place(cluster, [scenario], Date.now() % 1_000_000);
  await settle(cluster, live, 180);
  return live;
}

async function diagnosisOf({ namespace, placed: { target } }: Live): Promise<Diagnosis> {
  const parsed = parseTarget(target, { namespace, selector: null });
  if (!parsed.ok) throw new Error(parsed.error.sentence);
  const answer = await core.diagnose({ target: parsed.value, defaultNamespace: null });
  if (answer.kind !== "diagnosis") throw new Error(answer.sentence);
  return answer.diagnosis;
}

describe("a node in trouble", () => {
  it.each(disturbances.map((one) => [one.scenario.id, one] as const))(
    "%s",
    async (id, { begin, end, before, scenario }) => {
      const live: Live[] = [];
      try {
        await stage(id, async () => {
          await disturb(begin);
          if (before !== undefined) live.push(...(await placed(before)));
          live.push(...(await placed(scenario)));
          const diagnosis = await diagnosisOf(live.at(-1)!);
          const honest: readonly string[] = [scenario.cause, ...(scenario.orElse ?? [])];
          expect(honest, `${diagnosis.cause}, ${diagnosis.confidence}`).toContain(diagnosis.cause);
        });
      } finally {
        await disturb(end);
        if (live.length > 0) await remove(cluster, live);
      }
      await stage(`the node after ${id}`, async () => {
        const mended = await placed(recovery);
        expect((await diagnosisOf(mended[0]!)).cause).toBe("healthy");
        await remove(cluster, mended);
      });
    },
  );
});
