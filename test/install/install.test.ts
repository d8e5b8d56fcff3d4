import { describe, expect, it } from "vitest";
import { parseAllDocuments } from "yaml";
import { badInput, success } from "../../src/diagnosis/result.ts";
import { install } from "../../src/install/install.ts";
import type { InstallOptions, InstallTarget } from "../../src/install/install.ts";
import { manifests } from "../../src/install/manifests.ts";
import type { Manifest } from "../../src/install/manifests.ts";

/** Runs an installation and remembers what it said and applied. */
async function run(
  options: InstallOptions,
  {
    installed = null,
    refuses = "",
    reachable = true,
  }: { installed?: string | null; refuses?: string; reachable?: boolean } = {},
) {
  const out: string[] = [];
  const err: string[] = [];
  const applied: Manifest[] = [];
  const target: InstallTarget = {
    cluster: "prod",
    installedImage: () => Promise.resolve(installed),
    apply: (manifest) => {
      if (manifest.kind === refuses) return Promise.resolve(badInput(`cannot apply ${manifest.kind}: forbidden.`));
      applied.push(manifest);
      return Promise.resolve(success(undefined));
    },
  };
  const code = await install(options, {
    target: () => Promise.resolve(reachable ? success(target) : badInput("no kubeconfig: set KUBECONFIG.")),
    out: (text) => out.push(text),
    err: (text) => err.push(text),
    version: "1.2.3",
  });
  return { code, out: out.join(""), err: err.join(""), applied };
}

const objects = (yaml: string): Manifest[] => parseAllDocuments(yaml).map((document) => document.toJS() as Manifest);
const imageOf = (all: readonly Manifest[]): unknown =>
  JSON.stringify(all.find(({ kind }) => kind === "Deployment")).match(/"image":"([^"]*)"/)?.[1];

describe("what is installed", () => {
  it.each<[string, boolean, string[]]>([
    [
      "without secrets",
      false,
      [
        "Namespace imagepull",
        "ServiceAccount imagepull",
        "ClusterRole imagepull",
        "ClusterRoleBinding imagepull",
        "ClusterRole imagepull-reviews",
        "ClusterRoleBinding imagepull-reviews",
        "Service imagepull",
        "Deployment imagepull",
      ],
    ],
    [
      "with secrets",
      true,
      [
        "Namespace imagepull",
        "ServiceAccount imagepull",
        "ClusterRole imagepull",
        "ClusterRoleBinding imagepull",
        "ClusterRole imagepull-reviews",
        "ClusterRoleBinding imagepull-reviews",
        "ClusterRole imagepull-secrets",
        "ClusterRoleBinding imagepull-secrets",
        "Service imagepull",
        "Deployment imagepull",
      ],
    ],
  ])("%s: these, in this order", async (_, secrets, names) => {
    const { out, applied } = await run({ secrets, image: "r.example/imagepull:1" });
    expect(applied.map(({ kind, metadata }) => `${kind} ${metadata.name}`)).toEqual(names);
    expect(out.trim().split("\n").length).toBe(names.length);
  });

  it("may read and ask who may, and nothing else: no watch, no write, secrets only where they were asked for", () => {
    const rules = (secrets: boolean): { resources: string[]; verbs: string[] }[] =>
      manifests({ namespace: "n", image: "i", secrets }).flatMap(
        (manifest) => (manifest["rules"] ?? []) as { resources: string[]; verbs: string[] }[],
      );
    const all = rules(true);
    const reviews = all.filter(({ resources }) => resources.includes("subjectaccessreviews"));
    expect(reviews).toEqual([
      { apiGroups: ["authorization.k8s.io"], resources: ["subjectaccessreviews"], verbs: ["create"] },
    ]);
    const others = all.filter((rule) => !reviews.includes(rule));
    expect(others).toHaveLength(5);
    expect([...new Set(others.flatMap(({ verbs }) => verbs))].toSorted()).toEqual(["get", "list"]);
    expect(rules(false).flatMap(({ resources }) => resources)).not.toContain("secrets");
    expect(rules(true).filter(({ resources }) => resources.includes("secrets"))).toEqual([
      { apiGroups: [""], resources: ["secrets"], verbs: ["get", "list"] },
    ]);
  });

  it("stands in the namespace that was named, and is bound to the account there", async () => {
    const { applied } = await run({ namespace: "ops", image: "i:1", secrets: true });
    const namespaces = applied.flatMap((manifest) => [
      manifest.metadata.namespace,
      ...((manifest["subjects"] ?? []) as { namespace: string }[]).map(({ namespace }) => namespace),
    ]);
    expect(new Set(namespaces.filter((namespace) => namespace !== undefined))).toEqual(new Set(["ops"]));
  });
});

describe("--dry-run", () => {
  it("prints what would be applied as YAML, and applies nothing", async () => {
    const dry = await run({ dryRun: true, secrets: true, image: "i:1" }, { reachable: false });
    expect([dry.code, dry.applied]).toEqual([0, []]);
    expect(objects(dry.out)).toEqual(
      JSON.parse(JSON.stringify(manifests({ namespace: "imagepull", image: "i:1", secrets: true }))),
    );
  });
});

describe("the image", () => {
  it.each<[string, InstallOptions, string | null, string]>([
    ["is the one that was named", { image: "r.example/x:1" }, "old:1", "r.example/x:1"],
    ["stays what is installed, when none was named", {}, "old:1", "old:1"],
    ["stays what is installed, also in what --dry-run prints", { dryRun: true }, "old:1", "old:1"],
    ["is of this version, when nothing is installed", {}, null, "imagepull:1.2.3"],
  ])("%s", async (_, options, installed, image) => {
    const { out, applied } = await run(options, { installed });
    expect(imageOf(options.dryRun === true ? objects(out) : applied)).toBe(image);
  });

  it("is of this version, when --dry-run has no cluster to ask", async () => {
    const { code, out, err } = await run({ dryRun: true }, { reachable: false });
    expect([code, imageOf(objects(out))]).toEqual([0, "imagepull:1.2.3"]);
    expect(err).toContain("name it with --image");
  });
});

describe("what cannot be installed is one sentence and exit 2", () => {
  it.each<[string, InstallOptions, object, string]>([
    [
      "a namespace that is none",
      { namespace: "Ops_1" },
      {},
      '--namespace "Ops_1" is no namespace: small letters, digits and -, at most 63 (RFC 1123).\n',
    ],
    ["no cluster", { image: "i:1" }, { reachable: false }, "no kubeconfig: set KUBECONFIG.\n"],
    ["no right to", { image: "i:1" }, { refuses: "ClusterRole" }, "cannot apply ClusterRole: forbidden.\n"],
  ])("%s", async (_, options, world, sentence) => {
    const { code, err } = await run(options, world);
    expect([code, err]).toEqual([2, sentence]);
  });

  it("an image that is none", async () => {
    const { code, err } = await run({ image: "Not An Image" });
    expect([code, err]).toEqual([2, expect.stringMatching(/^--image: [^\n]+\.\n$/)]);
  });
});
