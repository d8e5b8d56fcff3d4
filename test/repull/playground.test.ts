import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Ahead, Core } from "../../src/core.ts";
import { type SimulatedCluster, startCluster } from "../../src/playground/cluster/cluster.ts";
import { readRecordings } from "../../src/playground/recording.ts";
import { questionsOf } from "../../src/repull/draft.ts";
import { conclude, draftOf } from "../../src/repull/repull.ts";
import { type Parameters, parametersOf, type Strategy } from "../../src/repull/strategy.ts";
import { text } from "./case.ts";
import { logIn } from "../support/simulated.ts";

const clock = (): Date => new Date();
const recordings = new URL("../../src/playground/recordings/", import.meta.url);

describe("plans for the playground's workloads, over real HTTP to its API server and registries", () => {
  const ends: (() => void | Promise<void>)[] = [];
  let cluster: SimulatedCluster;
  let core: Core & Ahead;

  beforeAll(async () => {
    cluster = await startCluster({ recording: readRecordings(recordings), clock, fetch, botToken: "bot" });
    ends.push(() => cluster.stop());
    ({ core } = await logIn(cluster, "bot", (end) => ends.push(end)));
  }, 60_000);
  afterAll(async () => {
    for (const end of ends.toReversed()) await end();
  });

  async function plan(workload: string, strategy: Strategy, over: Partial<Parameters> = {}) {
    const [namespace = "", name = ""] = workload.split("/");
    const answer = await core.diagnose({
      target: { kind: "object", namespace, resource: "Deployment", name },
      defaultNamespace: null,
    });
    if (answer.kind !== "diagnosis") throw new Error(answer.sentence);
    const draft = draftOf(parametersOf(strategy, over), answer.evidence, answer.diagnosis);
    if (!draft.ok) return draft.error.kind === "refused" ? draft.error.planned : draft.error.sentence;
    const questions = questionsOf(draft.value);
    const ahead = questions === null ? { checks: [], nodes: [] } : await core.lookAhead(questions);
    return conclude(draft.value, ahead, answer.evidence.takenAt);
  }

  it.each<[string, Strategy, Partial<Parameters>, string, RegExp]>([
    ["shop/checkout", "restart", {}, "impossible", /has no such tag/u],
    ["shop/checkout", "set-image", { tag: "2.4.0" }, "possible", /runs there under this name what the registry gives/u],
    ["shop/checkout", "set-image", { tag: "2.4.9" }, "impossible", /Nearest: 2\.4\./u],
    ["shop/storefront", "restart", {}, "impossible", /would not be pulled there/u],
    ["shop/storefront", "pin-digest", {}, "possible", /these are the promised bytes/u],
    ["shop/storefront", "policy-always", {}, "possible", /asks the registry for each new pod/u],
    ["shop/recommendations", "restart", {}, "impossible", /not offered for/u],
    ["shop/gift-cards", "restart", {}, "impossible", /lower case/u],
    ["payments/settlement", "restart", {}, "unproven", /expired at .*the node may hold a credential/u],
    ["infra/vault-agent", "restart", {}, "impossible", /signed by itself.*the node says the same/u],
    ["infra/node-probe", "restart", {}, "impossible", /Never/u],
    ["infra/dashboards", "policy-always", {}, "impossible", /Helm manages/u],
    ["growth/search", "restart", {}, "impossible", /would not be pulled there/u],
    ["growth/catalog", "pin-digest", {}, "unproven", /last working copy of what runs now: pod catalog-/u],
    ["growth/catalog", "probe", {}, "possible", /policy of its own pods is Always/u],
    ["data/trainer", "restart", {}, "impossible", /worker-1, worker-2 have[^]*disk of worker-4 is full/u],
  ])("%s, %s %j: %s", async (workload, strategy, over, answer, why) => {
    const planned = await plan(workload, strategy, over);
    if (typeof planned === "string") throw new Error(planned);
    expect({ answer: planned.preflight.answer, why: planned.preflight.reasons.map(text).join("\n") }).toEqual({
      answer,
      why: expect.stringMatching(why),
    });
  });
});
