import { describe, expect, it } from "vitest";
import type { StepStatus } from "../../../src/diagnosis/diagnosis.ts";
import { diagnose } from "../../../src/diagnosis/diagnose.ts";
import type { Evidence } from "../../../src/diagnosis/evidence.ts";
import type { RegistryCheck } from "../../../src/diagnosis/registry-evidence.ts";
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
  waiting,
} from "../../support/evidence.ts";
import { plain } from "../../support/plain.ts";
import { basic, notFound as absentWords, pullFails } from "../../support/pulls.ts";
import {
  anonymously,
  asStranger,
  cannotSay,
  failsItself,
  found,
  helmChart,
  limited,
  noAnswer,
  noName,
  notFound,
  rejects,
  wantsCredential,
  withSecret,
} from "../checks.ts";

const fits = { secrets: [secret("ghcr", entriesFor("ghcr.io"))] };
const fails = (over: Partial<Evidence>): Evidence => pullFails(basic, over, ["ghcr"]);
const runs = (over: Partial<Evidence> = {}, names: string[] = []): Evidence =>
  evidenceOf(read(podWith([container(running)], { imagePullSecrets: names })), over);
const from = "asked from where imagepull runs";

type Row = [situation: string, evidence: Evidence, check: RegistryCheck | null, status: StepStatus, summary: string];

const rows: readonly Row[] = [
  [
    "accepted",
    fails(fits),
    withSecret(found()),
    "ok",
    `secret \`ghcr\`, user \`shop-bot\`: accepted by \`ghcr.io\`; ${from}`,
  ],
  ["public", runs(), anonymously(found()), "ok", `\`ghcr.io\` asks for no credential; ${from}`],
  [
    "accepted, and the tag is not there",
    fails(fits),
    withSecret(notFound()),
    "ok",
    `secret \`ghcr\`, user \`shop-bot\`: accepted by \`ghcr.io\`, which has no such tag; ${from}`,
  ],
  [
    "accepted, and it is a chart",
    fails(fits),
    withSecret(helmChart),
    "ok",
    `secret \`ghcr\`, user \`shop-bot\`: accepted by \`ghcr.io\`, which has a Helm chart there; ${from}`,
  ],
  [
    "expired",
    fails(fits),
    withSecret(rejects("expired", { expiredAt: "2026-11-24T09:00:00Z" })),
    "problem",
    `secret \`ghcr\`, user \`shop-bot\`: \`ghcr.io\` refuses it, for it expired at 2026-11-24T09:00:00Z; ${from}`,
  ],
  [
    "disabled",
    fails(fits),
    withSecret(rejects("disabled")),
    "problem",
    `secret \`ghcr\`, user \`shop-bot\`: \`ghcr.io\` says that the account is disabled: \`denied\`; ${from}`,
  ],
  [
    "refused while everything runs",
    runs(fits, ["ghcr"]),
    withSecret(rejects("login")),
    "problem",
    "refuses its user or password",
  ],
  [
    "none, and one is wanted",
    pullFails(basic),
    anonymously(wantsCredential()),
    "problem",
    `\`ghcr.io\`, asked without a credential, wants one; ${from}`,
  ],
  [
    "none, one is wanted, and everything runs: the node may hold one",
    runs(),
    anonymously(wantsCredential()),
    "unknown",
    "wants one",
  ],
  [
    "none, and only the node can hold it",
    pullFails(basic),
    anonymously(wantsCredential(), { service: "ecr", nodeMayHoldCredential: true }),
    "unknown",
    "only the node can hold it, and nobody sees that from here",
  ],
  [
    "missing, and one is wanted",
    fails({ secrets: [{ name: "ghcr", from: "pod", read: absent("secret ghcr") }] }),
    anonymously(wantsCredential()),
    "problem",
    "the pod names pull secret `ghcr`, and there is no such secret; `ghcr.io`, asked without a credential, wants one",
  ],
  ["no answer in time", fails(fits), withSecret(noAnswer), "unknown", "did not answer in time (no answer, 2.5 s)"],
  [
    "no answer in time, while everything runs",
    runs(fits, ["ghcr"]),
    withSecret(noAnswer),
    "unknown",
    "did not answer in time (no answer, 2.5 s)",
  ],
  [
    "no name, of an image that is absent to the node",
    pullFails(absentWords),
    anonymously(noName),
    "unknown",
    "cannot be resolved: `no such host`",
  ],
  ["the registry fails", runs(), anonymously(failsItself), "unknown", "fails with 503"],
  ["too many pulls", runs(), anonymously(limited("address")), "unknown", "has had too many pulls"],
  [
    "the check cannot judge",
    runs(fits, ["ghcr"]),
    withSecret(cannotSay),
    "unknown",
    "was not judged: `token server evil.example is not trusted`",
  ],
  [
    "the secret cannot be read, and strangers get the image",
    fails({ secrets: [{ name: "ghcr", from: "pod", read: forbidden("secret ghcr") }] }),
    asStranger(found()),
    "unknown",
    "secret ghcr cannot be read",
  ],
  [
    "not asked, and a secret fits",
    runs(fits, ["ghcr"]),
    null,
    "ok",
    "secret `ghcr` fits (`ghcr.io`, user `shop-bot`); not tried at the registry",
  ],
  ["not asked, and no secret is named", runs(), null, "ok", "the pod names no pull secret"],
];

const step = (evidence: Evidence) => {
  const found_ = diagnose(evidence).steps.find(({ id }) => id === "credentials");
  if (found_ === undefined) throw new Error("no such step");
  return found_;
};

describe("what the credentials step says", () => {
  it.each(rows)("%s", (_situation, evidence, check, status, summary) => {
    const { status: ended, summary: said } = step({ ...evidence, registry: check === null ? [] : [check] });
    expect(plain(said)).toContain(summary);
    expect(ended).toBe(status);
  });
});

describe("what may go wrong later, while everything runs", () => {
  const lent = {
    reach: read({
      namespace: null,
      isPartial: false,
      images: [
        {
          image: "ghcr.io/shop/checkout:2.4.1",
          nodesRunning: 1,
          nodesFailing: 0,
          podsRunning: 2,
          podsFailing: 0,
          registryPods: 2,
          registryPodsWell: 2,
          pulledBy: ["billing/invoice-1"],
        },
      ],
    }),
  };
  it.each<[string, Evidence, string | null]>([
    [
      "the tag is gone",
      runs({ registry: [anonymously(notFound())] }),
      "`ghcr.io` no longer has it: do not restart or delete its pods",
    ],
    [
      "the credential is refused",
      runs({ ...fits, registry: [withSecret(rejects("login"))] }, ["ghcr"]),
      "the next pull would be refused",
    ],
    [
      "another pod pulled it",
      runs({ ...lent, registry: [anonymously(wantsCredential())] }),
      "runs only because `billing/invoice-1` pulled its image",
    ],
    [
      "another pod pulled it, where the node may hold a credential",
      runs({ ...lent, registry: [anonymously(wantsCredential(), { nodeMayHoldCredential: true })] }),
      null,
    ],
    [
      "a private registry and no pull secret",
      runs({ registry: [anonymously(wantsCredential())] }),
      "an image of a private registry and the pod names no pull secret",
    ],
    [
      "a pull secret that does not exist",
      runs({ secrets: [{ name: "ghcr", from: "pod", read: absent("secret ghcr") }] }, ["ghcr"]),
      "the pod names pull secret `ghcr`, and there is no such secret",
    ],
    ["all is well", runs({ registry: [anonymously(found())] }), null],
  ])("%s", (_situation, evidence, line) => {
    const diagnosis = diagnose(evidence);
    const risks = step(evidence).findings.filter(({ risk }) => risk === true);
    expect(diagnosis.cause).toBe("healthy");
    expect(risks.length).toBe(line === null ? 0 : 1);
    if (line !== null) expect(plain(risks[0]?.evidence[0] ?? [])).toContain(line);
  });

  it("is not said of a container whose image has still to come", () => {
    const pod = podWith([
      container(waiting("ImagePullBackOff", basic)),
      container(running, { name: "proxy", image: "ghcr.io/shop/proxy:1" }),
    ]);
    const evidence = evidenceOf(read(pod), {
      registry: [anonymously(notFound()), anonymously(notFound(), { image: "ghcr.io/shop/proxy:1" })],
    });
    const { findings } = step(evidence);
    expect(findings.map(({ container: name, risk, cause }) => [name, risk === true, cause])).toEqual([
      ["app", false, "image-not-found"],
      ["proxy", true, "image-not-found"],
    ]);
  });
});

describe("a container that has not begun", () => {
  const later = (present: string[]): Evidence => {
    const pod = podWith([container(running, { name: "init", kind: "init" }), container(waiting("PodInitializing"))]);
    const base = evidenceOf(read(pod), { registry: [anonymously(notFound())] });
    return base.node.status === "ok" ? { ...base, node: read({ ...base.node.value, presentImages: present }) } : base;
  };
  const risky = (evidence: Evidence) =>
    step(evidence).findings.map(({ container: name, risk }) => [name, risk === true]);
  it("cannot go well where its image is absent", () => {
    expect(risky(later([]))).toEqual([
      ["app", false],
      ["init", true],
    ]);
    expect(diagnose(later([])).steps.find(({ id }) => id === "events")?.status).not.toBe("problem");
  });
  it("needs no pull where the node has its image", () => {
    expect(risky(later(["ghcr.io/shop/checkout:2.4.1"]))).toEqual([
      ["init", true],
      ["app", true],
    ]);
  });
});
