import * as z from "zod";
import { type Result, failure, success } from "../../diagnosis/result.ts";
import type { Resource } from "./resources.ts";
import type { KubeObject } from "./store.ts";

export type Selects = (object: KubeObject) => boolean;

const labelsOf = (object: KubeObject): Record<string, string> => object.metadata.labels ?? {};
const key = String.raw`([A-Za-z0-9](?:[-A-Za-z0-9_.]*[A-Za-z0-9])?(?:/[A-Za-z0-9](?:[-A-Za-z0-9_.]*[A-Za-z0-9])?)?)`;
const value = String.raw`((?:[A-Za-z0-9](?:[-A-Za-z0-9_.]*[A-Za-z0-9])?)?)`;

/** The grammar of apimachinery's labels.Parse: equality, sets, existence. */
const requirements: readonly (readonly [RegExp, (match: readonly string[]) => Selects])[] = [
  [
    new RegExp(`^${key}\\s*(?:==|=)\\s*${value}$`),
    ([, k = "", v = ""]) =>
      (object) =>
        labelsOf(object)[k] === v,
  ],
  [
    new RegExp(`^${key}\\s*!=\\s*${value}$`),
    ([, k = "", v = ""]) =>
      (object) =>
        labelsOf(object)[k] !== v,
  ],
  [
    new RegExp(`^${key}\\s+in\\s*\\(([^()]*)\\)$`),
    ([, k = "", list = ""]) => {
      const wanted = new Set(list.split(",").map((one) => one.trim()));
      return (object) => Object.hasOwn(labelsOf(object), k) && wanted.has(labelsOf(object)[k] ?? "");
    },
  ],
  [
    new RegExp(`^${key}\\s+notin\\s*\\(([^()]*)\\)$`),
    ([, k = "", list = ""]) => {
      const unwanted = new Set(list.split(",").map((one) => one.trim()));
      return (object) => !Object.hasOwn(labelsOf(object), k) || !unwanted.has(labelsOf(object)[k] ?? "");
    },
  ],
  [
    new RegExp(`^${key}$`),
    ([, k = ""]) =>
      (object) =>
        Object.hasOwn(labelsOf(object), k),
  ],
  [
    new RegExp(`^!\\s*${key}$`),
    ([, k = ""]) =>
      (object) =>
        !Object.hasOwn(labelsOf(object), k),
  ],
];

/** Reads a label selector; the error is the API server's sentence for one that it cannot read. */
export function parseLabelSelector(text: string): Result<Selects, string> {
  if (text.trim() === "") return success(() => true);
  const selects: Selects[] = [];
  // Commas inside parentheses belong to a set.
  for (const part of text.split(/,(?![^(]*\))/).map((one) => one.trim())) {
    const found = requirements
      .map(([pattern, make]) => ({ match: pattern.exec(part), make }))
      .find(({ match }) => match !== null);
    if (found === undefined || found.match === null)
      return failure(`unable to parse requirement: ${JSON.stringify(part)}`);
    selects.push(found.make(found.match));
  }
  return success((object) => selects.every((one) => one(object)));
}

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === "object" && value !== null;

function valueAt(object: unknown, path: string): string {
  let here = object;
  for (const step of path.split(".")) here = isObject(here) ? here[step] : undefined;
  return typeof here === "string" || typeof here === "number" || typeof here === "boolean" ? String(here) : "";
}

/** The value of a field as a selector sees it: booleans that are not set are false, and an event's source is a component's name. */
function fieldOf(object: KubeObject, path: string): string {
  if (object.kind === "Event" && path === "source") {
    return valueAt(object, "source.component") || valueAt(object, "reportingComponent");
  }
  const value = valueAt(object, path);
  return value === "" && (path === "spec.unschedulable" || path === "spec.hostNetwork") ? "false" : value;
}

/** Reads a field selector for a kind; the error is the API server's sentence for a field that the kind cannot be selected by. */
export function parseFieldSelector(resource: Resource, text: string): Result<Selects, string> {
  const selects: Selects[] = [];
  for (const part of text.split(",").filter((one) => one !== "")) {
    const match = /^(.*?)(!=|==|=)(.*)$/.exec(part);
    if (match === null) return failure(`invalid selector: '${text}'; can't understand '${part}'`);
    const [, field = "", operator = "=", wanted = ""] = match;
    const known = [
      "metadata.name",
      ...(resource.namespaced ? ["metadata.namespace"] : []),
      ...resource.selectableFields,
    ];
    if (!known.includes(field)) return failure(refusal(resource, field));
    const equal = operator !== "!=";
    selects.push((object) => (fieldOf(object, field) === wanted) === equal);
  }
  return success((object) => selects.every((one) => one(object)));
}

/** Kinds with fields of their own refuse in their own words, the others say what all kinds support. */
function refusal(resource: Resource, field: string): string {
  if (resource.plural === "jobs") return `field label "${field}" not supported for Job`;
  if (resource.selectableFields.length > 0 || resource.isCustom === true) return `field label not supported: ${field}`;
  return `"${field}" is not a known field selector: only "metadata.name", "metadata.namespace"`;
}

const selectorSchema = z.object({
  matchLabels: z.record(z.string(), z.string()).default({}),
  matchExpressions: z
    .array(z.object({ key: z.string(), operator: z.string(), values: z.array(z.string()).default([]) }))
    .default([]),
});

/** Whether labels fit a `LabelSelector`, as objects hold it. One that is empty selects all; what is none selects nothing. */
export function matchesSelector(selector: unknown, labels: Readonly<Record<string, string>>): boolean {
  const parsed = selectorSchema.safeParse(selector);
  if (!parsed.success) return false;
  const { matchLabels, matchExpressions } = parsed.data;
  return (
    Object.entries(matchLabels).every(([name, wanted]) => labels[name] === wanted) &&
    matchExpressions.every(({ key: name, operator, values }) => {
      const has = Object.hasOwn(labels, name);
      if (operator === "Exists") return has;
      if (operator === "DoesNotExist") return !has;
      const isOne = has && values.includes(labels[name] ?? "");
      return operator === "In" ? isOne : !isOne;
    })
  );
}
