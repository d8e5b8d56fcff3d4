import * as z from "zod";
import { approvals } from "../../../install/approvals.ts";
import { type Structural, structural } from "./structural.ts";

/** The ServiceAccount that `imagepull install` makes, as the API server calls it. */
export const botName = "system:serviceaccount:imagepull:imagepull";

/** What a CustomResourceDefinition makes the API server serve. */
export interface Definition {
  readonly group: string;
  readonly version: string;
  readonly plural: string;
  readonly singular: string;
  readonly kind: string;
  readonly shortNames: readonly string[];
  readonly selectableFields: readonly string[];
  readonly hasStatus: boolean;
  readonly schema: Structural;
}

const version = z.object({
  name: z.string(),
  subresources: z.object({ status: z.unknown().optional() }).default({}),
  selectableFields: z.array(z.object({ jsonPath: z.string() })).default([]),
  schema: z.object({ openAPIV3Schema: structural }),
});
const manifest = z.object({
  spec: z.object({
    group: z.string(),
    names: z.object({
      kind: z.string(),
      plural: z.string(),
      singular: z.string(),
      shortNames: z.array(z.string()).default([]),
    }),
    versions: z.tuple([version]),
  }),
});

/** What `imagepull install` would put into a cluster for approvals. */
export const installed = approvals({ kind: "ServiceAccount", name: "imagepull", namespace: "imagepull" }, true, {});

/** The product's own definitions: what it installs is what the simulator serves. */
export const definitions: readonly Definition[] = installed
  .filter(({ kind }) => kind === "CustomResourceDefinition")
  .map((one) => {
    const { group, names, versions } = manifest.parse(one).spec;
    const [{ name, subresources, selectableFields, schema }] = versions;
    return {
      group,
      version: name,
      ...names,
      selectableFields: selectableFields.map(({ jsonPath }) => jsonPath.replace(/^\./, "")),
      hasStatus: subresources.status !== undefined,
      schema: schema.openAPIV3Schema,
    };
  });

const byKind = new Map(definitions.map((one) => [`${one.group}/${one.version} ${one.kind}`, one]));

/** Undefined for kinds that are built in. */
export const definitionOf = ({
  apiVersion,
  kind,
}: {
  readonly apiVersion: string;
  readonly kind: string;
}): Definition | undefined => byKind.get(`${apiVersion} ${kind}`);
