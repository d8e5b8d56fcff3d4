import { type Phase, phases } from "../../../src/approvals/types.ts";
import { type Cluster, readCluster } from "../cluster.ts";
import { stage } from "../stage.ts";
import { type Api, type Call, inTurn, must, openApi, patches, type Who } from "./api.ts";
import { exampleDecision, exampleRequest, exampleStatus } from "./example.ts";
import { asking, at, deciding } from "./forgeries.ts";
import { dana, grants, omar } from "./people.ts";
import { botOf, bringApprovals, makeNamespace, removeNamespace } from "./stand.ts";

/** A namespace with its people, a request in each phase, one that the bot has not seen, and a decision. */
export interface Scene {
  readonly cluster: Cluster;
  readonly api: Api;
  readonly bot: Who;
  readonly namespace: string;
  /** The request that stands in a phase. */
  readonly standing: ReadonlyMap<Phase, string>;
  /** Nobody has written a status to it yet. */
  readonly unseen: string;
  readonly decided: string;
  /** The bot's own write of a phase. */
  moving(name: string, to: Phase, query?: string): Call;
  remove(): Promise<void>;
}

/** How the bot comes to each phase. */
const ways: Readonly<Record<Phase, readonly Phase[]>> = {
  Pending: ["Pending"],
  Approved: ["Pending", "Approved"],
  Denied: ["Pending", "Denied"],
  Cancelled: ["Pending", "Cancelled"],
  Expired: ["Pending", "Expired"],
  Stale: ["Pending", "Approved", "Stale"],
  Executing: ["Pending", "Approved", "Executing"],
  Verifying: ["Pending", "Approved", "Executing", "Verifying"],
  Succeeded: ["Pending", "Approved", "Executing", "Verifying", "Succeeded"],
  Failed: ["Pending", "Approved", "Executing", "Failed"],
};
/** DESIGN's table, and once more: the first phase. */
export const table: readonly (readonly [Phase | null, Phase])[] = [
  [null, "Pending"],
  ["Pending", "Approved"],
  ["Pending", "Denied"],
  ["Pending", "Cancelled"],
  ["Pending", "Expired"],
  ["Pending", "Stale"],
  ["Approved", "Executing"],
  ["Approved", "Stale"],
  ["Approved", "Cancelled"],
  ["Executing", "Verifying"],
  ["Executing", "Failed"],
  ["Verifying", "Succeeded"],
  ["Verifying", "Failed"],
];
export const isInTable = (from: Phase | null, to: Phase): boolean => table.some(([a, b]) => a === from && b === to);
/** Every step that could be thought of. */
export const pairs = [null, ...phases].flatMap((from) =>
  phases.filter((to) => to !== from).map((to): readonly [Phase | null, Phase] => [from, to]),
);

export async function setScene(clusterFile: string, name: string): Promise<Scene> {
  const namespace = `imagepull-test-${name}-${Date.now().toString(36)}`;
  const cluster = readCluster(clusterFile);
  const api = openApi(cluster);
  await stage("what install brings", () => bringApprovals(cluster));
  const bot = await botOf(api);
  const moving: Scene["moving"] = (request, to, query = "") => ({
    as: bot,
    method: "PATCH",
    path: `${at(namespace, "repullrequests", request)}/status${query}`,
    type: patches.merge,
    body: { status: exampleStatus(to) },
  });
  await stage("people", () => makeNamespace(api, namespace, grants));
  const ask = (request: string): Promise<unknown> =>
    must(api, { ...asking(namespace, dana, {}), body: exampleRequest(namespace, request) });
  const nameOf = (phase: Phase): string => `in-${phase.toLowerCase()}`;
  await stage("a request in each phase", () =>
    inTurn(phases, 4, async (phase) => {
      await ask(nameOf(phase));
      for (const to of ways[phase]) await must(api, moving(nameOf(phase), to));
    }),
  );
  const unseen = "unseen";
  const decided = "web-0123456789abcdef-1-approve-1";
  await ask(unseen);
  await must(api, { ...deciding(namespace, omar, {}), body: exampleDecision(namespace, decided) });
  return {
    cluster,
    api,
    bot,
    namespace,
    unseen,
    decided,
    moving,
    standing: new Map(phases.map((phase) => [phase, nameOf(phase)])),
    async remove() {
      await removeNamespace(api, namespace);
      api.close();
    },
  };
}
