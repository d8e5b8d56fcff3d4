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
    version = "v1.34.4",
    unserved = "",
  }: { installed?: string | null; refuses?: string; reachable?: boolean; version?: string; unserved?: string } = {},
) {
  const out: string[] = [];
  const err: string[] = [];
  const applied: Manifest[] = [];
  const served: string[] = [];
  const target: InstallTarget = {
    cluster: "prod",
    version: () => Promise.resolve(version === "" ? badInput("no answer.") : success(version)),
    established: (name) => {
      served.push(`${name} before object ${applied.length + 1}`);
      return Promise.resolve(name === unserved ? badInput(`${name} is not served.`) : success(undefined));
    },
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
  return { code, out: out.join(""), err: err.join(""), applied, served };
}

const objects = (yaml: string): Manifest[] => parseAllDocuments(yaml).map((document) => document.toJS() as Manifest);
const imageOf = (all: readonly Manifest[]): unknown =>
  JSON.stringify(all.find(({ kind }) => kind === "Deployment")).match(/"image":"([^"]*)"/)?.[1];

/** Definitions first, and nobody has a right before the policies hold. */
const ofApprovals = [
  "CustomResourceDefinition repullrequests.imagepull.dev",
  "CustomResourceDefinition repulldecisions.imagepull.dev",
  "ValidatingAdmissionPolicy imagepull-requests",
  "ValidatingAdmissionPolicyBinding imagepull-requests",
  "ValidatingAdmissionPolicy imagepull-decisions",
  "ValidatingAdmissionPolicyBinding imagepull-decisions",
  "ValidatingAdmissionPolicy imagepull-only-the-bot-writes",
  "ValidatingAdmissionPolicyBinding imagepull-only-the-bot-writes",
  "ClusterRole imagepull-look",
  "ClusterRole imagepull-ask",
  "ClusterRole imagepull-decide",
  "ClusterRole imagepull-approvals",
  "ClusterRoleBinding imagepull-approvals",
  "ClusterRole imagepull-repulls",
  "ClusterRoleBinding imagepull-repulls",
];

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
        ...ofApprovals,
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
        ...ofApprovals,
        "ClusterRole imagepull-repulls-secrets",
        "ClusterRoleBinding imagepull-repulls-secrets",
        "Service imagepull",
        "Deployment imagepull",
      ],
    ],
  ])("%s: these, in this order", async (_, secrets, names) => {
    const { out, applied } = await run({ secrets, image: "r.example/imagepull:1" });
    expect(applied.map(({ kind, metadata }) => `${kind} ${metadata.name}`)).toEqual(names);
    expect(out.trim().split("\n").length).toBe(names.length);
  });

  it("for a diagnosis: may read and ask who may, and nothing else: no watch, no write, secrets only where they were asked for", () => {
    const forDiagnosis = ["imagepull", "imagepull-reviews", "imagepull-secrets"];
    const rules = (secrets: boolean): { resources: string[]; verbs: string[] }[] =>
      manifests({ namespace: "n", image: "i", secrets })
        .filter(({ metadata }) => forDiagnosis.includes(metadata.name))
        .flatMap((manifest) => (manifest["rules"] ?? []) as { resources: string[]; verbs: string[] }[]);
    const all = rules(true);
    const reviews = all.filter(({ resources }) => resources.includes("subjectaccessreviews"));
    expect(reviews).toEqual([
      { apiGroups: ["authorization.k8s.io"], resources: ["subjectaccessreviews"], verbs: ["create"] },
    ]);
    const others = all.filter((rule) => !reviews.includes(rule));
    expect(others).toHaveLength(7);
    expect([...new Set(others.flatMap(({ verbs }) => verbs))].toSorted()).toEqual(["get", "list"]);
    expect(rules(false).flatMap(({ resources }) => resources)).not.toContain("secrets");
    expect(rules(true).filter(({ resources }) => resources.includes("secrets"))).toEqual([
      { apiGroups: [""], resources: ["secrets"], verbs: ["get", "list"] },
    ]);
  });

  const boundRules = (secrets: boolean): string[] => {
    const all = manifests({ namespace: "n", image: "i", secrets });
    const bound = all
      .filter(({ kind }) => kind === "ClusterRoleBinding")
      .map((binding) => (binding["roleRef"] as { name: string }).name);
    return all
      .filter(({ kind, metadata }) => kind === "ClusterRole" && bound.includes(metadata.name))
      .flatMap((role) => (role["rules"] as { apiGroups: string[]; resources: string[]; verbs: string[] }[]) ?? [])
      .flatMap(({ apiGroups, resources, verbs }) =>
        verbs.map(
          (verb) => `${verb} ${resources.map((one) => `${one}.${apiGroups[0]}`.replace(/\.$/, "")).join(", ")}`,
        ),
      );
  };
  /** Of requests and decisions, and what carrying one out writes. */
  const writes = [
    "create repullrequests.imagepull.dev, repulldecisions.imagepull.dev",
    "delete repullrequests.imagepull.dev, repulldecisions.imagepull.dev",
    "patch repullrequests/status.imagepull.dev",
    "update repullrequests/status.imagepull.dev",
    "patch deployments.apps, statefulsets.apps, daemonsets.apps, replicasets.apps",
    "patch cronjobs.batch",
    "create pods",
    "patch pods",
    "delete pods",
    "create pods/eviction",
  ];

  it("lets the bot read, ask who may, keep requests, and write what a re-pull writes: nothing else, and no watch", () => {
    const isRead = (rule: string): boolean => /^(?:get|list) /.test(rule);
    const reviews = "create subjectaccessreviews.authorization.k8s.io";
    expect(boundRules(false).filter((rule) => !isRead(rule))).toEqual([reviews, ...writes]);
    expect(boundRules(true).filter((rule) => !isRead(rule))).toEqual([
      reviews,
      ...writes,
      "create secrets",
      "delete secrets",
    ]);
  });

  it("lets the bot near secrets only where they were asked for", () => {
    expect(boundRules(false).filter((rule) => rule.includes("secrets"))).toEqual([]);
    expect(boundRules(true).filter((rule) => rule.includes("secrets"))).toEqual([
      "get secrets",
      "list secrets",
      "create secrets",
      "delete secrets",
    ]);
  });

  it("binds people to nothing: whoever grants a right names who gets it", () => {
    const subjects = manifests({ namespace: "n", image: "i", secrets: true }).flatMap(
      (manifest) => (manifest["subjects"] ?? []) as object[],
    );
    expect(new Set(subjects.map((subject) => JSON.stringify(subject)))).toEqual(
      new Set([JSON.stringify({ kind: "ServiceAccount", name: "imagepull", namespace: "n" })]),
    );
  });

  it("waits for each definition to be served before it goes on", async () => {
    const { served, applied } = await run({ image: "i:1" });
    const place = (name: string): number => applied.findIndex(({ metadata }) => metadata.name === name) + 1;
    expect(served).toEqual(
      ["repullrequests.imagepull.dev", "repulldecisions.imagepull.dev"].map(
        (name) => `${name} before object ${place(name) + 1}`,
      ),
    );
  });

  it.each([
    ["policy", "poddisruptionbudgets"],
    ["autoscaling", "horizontalpodautoscalers"],
  ])("may read what the plan of a re-pull asks for: %s, %s", (group, resource) => {
    const rules = manifests({ namespace: "n", image: "i", secrets: false }).flatMap(
      (manifest) => (manifest["rules"] ?? []) as { apiGroups: string[]; resources: string[]; verbs: string[] }[],
    );
    expect(rules).toContainEqual({ apiGroups: [group], resources: [resource], verbs: ["get", "list"] });
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
    [
      "a definition that is not served",
      { image: "i:1" },
      { unserved: "repulldecisions.imagepull.dev" },
      "repulldecisions.imagepull.dev is not served.\n",
    ],
    ["a version that nobody tells", { image: "i:1" }, { version: "" }, "no answer.\n"],
  ])("%s", async (_, options, world, sentence) => {
    const { code, err } = await run(options, world);
    expect([code, err]).toEqual([2, sentence]);
  });

  it.each([
    ["v1.30.9", false],
    ["v1.29.0-eks-1a2b3c", false],
    ["v1.9.11", false],
    ["nonsense", false],
    ["v1.31.0", true],
    ["v1.32.1+k3s1", true],
    ["v1.100.0", true],
    ["v2.0.0", true],
  ])("a server of version %s: installed is %s", async (version, isInstalled) => {
    const { code, err, applied } = await run({ image: "i:1" }, { version });
    expect([code, applied.length > 0]).toEqual([isInstalled ? 0 : 2, isInstalled]);
    if (!isInstalled)
      expect(err).toBe(
        `prod runs Kubernetes ${version}, and imagepull needs 1.31 or later: nothing has been installed.\n`,
      );
  });

  it("an image that is none", async () => {
    const { code, err } = await run({ image: "Not An Image" });
    expect([code, err]).toEqual([2, expect.stringMatching(/^--image: [^\n]+\.\n$/)]);
  });
});
