import { describe, expect, it } from "vitest";
import { diagnose } from "../../src/diagnosis/diagnose.ts";
import { container, evidenceOf, owner, podWith, read, running } from "../support/evidence.ts";
import { plain } from "../support/plain.ts";

/** A Deployment's container: what was applied (undefined: no manifest is kept), what its template says, and what the pod has. */
function risks(image: string, written: string | null | undefined, template: string, effective: string) {
  const templates = [{ name: "app", image, imagePullPolicy: template }];
  const none = { status: "absent", reason: "no manifest" } as const;
  const applied =
    written === undefined
      ? none
      : read({ containers: [{ path: "spec", name: "app", imagePullPolicy: written }], misplaced: [] });
  const evidence = evidenceOf(read(podWith([container(running, { image, imagePullPolicy: effective })])), {
    owners: [owner({ template: templates, applied })],
  });
  const diagnosis = diagnose(evidence);
  const placement = diagnosis.steps.find(({ id }) => id === "placement");
  return {
    cause: diagnosis.cause,
    isProblem: placement?.status === "problem",
    lines: diagnosis.findings.filter(({ risk }) => risk === true).map(({ evidence: lines }) => plain(lines[0] ?? [])),
  };
}

describe("the guide's advice on tags and policies, as risks with a reason", () => {
  it.each<[string, string | null | undefined, string, string, string | null]>([
    // image, applied, template, pod, what is said
    [
      "a.io/x:latest",
      null,
      "IfNotPresent",
      "IfNotPresent",
      "has the tag `latest` with IfNotPresent: each node keeps the image that it pulled first",
    ],
    ["a.io/x", "IfNotPresent", "IfNotPresent", "IfNotPresent", "has no tag with IfNotPresent"],
    ["a.io/x:latest", null, "Always", "Always", "gets Always only by default"],
    ["a.io/x:latest", "Always", "Always", "Always", null],
    ["a.io/x:latest", undefined, "Always", "Always", null],
    ["a.io/x:1.2", "Always", "Always", "Always", "has a fixed tag with Always: each start asks the registry"],
    [`a.io/x@sha256:${"a".repeat(64)}`, "Always", "Always", "Always", "has a fixed digest with Always"],
    ["a.io/x:1.2", "IfNotPresent", "IfNotPresent", "IfNotPresent", null],
    ["a.io/x:1.2", null, "IfNotPresent", "IfNotPresent", null],
    // AlwaysPullImages rewrites the pod, not its template
    ["a.io/x:1.2", "IfNotPresent", "IfNotPresent", "Always", null],
    ["a.io/x:latest", "Never", "Never", "Never", null],
  ])("%s, applied %s, template %s, pod %s", (image, written, template, effective, line) => {
    const { cause, isProblem, lines } = risks(image, written, template, effective);
    expect([cause, isProblem]).toEqual(["healthy", false]);
    if (line === null) expect(lines).toEqual([]);
    else expect(lines).toEqual([expect.stringContaining(line)]);
  });

  it("stand behind every other finding", () => {
    const { findings } = diagnose(
      evidenceOf(read(podWith([container(running, { image: "a.io/x:latest" })])), { owners: [] }),
    );
    expect(findings.map(({ risk }) => risk === true)).toEqual([false, true]);
  });
});
