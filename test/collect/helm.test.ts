import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { parseTarget } from "../../src/collect/target.ts";
import type { KubeObject } from "../support/fake-api.ts";
import { releaseOf } from "../support/helm.ts";
import { pod, shop, workload } from "../support/kube-objects.ts";
import { mayGetPodsIn } from "../support/reviews.ts";
import { type Asked, type Asker, asker } from "./asked.ts";

let asking: Asker;
beforeEach(() => {
  asking = asker();
});
afterEach(() => asking.stop());

const failing = "shop/checkout-7d4f9c-x2k8p";
const manifest = `---
# Source: shop/templates/secret.yaml
kind: Secret
metadata: {name: db}
stringData: {password: canary-manifest}
---
# Source: shop/templates/checkout.yaml
apiVersion: apps/v1
kind: Deployment
metadata:
  name: checkout
spec:
  template:
    spec:
      imagePullPolicy: Always
      containers: [{name: app, image: "x", env: [{name: A, value: canary-manifest}]}]
`;
const misplaced = [{ path: "spec.template.spec.imagePullPolicy", key: "imagePullPolicy", value: "Always" }];

/** A workload that Helm installed; the Deployment controller hands its annotations down to its ReplicaSets. */
const byHelm = (object: KubeObject, release = "checkout", namespace = "shop"): KubeObject =>
  /^(Deployment|ReplicaSet|StatefulSet)$/.test(object.kind)
    ? {
        ...object,
        metadata: {
          ...object.metadata,
          annotations: { "meta.helm.sh/release-name": release, "meta.helm.sh/release-namespace": namespace },
        },
      }
    : object;
const without = (object: KubeObject): KubeObject => {
  const { annotations: _annotations, ...metadata } = object.metadata;
  return { ...object, metadata };
};
const helmShop = (...more: KubeObject[]): KubeObject[] => [...shop().map((object) => byHelm(object)), ...more];
const installed = (): KubeObject[] => helmShop(releaseOf("checkout", manifest));

const appliedOf = async (target: string, asked: Asked = {}) => {
  const { owners } = await asking.evidenceOf(target, { objects: installed(), ...asked });
  const outermost = owners.at(-1)?.read;
  return outermost?.status === "ok" ? outermost.value.applied : outermost;
};

describe("the manifest that Helm keeps of a workload", () => {
  it.each([
    ["a pod", failing],
    ["its Deployment", "deploy/checkout"],
    ["its Deployment without pods", "deploy/empty"],
  ])("is read for %s, without one more round trip", async (_what, target) => {
    const empty = byHelm(workload("Deployment", "empty", { labels: { app: "empty" } }), "empty");
    const other = releaseOf("empty", manifest.replace("name: checkout", "name: empty"));
    const objects = [...installed(), empty, other];
    expect(await appliedOf(target, { objects, behaviour: { inWaves: true } })).toMatchObject({
      status: "ok",
      value: { misplaced },
    });
    const waves = asking.api().waves();
    await appliedOf(target, { objects: [...shop(), without(empty)], behaviour: { inWaves: true } });
    expect(waves).toBe(asking.api().waves());
  });

  it("is read for a StatefulSet, which owns its pods itself", async () => {
    const set = byHelm(workload("StatefulSet", "db", { labels: { app: "db" } }), "db");
    const objects = [
      ...shop(),
      set,
      pod("db-0", { owner: ["StatefulSet", "db"], labels: { app: "db" } }),
      releaseOf("db", manifest.replace("kind: Deployment", "kind: StatefulSet").replace("name: checkout", "name: db")),
    ];
    expect(await appliedOf("shop/db-0", { objects })).toMatchObject({ status: "ok", value: { misplaced } });
  });

  const old = manifest.replace("imagePullPolicy: Always", "imagePullPolicy: Never");
  it.each<[string, KubeObject[]]>([
    [
      "the revision that is deployed, not one that it superseded",
      [
        releaseOf("checkout", old, { version: 9, status: "superseded" }),
        releaseOf("checkout", old, { version: 2 }),
        releaseOf("checkout", manifest, { version: 10 }),
      ],
    ],
    [
      "an upgrade that still waits for its pods",
      [
        releaseOf("checkout", old, { version: 9 }),
        releaseOf("checkout", manifest, { version: 10, status: "pending-upgrade" }),
      ],
    ],
    ["a first installation that failed", [releaseOf("checkout", manifest, { status: "failed" })]],
    [
      "not what is being uninstalled",
      [releaseOf("checkout", manifest), releaseOf("checkout", old, { version: 2, status: "uninstalling" })],
    ],
  ])("is that of %s", async (_what, secrets) => {
    expect(await appliedOf(failing, { objects: helmShop(...secrets) })).toMatchObject({ value: { misplaced } });
  });

  it("leaves nothing else in the evidence", async () => {
    expect(JSON.stringify(await asking.evidenceOf(failing, { objects: installed() }))).not.toContain("canary");
  });

  it("is not asked for where the object keeps a manifest of its own", async () => {
    const own = JSON.stringify({ kind: "Deployment", spec: {} });
    const annotations = {
      "meta.helm.sh/release-name": "checkout",
      "kubectl.kubernetes.io/last-applied-configuration": own,
    };
    const objects = shop().map((object) =>
      object.kind === "Deployment" ? { ...object, metadata: { ...object.metadata, annotations } } : object,
    );
    expect(await appliedOf(failing, { objects })).toEqual({ status: "ok", value: { containers: [], misplaced: [] } });
    expect(asking.api().requests.join()).not.toContain("owner%3Dhelm");
  });

  it("is not asked for where Helm did not install it", async () => {
    expect(await appliedOf(failing, { objects: shop() })).toEqual({
      status: "absent",
      reason: "deployment checkout keeps no manifest as it was applied (it was not made with kubectl apply)",
    });
    expect(asking.api().requests.join()).not.toContain("owner%3Dhelm");
  });
});

describe("where it cannot be read, it is said why", () => {
  const begin = "deployment checkout keeps no manifest as it was applied";
  const release = "release checkout of Helm in namespace shop";
  it.each<[string, Asked, string, string]>([
    [
      "secrets may not be listed",
      { behaviour: { forbidden: ["list secrets"] } },
      "forbidden",
      `${begin}, nor does ${release}: secrets in namespace shop cannot be read (forbidden: list secrets)`,
    ],
    [
      "there is no such release",
      { objects: helmShop() },
      "absent",
      `${begin}, nor does ${release}: there is no such release`,
    ],
    [
      "the release does not hold the workload",
      { objects: helmShop(releaseOf("checkout", "kind: Service\nmetadata: {name: checkout}\n")) },
      "absent",
      `${begin}, and it does not stand in ${release}`,
    ],
    [
      "the release is broken",
      { objects: helmShop({ ...releaseOf("checkout", ""), data: { release: "Y2FuYXJ5" } }) },
      "failed",
      `${begin}, nor does ${release}: its secret is not what Helm writes`,
    ],
  ])("%s", async (_what, asked, status, reason) => {
    expect(await appliedOf(failing, asked)).toEqual({ status, reason });
  });

  it("an annotation opens no namespace that somebody may not see", async () => {
    const objects = [
      ...shop().map((object) => byHelm(object, "checkout", "billing")),
      releaseOf("checkout", manifest.replace("name: checkout", "name: checkout\n  namespace: shop"), {
        namespace: "billing",
      }),
    ];
    expect(await appliedOf(failing, { objects })).toMatchObject({ status: "ok", value: { misplaced } });
    const target = parseTarget(failing);
    if (!target.ok) throw new Error(target.error.sentence);
    const core = await asking.core({ objects, behaviour: { answers: mayGetPodsIn("shop") } });
    const dana = { user: "slack:T1:U1", groups: [] };
    const answer = await core.diagnose({ target: target.value, defaultNamespace: null, asker: dana });
    expect(answer.kind === "diagnosis" && answer.evidence.owners.at(-1)?.read).toMatchObject({
      value: { applied: { status: "skipped" } },
    });
    expect(asking.api().requests.join()).not.toContain("namespaces/billing/secrets");
  });
});
