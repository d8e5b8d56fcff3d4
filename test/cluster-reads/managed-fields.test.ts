import { describe, expect, it } from "vitest";
import { secret, serviceAccount, workload } from "../../src/cluster/objects.ts";
import { parseDockerConfig, readDockerConfig } from "../../src/diagnosis/docker-config.ts";

const entry = (manager: string, minute: string, fieldsV1: object, over: object = {}): object => ({
  manager,
  operation: "Update",
  time: `2026-11-24T10:${minute}:00Z`,
  fieldsType: "FieldsV1",
  fieldsV1,
  ...over,
});
const meta = (managedFields: unknown): object => ({
  name: "x",
  namespace: "shop",
  uid: "u",
  creationTimestamp: "2026-11-24T10:00:00Z",
  managedFields,
});
const change = (by: string, minute: string): object => ({ at: `2026-11-24T10:${minute}:00Z`, by });

const template = { "f:spec": { "f:template": { "f:spec": { "f:containers": {} } } } };
const replicas = { "f:spec": { "f:replicas": {} } };
const annotations = { "f:metadata": { "f:annotations": { "f:deployment.kubernetes.io/revision": {} } } };
const jobTemplate = { "f:spec": { "f:jobTemplate": { "f:spec": { "f:template": {} } } } };

// What the API server writes; seen on Kubernetes 1.34.
describe("the last change of a workload's template", () => {
  it.each<[string, string, unknown, object | null]>([
    ["is null where nothing tells", "Deployment", undefined, null],
    [
      "is the one write",
      "Deployment",
      [entry("kubectl-client-side-apply", "05", template)],
      change("kubectl-client-side-apply", "05"),
    ],
    [
      "is the later of two",
      "Deployment",
      [entry("kubectl-set", "20", template), entry("helm", "05", template)],
      change("kubectl-set", "20"),
    ],
    [
      "is not a later write of replicas, or the controller's own",
      "Deployment",
      [
        entry("helm", "05", template),
        entry("hpa", "20", replicas, { subresource: "scale" }),
        entry("kube-controller-manager", "30", annotations, { subresource: "status" }),
      ],
      change("helm", "05"),
    ],
    ["is not a write of status", "Deployment", [entry("x", "05", template, { subresource: "status" })], null],
    ["is not one without a time", "Deployment", [entry("x", "05", template, { time: undefined })], null],
    [
      "of a CronJob stands deeper",
      "CronJob",
      [entry("helm", "05", jobTemplate), entry("x", "20", replicas)],
      change("helm", "05"),
    ],
    [
      "does not mind fields of another form",
      "Deployment",
      [entry("x", "05", { "f:spec": null }), { manager: "y" }],
      null,
    ],
    [
      "shows no secret that was put into a manager's name",
      "Deployment",
      [entry("ghp_0123456789abcdefghijABCDEFGHIJ0123456789", "05", template)],
      expect.objectContaining({ by: expect.not.stringContaining("ghp_0123") as string }) as object,
    ],
  ])("%s", (_what, kind, managedFields, expected) => {
    const read = workload("apps/v1", kind).parse({ metadata: meta(managedFields), spec: {} });
    expect(read.evidence.templateChange).toEqual(expected);
  });
});

describe("the last change of a service account", () => {
  const secrets = { "f:imagePullSecrets": { ".": {} } };
  const labels = { "f:metadata": { "f:labels": {} } };
  it.each<[string, unknown, object | null]>([
    [
      "is that of its pull secrets",
      [entry("kubectl-patch", "05", secrets), entry("argocd", "20", labels)],
      change("kubectl-patch", "05"),
    ],
    ["is any, where it never had any", [entry("argocd", "20", labels)], change("argocd", "20")],
    ["is null where nothing tells", [], null],
  ])("%s", (_what, managedFields, expected) => {
    expect(serviceAccount.parse({ metadata: meta(managedFields) }).change).toEqual(expected);
  });
});

describe("the last change of a secret", () => {
  const read = (managedFields: unknown) =>
    secret(parseDockerConfig).parse({ metadata: meta(managedFields), type: "Opaque" }).evidence;
  it.each<[string, unknown, object]>([
    [
      "has a time and a writer",
      [entry("external-secrets", "20", {}), entry("kubectl-create", "05", {})],
      { changedAt: "2026-11-24T10:20:00Z", changedBy: "external-secrets" },
    ],
    ["has neither where nothing tells", null, { changedAt: null, changedBy: null }],
  ])("%s", (_what, managedFields, expected) => {
    expect(read(managedFields)).toMatchObject(expected);
  });

  it("and evidence has nothing of what the one who opens it keeps", () => {
    const data = { ".dockerconfigjson": Buffer.from('{"auths":{"a.io":{"password":"canary"}}}').toString("base64") };
    const type = "kubernetes.io/dockerconfigjson";
    const { evidence, opened } = secret((...given) =>
      readDockerConfig(...given, (shown, login) => ({ ...shown, login })),
    ).parse({ metadata: meta(null), type, data });
    expect(opened).toMatchObject({ entries: [{ login: { password: "canary" } }] });
    expect(evidence.dockerConfig).toEqual({
      status: "ok",
      entries: [{ key: "a.io", username: null, kind: "password" }],
    });
  });
});
