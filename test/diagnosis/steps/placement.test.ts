import { describe, expect, it } from "vitest";
import type { Evidence } from "../../../src/diagnosis/evidence.ts";
import { placement } from "../../../src/diagnosis/steps/placement.ts";
import { plain } from "../../support/plain.ts";
import { container, evidenceOf, forbidden, owner, podWith, read, running, waiting } from "../../support/evidence.ts";

const applied = (imagePullPolicy: string | null) =>
  read({ containers: [{ path: "spec.template.spec.containers[0]", name: "app", imagePullPolicy }], misplaced: [] });
const none = { status: "absent", reason: "no manifest" } as const;

/** A Deployment's pod: what was applied, what its template says, and what the pod has. */
function deployed(written: string | null | undefined, template: string, effective: string, image: string): Evidence {
  const templates = [{ name: "app", image, imagePullPolicy: template }];
  return evidenceOf(read(podWith([container(running, { image, imagePullPolicy: effective })])), {
    owners: [
      owner({ kind: "ReplicaSet", name: "checkout-7d4f9c", template: templates, applied: none }),
      owner({ template: templates, applied: written === undefined ? none : applied(written) }),
    ],
  });
}

describe("why a container has the policy that it has", () => {
  it.each([
    // applied, template, pod, image, what the step says
    ["Always", "Always", "Always", "a.io/x:1", "`app` Always (set)"],
    [null, "IfNotPresent", "IfNotPresent", "a.io/x:1", "`app` IfNotPresent (defaulted at creation)"],
    [null, "Always", "Always", "a.io/x:latest", "`app` Always (defaulted at creation)"],
    [
      null,
      "IfNotPresent",
      "IfNotPresent",
      "a.io/x:latest",
      "`app` IfNotPresent (defaulted at creation, for an earlier tag; Always would be today's default)",
    ],
    [
      "IfNotPresent",
      "IfNotPresent",
      "Always",
      "a.io/x:1",
      "`app` Always (rewritten by admission; the template says IfNotPresent)",
    ],
    ["IfNotPresent", "Always", "Always", "a.io/x:1", "`app` Always (changed since it was applied as IfNotPresent)"],
  ])("applied %s, template %s, pod %s, image %s", (written, template, effective, image, summary) => {
    const step = placement(deployed(written, template, effective, image));
    expect([step.status, plain(step.summary)]).toEqual(["ok", summary]);
  });

  it("knows a bare pod that AlwaysPullImages has rewritten", () => {
    const pod = podWith([container(running, { imagePullPolicy: "Always", image: "a.io/x:1" })], {
      owner: null,
      applied: applied("IfNotPresent"),
    });
    expect(plain(placement(evidenceOf(read(pod), { owners: [] })).summary)).toBe(
      "`app` Always (rewritten by admission; applied as IfNotPresent)",
    );
  });
});

describe("when nobody can tell whether a field was dropped", () => {
  it.each<[string, Evidence, string]>([
    [
      "no manifest as applied is kept",
      deployed(undefined, "Always", "Always", "a.io/x:1"),
      "no manifest as applied is kept",
    ],
    [
      "an owner is forbidden",
      evidenceOf(read(podWith([container(running)])), {
        owners: [{ reference: owner().reference, read: forbidden("deployments") }],
      }),
      "deployments cannot be read",
    ],
    ["the pod is forbidden", evidenceOf(forbidden("pods")), "pods cannot be read"],
  ])("%s: unknown", (_what, evidence, why) => {
    const step = placement(evidence);
    expect(step.status).toBe("unknown");
    expect(plain(step.summary)).toContain(why);
  });
});

describe("a policy that keeps the image away", () => {
  it("names Never where the node does not hold the image", () => {
    const step = placement(
      evidenceOf(read(podWith([container(waiting("ErrImageNeverPull"), { imagePullPolicy: "Never" })]))),
    );
    expect(step).toMatchObject({
      status: "problem",
      findings: [{ cause: "never-policy", confidence: "confirmed", container: "app" }],
    });
  });

  it("does not blame Never where the image is there", () => {
    expect(placement(evidenceOf(read(podWith([container(running, { imagePullPolicy: "Never" })])))).status).toBe("ok");
  });

  it("names the path of a misplaced one", () => {
    const misplaced = [{ path: "spec.template.spec.imagePullPolicy", key: "imagePullPolicy", value: "Always" }];
    const step = placement(
      evidenceOf(read(podWith([container(running)])), {
        owners: [owner({ applied: read({ containers: [], misplaced }) })],
      }),
    );
    expect(step).toMatchObject({
      status: "problem",
      findings: [
        {
          cause: "policy-misplaced",
          container: "app",
          facts: { path: "spec.template.spec.imagePullPolicy", value: "Always" },
        },
      ],
    });
  });
});
