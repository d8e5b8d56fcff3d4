import { describe, expect, it } from "vitest";
import { runCli } from "../../src/cli.ts";
import { digest } from "../diagnosis/checks.ts";
import { read } from "../support/evidence.ts";
import { type Case, image, repository } from "../repull/case.ts";
import { call, pipe, restart, type Scene, wide } from "./repull-harness.ts";

const target = ["deploy/checkout", "--strategy", "restart"];
const dry = [...target, "--dry-run"];

/** A pull secret that the ServiceAccount has now and the pod has not: nothing is proved. */
const unproven: Case = {
  ...restart,
  evidence: {
    serviceAccount: read({
      name: "default",
      createdAt: "2026-11-24T10:00:00Z",
      imagePullSecrets: ["new"],
      change: null,
    }),
  },
};

describe("repull --dry-run", () => {
  it("prints the plan and the pre-flight for a person", async () => {
    const { code, out, err, ran, isClosed } = await call(dry, { case: restart });
    expect({ code, err, ran, isClosed }).toEqual({ code: 0, err: "", ran: [], isClosed: true });
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
    const { code, out, err } = await call([...dry, "-o", "json"], { case: restart });
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
      outcome: null,
      diagnosis: null,
      undo: null,
    });
  });

  it("asks for the image, for what runs now, and for the nodes", async () => {
    const { asked } = await call(dry, { case: restart });
    expect(asked.map(({ images, nodes }) => ({ images, nodes }))).toEqual([
      { images: [image, `${repository}@${digest("b")}`], nodes: ["node-1"] },
    ]);
  });

  it("names --context in the commands", async () => {
    const { out } = await call([...dry, "--context", "prod"], { case: restart });
    expect(out).toContain("  kubectl --context prod -n shop patch");
  });

  it("asks nobody, whatever --yes says", async () => {
    const { code, questions, ran } = await call([...dry, "--yes"], { case: restart, typed: ["y"] });
    expect({ code, questions, ran }).toEqual({ code: 0, questions: [], ran: [] });
  });

  it("fits 40 columns, but for what is there to be copied", async () => {
    const { err } = await call([...dry, "-o", "json"], { case: restart, live: wide(40) });
    const rows = err
      .split("\n")
      .filter((row) => row.includes(" ", 5) && !row.includes("kubectl") && !row.includes("sha256:"));
    expect(rows.length).toBeGreaterThan(8);
    expect(rows.filter((row) => row.length > 40)).toEqual([]);
  });
});

describe("refused: exit 1, a sentence on stderr, the object on stdout, and nothing is run", () => {
  it.each<[string, string[], Scene, RegExp]>([
    [
      "where nobody can be asked",
      target,
      { case: restart },
      /^refused: nobody can be asked here.*--yes.*--dry-run.*\.\n$/u,
    ],
    ["at no", target, { case: restart, typed: ["n"] }, /^refused: nobody said yes, and nothing was changed\.\n$/u],
    ["at the end of the input", target, { case: restart, typed: [null] }, /^refused: nobody said yes/u],
    [
      "an unknown tag",
      ["deploy/checkout", "--strategy", "set-image", "--tag", "9", "--yes"],
      { case: { strategy: "set-image" }, missing: [":9"] },
      /^refused: .*no such tag\. Nearest: 2\.4\.0/u,
    ],
    [
      "another repository",
      ["deploy/checkout", "--strategy", "set-image", "--image", "x/y:1", "--yes"],
      { case: { strategy: "set-image" } },
      /another repository/u,
    ],
    [
      "a digest of another repository",
      ["deploy/checkout", "--strategy", "set-image", "--image", `x/y@${digest("d")}`, "--yes"],
      { case: { strategy: "set-image" } },
      /the digest is one of another repository, .*x\/y instead of ghcr\.io\/shop\/checkout/u,
    ],
    ["the last copy", [...target, "--yes"], { case: restart, missing: [`@${digest("b")}`] }, /last working copy/u],
    [
      "a Job",
      ["job/checkout", "--strategy", "restart", "--yes"],
      { case: { strategy: "restart", kind: "Job" } },
      /template of a Job/u,
    ],
    [
      "unproven, whatever --yes says",
      [...target, "--yes"],
      { case: unproven },
      /^refused: not proved.*--strategy probe.*--allow-unproven/u,
    ],
    [
      "not known whether another runs",
      [...target, "--yes"],
      { case: restart, mark: { status: "forbidden", reason: "deployments in namespace shop: forbidden" } },
      /^refused: whether another re-pull is under way could not be read: deployments in namespace shop: forbidden\.\n$/u,
    ],
  ])("%s", async (_what, args, scene, sentence) => {
    const { code, out, err, ran } = await call([...args, "-o", "json"], scene);
    expect({ code, ran }).toEqual({ code: 1, ran: [] });
    expect(err).toMatch(sentence);
    expect(err.trim().split("\n")).toHaveLength(1);
    expect(JSON.parse(out)).toMatchObject({
      phase: "Refused",
      verification: null,
      outcome: null,
      refused: expect.any(String),
    });
  });

  it("what could not be proved is offered a probe, with the command for it", async () => {
    const { out } = await call(target, { case: unproven });
    expect(out).toContain("To prove it first:\n  imagepull repull deployment/checkout --strategy probe -n shop\n");
  });

  it("the probe of another image is one of that image", async () => {
    const args = ["deploy/checkout", "--strategy", "set-image", "--tag", "9"];
    const { out } = await call(args, { case: { ...unproven, strategy: "set-image" } });
    expect(out).toContain(`--strategy probe --container app --image ${repository}:9 -n shop`);
  });

  it("no probe is offered for what it would not prove", async () => {
    const { out, err } = await call(target, { case: restart, missing: [`@${digest("b")}`] });
    expect(err).toMatch(/last working copy.*--allow-unproven/u);
    expect(out + err).not.toContain("probe");
  });

  it("commands that must not be run are not there to be copied", async () => {
    const { out } = await call(dry, { case: restart, missing: [":2.4.1"] });
    expect(out).toContain("Pre-flight: impossible");
    expect(out).not.toContain("kubectl -n");
  });

  it("whoever is asked whether to run it is not told to paste it as well", async () => {
    const { out } = await call(target, { case: restart, typed: ["n"] });
    expect(out).toContain("nothing has been changed\n");
    expect(out).not.toContain("Commands:");
  });

  it("nobody is asked where it is not possible", async () => {
    const { questions } = await call(target, { case: restart, missing: [`@${digest("b")}`], typed: ["y"] });
    expect(questions).toEqual([]);
  });

  it("a dry run says that it could not be read whether another runs, and plans", async () => {
    const mark = { status: "failed", reason: "deployments: 500" } as const;
    const { code, out, err } = await call(dry, { case: restart, mark });
    expect(code).toBe(0);
    expect(err).toBe("whether another re-pull is under way could not be read: deployments: 500.\n");
    expect(out).toContain("Pre-flight: possible");
  });
});

describe("bad usage: exit 2, one sentence, and nothing is read or run", () => {
  const setImage = ["deploy/checkout", "--strategy", "set-image"];
  it.each<[string, string[], RegExp]>([
    ["no strategy", ["deploy/checkout"], /--strategy, one of restart, set-image.*imagepull repull --help/u],
    ["an unknown strategy", ["deploy/checkout", "--strategy", "reboot"], /reboot.*restart, set-image/u],
    ["no target", ["--strategy", "restart"], /no target was given/u],
    ["a target of an unknown kind", ["service/x", "--strategy", "restart"], /service/u],
    ["--tag with a reference", [...setImage, "--tag", "a/b:1"], /--tag is "a\/b:1", a whole reference: write --image/u],
    ["--tag with a digest", [...setImage, "--tag", digest("a")], /a digest: write --image/u],
    ["--tag and --image", [...setImage, "--tag", "1", "--image", "a/b:1"], /both given/u],
    ["--tag of a restart", [...dry, "--tag", "1"], /restart keeps the image's name/u],
    ["an unknown container", [...dry, "--container", "web"], /no container "web".*It has app/u],
    ["a timeout without a unit", [...dry, "--timeout", "10"], /--timeout is "10", not a duration/u],
    ["a timeout that is too short", [...dry, "--timeout", "1s"], /10s to 24h/u],
    ["labels for a whole workload", ["-l", "app=web", "--strategy", "restart"], /-l chooses pods for delete-pods/u],
    ["labels and a name", ["deploy/checkout", "-l", "app=web", "--strategy", "delete-pods"], /both given/u],
    ["labels that are none", ["-l", "=web", "--strategy", "delete-pods"], /no label selector/u],
    ["undo of nothing", ["undo"], /no target was given/u],
    ["undo with a strategy", ["undo", "deploy/checkout", "--strategy", "restart"], /needs no --strategy/u],
    ["undo with an image", ["undo", "deploy/checkout", "--image", "a/b:1"], /needs no --image/u],
  ])("%s", async (_what, args, sentence) => {
    const { code, out, err, ran } = await call([...args, "--yes"], { case: restart });
    expect({ code, out, ran }).toEqual({ code: 2, out: "", ran: [] });
    expect(err).toMatch(sentence);
    expect(err.trim().split("\n")).toHaveLength(1);
  });

  it("with -o json it is an object", async () => {
    const { out } = await call(["deploy/checkout", "-o", "json"], { case: restart });
    expect(JSON.parse(out)).toEqual({ error: expect.stringContaining("--strategy") });
  });

  it("a name that fits several objects names them", async () => {
    const answer = {
      kind: "choice",
      sentence: '"app=web" fits 2 objects. Which one: shop/deploy/a or shop/deploy/b?',
      candidates: [{ namespace: "shop", kind: "Deployment", name: "a", text: "shop/deploy/a" }],
    } as const;
    const { code, err, out } = await call(["-l", "app=web", "--strategy", "delete-pods", "-o", "json"], {
      case: restart,
      answer,
    });
    expect({ code, err }).toEqual({ code: 2, err: `${answer.sentence}\n` });
    expect(JSON.parse(out)).toMatchObject({ candidates: answer.candidates });
  });

  it("the command line of the program knows it", async () => {
    let text = "";
    const io = {
      out: (more: string) => void (text += more),
      err: () => undefined,
      stdin: () => Promise.resolve(""),
      terminal: pipe,
    };
    const never = (): Promise<never> => Promise.reject(new Error("nothing is opened for help"));
    const doors = {
      parseTarget: never,
      open: never,
      readOnly: never,
      serve: never,
      doctor: never,
      install: never,
      playground: never,
    };
    expect(await runCli(["repull", "--help"], io, "1.2.3", doors)).toBe(0);
    for (const part of ["--yes", "--timeout", "--allow-unproven", "--selector", "undo", "Ctrl-C", "IMAGEPULL_READONLY"])
      expect(text).toContain(part);
  });
});
