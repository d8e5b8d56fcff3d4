import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Diagnosis, Finding } from "../../../src/diagnosis/diagnosis.ts";
import { causeIds } from "../../../src/diagnosis/causes/catalogue.ts";
import type { Line, Part } from "../../../src/diagnosis/say.ts";
import { renderChoice, renderNotFound, renderUnknownVerb, renderWhoami } from "../../../src/slack/render/answers.ts";
import { renderDetails } from "../../../src/slack/render/details.ts";
import { renderDiagnosis } from "../../../src/slack/render/diagnosis.ts";
import { answerExplain } from "../../../src/slack/render/explanation.ts";
import { renderPlan } from "../../../src/slack/render/plan.ts";
import { strategyIds } from "../../../src/slack/render/strategies.ts";
import { diagnosisOf } from "../../support/diagnoses.ts";
import { container, event, evidenceOf, podWith, read, waiting } from "../../support/evidence.ts";
import { expectInert, hostile } from "./inert.ts";

const part: fc.Arbitrary<Part> = fc.oneof(
  hostile,
  hostile.map((code) => ({ code })),
  fc.oneof(fc.constant("2026-11-24T10:02:00Z"), hostile).map((at) => ({ at })),
  fc.oneof(fc.constant("2026-11-24T10:02:00Z"), hostile).map((since) => ({ since })),
);
const line: fc.Arbitrary<Line> = fc.array(part, { maxLength: 8 });
const finding: fc.Arbitrary<Finding> = fc.record({
  cause: fc.constantFrom(...causeIds),
  step: fc.constantFrom("placement", "credentials", "events", "node"),
  container: fc.option(hostile, { nil: null }),
  image: fc.option(hostile, { nil: null }),
  confidence: fc.constantFrom("confirmed", "likely", "possible"),
  evidence: fc.array(line, { maxLength: 40 }),
  facts: fc.constant({}),
});
const findings = fc.array(finding, { maxLength: 30 });
const diagnosis: fc.Arbitrary<Diagnosis> = fc
  .record({
    target: fc.record({
      cluster: hostile,
      namespace: hostile,
      kind: fc.oneof(fc.constantFrom("Pod", "Deployment"), hostile),
      name: hostile,
    }),
    pod: fc.option(hostile, { nil: null }),
    workload: fc.record({ kind: fc.constantFrom("Pod", "Deployment", "StatefulSet"), name: hostile }),
    cause: fc.constantFrom(...causeIds),
    headline: line,
    scope: line,
    container: fc.option(hostile, { nil: null }),
    image: fc.option(hostile, { nil: null }),
    findings,
    fixes: fc.array(fc.record({ text: line, command: hostile }), { maxLength: 20 }),
    nextTryAt: fc.option(fc.constant("2026-11-24T10:35:00Z"), { nil: null }),
    steps: fc.array(
      fc.record({
        id: fc.constantFrom("placement" as const, "credentials" as const, "events" as const, "node" as const),
        status: fc.constantFrom("ok" as const, "problem" as const, "unknown" as const),
        summary: line,
        findings,
      }),
      { minLength: 4, maxLength: 4 },
    ),
  })
  .map((over) => diagnosisOf(over));

const evidence = fc
  .tuple(
    fc.array(fc.tuple(hostile, hostile), { maxLength: 30 }),
    fc.array(fc.tuple(hostile, hostile), { maxLength: 30 }),
  )
  .map(([containers, events]) =>
    evidenceOf(read(podWith(containers.map(([name, image]) => container(waiting(name, image), { name, image })))), {
      events: read(events.map(([reason, message]) => event(reason, message))),
    }),
  );

const now = new Date("2026-11-24T10:31:00Z");

describe("whatever the cluster, a registry or a person writes, a message stays whole, within Slack's limits, and calls nobody", () => {
  const runs = { numRuns: 300 };
  it("as a diagnosis", () => {
    fc.assert(
      fc.property(diagnosis, evidence, fc.boolean(), (of, from, shareable) =>
        expectInert(renderDiagnosis(of, { now, evidence: from, answerId: "0".repeat(36), shareable })),
      ),
      runs,
    );
  });
  it("shared, calls only the one who shares", () => {
    fc.assert(
      fc.property(diagnosis, (of) =>
        expectInert(
          renderDiagnosis(of, { now, evidence: null, answerId: null, shareable: false, sharedBy: "U0DANA" }),
          /(?<=Shared by )<@U0DANA>$/g,
        ),
      ),
      runs,
    );
  });
  it("as details", () => {
    fc.assert(
      fc.property(diagnosis, evidence, (of, from) => expectInert(renderDetails(of, from, now))),
      runs,
    );
  });
  it("as a plan, whose command has no names in it that a shell would take apart", () => {
    fc.assert(
      fc.property(fc.constantFrom(...strategyIds), diagnosis, evidence, (id, of, from) => {
        const message = renderPlan(id, of, from, now);
        expectInert(message);
        const [, command = ""] = message.plain.split("```");
        expect(command.replaceAll(/'[^'\n]*'/g, "").trim()).toMatch(/^[A-Za-z0-9._/:@= -]*$/);
      }),
      runs,
    );
  });
  it("as an explanation, of whatever was pasted", () => {
    const pasted = fc.oneof(
      hostile,
      hostile.map((text) => `Failed to pull image "${text}": x509: ${text}`),
      fc.tuple(hostile, hostile).map(([image, text]) => `Failed to pull image "${image}": ${text}`),
      hostile.map((text) => `Back-off pulling image "${text}"`),
      hostile.map((text) => `Unable to retrieve some image pull secrets (${text}); attempting`),
    );
    fc.assert(
      fc.property(pasted, (text) => expectInert(answerExplain([text]))),
      runs,
    );
  });
  it("as whoami of somebody in many groups with long names: none is cut within", () => {
    const groups = Array.from({ length: 14 }, () => ({ id: "&".repeat(99), handle: "<".repeat(99) }));
    expectInert(
      renderWhoami({ team: "T1", user: "<".repeat(200), groups, why: "&".repeat(400), sight: null, acts: null }),
    );
  });
  it("as a choice, as names that are near, as a verb that nobody knows, as whoami", () => {
    const candidates = fc.array(
      hostile.map((text) => ({ namespace: "shop", kind: "Pod" as const, name: text, text })),
      { maxLength: 150 },
    );
    fc.assert(
      fc.property(hostile, candidates, (sentence, names) => {
        expectInert(renderChoice(`${sentence}.`, names.slice(0, 20)));
        expectInert(renderNotFound(`${sentence}.`, names.slice(0, 5)));
        expectInert(renderUnknownVerb("/imagepull", sentence, null, sentence === "" ? null : sentence));
        expectInert(
          renderWhoami({
            team: "T1",
            user: sentence,
            groups: names.map(({ name }) => ({ id: name, handle: name })),
            why: sentence,
            sight: null,
            acts: null,
          }),
        );
        expectInert(
          renderWhoami({
            team: "T1",
            user: sentence,
            groups: [],
            why: null,
            sight: { everywhere: false, here: { namespace: sentence, may: { ok: false, sentence } } },
            acts: null,
          }),
        );
      }),
      runs,
    );
  });
});
