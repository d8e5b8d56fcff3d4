import { describe, expect, it } from "vitest";
import { digest } from "../diagnosis/checks.ts";
import { read } from "../support/evidence.ts";
import { type Case, evidenceFor, image, planned, repository, text, written } from "./case.ts";

describe("a StatefulSet with a partition", () => {
  const { plan: made } = planned({
    strategy: "set-image",
    kind: "StatefulSet",
    parameters: { tag: "2.5.0" },
    pods: ["d", "b", "b"],
    workload: { partition: 1 },
  });
  it("replaces the pods from there on, and says which stay", () => {
    expect(made?.restarts.pods).toEqual(["checkout-1", "checkout-2"]);
    expect(made?.mark.pods?.map(([name]) => name)).toEqual(["checkout-1", "checkout-2"]);
    expect(made?.keeps.map(text).join("\n")).toMatch(
      /pod checkout-0 and its template: the partition is 1\. To let it follow: kubectl -n shop patch statefulset\/checkout --type merge -p '\{"spec":\{"updateStrategy":\{"rollingUpdate":\{"partition":0\}\}\}\}'/u,
    );
  });
  it("goes back to what those ran", () => {
    expect(made?.undo[0]).toMatchObject({ image: `${repository}@${digest("b")}` });
  });
  it("leaves a pod alone that it keeps and that never started", () => {
    const asked: Case = { strategy: "restart", policy: "Always", kind: "StatefulSet", pods: [null, "b"] };
    expect(written({ ...asked, workload: { partition: 1 } })).toEqual(["patch StatefulSet checkout"]);
    expect(written(asked)).toEqual(["patch StatefulSet checkout", "create Pod checkout-0/eviction"]);
  });
});

describe("delete-pods by a label", () => {
  const asked: Case = { strategy: "delete-pods", policy: "Always", pods: ["b", "b", "b"] };
  it("evicts those that were selected", () => {
    expect(written({ ...asked, parameters: { only: ["checkout-0", "checkout-2"] } })).toEqual([
      "patch Deployment checkout",
      "create Pod checkout-0/eviction",
      "create Pod checkout-2/eviction",
    ]);
  });
  it("notes the labels: those names are not those of the pods that come", () => {
    const parameters = { only: ["checkout-0", "checkout-2"], selector: "app=checkout" };
    for (const isPod of [false, true])
      expect(planned({ ...asked, isPod, parameters }).plan?.mark.asked).toMatchObject(parameters);
  });
  it.each<[string, Partial<Case>, Partial<Case>, boolean]>([
    [
      "of one pod and of another",
      { parameters: { only: ["checkout-0"] } },
      { parameters: { only: ["checkout-1"] } },
      false,
    ],
    ["of one pod and of all", { parameters: { only: ["checkout-0"] } }, {}, false],
    ["of a pod that was named and of all", { isPod: true }, {}, false],
    ["of a pod that was named, and of it by label", { isPod: true }, { parameters: { only: ["checkout-0"] } }, true],
    [
      "of the same in another order",
      { parameters: { only: ["checkout-1", "checkout-0"] } },
      { parameters: { only: ["checkout-0", "checkout-1"] } },
      true,
    ],
  ])("%s: the same re-pull or not", (_what, one, other, isSame) => {
    const fingerprint = (over: Partial<Case>) => planned({ ...asked, ...over }).plan?.mark.fingerprint;
    expect(fingerprint(one) === fingerprint(other)).toBe(isSame);
  });
  it("says how they go", () => {
    const words = (only: string[]) => text(planned({ ...asked, parameters: { only } }).plan?.restarts.words ?? []);
    expect(words(["checkout-0", "checkout-2"])).toBe(
      "2 pods, by eviction, at most five at a time, and never the last that is ready: the next when the new ones are",
    );
    expect(words(["checkout-0"])).toBe("pod checkout-0, by eviction");
    expect(text(planned({ strategy: "delete-pods", kind: "Pod", policy: "Always" }).plan?.restarts.words ?? [])).toBe(
      "pod checkout-0, by eviction, and made again when it is gone",
    );
  });
  it("passes over one that is going already", () => {
    const { siblings } = evidenceFor(asked);
    if (siblings.status !== "ok") throw new Error(siblings.reason);
    const [first, ...rest] = siblings.value;
    const evidence = { siblings: read([{ ...first!, deletedAt: "2026-11-24T10:30:00Z" }, ...rest]) };
    const only = { only: ["checkout-0", "checkout-1"] };
    expect(written({ ...asked, evidence, parameters: only })).toEqual([
      "patch Deployment checkout",
      "create Pod checkout-1/eviction",
    ]);
  });
});

describe("a pod that only pulls, for a workload without pods", () => {
  it.each(["probe", "pre-pull"] as const)(
    "%s is made as the template would make one, where the scheduler says",
    (strategy) => {
      const { plan: made } = planned({
        strategy,
        kind: "CronJob",
        pods: [],
        workload: {
          newPods: { serviceAccountName: "robot", imagePullSecrets: ["ghcr"], nodeSelector: { disk: "fast" } },
        },
      });
      expect(made?.changes).toHaveLength(1);
      expect(made?.changes[0]).toMatchObject({
        verb: "create",
        path: "/api/v1/namespaces/shop/pods",
        body: {
          metadata: { namespace: "shop", ownerReferences: [{ kind: "CronJob", uid: "deployment-uid" }] },
          spec: {
            nodeSelector: { disk: "fast" },
            serviceAccountName: "robot",
            imagePullSecrets: [{ name: "ghcr" }],
            containers: [{ image, imagePullPolicy: "Always" }],
          },
        },
      });
      expect(made?.changes[0]?.body).not.toHaveProperty("spec.nodeName");
      expect(made?.notes.map(text).join("\n")).toMatch(/has no pod: the scheduler chooses one node/u);
    },
  );
});
