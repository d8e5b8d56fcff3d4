import { isOpen, mayMove } from "../approvals/machine.ts";
import { phases } from "../approvals/types.ts";
import type { Manifest } from "./manifests.ts";
import { decisionSpec, requestSpec, requestStatus } from "./request-schema.ts";
import type { Schema } from "./structural.ts";

export const group = "imagepull.dev";
const version = "v1alpha1";

/** Every step that a request can take. The API server refuses all others, also the bot's. */
const steps = phases.flatMap((from) => phases.filter((to) => mayMove(from, to)).map((to) => [from, to]));
const open = phases.filter(isOpen);

/** A string as CEL writes it; phases need no escape. */
const cel = (value: unknown): string => JSON.stringify(value).replaceAll('"', "'");

/** They stand at the root: a rule of a field that is dropped is not asked. */
const requestRules = [
  { rule: "self.spec == oldSelf.spec", message: "spec never changes" },
  { rule: "!has(oldSelf.status) || has(self.status)", message: "status cannot be dropped" },
  {
    rule: "has(oldSelf.status) || !has(self.status) || self.status.phase == 'Pending'",
    message: "the first phase is Pending",
  },
  {
    rule: `!has(oldSelf.status) || !has(self.status) || oldSelf.status.phase == self.status.phase || oldSelf.status.phase in ${cel(open)}`,
    message: "a finished request stays finished",
  },
  {
    rule: `!has(oldSelf.status) || !has(self.status) || oldSelf.status.phase == self.status.phase || !(oldSelf.status.phase in ${cel(open)}) || [oldSelf.status.phase, self.status.phase] in ${cel(steps)}`,
    messageExpression: "'there is no step from ' + oldSelf.status.phase + ' to ' + self.status.phase",
    message: "there is no step between these phases",
  },
];

const column = (name: string, jsonPath: string, more: object = {}): object => ({
  name,
  type: "string",
  jsonPath,
  ...more,
});
const age = column("Age", ".metadata.creationTimestamp", { type: "date" });
const wide = { priority: 1 };

const request = (labels: Readonly<Record<string, string>>): Manifest =>
  crd(
    labels,
    { kind: "RepullRequest", plural: "repullrequests", singular: "repullrequest", shortNames: ["rpr"] },
    {
      subresources: { status: {} },
      selectableFields: [{ jsonPath: ".status.phase" }],
      additionalPrinterColumns: [
        column("Phase", ".status.phase"),
        column("Target", ".spec.target.text"),
        column("Strategy", ".spec.strategy"),
        column("By", ".spec.requestedBy"),
        age,
        column("Message", ".status.message", wide),
      ],
      schema: {
        openAPIV3Schema: {
          type: "object",
          description:
            "A re-pull that somebody asks for. Its spec never changes; its status is written by the bot alone.",
          required: ["spec"],
          properties: { spec: requestSpec, status: requestStatus },
          "x-kubernetes-validations": requestRules,
        } satisfies Schema,
      },
    },
  );

const decision = (labels: Readonly<Record<string, string>>): Manifest =>
  crd(
    labels,
    { kind: "RepullDecision", plural: "repulldecisions", singular: "repulldecision", shortNames: ["rpd"] },
    {
      additionalPrinterColumns: [
        column("Request", ".spec.request"),
        column("Decision", ".spec.decision"),
        column("By", ".spec.by"),
        age,
        column("Reason", ".spec.reason", wide),
      ],
      schema: {
        openAPIV3Schema: {
          type: "object",
          description: "One person's word on a RepullRequest of the same namespace. It never changes.",
          required: ["spec"],
          properties: { spec: decisionSpec },
          "x-kubernetes-validations": [{ rule: "self.spec == oldSelf.spec", message: "a decision never changes" }],
        } satisfies Schema,
      },
    },
  );

const crd = (
  labels: Readonly<Record<string, string>>,
  names: { readonly kind: string; readonly plural: string; readonly singular: string; readonly shortNames: string[] },
  served: object,
): Manifest => ({
  apiVersion: "apiextensions.k8s.io/v1",
  kind: "CustomResourceDefinition",
  metadata: { name: `${names.plural}.${group}`, labels },
  spec: {
    group,
    scope: "Namespaced",
    names: { ...names, listKind: `${names.kind}List` },
    versions: [{ name: version, served: true, storage: true, ...served }],
  },
});

export const crds = (labels: Readonly<Record<string, string>>): readonly Manifest[] => [
  request(labels),
  decision(labels),
];
