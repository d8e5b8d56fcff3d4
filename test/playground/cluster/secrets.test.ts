import { describe, expect, it } from "vitest";
import { findObject, releaseSecret as readRelease, unpackRelease } from "../../../src/cluster/helm-release.ts";
import { rendered } from "../../../src/playground/cluster/manifests.ts";
import { ecrPassword, releaseSecret } from "../../../src/playground/cluster/secrets.ts";
import { seeded } from "../../../src/playground/random.ts";
import { expiryOf } from "../../../src/registry/expiry.ts";

const at = new Date("2026-11-24T10:00:00Z");

describe("secrets as their makers write them", () => {
  it("a release of Helm is read back by what reads Helm's: the manifest that it applied, misplaced field and all", async () => {
    const applied = { namespace: "infra", name: "web", replicas: 1, image: "web:1", pullSecrets: [] };
    const manifest = rendered({ ...applied, misplacedPolicy: "Always" }, "web");
    const secret = releaseSecret(
      { name: "web", namespace: "infra", chart: "web", chartVersion: "1.0.0", manifest },
      at,
    );
    const { packed, revision } = readRelease.parse(secret);
    const unpacked = await unpackRelease(packed);
    expect([revision, unpacked]).toEqual([1, { ok: true, value: manifest }]);
    const wanted = { kind: "Deployment", namespace: "infra", name: "web", releaseNamespace: "infra" };
    const object: unknown = JSON.parse((await findObject(manifest, wanted)) ?? "null");
    expect(object).toMatchObject({ spec: { template: { spec: { imagePullPolicy: "Always" } } } });
    expect(secret.metadata).toMatchObject({
      name: "sh.helm.release.v1.web.v1",
      labels: { owner: "helm", name: "web", status: "deployed", version: "1", modifiedAt: "1795514400" },
    });
  });

  it("a password of Amazon's says that it ends twelve hours after it was made", () => {
    expect(expiryOf(ecrPassword(seeded(1), at))).toBe(at.getTime() + 12 * 3_600_000);
  });
});
