import { describe, expect, it } from "vitest";
import type { Strategy } from "../../../src/repull/strategy.ts";
import { container, running } from "../../support/evidence.ts";
import { type Case, image } from "../../repull/case.ts";
import { bureau, dana, surveyIn } from "./bureau.ts";

const template = (name: string, over: object = {}) => ({ name, image, imagePullPolicy: "IfNotPresent", ...over });
const usual: Case = { strategy: "restart" };
const all = "delete-pods restart set-image pin-digest policy-always pre-pull probe";

const waysOf = async (asked: Case): Promise<readonly Strategy[]> => (await surveyIn(bureau({ case: asked }))).ways;

describe("what can be asked for, as the rules of a re-pull have it", () => {
  it.each<[what: string, Case, ways: string]>([
    ["a Deployment whose registry was away", { ...usual, cause: "registry-unreachable" }, all],
    [
      "policies that are Always already",
      { ...usual, policy: "Always", cause: "registry-unreachable" },
      "delete-pods restart set-image pin-digest pre-pull probe",
    ],
    [
      "what is pinned already",
      { ...usual, image: `ghcr.io/shop/checkout@sha256:${"b".repeat(64)}`, cause: "registry-unreachable" },
      "delete-pods restart set-image policy-always pre-pull probe",
    ],
    [
      "what Argo CD keeps: nothing that stands in Git",
      { ...usual, workload: { managedBy: "argocd" }, cause: "registry-unreachable" },
      "delete-pods restart pre-pull probe",
    ],
    [
      "two containers, one of them pinned: one is enough",
      {
        ...usual,
        workload: {
          template: [template("app", { image: `x@sha256:${"b".repeat(64)}` }), template("log", { image: "log:1" })],
        },
        cause: "registry-unreachable",
      },
      all,
    ],
    ["a paused Deployment", { ...usual, workload: { paused: true } }, "delete-pods pre-pull probe"],
    ["no pod to delete", { ...usual, pods: [] }, "policy-always restart set-image pin-digest pre-pull probe"],
    ["a Job", { ...usual, kind: "Job" }, "pre-pull probe"],
    ["a CronJob", { ...usual, kind: "CronJob", pods: [] }, "policy-always set-image pin-digest pre-pull probe"],
    ["a ReplicaSet", { ...usual, kind: "ReplicaSet" }, "policy-always delete-pods set-image pin-digest pre-pull probe"],
    [
      "a bare pod",
      { ...usual, kind: "Pod", cause: "registry-unreachable" },
      "delete-pods set-image pin-digest pre-pull probe",
    ],
    [
      "nothing that could be read",
      { ...usual, kind: "Pod", evidence: { pod: { status: "forbidden", reason: "no" } } },
      "",
    ],
  ])("%s", async (_what, asked, ways) => expect((await waysOf(asked)).join(" ")).toBe(ways));
});

describe("what the cause speaks for comes first", () => {
  it.each<[cause: Case["cause"], policy: string, first: Strategy]>([
    ["image-not-found", "IfNotPresent", "set-image"],
    ["image-not-found-or-auth", "IfNotPresent", "set-image"],
    ["platform-mismatch", "IfNotPresent", "set-image"],
    ["layer-corrupt", "Always", "set-image"],
    ["never-policy", "Never", "policy-always"],
    ["policy-misplaced", "IfNotPresent", "policy-always"],
    ["stale-image", "Always", "restart"],
    // A restart would not ask what the tag means now.
    ["stale-image", "IfNotPresent", "policy-always"],
    ["healthy", "Always", "restart"],
    ["auth-rejected", "Always", "delete-pods"],
    ["rate-limited", "IfNotPresent", "delete-pods"],
  ])("%s with %s: %s", async (cause, policy, first) => {
    const asked: Case = { ...usual, policy, ...(cause === undefined ? {} : { cause }) };
    expect((await waysOf(asked))[0]).toBe(first);
  });
});

describe("whose image may be set", () => {
  it.each<[what: string, Case, names: string]>([
    [
      "of a template, those that go on running first",
      { ...usual, workload: { template: [template("init", { isInit: true }), template("app"), template("log")] } },
      "app log init",
    ],
    [
      "not what admission adds",
      { ...usual, pod: { containers: [container(running, { image }), container(running, { name: "proxy" })] } },
      "app",
    ],
    [
      "not the init containers of a bare pod: they have run",
      {
        ...usual,
        kind: "Pod",
        pod: { containers: [container(running, { image }), container(running, { name: "init", kind: "init" })] },
      },
      "app",
    ],
  ])("%s", async (_what, asked, names) => {
    const { containers } = await surveyIn(bureau({ case: asked }));
    expect(containers.map(({ name }) => name).join(" ")).toBe(names);
    expect(containers[0]).toEqual({ name: "app", image, policy: "IfNotPresent" });
  });
});

describe("a target is looked for", () => {
  const target = { kind: "pod-or-any", namespace: null, name: "checkout" } as const;
  it.each([
    ["as whoever asks", dana, { asker: dana }],
    ["by all that may be read, where nobody in particular looks", null, {}],
  ])("%s", async (_what, asker, asked) => {
    const { desk, diagnosed } = bureau();
    expect((await desk.survey(target, { defaultNamespace: "shop", asker })).kind).toBe("surveyed");
    expect(diagnosed).toEqual([{ target, defaultNamespace: "shop", ...asked }]);
  });

  it("and what is no diagnosis is handed on as it is", async () => {
    const answer = { kind: "unreadable", sentence: "the API server does not answer." } as const;
    const { desk } = bureau({ answer });
    expect(await desk.survey(target, { defaultNamespace: null, asker: null })).toEqual(answer);
  });
});

describe("tags of a container's repository", () => {
  const two: Case = {
    ...usual,
    workload: { template: [template("app"), template("log", { image: "quay.io/log:1" })] },
  };
  it.each<[what: string, Case, named: string | null, asked: string | null, reason: string]>([
    ["of the one that there is", usual, null, image, ""],
    ["of the one that was chosen", two, "log", "quay.io/log:1", ""],
    ["not of nobody knows which", two, null, null, "a container has to be chosen first"],
    ["not of one that is not there", usual, "cache", null, 'no container "cache" in deployment checkout. It has app'],
  ])("%s", async (_what, asked, named, of, reason) => {
    const here = bureau({ case: asked });
    const tags = await here.desk.tags(await surveyIn(here), named);
    expect(tags).toEqual(of === null ? { status: "failed", reason } : { status: "ok", value: ["2.4.2", "2.4.1"] });
    expect(here.tagsAsked.map((one) => one.image)).toEqual(of === null ? [] : [of]);
  });

  it("and why they could not be listed", async () => {
    const here = bureau({ tags: { status: "timeout", reason: "ghcr.io does not answer" } });
    expect(await here.desk.tags(await surveyIn(here), null)).toEqual({
      status: "timeout",
      reason: "ghcr.io does not answer",
    });
  });
});
