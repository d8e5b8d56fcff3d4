import { execFile } from "node:child_process";
import { delimiter, dirname } from "node:path";
import { promisify } from "node:util";
import { connect } from "../../../src/cluster/connect.ts";
import { createCore } from "../../../src/collect/core.ts";
import type { Ahead, Core } from "../../../src/core.ts";
import type { Line } from "../../../src/diagnosis/say.ts";
import { questionsOf } from "../../../src/repull/draft.ts";
import { conclude, draftOf, type Planned } from "../../../src/repull/repull.ts";
import type { Cluster } from "../cluster.ts";
import { registryFor } from "../core-on.ts";
import { kubectl } from "../runner.ts";
import type { Made } from "./preflight-make.ts";

export interface Asked {
  readonly planned: (made: Made) => Promise<Planned>;
  readonly close: () => void;
}

/** The product's own pre-flight, as the administrator. Two cores with a hundred pods are slower than its usual deadlines allow for. */
export async function openPreflight(cluster: Cluster): Promise<Asked> {
  const clock = (): Date => new Date();
  const connection = await connect({
    kubeconfig: cluster.kubeconfig,
    context: cluster.context,
    environment: {},
    clock,
  });
  if (!connection.ok) throw new Error(connection.error.sentence);
  const { reader, close } = connection.value;
  const registry = registryFor(cluster);
  const core = createCore({ clusterReader: reader, registry, clock, deadlines: { read: 10_000, total: 20_000 } });
  return {
    planned: (made) => plan(core, made),
    close: () => {
      close();
      registry.close();
    },
  };
}

async function plan(core: Core & Ahead, { asked, namespace, app, parameters }: Made): Promise<Planned> {
  const target = { kind: "object", namespace, resource: asked.kind, name: app } as const;
  const given = await core.diagnose({ target, defaultNamespace: null });
  if (given.kind !== "diagnosis") throw new Error(given.sentence);
  const { evidence, diagnosis } = given;
  const draft = draftOf(parameters, evidence, diagnosis);
  if (!draft.ok) {
    if (draft.error.kind === "usage") throw new Error(draft.error.sentence);
    return draft.error.planned;
  }
  const questions = questionsOf(draft.value);
  const ahead = questions === null ? { checks: [], nodes: [] } : await core.lookAhead(questions);
  return conclude(draft.value, ahead, evidence.takenAt);
}

export const text = (line: Line): string =>
  line
    .map((each) => (typeof each === "string" ? each : "code" in each ? each.code : "at" in each ? each.at : each.since))
    .join("");

/** The plan's own commands, as they are pasted; where nothing was planned, what comes nearest to it by hand. */
export async function carryOut(cluster: Cluster, made: Made, { plan: planned }: Planned): Promise<void> {
  if (planned === null) return byHand(cluster, made);
  const PATH = [dirname(cluster.kubectl), process.env["PATH"] ?? ""].join(delimiter);
  const env = { PATH, HOME: "/nonexistent", KUBECONFIG: cluster.kubeconfig };
  await promisify(execFile)("bash", ["-e", "-c", planned.command], { env }).catch((error: unknown) => {
    // The StatefulSet's controller may be quicker than who pastes the second command: the pod to be evicted is gone already, or another has its name.
    const isGone =
      planned.changes.length > 1 &&
      /\(NotFound\): pods "[^"]+" not found\s*$|\(Conflict\): .* the UID in the precondition .* does not match/.test(
        String(error),
      );
    if (!isGone) throw error;
  });
}

async function byHand(cluster: Cluster, { asked, namespace, app, container, parameters, name }: Made): Promise<void> {
  const resource = `${asked.kind.toLowerCase()}/${app}`;
  const here = (...args: readonly string[]): Promise<string> => kubectl(cluster, ["-n", namespace, ...args]);
  if (asked.strategy === "set-image") {
    await here("set", "image", resource, `${container}=${parameters.image ?? `${name}:${parameters.tag}`}`);
    return;
  }
  // A digest that nobody knows cannot be pinned: the kubelet is asked what the tag means.
  if (asked.strategy === "pin-digest" || asked.strategy === "policy-always") {
    const spec = { template: { spec: { containers: [{ name: container, imagePullPolicy: "Always" }] } } };
    await here("patch", resource, "-p", JSON.stringify({ spec }));
    return;
  }
  await here("rollout", "restart", resource);
}

/** The image that is put into the pod that is there; null where new pods come. */
export function imageInPlace({ asked }: Made, { plan: planned }: Planned): string | null {
  if (asked.kind !== "Pod" || (asked.strategy !== "set-image" && asked.strategy !== "pin-digest")) return null;
  return planned?.wanted?.[0]?.image ?? null;
}
