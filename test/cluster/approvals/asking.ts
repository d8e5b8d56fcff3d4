import { specOf, usualExpiry } from "../../../src/approvals/ask.ts";
import { decisionName, requestName } from "../../../src/approvals/naming.ts";
import { decisionManifest, requestManifest } from "../../../src/approvals/schema.ts";
import type { RequestSpec, RequestStatus, Verb } from "../../../src/approvals/types.ts";
import { connect } from "../../../src/cluster/connect.ts";
import { createCore } from "../../../src/collect/core.ts";
import type { Ahead, Core, WorkloadKind } from "../../../src/core.ts";
import { questionsOf } from "../../../src/repull/draft.ts";
import { conclude, draftOf } from "../../../src/repull/repull.ts";
import { type Parameters, parametersOf, type Strategy } from "../../../src/repull/strategy.ts";
import type { Cluster } from "../cluster.ts";
import { registryFor } from "../core-on.ts";
import { kubectl } from "../runner.ts";
import { until } from "../stage.ts";
import { everybody } from "./example.ts";

/** Requests and decisions as people write them with kubectl, each under their own name. */

export interface Asked {
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
  readonly spec: RequestSpec;
}

export interface Stored {
  readonly metadata: { readonly uid: string; readonly name: string };
  readonly status?: Partial<RequestStatus>;
}

export interface Asking {
  /** Plans as the product does, and creates the request as `by`. */
  ask(
    by: string,
    target: { readonly namespace: string; readonly kind: WorkloadKind; readonly name: string },
    strategy: Strategy,
    over?: Partial<Parameters>,
  ): Promise<Asked>;
  say(by: string, request: Asked, decision: Verb, reason?: string): Promise<void>;
  get(request: Pick<Asked, "namespace" | "name">): Promise<Stored>;
  /** The request once it has ended, or come to a phase. */
  ended(request: Pick<Asked, "namespace" | "name">, phases?: readonly string[]): Promise<Stored>;
  close(): void;
}

const ends = ["Succeeded", "Failed", "Denied", "Cancelled", "Expired", "Stale"];

export async function openAsking(cluster: Cluster): Promise<Asking> {
  const clock = (): Date => new Date();
  const registry = registryFor(cluster);
  const connection = await connect({
    kubeconfig: cluster.kubeconfig,
    context: cluster.context,
    environment: {},
    clock,
  });
  if (!connection.ok) throw new Error(connection.error.sentence);
  const core = createCore({ clusterReader: connection.value.reader, registry, clock });
  const create = (by: string, manifest: object): Promise<string> =>
    kubectl(cluster, ["create", "--as", by, "-f", "-"], JSON.stringify(manifest));
  const get: Asking["get"] = async ({ namespace, name }) =>
    JSON.parse(await kubectl(cluster, ["-n", namespace, "get", "repullrequest", name, "-o", "json"])) as Stored;
  return {
    get,
    async ask(by, target, strategy, over = {}) {
      const parameters = parametersOf(strategy, over);
      const { planned, object } = await plan(core, target, parameters);
      const spec = specOf({
        planned,
        parameters,
        object,
        who: { user: by, groups: [everybody] },
        reason: "a new build",
        undoes: null,
        attempt: 1,
        expiresAfterSeconds: usualExpiry,
      });
      if (!spec.ok) throw new Error(spec.error.sentence);
      const name = requestName(spec.value);
      await create(by, requestManifest(target.namespace, name, spec.value));
      const { metadata } = await get({ namespace: target.namespace, name });
      return { namespace: target.namespace, name, uid: metadata.uid, spec: spec.value };
    },
    async say(by, { namespace, name, uid }, decision, reason = "") {
      const spec = { request: name, requestUid: uid, by, byGroups: [everybody], decision, reason };
      await create(by, decisionManifest(namespace, decisionName(name, by, decision), spec));
    },
    ended: (request, phases = ends) =>
      until(`the end of ${request.name}`, async () => {
        const found = await get(request);
        return phases.includes(found.status?.phase ?? "") ? found : null;
      }),
    close() {
      connection.value.close();
      registry.close();
    },
  };
}

async function plan(
  core: Core & Ahead,
  { namespace, kind, name }: { readonly namespace: string; readonly kind: WorkloadKind; readonly name: string },
  parameters: Parameters,
) {
  const answer = await core.diagnose({
    target: { kind: "object", namespace, resource: kind, name },
    defaultNamespace: namespace,
  });
  if (answer.kind !== "diagnosis") throw new Error(answer.sentence);
  const draft = draftOf(parameters, answer.evidence, answer.diagnosis);
  if (!draft.ok) throw new Error(JSON.stringify(draft.error));
  const questions = questionsOf(draft.value);
  const ahead = questions === null ? { checks: [], nodes: [] } : await core.lookAhead(questions);
  return { planned: conclude(draft.value, ahead, new Date().toISOString()), object: draft.value.subject.object };
}
