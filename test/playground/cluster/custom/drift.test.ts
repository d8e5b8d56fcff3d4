import { describe, expect, it } from "vitest";
import { z } from "zod";
import { definitions, installed } from "../../../../src/playground/cluster/custom/definitions.ts";
import { policies } from "../../../../src/playground/cluster/custom/policies.ts";
import { checks, nameOf, rulesOf } from "../../../../src/playground/cluster/custom/rules.ts";

const policy = z.object({
  metadata: z.object({ name: z.string() }),
  spec: z.object({
    matchConstraints: z.object({
      resourceRules: z.tuple([z.object({ operations: z.tuple([z.string()]), resources: z.array(z.string()) })]),
    }),
    validations: z.array(z.object({ message: z.string(), reason: z.literal("Forbidden") })),
  }),
});

describe("what is installed, and what the simulator does by hand", () => {
  it("are the same kinds", () => {
    expect(definitions.map(({ kind, hasStatus, selectableFields }) => [kind, hasStatus, selectableFields])).toEqual([
      ["RepullRequest", true, ["status.phase"]],
      ["RepullDecision", false, []],
    ]);
  });

  it("are the same rules of the definitions", () => {
    const rules = new Set(definitions.flatMap(({ schema }) => rulesOf(schema)).map(nameOf));
    expect([...rules].toSorted()).toEqual(Object.keys(checks).toSorted());
  });

  it("are the same policies, of the same validations in the same order", () => {
    const theirs = installed
      .filter(({ kind }) => kind === "ValidatingAdmissionPolicy")
      .map((one) => {
        const { metadata, spec } = policy.parse(one);
        const [{ operations, resources }] = spec.matchConstraints.resourceRules;
        return [metadata.name, operations[0], resources, spec.validations.map(({ message }) => message)];
      });
    const ours = policies.map(({ name, operation, resources, checks }) => [
      name,
      operation,
      resources,
      checks.map(([message]) => message),
    ]);
    expect(ours).toEqual(theirs);
  });
});
