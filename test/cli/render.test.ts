import { stripVTControlCharacters } from "node:util";
import stringWidth from "string-width";
import { describe, expect, it } from "vitest";
import { renderJson } from "../../src/cli/render-json.ts";
import { renderMarkdown } from "../../src/cli/render-markdown.ts";
import { renderText } from "../../src/cli/render-text.ts";
import type { Diagnosis } from "../../src/diagnosis/diagnosis.ts";
import { code, say, since } from "../../src/diagnosis/say.ts";
import { diagnosisOf } from "../support/diagnoses.ts";

const pipe = { columns: null, colours: false, width: stringWidth };

describe("the answer as text", () => {
  const text = renderText(diagnosisOf(), pipe);

  it.each([
    [
      "the headline comes first",
      /^checkout cannot pull ghcr\.io\/shop\/checkout:2\.4\.1: the tag does not exist\n2 of 3 pods wait\n/,
    ],
    [
      "then what it is about",
      /^deployment shop\/checkout, pod checkout-7d4f9c-x2k8p on kind · image-not-found, confirmed$/m,
    ],
    [
      "the steps are a table as kubectl prints them",
      /^STEP {9}STATUS {4}SUMMARY\nplacement {4}ok {8}IfNotPresent for app\ncredentials {2}unknown {3}secrets in shop cannot be read \(forbidden\)\nevents {7}problem {3}not found, 14 times since /m,
    ],
    [
      "the evidence",
      /^Evidence:\n {2}- .*14 times since .*: failed to resolve reference: not found\n {2}- 2 of 3 pods wait$/m,
    ],
    [
      "a command stands on a line of its own",
      /^ {2}- Push the tag, or name one that exists:\n {6}imagepull repull deploy\/checkout -n shop --strategy set-image --tag 2\.4\.0$/m,
    ],
    ["the next try", /^Next try of the kubelet: about \d\d:\d\d:\d\d$/m],
  ])("%s", (_what, pattern) => expect(text).toMatch(pattern));

  it("on a phone's terminal every line of prose fits, and no command is broken", () => {
    const narrow = renderText(diagnosisOf(), { ...pipe, columns: 50 });
    expect(narrow.split("\n").filter((line) => line.length > 50 && !line.includes("imagepull repull"))).toEqual([]);
    expect(narrow).toContain("imagepull repull deploy/checkout -n shop --strategy set-image --tag 2.4.0\n");
  });

  it("colours change nothing but the colour", () => {
    const coloured = renderText(diagnosisOf(), { ...pipe, colours: true });
    expect(coloured).toContain("\u001b[31mproblem");
    expect(stripVTControlCharacters(coloured)).toBe(text);
  });

  it("how long something lasts is told as of when it was seen", () => {
    expect(renderText(diagnosisOf({ scope: say`waits for ${since("2026-11-24T10:02:00Z")}` }), pipe)).toContain(
      "waits for 29 minutes",
    );
  });
});

describe("what goes beside the headline, and what is worth knowing", () => {
  const risk = (text: string): Diagnosis["findings"][number] => ({
    cause: "policy-misplaced",
    step: "placement",
    container: "app",
    image: null,
    confidence: "confirmed",
    evidence: [say`${code(text)}`, say`a second line`],
    facts: {},
    risk: true,
  });
  const told = diagnosisOf({
    reach: say`runs on 4 of 5 nodes`,
    history: say`last pulled ${since("2026-11-24T10:02:00Z")} ago`,
    findings: [
      ...diagnosisOf().findings,
      ...["latest without Always", "a", "latest without Always", "b", "c"].map(risk),
      { ...risk("of the root cause"), cause: "image-not-found" },
    ],
  });

  it("as text", () => {
    const text = renderText(told, pipe);
    expect(text).toContain(
      "\n2 of 3 pods wait\nruns on 4 of 5 nodes\nlast pulled 29 minutes ago\ndeployment shop/checkout",
    );
    expect(text).toContain("\nWorth knowing:\n  - latest without Always\n  - a\n  - b\n\nNext try");
    expect(text).not.toContain("of the root cause");
  });

  it("as Markdown", () => {
    const markdown = renderMarkdown(told);
    expect(markdown).toContain("\n\n2 of 3 pods wait\n\nruns on 4 of 5 nodes\n\nlast pulled 29 minutes ago\n\n");
    expect(markdown).toContain("\n**Worth knowing**\n\n- `latest without Always`\n- `a`\n- `b`\n\nNext try");
    expect(markdown).not.toContain("of the root cause");
  });

  it("as JSON, where a finding that is a risk says so", () => {
    const { reach, history, findings } = JSON.parse(renderJson(told)) as {
      reach: string;
      history: string;
      findings: { risk?: boolean }[];
    };
    expect({ reach, history }).toEqual({ reach: "runs on 4 of 5 nodes", history: "last pulled 29 minutes ago" });
    expect(findings.map(({ risk: is }) => is)).toEqual([undefined, true, true, true, true, true, true]);
  });

  it("nothing stands where there is nothing", () => {
    for (const output of [renderText(diagnosisOf(), pipe), renderMarkdown(diagnosisOf())])
      expect(output).not.toMatch(/Worth knowing|\n\n\n/);
  });
});

describe("texts from the cluster cannot drive the terminal", () => {
  it.each([
    ["colours and cursor", "\u001b[31mred\u001b[2J"],
    ["a title", "\u001b]0;title\u0007"],
    ["eight-bit controls", "\u009b31m"],
    ["a line of its own", "one\nSTEP forged"],
    ["right-to-left marks", "a\u202eb"],
    ["a carriage return", "good\rbad"],
  ])("%s", (_what, hostile) => {
    const diagnosis = diagnosisOf({
      headline: say`${code(hostile)}`,
      target: { cluster: hostile, namespace: hostile, kind: "Pod", name: hostile },
      fixes: [{ text: say`${code(hostile)}`, command: "kubectl get pods" }],
    });
    // oxlint-disable-next-line no-control-regex -- control characters are what is looked for
    const controls = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e]|^STEP forged/mu;
    for (const output of [renderText(diagnosis, pipe), renderMarkdown(diagnosis), renderJson(diagnosis)])
      expect(output).not.toMatch(controls);
    expect(JSON.parse(renderJson(diagnosis)).target.name).toBe(hostile);
  });
});

describe("the answer as JSON", () => {
  it("is the stable object", () => {
    expect(JSON.parse(renderJson(diagnosisOf()))).toMatchObject({
      version: 1,
      target: { cluster: "kind", namespace: "shop", kind: "Deployment", name: "checkout" },
      workload: { kind: "Deployment", name: "checkout" },
      pod: "checkout-7d4f9c-x2k8p",
      cause: "image-not-found",
      confidence: "confirmed",
      headline: "checkout cannot pull ghcr.io/shop/checkout:2.4.1: the tag does not exist",
      scope: "2 of 3 pods wait",
      container: "app",
      image: "ghcr.io/shop/checkout:2.4.1",
      steps: [
        { id: "placement", status: "ok", summary: "IfNotPresent for app" },
        { id: "credentials" },
        { id: "events", summary: "not found, 14 times since 2026-11-24T10:02:00Z" },
        { id: "node" },
      ],
      findings: [
        {
          cause: "image-not-found",
          step: "events",
          container: "app",
          confidence: "confirmed",
          evidence: [expect.stringContaining("14 times since"), "2 of 3 pods wait"],
        },
      ],
      fixes: [
        { text: "Push the tag, or name one that exists:", command: expect.stringContaining("imagepull repull") },
        { text: "Then wait for the next try." },
      ],
      nextTryAt: "2026-11-24T10:35:00Z",
      takenAt: "2026-11-24T10:31:00Z",
    });
  });
});

describe("the answer as Markdown", () => {
  it("has the headline, the steps and the command as code", () => {
    const markdown = renderMarkdown(diagnosisOf());
    expect(markdown).toMatch(
      /^\*\*`checkout` cannot pull `ghcr\.io\/shop\/checkout:2\.4\.1`: the tag does not exist\*\*/,
    );
    expect(markdown).toContain("- **events: problem** not found, 14 times since 2026-11-24T10:02:00Z");
    expect(markdown).toContain(
      "  ```sh\n  imagepull repull deploy/checkout -n shop --strategy set-image --tag 2.4.0\n  ```",
    );
  });

  it.each([
    ["backticks inside a name", say`${code("a`b``c")}`, "```a`b``c```"],
    ["a name that begins with one", say`${code("`x")}`, "`` `x ``"],
    ["nothing", say`${code("")}`, "(empty)"],
    ["stars and links in prose", say`*bold* [x](y) <b>`, String.raw`\*bold\* \[x\](y) &lt;b&gt;`],
    ["people and tickets", say`@ann #12`, "&#64;ann &#35;12"],
  ])("%s cannot become markup", (_what, headline, expected) => {
    expect(renderMarkdown(diagnosisOf({ headline })).split("\n")[0]).toBe(`**${expected}**`);
  });
});
