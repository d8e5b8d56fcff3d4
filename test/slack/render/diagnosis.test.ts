import { describe, expect, it } from "vitest";
import type { Diagnosis } from "../../../src/diagnosis/diagnosis.ts";
import { code, say, since } from "../../../src/diagnosis/say.ts";
import { renderDiagnosis } from "../../../src/slack/render/diagnosis.ts";
import { bullets, codeBlock, codeSpan, cutMiddle, mrkdwn, time } from "../../../src/slack/render/mrkdwn.ts";
import { strategiesFor } from "../../../src/slack/render/strategies.ts";
import { buttonTarget, readButton, typedTarget } from "../../../src/slack/render/target.ts";
import { diagnosisOf } from "../../support/diagnoses.ts";

const now = new Date("2026-11-24T10:31:00Z");
const view = { now, evidence: null, answerId: null, shareable: true };

const risks = ["latest without Always", "b", "b", "c", "d"].map((text) => ({
  ...diagnosisOf().findings[0]!,
  evidence: [[text], ["a second line"]],
  risk: true as const,
}));

describe("a diagnosis in Slack", () => {
  it.each<[string, Partial<Diagnosis>, RegExp]>([
    ["begins with a red mark where the cause is sure", {}, /^🔴 \*`checkout` cannot pull/],
    ["with a yellow one where it is only possible", { confidence: "possible" }, /^🟡/],
    ["with a yellow one where nothing could be told", { cause: "undetermined" }, /^🟡/],
    ["with a green one where all is well", { cause: "healthy" }, /^🟢/],
    ["says how many wait beside the headline", {}, /does not exist\* · 2 of 3 pods wait\n/],
    ["shows what the steps say that are not well", {}, /\n\? \*Credentials\* .*forbidden.*\n✗ \*Events\* .*\n/],
    ["and names the others", {}, /\n✓ Placement {2}– Node\n/],
    [
      "of a healthy pod shows what each step says",
      { cause: "healthy", steps: diagnosisOf().steps.map((step) => ({ ...step, status: "ok" as const })) },
      /\n✓ \*Placement\* {2}`IfNotPresent`.*\n✓ \*Credentials\* .*\n✓ \*Events\* .*\n✓ \*Node\* /,
    ],
    [
      "shows how others fare and since when, in small print under the headline",
      { reach: say`runs on 4 of 5 nodes`, history: say`last pulled at ${{ at: "2026-11-24T10:02:00Z" }}` },
      /2 of 3 pods wait\n\nruns on 4 of 5 nodes\nlast pulled at <!date.*>\n\n/,
    ],
    [
      "shows what is worth knowing, below",
      { findings: [...diagnosisOf().findings, ...risks] },
      /\n\n\*Worth knowing\*\n• latest without Always\n… and 3 more in Details\n\n`shop/,
    ],
    [
      "and three of it where nothing has to be done",
      { findings: [...diagnosisOf().findings, ...risks], fixes: [] },
      /\*Worth knowing\*\n• latest without Always\n• b\n• c\n… and 1 more in Details\n\n/,
    ],
    [
      "shows the line that decides, and how many more there are",
      {},
      /\n• <!date.*: `failed to resolve reference: not found` _\(and 1 more in Details\)_\n/,
    ],
    [
      "shows the next thing to do, and how many more there are",
      {},
      /\*What to do\* \(and 1 more in Details\)\nPush the tag/,
    ],
    [
      "shows the command to copy",
      {},
      /```\nimagepull repull deploy\/checkout -n shop --strategy set-image --tag 2\.4\.0\n```/,
    ],
    [
      "says when and from where it was looked, and when the kubelet tries again",
      {},
      /`shop\/deploy\/checkout` in `kind`, from the API server at <!date.* · image-not-found, confirmed · next try ≈ <!date/,
    ],
    ["leaves the next try out where nobody knows it", { nextTryAt: null }, /confirmed$/],
  ])("%s", (_, over, expected) => expect(renderDiagnosis(diagnosisOf(over), view).plain).toMatch(expected));

  it("tells cause and workload on a lock screen, without mark-up", () =>
    expect(renderDiagnosis(diagnosisOf(), view).text).toBe(
      "checkout cannot pull ghcr.io/shop/checkout:2.4.1: the tag does not exist (shop/deploy/checkout)",
    ));

  it.each<[Partial<Diagnosis>, readonly string[]]>([
    [{}, ["set-image", "delete-pods"]],
    [{ pod: null }, ["set-image"]],
    [{ workload: { kind: "Job", name: "import" } }, ["delete-pods"]],
    [{ workload: { kind: "Pod", name: "alone" }, pod: "alone" }, []],
    [{ cause: "stale-image" }, ["restart", "delete-pods", "policy-always"]],
    [{ cause: "auth-rejected" }, ["delete-pods"]],
    [{ cause: "platform-mismatch" }, ["set-image"]],
    [{ cause: "never-policy" }, ["policy-always"]],
    // A new pod would meet the same again.
    [{ cause: "rate-limited" }, []],
    [{ cause: "disk-full" }, []],
    [{ cause: "node-not-ready" }, []],
    [{ cause: "runtime-down" }, []],
    [{ cause: "invalid-reference" }, []],
    [{ cause: "not-an-image-pull-failure" }, []],
    [{ cause: "undetermined" }, []],
    [{ cause: "healthy" }, []],
  ])("offers for %j the plans %j", (over, ids) =>
    expect(strategiesFor(diagnosisOf(over), null).map(({ id }) => id)).toEqual(ids),
  );

  it("counts what it leaves out", () => {
    const [finding] = diagnosisOf().findings;
    const many = Array.from({ length: 42 }, (_, index) => ({
      ...finding!,
      evidence: [say`container ${code(`c${index}`)} waits`],
    }));
    expect(renderDiagnosis(diagnosisOf({ findings: many }), view).plain).toContain(
      "• container `c0` waits _(and 41 more in Details)_",
    );
  });
});

describe("parts of a line", () => {
  it.each([
    ["a name", [code("web")], "`web`"],
    ["nothing", [code("")], "`—`"],
    ["a name with a back-quote", [code("a`b")], "`aʼb`"],
    ["mark-up in a name", [code("<!channel>&*x*")], "`&lt;!channel&gt;&amp;*x*`"],
    ["mark-up in prose", ["*a* ~b~ _c_ `d` <e> snake_case"], "∗a∗ ∼b∼ ˍcˍ ʼdʼ &lt;e&gt; snake_case"],
    ["a call in prose", ["@here"], "@\u2060here"],
    ["line breaks and colours", [code("a\n\u001B[31mb")], "`a [31mb`"],
    ["a time today", [{ at: "2026-11-24T10:02:00Z" }], "<!date^1795514520^{time}|2026-11-24 10:02 UTC>"],
    ["a time that is none", [{ at: "soon>" }], "`soon&gt;`"],
    ["how long", ["for ", since("2026-11-24T10:02:00Z")], "for 29 minutes"],
  ])("%s", (_, line, expected) => expect(mrkdwn(line, now)).toBe(expected));

  it("says the day where it is not today's", () =>
    expect(time("2026-11-23T10:02:00Z", now)).toContain("{date_short_pretty} {time}"));
  it("leaves out a part that does not fit, and never cuts an entity", () =>
    expect(mrkdwn(["ab ", code("<".repeat(300))], now, 40)).toMatch(/^ab `(?:&lt;)+…(?:&lt;)+`$|^ab …$/));
  it("cuts out of the middle, where a name tells least", () =>
    expect(cutMiddle("registry.example.com/team/app:1.2.3", 21)).toBe("registry.e…/app:1.2.3"));
  it("splits no character", () => expect(codeSpan("😀".repeat(10), 6)).toBe("`😀…😀`"));
  it("keeps the lines of a command", () =>
    expect(codeBlock("a \\\n  b && c")).toBe("```\na \\\n  b &amp;&amp; c\n```"));
  it("shows no half command", () => expect(codeBlock("x".repeat(2_000))).toBeNull());
  it("counts bullets that are left out", () =>
    expect(bullets(["a", "b", "c"], { most: 1, max: 100 })).toBe("• a\n… and 2 more"));
});

describe("what a button carries", () => {
  const target = { cluster: "kind", namespace: "shop", kind: "Deployment", name: "checkout" };
  it("comes back as it was", () =>
    expect(readButton(buttonTarget(target, "id-1") ?? "")).toEqual({
      v: 1,
      ns: "shop",
      kind: "Deployment",
      name: "checkout",
      id: "id-1",
    }));
  it.each([
    "",
    "{",
    "[]",
    '{"v":2,"ns":"shop","kind":"Pod","name":"a"}',
    '{"v":1,"ns":"shop","kind":"Secret","name":"a"}',
    '{"v":1,"ns":"shop","kind":"Pod","name":"../a"}',
    '{"v":1,"ns":"","kind":"Pod","name":"a"}',
  ])("is refused as %j", (value) => expect(readButton(value)).toBeNull());
  it.each([{ kind: "Node" }, { name: "A" }, { namespace: "x".repeat(64) }, { name: "" }])(
    "is not made for %j",
    (over) => expect(buttonTarget({ ...target, ...over }, null)).toBeNull(),
  );
  it("stays below Slack's 2,000 characters", () =>
    expect(
      buttonTarget({ ...target, namespace: "n".repeat(63), name: "a".repeat(253) }, "x".repeat(64))?.length,
    ).toBeLessThan(2_000));
  it("reads as one would type it", () => expect(typedTarget(target)).toBe("shop/deploy/checkout"));
});
