import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parse as parseYaml } from "yaml";
import { readAppliedConfiguration } from "../../src/diagnosis/applied.ts";
import type { AppliedConfiguration } from "../../src/diagnosis/evidence.ts";

function applied(manifest: unknown): AppliedConfiguration {
  const read = readAppliedConfiguration(JSON.stringify(manifest));
  if (!read.ok) throw new Error(read.error.sentence);
  return read.value;
}

/** A Deployment's manifest, with YAML put into its pod spec. */
const deployment = (inPodSpec: string): unknown => ({
  apiVersion: "apps/v1",
  kind: "Deployment",
  metadata: { name: "web" },
  spec: { template: { spec: parseYaml(inPodSpec) as unknown } },
});
const containers = "containers: [{name: app, image: web, imagePullPolicy: Always}]";

const misplaced = (manifest: unknown): string[] =>
  applied(manifest).misplaced.map(({ path, value }) => `${path}: ${value}`);

describe("the policy of each container is found in", () => {
  const podSpec = { containers: [{ name: "app", imagePullPolicy: "Never" }] };
  const template = { spec: podSpec };
  it.each([
    ["v1", "Pod", { spec: podSpec }, "spec.containers[0]"],
    ["apps/v1", "Deployment", { spec: { template } }, "spec.template.spec.containers[0]"],
    ["apps/v1", "StatefulSet", { spec: { template } }, "spec.template.spec.containers[0]"],
    ["apps/v1", "DaemonSet", { spec: { template } }, "spec.template.spec.containers[0]"],
    ["apps/v1", "ReplicaSet", { spec: { template } }, "spec.template.spec.containers[0]"],
    ["extensions/v1beta1", "Deployment", { spec: { template } }, "spec.template.spec.containers[0]"],
    ["v1", "ReplicationController", { spec: { template } }, "spec.template.spec.containers[0]"],
    ["v1", "PodTemplate", { template }, "template.spec.containers[0]"],
    ["batch/v1", "Job", { spec: { template } }, "spec.template.spec.containers[0]"],
    [
      "batch/v1",
      "CronJob",
      { spec: { jobTemplate: { spec: { template } } } },
      "spec.jobTemplate.spec.template.spec.containers[0]",
    ],
  ])("%s %s", (apiVersion, kind, rest, path) => {
    expect(applied({ apiVersion, kind, ...rest })).toEqual({
      containers: [{ path, name: "app", imagePullPolicy: "Never" }],
      misplaced: [],
    });
  });

  it("init, ephemeral and other containers alike, null where it is not set", () => {
    const spec =
      "initContainers: [{name: init}]\ncontainers: [{name: app, imagePullPolicy: Always}, {name: side}]\nephemeralContainers: [{name: debug, imagePullPolicy: Never}]";
    expect(applied(deployment(spec)).containers).toEqual([
      { path: "spec.template.spec.initContainers[0]", name: "init", imagePullPolicy: null },
      { path: "spec.template.spec.containers[0]", name: "app", imagePullPolicy: "Always" },
      { path: "spec.template.spec.containers[1]", name: "side", imagePullPolicy: null },
      { path: "spec.template.spec.ephemeralContainers[0]", name: "debug", imagePullPolicy: "Never" },
    ]);
  });

  it("the items of a List, with their places", () => {
    const list = {
      apiVersion: "v1",
      kind: "List",
      items: [{ apiVersion: "v1", kind: "ConfigMap" }, deployment(`${containers}\nimagePullPolicy: Never`)],
    };
    expect(applied(list)).toEqual({
      containers: [{ path: "items[1].spec.template.spec.containers[0]", name: "app", imagePullPolicy: "Always" }],
      misplaced: [{ path: "items[1].spec.template.spec.imagePullPolicy", key: "imagePullPolicy", value: "Never" }],
    });
  });
});

describe("a policy is misplaced", () => {
  const inSpec = "spec.template.spec";
  it.each([
    ["beside the containers", `${containers}\nimagePullPolicy: Always`, [`${inSpec}.imagePullPolicy: Always`]],
    [
      "in a toleration",
      `${containers}\ntolerations: [{key: a}, {key: b, imagePullPolicy: Always}]`,
      [`${inSpec}.tolerations[1].imagePullPolicy: Always`],
    ],
    [
      "in a volume",
      `${containers}\nvolumes: [{name: v, emptyDir: {}, imagePullPolicy: Never}]`,
      [`${inSpec}.volumes[0].imagePullPolicy: Never`],
    ],
    [
      "in a pull secret's reference",
      "imagePullSecrets: [{name: s, imagePullPolicy: Never}]",
      [`${inSpec}.imagePullSecrets[0].imagePullPolicy: Never`],
    ],
    [
      "deep in a container",
      "containers: [{name: app, securityContext: {imagePullPolicy: Always}}]",
      [`${inSpec}.containers[0].securityContext.imagePullPolicy: Always`],
    ],
    [
      "in an environment variable",
      "containers: [{name: app, env: [{name: A, value: b, imagePullPolicy: Always}]}]",
      [`${inSpec}.containers[0].env[0].imagePullPolicy: Always`],
    ],
    [
      "under a near name: pullPolicy",
      "containers: [{name: app, pullPolicy: Always}]",
      [`${inSpec}.containers[0].pullPolicy: Always`],
    ],
    [
      "under a near name: image_pull_policy",
      "containers: [{name: app, image_pull_policy: Always}]",
      [`${inSpec}.containers[0].image_pull_policy: Always`],
    ],
    [
      "under a near name: imagePullpolicy",
      "containers: [{name: app, imagePullpolicy: Always}]",
      [`${inSpec}.containers[0].imagePullpolicy: Always`],
    ],
    [
      "under a near name: image-pull-policy",
      "containers: [{name: app, image-pull-policy: Always}]",
      [`${inSpec}.containers[0].image-pull-policy: Always`],
    ],
    [
      "under a near name: imagePulPolicy",
      "containers: [{name: app, imagePulPolicy: Always}]",
      [`${inSpec}.containers[0].imagePulPolicy: Always`],
    ],
    ["with a value of another type", `${containers}\nimagePullPolicy: true`, [`${inSpec}.imagePullPolicy: true`]],
    ["as a map", `${containers}\nimagePullPolicy: {app: Always}`, [`${inSpec}.imagePullPolicy: a map`]],
    [
      "several times",
      "imagePullPolicy: Always\ncontainers: [{name: a, pullPolicy: Never}]",
      [`${inSpec}.imagePullPolicy: Always`, `${inSpec}.containers[0].pullPolicy: Never`],
    ],
  ])("%s", (_where, yaml, found) => {
    expect(misplaced(deployment(yaml))).toEqual(found);
  });

  it.each([
    ["at the top", { imagePullPolicy: "Always" }, ["imagePullPolicy: Always"]],
    ["in the workload's spec", { spec: { imagePullPolicy: "Always" } }, ["spec.imagePullPolicy: Always"]],
    [
      "in the template",
      { spec: { template: { imagePullPolicy: "Always" } } },
      ["spec.template.imagePullPolicy: Always"],
    ],
    ["in metadata", { metadata: { imagePullPolicy: "Always" } }, ["metadata.imagePullPolicy: Always"]],
    [
      "in containers that are no pod's",
      { spec: { containers: [{ imagePullPolicy: "Always" }] } },
      ["spec.containers[0].imagePullPolicy: Always"],
    ],
    [
      "in the strategy",
      { spec: { strategy: { rollingUpdate: { pullPolicy: "x" } } } },
      ["spec.strategy.rollingUpdate.pullPolicy: x"],
    ],
  ])("%s", (_where, manifest, found) => {
    expect(misplaced({ apiVersion: "apps/v1", kind: "Deployment", ...manifest })).toEqual(found);
  });
});

describe("a policy is not misplaced", () => {
  it.each([
    ["in a container", deployment(containers)],
    [
      "in an image volume, where it has that name",
      deployment("volumes: [{name: v, image: {reference: a, pullPolicy: Never}}]"),
    ],
    ["in an annotation", { apiVersion: "v1", kind: "Pod", metadata: { annotations: { imagePullPolicy: "x" } } }],
    [
      "in labels and selectors",
      {
        apiVersion: "v1",
        kind: "Pod",
        metadata: { labels: { imagePullPolicy: "x" } },
        spec: { nodeSelector: { pullPolicy: "x" } },
      },
    ],
    [
      "as the name or value of an environment variable",
      deployment("containers: [{name: app, env: [{name: imagePullPolicy, value: imagePullPolicy}]}]"),
    ],
    ["in an argument", deployment('containers: [{name: app, args: ["imagePullPolicy: Always"]}]')],
    ["in the data of a ConfigMap", { apiVersion: "v1", kind: "ConfigMap", data: { imagePullPolicy: "Always" } }],
    [
      "in a custom resource",
      { apiVersion: "apps.example.com/v1", kind: "Deployment", spec: { imagePullPolicy: "Always" } },
    ],
    [
      "in a custom resource of a kind of its own",
      { apiVersion: "example.com/v1", kind: "Web", spec: { image: { pullPolicy: "Always" } } },
    ],
    [
      "in the options of a driver",
      deployment("volumes: [{name: v, flexVolume: {driver: d, options: {pullPolicy: x}}}]"),
    ],
    [
      "under names that only look like it",
      deployment("restartPolicy: Always\ndnsPolicy: Default\npreemptionPolicy: Never\nimagePullSecrets: [{name: a}]"),
    ],
  ])("%s", (_where, manifest) => {
    expect(misplaced(manifest)).toEqual([]);
  });
});

describe("an annotation that is no manifest", () => {
  it.each([[""], ["{"], ["[]"], ["null"], ['"x"']])("%j is refused with a sentence", (annotation) => {
    const read = readAppliedConfiguration(annotation);
    expect(!read.ok && read.error.sentence).toMatch(/not a manifest in JSON: apply/);
  });

  it.each([
    ["without a spec", { apiVersion: "v1", kind: "Pod" }],
    ["with a list for a spec", { apiVersion: "v1", kind: "Pod", spec: [] }],
    [
      "with containers that are none",
      { apiVersion: "v1", kind: "Pod", spec: { containers: [null, 5, "x"], volumes: {} } },
    ],
    ["of a kind that is no text", { apiVersion: 5, kind: ["Pod"], items: 5 }],
    ["of a kind that is called as a method is", { apiVersion: "v1", kind: "constructor" }],
  ])("of a pod %s is read as far as it goes", (_name, manifest) => {
    expect(applied(manifest)).toEqual({ containers: [], misplaced: [] });
  });
});

describe("any JSON", () => {
  it("is read without a crash, and tells nothing but policies", () => {
    const secretive = fc.json().map((json) => JSON.parse(json) as unknown);
    fc.assert(
      fc.property(secretive, fc.constantFrom("Pod", "List", "CronJob", "X"), (inner, kind) => {
        const podSpec = {
          containers: [{ name: "app", env: [{ name: "A", value: "CANARY" }], extra: inner }],
          other: inner,
        };
        const read = applied({ apiVersion: "v1", kind, spec: podSpec, items: [inner] });
        expect(JSON.stringify(read)).not.toContain("CANARY");
      }),
      { numRuns: 2000 },
    );
  });

  it("is read however deep it is nested and however long its lists are", () => {
    const deep = `{"apiVersion":"v1","kind":"Pod","spec":${'{"a":['.repeat(20_000)}{"imagePullPolicy":"Always"}${"]}".repeat(20_000)}}`;
    const read = readAppliedConfiguration(deep);
    expect(read.ok && read.value.misplaced).toHaveLength(1);
    expect(
      applied({ apiVersion: "v1", kind: "Pod", spec: { a: Array.from({ length: 300_000 }, () => 0) } }).misplaced,
    ).toEqual([]);
  });
});
