import { describe, expect, it } from "vitest";
import { type Asking, reasonOf, specOf, usualExpiry } from "../../src/approvals/ask.ts";
import { parseRequest, requestManifest } from "../../src/approvals/schema.ts";
import { say } from "../../src/diagnosis/say.ts";
import { parametersOf } from "../../src/repull/strategy.ts";
import { digest } from "../diagnosis/checks.ts";
import { type Case, planned, repository } from "../repull/case.ts";

const restart: Case = { strategy: "restart", policy: "Always" };
const object = {
  apiVersion: "apps/v1",
  kind: "Deployment",
  namespace: "shop",
  name: "checkout",
  uid: "deployment-uid",
};

const asking = (over: Partial<Asking> = {}, asked: Case = restart): Asking => ({
  planned: planned(asked),
  parameters: parametersOf(asked.strategy, { ...asked.parameters, context: "danas-laptop" }),
  object,
  who: { user: "dana", groups: ["devs"] },
  reason: "the tag was pushed again",
  undoes: null,
  attempt: 1,
  expiresAfterSeconds: usualExpiry,
  ...over,
});

const specFor = (over: Partial<Asking> = {}, asked?: Case) => {
  const spec = specOf(asking(over, asked));
  if (!spec.ok) throw new Error(spec.error.sentence);
  return spec.value;
};
const sentence = (over: Partial<Asking>): string => {
  const spec = specOf(asking(over));
  return spec.ok ? "" : spec.error.sentence;
};

/** A plan that is about these pods alone. */
function aboutPods(only: readonly string[]): Asking["planned"] {
  const made = planned({ strategy: "delete-pods", policy: "Always" });
  const { plan } = made;
  if (plan === null) throw new Error("no plan");
  return { ...made, plan: { ...plan, mark: { ...plan.mark, asked: { ...plan.mark.asked, only: [...only] } } } };
}

describe("what is asked for", () => {
  it("names the one pod that the plan is about, though its workload is the target", () => {
    const one: Case = { strategy: "delete-pods", policy: "Always", isPod: true, pods: ["b", "b"] };
    expect(specFor({}, one).parameters.only).toEqual(planned(one).plan?.restarts.pods);
    expect(specFor({}, { ...one, isPod: false }).parameters.only).toBeNull();
  });
  it("names the pods that its plan is about, also the one that was named as the target", () =>
    expect(specFor({ planned: aboutPods(["checkout-0"]) }).parameters.only).toEqual(["checkout-0"]));

  it("holds the plan as it was shown, as plain text", () => {
    const plan = planned(restart).plan;
    expect(specFor()).toEqual({
      requestedBy: "dana",
      requestedByGroups: ["devs"],
      reason: "the tag was pushed again",
      target: {
        apiVersion: "apps/v1",
        kind: "Deployment",
        name: "checkout",
        uid: "deployment-uid",
        text: "deployment/checkout",
      },
      strategy: "restart",
      parameters: {
        container: null,
        tag: null,
        image: null,
        only: null,
        undo: null,
        allowRepository: false,
        allowUnproven: false,
        timeoutSeconds: 600,
      },
      fingerprint: plan?.mark.fingerprint,
      attempt: 1,
      undoes: null,
      expiresAfterSeconds: 3600,
      plan: {
        changes: [expect.stringMatching(/^restart deployment\/checkout, as kubectl rollout restart does; note in/u)],
        restarts: "pod checkout-0, one after the other as deployment/checkout rolls out",
        keeps: ["images, tags and pull policies of deployment/checkout"],
        notes: [],
        command: expect.stringMatching(/^kubectl -n shop patch deployment\/checkout/u),
      },
      preflight: { answer: "possible", reasons: expect.arrayContaining([expect.stringContaining("ghcr.io")]) },
      wanted: { app: [digest("a"), digest("c")] },
      before: { app: `${repository}@${digest("b")}` },
    });
  });

  it("comes back whole from what is posted", () => {
    const spec = specFor();
    const posted = requestManifest("shop", "checkout-1", spec);
    const metadata = {
      namespace: "shop",
      name: "checkout-1",
      uid: "u",
      resourceVersion: "1",
      creationTimestamp: "2026-11-24T10:31:00Z",
    };
    const read = parseRequest({ ...JSON.parse(JSON.stringify(posted)), metadata });
    expect(read).toMatchObject({ ok: true, value: { spec } });
  });

  it("names nobody's kubeconfig context", () => {
    expect(JSON.stringify(specFor())).not.toContain("danas-laptop");
  });

  it.each<[string, Partial<Asking>, RegExp]>([
    ["what is refused", { planned: { ...planned(restart), refused: say`no` } }, /refused cannot be asked for/u],
    ["what has no plan", { planned: { ...planned(restart), plan: null } }, /refused cannot be asked for/u],
    ["what does not exist", { object: { ...object, uid: null } }, /deployment\/checkout does not exist yet/u],
    [
      "more pods than a request names",
      { planned: aboutPods(Array.from({ length: 257 }, (_, index) => `pod-${index}`)) },
      /select 257 pods, and a request names 256 at most/u,
    ],
    [
      "more groups than a request names: they are true or nothing",
      { who: { user: "dana", groups: Array.from({ length: 257 }, (_, index) => `group-${index}`) } },
      /you are in 257 groups/u,
    ],
  ])("%s is not asked for", (_what, over, words) => expect(sentence(over)).toMatch(words));
});

describe("what is too long for the CRD", () => {
  const base = planned(restart);
  const plan = base.plan;
  if (plan === null) throw new Error("no plan");
  const [change] = plan.changes;
  if (change === undefined) throw new Error("no change");
  const withPlan = (over: Partial<typeof plan>): Partial<Asking> => ({
    planned: { ...base, plan: { ...plan, ...over } },
  });

  it("a list of 500 lines is 199 and a count", () => {
    const changes = Array.from({ length: 500 }, (_, index) => ({ ...change, words: say`evict pod ${index}` }));
    const { plan: spec } = specFor(withPlan({ changes }));
    expect(spec.changes).toHaveLength(200);
    expect(spec.changes.slice(-2)).toEqual(["evict pod 198", "and 301 more"]);
  });

  it("200 lines of 2,000 characters are as many as fit, and a count", () => {
    const { notes } = specFor(withPlan({ notes: Array.from({ length: 200 }, () => say`${"x".repeat(2000)}`) })).plan;
    expect([notes.length, notes.at(-1)]).toEqual([41, "and 160 more"]);
  });

  it("200 lines are all kept", () => {
    const notes = Array.from({ length: 200 }, (_, index) => say`note ${index}`);
    expect(specFor(withPlan({ notes })).plan.notes.at(-1)).toBe("note 199");
  });

  it.each([
    ["a line of 5,000 characters", "x".repeat(5000)],
    ["one whose cut would halve a character", `x${"😀".repeat(2500)}`],
  ])("%s ends with a count, in 2,000", (_what, text) => {
    const { plan: spec } = specFor(withPlan({ notes: [say`${text}`] }));
    const [note = ""] = spec.notes;
    expect(note.length).toBeLessThanOrEqual(2000);
    expect(note).toMatch(/… \(and \d+ characters more\)$/u);
    expect(note.isWellFormed()).toBe(true);
  });

  it("half a command is not there to be pasted", () => {
    const changes = [{ ...change, body: { metadata: { annotations: { long: "x".repeat(5000) } } } }];
    expect(specFor(withPlan({ changes })).plan.command).toMatch(/^\(too long to be kept here: \d+ characters;/u);
  });

  it.each([
    ["control characters", "a\u001b[31mb\u0007\u202ec", "a\ufffd[31mb\ufffd\ufffdc"],
    ["a line break", "a\nb", "a b"],
    ["a secret", "Authorization: Bearer abcdef0123456789", "Authorization: Bearer [hidden]"],
  ])("%s of a registry's words", (_what, text, kept) => {
    const reasons = [say`${text}`];
    expect(specFor({ planned: { ...base, preflight: { answer: "possible", reasons } } }).preflight.reasons).toEqual([
      kept,
    ]);
  });
});

describe("a reason", () => {
  it.each([
    ["is kept as it was typed", "ticket #7: <!channel> @here & <@U1>", "ticket #7: <!channel> @here & <@U1>"],
    ["is one line", "  first\nsecond\r\nthird\t ", "first second third"],
    ["moves no cursor", "a\u001b[2Jb\u0000", "a\ufffd[2Jb\ufffd"],
    ["holds no secret", "password=hunter22 and token ghp_abcdefghijklmnop1234", "password=[hidden] and token [hidden]"],
    ["may be empty", "", ""],
    ["may have 1,000 characters", "x".repeat(1000), "x".repeat(1000)],
  ])("%s", (_what, typed, kept) => expect(reasonOf(typed)).toEqual({ ok: true, value: kept }));

  it.each([1001, 10_000])("of %d characters is refused with a sentence", (length) =>
    expect(reasonOf("x".repeat(length))).toEqual({
      ok: false,
      error: { sentence: `the reason has ${length} characters, and 1000 are kept: shorten it, and link to the rest.` },
    }),
  );
});
