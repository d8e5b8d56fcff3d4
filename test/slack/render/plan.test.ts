import { describe, expect, it } from "vitest";
import { repullCommand } from "../../../src/diagnosis/causes/repull-commands.ts";
import type { CauseId } from "../../../src/diagnosis/causes/catalogue.ts";
import { diagnose } from "../../../src/diagnosis/diagnose.ts";
import type { CauseFacts, Diagnosis } from "../../../src/diagnosis/diagnosis.ts";
import { repullableOf } from "../../../src/diagnosis/repullable.ts";
import { renderPlan } from "../../../src/slack/render/plan.ts";
import { strategiesFor, type StrategyId, strategyIds } from "../../../src/slack/render/strategies.ts";
import { type Case, evidenceFor, image } from "../../repull/case.ts";
import { diagnosisOf } from "../../support/diagnoses.ts";
import { forbidden } from "../../support/evidence.ts";

const now = new Date("2026-11-24T10:31:00Z");
const waits: Case = { strategy: "restart", pods: [null, "b"] };
const stale: Case = { strategy: "restart", policy: "Always" };

function diagnosed(cause: CauseId, asked: Case, facts: CauseFacts = {}): [Diagnosis, ReturnType<typeof evidenceFor>] {
  const evidence = evidenceFor(asked);
  const { target, pod, workload } = diagnose(evidence);
  const [finding] = diagnosisOf().findings;
  const findings = [{ ...finding!, cause, facts }];
  return [diagnosisOf({ cause, target, pod, workload, findings, image, fixes: [] }), evidence];
}

describe("the plans that are offered are those that can help this workload", () => {
  it.each<[string, CauseId, Case, readonly StrategyId[]]>([
    ["a Deployment", "image-not-found", waits, ["set-image", "delete-pods"]],
    ["one that is paused", "image-not-found", { ...waits, workload: { paused: true } }, ["delete-pods"]],
    ["what Argo CD applies", "image-not-found", { ...waits, workload: { managedBy: "argocd" } }, ["delete-pods"]],
    [
      "what an operator made",
      "image-not-found",
      { ...waits, workload: { above: { apiVersion: "a.io/v1", kind: "Shop", name: "s", uid: "u" } } },
      ["delete-pods"],
    ],
    [
      "a StatefulSet whose partition keeps every pod",
      "image-not-found",
      { ...waits, kind: "StatefulSet", workload: { partition: 9 } },
      ["delete-pods"],
    ],
    ["a Job, whose pod counts as failed when it is deleted", "image-not-found", { ...waits, kind: "Job" }, []],
    ["a pod of nobody", "auth-rejected", { ...waits, kind: "Pod" }, []],
    [
      "a workload that could not be read",
      "image-not-found",
      {
        ...waits,
        evidence: {
          owners: [
            {
              reference: { apiVersion: "apps/v1", kind: "Deployment", name: "checkout", uid: "deployment-uid" },
              read: forbidden("deployments"),
            },
          ],
        },
      },
      [],
    ],
    [
      "pods that could not be listed",
      "image-not-found",
      { ...waits, evidence: { siblings: forbidden("pods") } },
      ["set-image"],
    ],
    ["a tag that moved, with Always", "stale-image", stale, ["restart", "delete-pods"]],
    ["a tag that moved, with IfNotPresent", "stale-image", { ...stale, policy: "IfNotPresent" }, ["policy-always"]],
    [
      "a tag that moved, with OnDelete",
      "stale-image",
      { ...stale, kind: "DaemonSet", workload: { updateStrategy: "OnDelete" } },
      ["delete-pods"],
    ],
    ["a limit that is used up", "rate-limited", waits, []],
  ])("%s, %s", (_what, cause, asked, ids) =>
    expect(strategiesFor(...diagnosed(cause, asked)).map(({ id }) => id)).toEqual(ids),
  );

  it.each<[string, CauseId, CauseFacts, readonly StrategyId[]]>([
    ["no tag of a repository that does not exist", "image-not-found", { absent: "repository" }, ["delete-pods"]],
    ["Always, where it was meant", "policy-misplaced", { value: "Always" }, ["policy-always"]],
    ["not Always, where another policy was meant", "policy-misplaced", { value: "IfNotPresent" }, []],
  ])("%s", (_what, cause, facts, ids) =>
    expect(strategiesFor(...diagnosed(cause, waits, facts)).map(({ id }) => id)).toEqual(ids),
  );

  it("each has the command that imagepull repull would not refuse by its rules", () => {
    for (const id of strategyIds) {
      const cause = id === "set-image" ? "image-not-found" : "stale-image";
      const asked: Case = { ...stale, policy: id === "policy-always" ? "IfNotPresent" : "Always" };
      const [diagnosis, evidence] = diagnosed(cause, asked);
      const { target, workload, pod, container } = diagnosis;
      const repull = repullableOf(evidence);
      const context = { facts: {}, target, workload, pod, container, containerKind: null, image, repull };
      const command = repullCommand(context, id, id === "delete-pods" ? { pod: "checkout-0" } : {});
      expect(command).toContain(`--strategy ${id}`);
      const shown = command?.replace("<tag>", "&lt;tag&gt;") ?? "";
      expect(renderPlan(id, diagnosis, evidence, now).plain).toContain(`\`\`\`\n${shown}\n\`\`\``);
    }
  });
});

describe("what a plan says", () => {
  const plan = (id: StrategyId, [diagnosis, evidence]: ReturnType<typeof diagnosed>): string =>
    renderPlan(id, diagnosis, evidence, now).plain;
  const fixed = (command: string): ReturnType<typeof diagnosed> => {
    const [diagnosis, evidence] = diagnosed("image-not-found", waits);
    return [{ ...diagnosis, fixes: [{ text: ["Do it."], command }] }, evidence];
  };

  it("the command of the fix, where one names this strategy", () => {
    const command = "imagepull repull deploy/checkout -n shop --strategy set-image --tag 2.4.0";
    expect(plan("set-image", fixed(command))).toContain(`\n${command}\n`);
    expect(plan("set-image", fixed(command))).toMatch(/Sets the tag `2\.4\.0` of/u);
    expect(plan("delete-pods", fixed(command))).toContain("\nimagepull repull pod/checkout-0 -n shop");
  });
  it("a strategy is not read out of a context's name", () =>
    expect(
      plan(
        "delete-pods",
        fixed("imagepull repull deploy/x -n a --context 'b --strategy delete-pods c' --strategy probe"),
      ),
    ).toContain("\nimagepull repull pod/checkout-0 -n shop"));
  it("all pods, where the fix is for all of them", () =>
    expect(
      plan("delete-pods", fixed("imagepull repull deploy/checkout -n shop --strategy delete-pods --allow-unproven")),
    ).toMatch(/Evicts the pods of `deployment\/checkout`/u));
  it("a place to fill in, where no tag is known", () =>
    expect(plan("set-image", diagnosed("image-not-found", waits))).toContain("Put the tag in for `&lt;tag&gt;`."));
  it("never that imagepull does it here", () => {
    const text = plan("restart", diagnosed("stale-image", stale));
    expect(text).toContain(
      "imagepull shows this plan only and changes nothing. In a shell, with your own rights, this",
    );
    expect(text).not.toContain("kubectl");
  });
  it.each<[string, StrategyId, ReturnType<typeof diagnosed>]>([
    ["of a Job", "delete-pods", diagnosed("image-not-found", { ...waits, kind: "Job" })],
    ["of what is paused by now", "set-image", diagnosed("image-not-found", { ...waits, workload: { paused: true } })],
  ])("no command %s: it would be refused", (_what, id, of) => {
    expect(plan(id, of)).toContain(
      "There is no command for it: as this workload stands, `imagepull repull` would refuse it",
    );
    expect(plan(id, of)).not.toContain("```");
  });
  it("no command with a name in it that a shell would take apart", () =>
    expect(plan("set-image", fixed("imagepull repull deploy/$(id) -n shop --strategy set-image --tag 2"))).toContain(
      "cannot be put into a command safely",
    ));
});
