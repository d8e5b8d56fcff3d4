import { describe, expect, it } from "vitest";
import type { Change } from "../../src/repull/requests.ts";
import type { Strategy } from "../../src/repull/strategy.ts";
import { digest, foundIndex } from "../diagnosis/checks.ts";
import { read } from "../support/evidence.ts";
import { type Case, evidenceFor, image, planned, repository, text, written } from "./case.ts";

const pinned = `${repository}@${digest("a")}`;
const template = (spec: object): object => ({ spec: { template: spec } });
const restartedAt = { metadata: { annotations: { "kubectl.kubernetes.io/restartedAt": "2026-11-24T10:31:00Z" } } };
const set = (fields: object, list = "containers"): object => ({ spec: { [list]: [{ name: "app", ...fields }] } });

/** A body without what every one of them carries, which a test of its own looks at. */
function bodyOf({ body }: Change): object {
  const { metadata: _, ...rest } = body as { metadata: object };
  return rest;
}

describe("what each strategy writes, on each kind it is for", () => {
  const tag = { tag: "2.5.0" };
  const newTag = { image: `${repository}:2.5.0` };
  const inJobs = (spec: object): object => ({ spec: { jobTemplate: template(spec) } });
  it.each<[Strategy, string, Partial<Case>, object, string[]]>([
    ["restart", "Deployment", {}, template(restartedAt), []],
    ["restart", "StatefulSet", {}, template(restartedAt), []],
    ["restart", "DaemonSet", {}, template(restartedAt), []],
    ["set-image", "Deployment", { parameters: tag }, template(set(newTag)), []],
    ["set-image", "StatefulSet", { parameters: tag }, template(set(newTag)), []],
    ["set-image", "DaemonSet", { parameters: tag }, template(set(newTag)), []],
    ["set-image", "CronJob", { parameters: tag }, inJobs(set(newTag)), []],
    ["set-image", "ReplicaSet", { parameters: tag }, template(set(newTag)), ["checkout-0", "checkout-1"]],
    ["set-image", "Pod", { parameters: tag }, set(newTag), []],
    ["pin-digest", "Deployment", {}, template(set({ image: pinned })), []],
    ["pin-digest", "StatefulSet", {}, template(set({ image: pinned })), []],
    ["pin-digest", "DaemonSet", {}, template(set({ image: pinned })), []],
    ["pin-digest", "CronJob", {}, inJobs(set({ image: pinned })), []],
    ["pin-digest", "ReplicaSet", {}, template(set({ image: pinned })), ["checkout-0", "checkout-1"]],
    ["pin-digest", "Pod", {}, set({ image: pinned }), []],
    ["policy-always", "Deployment", {}, template({ ...restartedAt, ...set({ imagePullPolicy: "Always" }) }), []],
    ["policy-always", "StatefulSet", {}, template({ ...restartedAt, ...set({ imagePullPolicy: "Always" }) }), []],
    ["policy-always", "DaemonSet", {}, template({ ...restartedAt, ...set({ imagePullPolicy: "Always" }) }), []],
    ["policy-always", "CronJob", {}, inJobs(set({ imagePullPolicy: "Always" })), []],
    ["policy-always", "ReplicaSet", {}, template(set({ imagePullPolicy: "Always" })), ["checkout-0", "checkout-1"]],
    [
      "set-image",
      "StatefulSet",
      { parameters: tag, workload: { updateStrategy: "OnDelete" } },
      template(set(newTag)),
      ["checkout-0", "checkout-1"],
    ],
    ["set-image", "StatefulSet", { parameters: tag, pods: ["b", null] }, template(set(newTag)), ["checkout-1"]],
    ["delete-pods", "Deployment", { policy: "Always" }, {}, ["checkout-0", "checkout-1"]],
    ["delete-pods", "StatefulSet", { policy: "Always" }, {}, ["checkout-0", "checkout-1"]],
    ["delete-pods", "DaemonSet", { policy: "Always" }, {}, ["checkout-0", "checkout-1"]],
    ["delete-pods", "ReplicaSet", { policy: "Always" }, {}, ["checkout-0", "checkout-1"]],
    ["delete-pods", "Deployment", { policy: "Always", isPod: true }, {}, ["checkout-0"]],
  ])("%s on a %s (%j)", (strategy, kind, over, body, evicted) => {
    const pods = kind === "Pod" ? ["b"] : ["b", "b"];
    const { plan: made } = planned({ strategy, kind, pods, ...over });
    const [first, ...rest] = made?.changes ?? [];
    expect(first).toMatchObject({ verb: "patch", type: "application/strategic-merge-patch+json", object: { kind } });
    expect(bodyOf(first!)).toEqual(body);
    expect(rest.map(({ object, verb }) => `${verb} ${object.name}`)).toEqual(evicted.map((name) => `create ${name}`));
    expect(made?.restarts.count).toBe(
      kind === "CronJob" ? 0 : strategy === "delete-pods" ? evicted.length : pods.length,
    );
  });

  it.each<[Strategy, string]>(
    (["probe", "pre-pull"] as const).flatMap((strategy) =>
      ["Deployment", "StatefulSet", "DaemonSet", "ReplicaSet", "Job", "CronJob", "Pod"].map(
        (kind) => [strategy, kind] as [Strategy, string],
      ),
    ),
  )("%s on a %s makes pods of its own and nothing else", (strategy, kind) => {
    const pods = kind === "Pod" ? ["b"] : ["b", "b"];
    const nodes = strategy === "probe" ? 1 : pods.length;
    expect(written({ strategy, kind, pods })).toEqual(
      Array.from({ length: nodes }, (_, index) => `create Pod imagepull-${strategy}-…-${index}`),
    );
    expect(planned({ strategy, kind, pods }).plan?.restarts.count).toBe(0);
  });

  it("an init container is changed in its own list", () => {
    const init = { name: "app", image, imagePullPolicy: "IfNotPresent", isInit: true };
    const main = { name: "main", image: "ghcr.io/shop/main:1", imagePullPolicy: "Always" };
    const { plan: made } = planned({
      strategy: "set-image",
      parameters: { container: "app", tag: "2.5.0" },
      workload: { template: [init, main] },
    });
    expect(bodyOf(made!.changes[0]!)).toEqual(template(set({ image: `${repository}:2.5.0` }, "initContainers")));
  });

  it("the patch names the object by its UID, and carries what must survive", () => {
    const { plan: made } = planned({ strategy: "restart", policy: "Always" });
    const { metadata } = made!.changes[0]!.body as { metadata: { uid: string; annotations: Record<string, string> } };
    expect(metadata.uid).toBe("deployment-uid");
    expect(JSON.parse(metadata.annotations["imagepull.dev/repull"]!)).toEqual({
      version: 1,
      fingerprint: expect.stringMatching(/^[0-9a-f]{16}$/u),
      strategy: "restart",
      asked: { container: null, tag: null, image: null, only: null, selector: null },
      containers: { app: { image, policy: "Always" } },
      restartedAt: "2026-11-24T10:31:00Z",
      startedAt: "2026-11-24T10:31:00Z",
      deadline: "2026-11-24T10:41:00Z",
      before: { app: `${repository}@${digest("b")}` },
      wanted: expect.anything(),
      pods: [["checkout-0", "uid-0"]],
      evicts: [],
      undoes: null,
      request: null,
      outcome: null,
    });
  });

  it("an eviction holds for one pod by its UID", () => {
    const { plan: made } = planned({ strategy: "delete-pods", policy: "Always" });
    expect(made?.changes[1]).toMatchObject({
      path: "/api/v1/namespaces/shop/pods/checkout-0/eviction",
      body: { kind: "Eviction", deleteOptions: { preconditions: { uid: "uid-0" } } },
    });
  });

  it("a bare pod is deleted and made again, with a warning", () => {
    const asked: Case = { strategy: "delete-pods", kind: "Pod", policy: "Always" };
    expect(written(asked)).toEqual([
      "create Secret imagepull-keep-checkout-0",
      "create Pod checkout-0/eviction",
      "create Pod checkout-0",
      "delete Secret imagepull-keep-checkout-0",
    ]);
    const { plan: made } = planned(asked);
    expect(made?.command).toBe("kubectl -n shop get pod checkout-0 -o yaml | kubectl -n shop replace --force -f -");
    expect(made?.notes.map(text).join()).toMatch(/WARNING: pod checkout-0 is a bare pod/);
  });
});

describe("a pod that only pulls", () => {
  const { plan: made } = planned({
    strategy: "probe",
    pod: { imagePullSecrets: ["ghcr"], serviceAccountName: "shop" },
    workload: { newPods: { imagePullSecrets: ["ghcr"], serviceAccountName: "shop", nodeSelector: {} } },
  });
  const pod = made!.changes[0]!.body as {
    metadata: Record<string, unknown>;
    spec: Record<string, unknown> & { containers: Record<string, unknown>[] };
  };
  it("runs nothing of the image", () => {
    expect(pod.spec.containers).toHaveLength(1);
    expect(pod.spec.containers[0]).toMatchObject({
      image,
      imagePullPolicy: "Always",
      command: [expect.stringMatching(/^\/dev\/null\//u)],
    });
    expect(pod.spec["restartPolicy"]).toBe("Never");
  });
  it("pulls with the workload's credentials, where its pod is", () => {
    expect(pod.spec).toMatchObject({
      nodeName: "node-1",
      imagePullSecrets: [{ name: "ghcr" }],
      serviceAccountName: "shop",
      automountServiceAccountToken: false,
    });
  });
  it("is nobody's by its labels, and goes with its workload", () => {
    expect(pod.metadata["labels"]).toBeUndefined();
    expect(pod.metadata["ownerReferences"]).toEqual([
      expect.objectContaining({ kind: "Deployment", uid: "deployment-uid", controller: false }),
    ]);
  });
  it('fits PodSecurity "restricted"', () => {
    expect(pod.spec["securityContext"]).toMatchObject({
      runAsNonRoot: true,
      seccompProfile: { type: "RuntimeDefault" },
    });
    expect(pod.spec.containers[0]!["securityContext"]).toEqual({
      allowPrivilegeEscalation: false,
      capabilities: { drop: ["ALL"] },
    });
  });
  it("pulls another image where one is given", () => {
    const other = planned({ strategy: "probe", parameters: { tag: "2.5.0" } }).plan!.changes[0]!.body as typeof pod;
    expect(other.spec.containers[0]!["image"]).toBe(`${repository}:2.5.0`);
  });
});

describe("what is promised, and the way back", () => {
  it("the promise is every digest of the image", () => {
    expect(planned({ strategy: "restart", policy: "Always" }).plan?.wanted).toEqual([
      { container: "app", image, digests: [digest("a"), digest("c")] },
    ]);
  });
  it.each<[string, Parameters<typeof foundIndex>[0], string[] | null]>([
    ["of an index it is the manifests of all platforms", {}, ["1", "a", "c", "2"]],
    ["also where the node's own is not told apart", { forNode: null }, ["1", "a", "2"]],
  ])("%s", (_what, over, letters) => {
    const { plan: made } = planned({ strategy: "restart", policy: "Always", registry: { ":2.4.1": foundIndex(over) } });
    expect(made?.wanted?.[0]?.digests).toEqual(letters?.map(digest));
  });
  it("nothing is promised where the manifests of an index are not known", () => {
    const { manifests: _, ...whole } = foundIndex();
    expect(planned({ strategy: "restart", policy: "Always", registry: { ":2.4.1": whole } }).plan?.wanted).toBeNull();
  });
  it("nothing is promised where no registry has answered", () => {
    expect(planned({ strategy: "restart", policy: "Always", isSilent: true }).plan?.wanted).toBeNull();
  });
  it.each<[string, Case, string | RegExp]>([
    [
      "pins the manifest that runs",
      { strategy: "restart", policy: "Always", pods: ["b", "b"] },
      `${repository}@${digest("b")}`,
    ],
    [
      "is none where pods run different ones",
      { strategy: "restart", policy: "Always", pods: ["b", "d"] },
      /pods run different images/,
    ],
    ["is none where nothing runs", { strategy: "restart", policy: "Always", pods: [null] }, /nothing to go back to/],
  ])("the way back %s", (_what, asked, expected) => {
    const [undo] = planned(asked).plan!.undo;
    if (typeof expected === "string") expect(undo).toMatchObject({ image: expected, why: null });
    else expect(text(undo!.why ?? [])).toMatch(expected);
  });
  it("a pod that is going counts no more", () => {
    const asked: Case = { strategy: "restart", policy: "Always", pods: ["b", "d"] };
    const { siblings } = evidenceFor(asked);
    if (siblings.status !== "ok") throw new Error(siblings.reason);
    const [first, second] = siblings.value;
    const going = { ...second!, deletedAt: "2026-11-24T10:30:59Z" };
    const { plan: made } = planned({ ...asked, evidence: { siblings: read([first!, going]) } });
    expect(made?.restarts.pods).toEqual(["checkout-0"]);
    expect(made?.undo[0]).toMatchObject({ image: `${repository}@${digest("b")}` });
  });
  it("no digest is pinned that no registry has told", () => {
    expect(planned({ strategy: "pin-digest", isSilent: true, parameters: { allowUnproven: true } })).toMatchObject({
      phase: "Refused",
      plan: null,
    });
  });
});

describe("the fingerprint", () => {
  const of = (asked: Case): string | undefined => planned(asked).plan?.mark.fingerprint;
  const base: Case = { strategy: "restart", policy: "Always" };
  it("is the same for the same plan", () => expect(of(base)).toBe(of({ ...base })));
  it.each<[string, Case]>([
    ["the strategy", { ...base, strategy: "delete-pods" }],
    ["the workload", { ...base, workload: { uid: "other" } }],
    ["the template", { ...base, image: `${repository}:2.4.2` }],
    ["the wanted digest", { ...base, isSilent: true }],
  ])("is another with %s", (_what, asked) => expect(of(asked)).not.toBe(of(base)));
});

describe("the commands can be pasted", () => {
  it("a patch, in the context that was named", () => {
    const { plan: made } = planned({ strategy: "restart", policy: "Always", parameters: { context: "prod eu" } });
    expect(made?.command).toMatch(
      /^kubectl --context 'prod eu' -n shop patch deployment\/checkout --type strategic -p '\{"metadata":/,
    );
  });
  it("evictions by their UIDs, a line each", () => {
    const lines = planned({ strategy: "delete-pods", policy: "Always", pods: ["b", "b"] }).plan!.command.split("\n");
    expect(lines).toHaveLength(3);
    expect(lines[1]).toMatch(
      /^printf %s '.*"uid":"uid-0".*' \| kubectl create --raw \/api\/v1\/namespaces\/shop\/pods\/checkout-0\/eviction -f -$/,
    );
  });
});
