import { describe, expect, it } from "vitest";
import { diagnose } from "../../src/diagnosis/diagnose.ts";
import { type Evidence, evidenceSchema } from "../../src/diagnosis/evidence.ts";
import type { RegistryAnswer, RegistryCheck } from "../../src/diagnosis/registry-evidence.ts";
import {
  absent,
  container,
  entriesFor,
  evidenceOf,
  forbidden,
  podWith,
  read,
  running,
  secret,
} from "../support/evidence.ts";
import { plain } from "../support/plain.ts";
import { anonymous, basic, notFound as absentWords, unauthorized } from "../support/pulls.ts";
import {
  anonymously,
  asStranger,
  badCertificate,
  builtAt,
  cannotSay,
  failsItself,
  found,
  foundIndex,
  helmChart,
  limited,
  linux,
  noAnswer,
  noConnection,
  noName,
  notFound,
  plainHttp,
  rejects,
  wantsCredential,
  webPage,
  withSecret,
} from "./checks.ts";
import {
  backOffOnly,
  denied,
  diskWords,
  dnsWords,
  limitWords,
  platformWords,
  pulling,
  schemaWords,
  told,
} from "./rows/situations.ts";

const answers: readonly RegistryAnswer[] = [
  found(),
  foundIndex(),
  foundIndex({ platforms: null, forNode: null, fits: null }),
  foundIndex({ platforms: [linux("arm64")], forNode: null, fits: false }),
  builtAt("2026-11-24T10:30:30Z"),
  notFound(),
  notFound({ what: "either", nearestTags: [], tagsListed: null, words: "" }),
  wantsCredential(),
  wantsCredential(true),
  rejects("expired"),
  rejects("login"),
  rejects("scope", { hidesAbsence: true, words: "" }),
  rejects("disabled"),
  rejects("unknown"),
  limited("address"),
  limited("account"),
  noName,
  noConnection,
  noAnswer,
  badCertificate,
  plainHttp,
  failsItself,
  helmChart,
  webPage,
  cannotSay,
];
const forms: readonly ((answer: RegistryAnswer) => RegistryCheck)[] = [
  (answer) => anonymously(answer),
  (answer) => anonymously(answer, { service: "ecr", nodeMayHoldCredential: true }),
  (answer) => withSecret(answer),
  (answer) => withSecret(rejects("login"), answer),
  (answer) => asStranger(answer),
];
const secrets: readonly Evidence["secrets"][] = [
  [],
  [secret("ghcr", entriesFor("ghcr.io"))],
  [secret("ghcr", entriesFor("quay.io"))],
  [secret("ghcr", { status: "malformed", problem: "auth of ghcr.io is not base64", failsAll: true })],
  [{ name: "ghcr", from: "pod", read: absent("secret ghcr") }],
  [{ name: "ghcr", from: "pod", read: forbidden("secret ghcr") }],
];
const words = [
  absentWords,
  basic,
  anonymous,
  unauthorized,
  denied,
  dnsWords,
  limitWords,
  platformWords,
  schemaWords,
  diskWords,
];
const situations: readonly Evidence[] = secrets.flatMap((held) => [
  ...words.map((said) => told(said, { secrets: held })),
  backOffOnly({ secrets: held }),
  pulling({ secrets: held }),
  evidenceOf(read(podWith([container(running)], { imagePullSecrets: held.map(({ name }) => name) })), {
    secrets: held,
  }),
]);

/** Every situation with every answer to every kind of asker. */
const all: readonly Evidence[] = situations.flatMap((evidence) =>
  forms.flatMap((form) => answers.map((answer) => ({ ...evidence, registry: [form(answer)] }))),
);

describe(`whatever the registry answers (${all.length} cases)`, () => {
  const diagnoses = all.map((evidence) => ({ evidence, diagnosis: diagnose(evidence) }));

  it("is evidence that can be saved", () => {
    expect(all.filter((evidence) => !evidenceSchema.safeParse(evidence).success)).toEqual([]);
  });

  it("a risk is never the root, and stands last", () => {
    for (const { diagnosis } of diagnoses) {
      const risks = diagnosis.findings.map(({ risk }) => risk === true);
      expect(risks.indexOf(true) < 0 || risks.lastIndexOf(false) < risks.indexOf(true)).toBe(true);
      expect(risks[0]).toBe(false);
    }
  });

  it("says no more of the way to the registry than the node was told", () => {
    const ways = diagnoses.filter(({ diagnosis }) => /^(?:registry-|mirror|rate-limited)/.test(diagnosis.cause));
    expect(ways.length).toBeGreaterThan(100);
    for (const { evidence, diagnosis } of ways) {
      const before = diagnose({ ...evidence, registry: [] });
      if (diagnosis.confidence === "confirmed") expect(before.cause).toBe(diagnosis.cause);
      else
        expect(
          before.cause === diagnosis.cause || /^(?:backoff-only|slow-pull|image-not-found)$/.test(before.cause),
        ).toBe(true);
    }
  });

  it("never says that a credential is missing where only the node can hold it", () => {
    const clouds = diagnoses.filter(({ evidence }) => evidence.registry[0]?.nodeMayHoldCredential === true);
    expect(clouds.length).toBeGreaterThan(100);
    for (const { evidence, diagnosis } of clouds) {
      if (evidence.registry[0]?.attempts[0]?.answer.kind !== "auth-missing") continue;
      // But for the node's own word that it sent none.
      if (JSON.stringify(evidence.events).includes("anonymous token")) continue;
      expect(diagnosis.findings.map(({ cause }) => cause)).not.toContain("auth-missing");
    }
  });

  it("no credential is called accepted that the registry did not let in", () => {
    for (const { evidence, diagnosis } of diagnoses) {
      const step = diagnosis.steps.find(({ id }) => id === "credentials");
      const own = (evidence.registry[0]?.attempts ?? []).filter(({ byKubelet }) => byKubelet);
      const isIn = own.some(({ answer }) => /^(?:found|not-found|not-an-image)$/.test(answer.kind));
      expect(step?.status === "ok" && !isIn).toBe(false);
    }
  });

  it("is said in whole sentences", () => {
    for (const { diagnosis } of diagnoses) {
      const { headline, findings, fixes, steps, reach, history } = diagnosis;
      const lines = [
        headline,
        reach,
        history,
        ...findings.flatMap(({ evidence }) => evidence),
        ...fixes.map(({ text }) => text),
        ...steps.map(({ summary }) => summary),
      ].map(plain);
      for (const line of lines) expect(line).not.toMatch(/undefined|null|\[object|``|NaN| {2}|; ;|, ,/);
    }
  });
});
