import { describe, expect, it } from "vitest";
import { workload } from "../../src/cluster/objects.ts";

const meta = {
  name: "checkout",
  namespace: "shop",
  uid: "uid",
  creationTimestamp: "2026-11-24T10:00:00Z",
};
const reference = (kind: string, name: string, controller?: boolean) => ({
  apiVersion: "example.com/v1",
  kind,
  name,
  uid: `uid-${name}`,
  ...(controller === undefined ? {} : { controller }),
});

const read = (kind: string, object: object) =>
  workload("apps/v1", kind).parse({ metadata: meta, spec: {}, ...object }).evidence;

describe("how a workload rolls out", () => {
  it.each<[string, string, object, object]>([
    [
      "a Deployment's strategy",
      "Deployment",
      { strategy: { type: "Recreate" } },
      { updateStrategy: "Recreate", paused: false },
    ],
    ["a StatefulSet's", "StatefulSet", { updateStrategy: { type: "OnDelete" } }, { updateStrategy: "OnDelete" }],
    ["a Deployment that is paused", "Deployment", { paused: true }, { paused: true, updateStrategy: "" }],
  ])("%s", (_what, kind, spec, expected) => expect(read(kind, { spec })).toMatchObject(expected));
});

describe("who made a workload", () => {
  it.each<[string, readonly object[], string | null]>([
    ["its controller", [reference("Backup", "b"), reference("Prometheus", "main", true)], "main"],
    ["the first owner, where none says that it controls", [reference("Backup", "b")], "b"],
    ["nobody", [], null],
  ])("%s", (_what, ownerReferences, name) =>
    expect(read("StatefulSet", { metadata: { ...meta, ownerReferences } }).above?.name ?? null).toBe(name),
  );
});

describe("who writes its template", () => {
  const entry = (manager: string, path: string, subresource?: string) => ({
    manager,
    time: "2026-11-24T10:00:00Z",
    fieldsV1: { "f:spec": { [path]: {} } },
    ...(subresource === undefined ? {} : { subresource }),
  });
  it("is each manager of a part of it, once", () => {
    const managedFields = [
      entry("kubectl-set", "f:template"),
      entry("argocd-controller", "f:template"),
      entry("kubectl-set", "f:template"),
      entry("hpa", "f:replicas"),
      entry("kube-controller-manager", "f:template", "status"),
    ];
    expect(read("Deployment", { metadata: { ...meta, managedFields } }).templateManagers).toEqual([
      "kubectl-set",
      "argocd-controller",
    ]);
  });
});

it("a template's init containers are told apart", () => {
  const spec = {
    template: {
      spec: { initContainers: [{ name: "init", image: "a:1" }], containers: [{ name: "app", image: "b:1" }] },
    },
  };
  expect(read("Deployment", { spec }).template.map(({ name, isInit }) => [name, isInit])).toEqual([
    ["init", true],
    ["app", undefined],
  ]);
});
