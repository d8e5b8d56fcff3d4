import type { Action } from "../access.ts";
import { type Fault, type Failure, deniedByPolicy } from "../status.ts";
import type { KubeObject } from "../store.ts";
import type { Resource } from "../resources.ts";
import { anyDecision } from "../../../approvals/rights.ts";
import { isDeepStrictEqual } from "node:util";
import { type Definition, definitionOf } from "./definitions.ts";
import { isBlocking, rulesNotAsked, schemaFaults } from "./faults.ts";
import { type Admission, deniedBy } from "./policies.ts";
import { ruleFaults } from "./rules.ts";
import { prunedObject } from "./structural.ts";

/** Without what the schema does not know; `metadata` is every kind's. */
const known = ({ schema }: Definition, { apiVersion, kind, metadata, ...fields }: KubeObject): KubeObject => ({
  apiVersion,
  kind,
  metadata,
  ...prunedObject(fields, schema),
});

function withoutStatus({ status: _status, ...object }: KubeObject): KubeObject {
  return object;
}

/** A new object as it will be kept: where there is a status subresource, without a status. Source: apiextensions-apiserver pkg/registry/customresource/strategy.go. */
export function newCustom(object: KubeObject): KubeObject {
  const definition = definitionOf(object);
  if (definition === undefined) return object;
  const kept = known(definition, definition.hasStatus ? withoutStatus(object) : object);
  return { ...kept, metadata: { ...kept.metadata, generation: 1 } };
}

/** A changed object as it will be kept. A write of the status changes nothing else, and any other leaves it alone. Source: as above, and status_strategy.go. */
export function changedCustom(before: KubeObject, given: KubeObject, subresource: string | undefined): KubeObject {
  const definition = definitionOf(before);
  if (definition === undefined) return given;
  const wanted = known(definition, given);
  if (subresource === "status") {
    return "status" in wanted ? { ...before, status: wanted["status"] } : withoutStatus(before);
  }
  const after = {
    ...(definition.hasStatus ? withoutStatus(wanted) : wanted),
    ...(definition.hasStatus && "status" in before ? { status: before["status"] } : {}),
  } as KubeObject;
  const content = ({ metadata: _metadata, ...rest }: KubeObject): unknown => rest;
  const { generation = 1 } = before.metadata;
  const next = isDeepStrictEqual(content(before), content(after)) ? generation : generation + 1;
  return { ...after, metadata: { ...after.metadata, generation: next } };
}

const nameRule =
  "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";
const subdomain = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;

/** What is wrong with a custom resource: its schema first, and its rules where the schema leaves something to ask about. */
export function customFaults(before: KubeObject | null, after: KubeObject, subresource?: string): Fault[] {
  const definition = definitionOf(after);
  if (definition === undefined) return [];
  const { name } = after.metadata;
  const { apiVersion: _apiVersion, kind: _kind, metadata: _metadata, ...fields } = after;
  const faults: Fault[] = [
    ...(name === ""
      ? [
          {
            field: "metadata.name",
            type: "FieldValueRequired",
            message: "Required value: name or generateName is required",
          } as const,
        ]
      : []),
    ...(name !== "" && !subdomain.test(name)
      ? [
          {
            field: "metadata.name",
            type: "FieldValueInvalid",
            message: `Invalid value: ${JSON.stringify(name)}: ${nameRule}`,
          } as const,
        ]
      : []),
    ...(subresource === "status" ? statusFaults(fields, definition) : schemaFaults(fields, definition.schema)),
  ];
  if (faults.some(isBlocking)) return [...faults, rulesNotAsked];
  return [...faults, ...ruleFaults(fields, before, definition.schema)];
}

/** Of a write of the status, the status alone is looked at: what the body is said to hold begins there. */
function statusFaults(fields: Readonly<Record<string, unknown>>, { schema }: Definition): Fault[] {
  const status = schema.properties?.["status"];
  if (status === undefined || !("status" in fields)) return [];
  return schemaFaults(fields["status"], status).map((fault) => ({
    ...fault,
    field: fault.field === "" ? "status" : `status.${fault.field}`,
  }));
}

/** What admission says of a custom resource; undefined where nothing. */
export function refusedByPolicy(
  resource: Resource,
  write: Pick<Admission, "user" | "operation" | "object" | "before"> & {
    readonly subresource: string | undefined;
    readonly may: (action: Action) => boolean;
  },
): Failure | undefined {
  const { subresource, may, ...rest } = write;
  if (resource.isCustom !== true) return undefined;
  const { name, namespace } = write.object.metadata;
  const denied = deniedBy({
    ...rest,
    resource: subresource === undefined ? resource.plural : `${resource.plural}/${subresource}`,
    may: (verb) => may({ verb, resource: { group: resource.group, plural: "repullrequests" }, namespace }),
    mayDecide: () =>
      may({
        verb: "create",
        resource: { group: resource.group, plural: "repulldecisions" },
        namespace,
        name: anyDecision,
      }),
  });
  return denied === null ? undefined : deniedByPolicy(resource, name, denied.policy, denied.why);
}
