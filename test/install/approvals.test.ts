import { describe, expect, it } from "vitest";
import { strategies } from "../../src/repull/strategy.ts";
import { manifests } from "../../src/install/manifests.ts";
import type { Manifest } from "../../src/install/manifests.ts";

const of = (kind: string, namespace = "imagepull"): readonly Manifest[] =>
  manifests({ namespace, image: "i:1", secrets: true }).filter((manifest) => manifest.kind === kind);
const named = (kind: string, name: string): Manifest => {
  const found = of(kind).find(({ metadata }) => metadata.name === name);
  if (found === undefined) throw new Error(`no ${kind} ${name}`);
  return found;
};

interface Schema {
  readonly type?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
  readonly additionalProperties?: Schema;
  readonly [word: string]: unknown;
}
interface Version {
  readonly name: string;
  readonly schema: { readonly openAPIV3Schema: Schema };
  readonly selectableFields?: readonly object[];
  readonly subresources?: object;
  readonly additionalPrinterColumns: readonly { readonly name: string; readonly jsonPath: string }[];
}
const versionOf = (name: string): Version => {
  const [version] = (named("CustomResourceDefinition", name)["spec"] as { versions: Version[] }).versions;
  if (version === undefined) throw new Error(`${name} has no version`);
  return version;
};

/** Every schema below one, with its path. */
const walk = (schema: Schema, path: string): readonly (readonly [string, Schema])[] => [
  [path, schema],
  ...Object.entries(schema.properties ?? {}).flatMap(([name, inner]) => walk(inner, `${path}.${name}`)),
  ...(schema.items === undefined ? [] : walk(schema.items, `${path}[]`)),
  ...(schema.additionalProperties === undefined ? [] : walk(schema.additionalProperties, `${path}{}`)),
];
const limit: Readonly<Record<string, string>> = { string: "maxLength", array: "maxItems", integer: "maximum" };
const definitions = ["repullrequests.imagepull.dev", "repulldecisions.imagepull.dev"];
const schemas = definitions.flatMap((name) => walk(versionOf(name).schema.openAPIV3Schema, name.split(".")[0] ?? ""));

describe("the definitions", () => {
  it.each(schemas)("%s has a type and a limit", (_, schema) => {
    expect(["object", "array", "string", "integer", "boolean"]).toContain(schema.type);
    const word = schema.additionalProperties === undefined ? limit[schema.type ?? ""] : "maxProperties";
    if (word !== undefined) expect(schema[word]).toBeGreaterThan(0);
    expect(schema).not.toHaveProperty("x-kubernetes-preserve-unknown-fields");
    // An object without fields would be pruned to nothing.
    if (schema.type === "object")
      expect(schema.properties !== undefined || schema.additionalProperties !== undefined).toBe(true);
  });

  it.each([
    [
      "repullrequests.imagepull.dev",
      ["Phase .status.phase", "Target .spec.target.text", "Strategy .spec.strategy", "By .spec.requestedBy"],
      "Message .status.message",
    ],
    [
      "repulldecisions.imagepull.dev",
      ["Request .spec.request", "Decision .spec.decision", "By .spec.by"],
      "Reason .spec.reason",
    ],
  ])("%s: its columns, and one more that is wide", (name, columns, wide) => {
    const age = "Age .metadata.creationTimestamp";
    const { additionalPrinterColumns } = versionOf(name);
    expect(additionalPrinterColumns.map((column) => `${column.name} ${column.jsonPath}`)).toEqual([
      ...columns,
      age,
      wide,
    ]);
    expect(additionalPrinterColumns.at(-1)).toMatchObject({ priority: 1 });
  });

  it("let requests be selected by their phase, and only those have a status", () => {
    expect(definitions.map((name) => [versionOf(name).selectableFields, versionOf(name).subresources])).toEqual([
      [[{ jsonPath: ".status.phase" }], { status: {} }],
      [undefined, undefined],
    ]);
  });
});

describe("the policies", () => {
  const policies = (namespace: string): string => JSON.stringify(of("ValidatingAdmissionPolicy", namespace));

  it.each(["imagepull", "ops"])("know the bot of namespace %s, and no other", (namespace) => {
    const accounts = new Set(policies(namespace).match(/system:serviceaccount:[a-z:]+/g));
    expect(accounts).toEqual(new Set([`system:serviceaccount:${namespace}:imagepull`]));
  });

  it("refuse where they cannot be asked, and each is bound to deny", () => {
    const names = of("ValidatingAdmissionPolicy").map(({ metadata }) => metadata.name);
    expect(of("ValidatingAdmissionPolicy").map((policy) => policy["spec"])).toEqual(
      names.map(() => expect.objectContaining({ failurePolicy: "Fail" }) as object),
    );
    expect(of("ValidatingAdmissionPolicyBinding").map((binding) => binding["spec"])).toEqual(
      names.map((policyName) => ({ policyName, validationActions: ["Deny"] })),
    );
  });
});

describe("people's roles", () => {
  const look = "get,list,watch repullrequests,repulldecisions";
  const verbs = strategies.join(",");

  it.each([
    ["imagepull-look", [look]],
    // To cancel what they have asked for: a posted decision has no name for RBAC, and one to decide is asked about by name.
    ["imagepull-ask", [look, `create,${verbs} repullrequests`, 'create repulldecisions [""]']],
    ["imagepull-decide", [look, "create repulldecisions", `${verbs} repullrequests`]],
  ])("%s: exactly this, and nothing aggregates to it", (name, expected) => {
    const role = named("ClusterRole", name);
    const rules = role["rules"] as {
      apiGroups: string[];
      resources: string[];
      verbs: string[];
      resourceNames?: string[];
    }[];
    const bound = ({ resourceNames }: (typeof rules)[number]): string =>
      resourceNames === undefined ? "" : ` ${JSON.stringify(resourceNames)}`;
    expect(rules.map((rule) => `${rule.verbs.join(",")} ${rule.resources.join(",")}${bound(rule)}`)).toEqual(expected);
    expect(rules.map(({ apiGroups }) => apiGroups)).toEqual(rules.map(() => ["imagepull.dev"]));
    expect(Object.keys(role.metadata.labels ?? {})).toEqual(["app.kubernetes.io/name"]);
    expect(role).not.toHaveProperty("aggregationRule");
  });
});
