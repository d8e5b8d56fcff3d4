import { describe, expect, it } from "vitest";
import { type Managed, type Writer, managedFields } from "../../../src/playground/cluster/managed-fields.ts";
import type { KubeObject } from "../../../src/playground/cluster/store.ts";

const kubectl: Writer = { manager: "kubectl-client-side-apply" };
const set: Writer = { manager: "kubectl-set" };
const controller: Writer = { manager: "kube-controller-manager", subresource: "status" };

const deployment = (image: string, more: object = {}): KubeObject => ({
  apiVersion: "apps/v1",
  kind: "Deployment",
  metadata: { name: "web", namespace: "shop", labels: { app: "web" } },
  spec: {
    replicas: 1,
    template: { spec: { containers: [{ name: "app", image }], imagePullSecrets: [{ name: "a" }] } },
  },
  ...more,
});

/** Writes one after the other, an hour apart; of each entry its manager, hour and fields. */
function history(...writes: readonly (readonly [KubeObject, Writer])[]): unknown[] {
  let before: Managed | undefined;
  for (const [index, [object, writer]] of writes.entries()) {
    before = { object, entries: managedFields(before, object, writer, `2026-11-24T0${index + 1}:00:00Z`) };
  }
  return (before?.entries ?? []).map(({ manager, time, fieldsV1 }) => [manager, Number(time.slice(11, 13)), fieldsV1]);
}

const template = (fields: object): object => ({ "f:spec": { "f:template": { "f:spec": fields } } });
const app = 'k:{"name":"app"}';

/** What the real API server makes of the same writes, as the contract suite compares it. */
describe("who wrote what", () => {
  it("the first writer has everything that it wrote, and what it had to make", () => {
    expect(history([deployment("web:1"), kubectl])).toEqual([
      [
        "kubectl-client-side-apply",
        1,
        {
          "f:metadata": { "f:labels": { ".": {}, "f:app": {} } },
          "f:spec": {
            "f:replicas": {},
            "f:template": {
              "f:spec": {
                "f:containers": { [app]: { ".": {}, "f:name": {}, "f:image": {} } },
                "f:imagePullSecrets": { ".": {}, 'k:{"name":"a"}': {} },
              },
            },
          },
        },
      ],
    ]);
  });

  it("who changes a field has it from then on, and the first writer keeps its time", () => {
    const [first, second] = history([deployment("web:1"), kubectl], [deployment("web:2"), set]);
    expect(second).toEqual(["kubectl-set", 2, template({ "f:containers": { [app]: { "f:image": {} } } })]);
    expect(first).toMatchObject([
      "kubectl-client-side-apply",
      1,
      template({ "f:containers": { [app]: { "f:name": {} } } }),
    ]);
    expect(JSON.stringify(first)).not.toContain('f:image"');
  });

  it("a write of the status is told apart, and moves nothing else", () => {
    const ready = deployment("web:1", { status: { readyReplicas: 1 } });
    expect(history([deployment("web:1"), kubectl], [ready, controller]).at(-1)).toEqual([
      "kube-controller-manager",
      2,
      { "f:status": { "f:readyReplicas": {} } },
    ]);
  });

  it("a write that changes nothing of its own is not told", () => {
    expect(history([deployment("web:1"), kubectl], [deployment("web:1"), set])).toHaveLength(1);
  });

  it("a field that is gone is nobody's", () => {
    const bare = deployment("web:1", { spec: { replicas: 1 } });
    expect(JSON.stringify(history([deployment("web:1"), kubectl], [bare, set]))).not.toContain("f:template");
  });

  it("an event that is counted keeps its writer, and its time moves", () => {
    const event = (count: number): KubeObject => ({ apiVersion: "v1", kind: "Event", metadata: { name: "e" }, count });
    const kubelet = { manager: "kubelet" };
    expect(history([event(1), kubelet], [event(2), kubelet])).toEqual([["kubelet", 2, { "f:count": {} }]]);
  });
});
