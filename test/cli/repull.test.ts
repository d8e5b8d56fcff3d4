import { describe, expect, it } from "vitest";
import { type Doors, runCli } from "../../src/cli.ts";
import { parseTarget } from "../../src/collect/target.ts";
import type { DiagnoseAnswer, LookAheadRequest } from "../../src/core.ts";
import { diagnose } from "../../src/diagnosis/diagnose.ts";
import { success } from "../../src/diagnosis/result.ts";
import { digest, found, notFound, withSecret } from "../diagnosis/checks.ts";
import { diagnosisOf } from "../support/diagnoses.ts";
import { nodeWith, read } from "../support/evidence.ts";
import { type Case, evidenceFor, image, repository } from "../repull/case.ts";

interface Run {
  readonly code: number;
  readonly out: string;
  readonly err: string;
  readonly asked: readonly LookAheadRequest[];
  readonly isClosed: boolean;
}

const never = (): Promise<number> => Promise.reject(new Error("another door was opened"));

/** Runs a command line on a cluster that is as the case says; every image is found but those that are named. */
async function run(args: readonly string[], asked: Case, missing: readonly string[] = []): Promise<Run> {
  const evidence = evidenceFor(asked);
  const answer: DiagnoseAnswer = {
    kind: "diagnosis",
    evidence,
    diagnosis: { ...diagnosisOf({ cause: "healthy" }), target: diagnose(evidence).target },
  };
  const seen = { out: "", err: "", asked: [] as LookAheadRequest[], isClosed: false };
  const doors: Doors = {
    parseTarget: (text, options) => Promise.resolve(parseTarget(text, options)),
    open: () =>
      Promise.resolve(
        success({
          core: {
            cluster: "kind",
            ready: () => Promise.resolve({ ok: true as const }),
            mayGetPods: () => Promise.resolve({ ok: true as const }),
            diagnose: () => Promise.resolve(answer),
            lookAhead: (request) => {
              seen.asked.push(request);
              const checks = request.images.map((of) => {
                const said = missing.some((end) => of.endsWith(end)) ? notFound() : found();
                return withSecret(said, null, { image: of });
              });
              return Promise.resolve({
                checks,
                nodes: request.nodes.map((name) => ({ name, read: read(nodeWith({ name })) })),
              });
            },
          },
          namespace: "shop",
          close: () => {
            seen.isClosed = true;
          },
        }),
      ),
    serve: never,
    doctor: never,
    install: never,
    playground: never,
  };
  const io = {
    out: (text: string) => void (seen.out += text),
    err: (text: string) => void (seen.err += text),
    stdin: () => Promise.resolve(""),
    terminal: { columns: null, colours: false, width: ({ length }: string) => length },
  };
  return { code: await runCli(["repull", ...args], io, "1.2.3", doors), ...seen };
}

const restart: Case = { strategy: "restart", policy: "Always" };
const dry = ["deploy/checkout", "--strategy", "restart", "--dry-run"];

describe("repull --dry-run", () => {
  it("prints the plan and the pre-flight for a person", async () => {
    const { code, out, err, isClosed } = await run(dry, restart);
    expect({ code, err, isClosed }).toEqual({ code: 0, err: "", isClosed: true });
    expect(out).toMatch(
      /^restart of deployment shop\/checkout on test\nnothing is changed by this command\n\nPre-flight: possible\n/u,
    );
    for (const part of [
      "It would:",
      "Restarts:\n  - pod checkout-0",
      "Stays:",
      "Promised:",
      "Way back:",
      "Commands:\n  kubectl -n shop patch",
    ])
      expect(out).toContain(part);
  });

  it("prints one object with -o json", async () => {
    const { code, out, err } = await run([...dry, "-o", "json"], restart);
    expect({ code, err }).toEqual({ code: 0, err: "" });
    expect(JSON.parse(out)).toEqual({
      phase: "Planned",
      strategy: "restart",
      target: { cluster: "test", namespace: "shop", kind: "Deployment", name: "checkout" },
      plan: expect.objectContaining({
        changes: [
          expect.objectContaining({
            verb: "patch",
            patch: { type: "application/strategic-merge-patch+json", body: expect.anything() },
          }),
        ],
        restarts: { pods: ["checkout-0"], count: 1, words: expect.any(String) },
        command: expect.stringMatching(/^kubectl -n shop patch/u),
        wanted: [{ container: "app", image, digests: [digest("a"), digest("c")] }],
        annotation: expect.objectContaining({ strategy: "restart" }),
      }),
      preflight: {
        answer: "possible",
        reasons: expect.arrayContaining([expect.stringContaining("accepted by ghcr.io")]),
      },
      verification: null,
      refused: null,
    });
  });

  it("asks for the image, for what runs now, and for the nodes", async () => {
    const { asked } = await run(dry, restart);
    expect(asked.map(({ images, nodes }) => ({ images, nodes }))).toEqual([
      { images: [image, `${repository}@${digest("b")}`], nodes: ["node-1"] },
    ]);
  });

  it("names --context in the commands", async () => {
    expect((await run([...dry, "--context", "prod"], restart)).out).toContain("  kubectl --context prod -n shop patch");
  });
});

describe("refused: exit 1, a sentence on stderr, and the object on stdout", () => {
  it.each<[string, string[], Case, string[], RegExp]>([
    [
      "without --dry-run",
      dry.slice(0, -1),
      restart,
      [],
      /^refused: running a re-pull is not built yet.*--dry-run.*paste.*\.\n$/u,
    ],
    [
      "an unknown tag",
      ["deploy/checkout", "--strategy", "set-image", "--tag", "9", "--dry-run"],
      { strategy: "set-image" },
      [":9"],
      /no such tag\. Nearest: 2\.4\.0/u,
    ],
    [
      "another repository",
      ["deploy/checkout", "--strategy", "set-image", "--image", "x/y:1", "--dry-run"],
      { strategy: "set-image" },
      [],
      /another repository/u,
    ],
    ["the last copy", dry, restart, [`@${digest("b")}`], /last working copy/u],
    [
      "a Job",
      ["job/checkout", "--strategy", "restart", "--dry-run"],
      { strategy: "restart", kind: "Job" },
      [],
      /template of a Job/u,
    ],
    [
      "unproven",
      dry,
      {
        ...restart,
        evidence: {
          serviceAccount: read({
            name: "default",
            createdAt: "2026-11-24T10:00:00Z",
            imagePullSecrets: ["new"],
            change: null,
          }),
        },
      },
      [],
      /^refused: not proved.*--strategy probe/u,
    ],
  ])("%s", async (_what, args, asked, missing, sentence) => {
    const { code, out, err } = await run([...args, "-o", "json"], asked, missing);
    expect(code).toBe(1);
    expect(err).toMatch(sentence);
    expect(err.trim().split("\n")).toHaveLength(1);
    expect(JSON.parse(out)).toMatchObject({ phase: "Refused", verification: null });
  });
});

it("commands that must not be run are not there to be copied", async () => {
  const { out } = await run(dry, restart, [`@${digest("b")}`]);
  expect(out).toMatch(/Pre-flight: impossible[^]*last working copy/u);
  expect(out).not.toContain("kubectl -n");
});

describe("bad usage: exit 2", () => {
  it.each<[string, string[], RegExp]>([
    ["no strategy", ["deploy/checkout", "--dry-run"], /--strategy.*imagepull repull --help/u],
    ["an unknown strategy", ["deploy/checkout", "--strategy", "reboot"], /reboot.*restart, set-image/u],
    ["no target", ["--strategy", "restart"], /target/u],
    ["a target of an unknown kind", ["service/x", "--strategy", "restart"], /service/u],
    ["--tag with a reference", ["deploy/checkout", "--strategy", "set-image", "--tag", "a/b:1"], /a whole reference/u],
    ["an unknown container", [...dry, "--container", "web"], /no container "web"/u],
    ["undo", ["undo", "deploy/checkout", "--strategy", "set-image"], /undo is not built yet/u],
  ])("%s", async (_what, args, sentence) => {
    const { code, err } = await run(args, restart);
    expect(code).toBe(2);
    expect(err).toMatch(sentence);
  });
});
