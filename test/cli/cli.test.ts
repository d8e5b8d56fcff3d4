import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type Doors, runCli } from "../../src/cli.ts";
import { parseTarget } from "../../src/collect/target.ts";
import type { DiagnoseAnswer, DiagnoseRequest } from "../../src/core.ts";
import { badInput, success } from "../../src/diagnosis/result.ts";
import { diagnosisOf } from "../support/diagnoses.ts";
import { container, evidenceOf, podWith, read, running, waiting } from "../support/evidence.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "cli-"));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

const failing = evidenceOf(read(podWith([container(waiting("ErrImagePull", "not found"))])));
const well = evidenceOf(read(podWith([container(running)])));
const diagnosis: Extract<DiagnoseAnswer, { kind: "diagnosis" }> = {
  kind: "diagnosis",
  diagnosis: diagnosisOf(),
  evidence: failing,
};

interface Run {
  readonly code: number;
  readonly out: string;
  readonly err: string;
  readonly request: DiagnoseRequest | null;
  readonly door: string;
  readonly isClosed: boolean;
}

/** Runs a command line against a core that gives this answer. */
async function run(
  args: readonly string[],
  answer: DiagnoseAnswer = diagnosis,
  over: Partial<Doors> = {},
  stdin = "",
): Promise<Run> {
  const seen = { out: "", err: "", request: null as DiagnoseRequest | null, door: "", isClosed: false };
  const door = (name: string) => (options: unknown) => {
    seen.door = `${name} ${JSON.stringify(options)}`;
    return Promise.resolve(7);
  };
  const doors: Doors = {
    parseTarget: (text, options) => Promise.resolve(parseTarget(text, options)),
    open: (options) => {
      seen.door = `open ${JSON.stringify({ context: options.context, kubeconfig: options.kubeconfig, config: options.config })}`;
      return Promise.resolve(
        success({
          core: {
            cluster: "kind",
            ready: () => Promise.resolve({ ok: true as const }),
            mayGetPods: () => Promise.resolve({ ok: true as const }),
            lookAhead: () => Promise.resolve({ checks: [], nodes: [] }),
            tags: () => Promise.resolve({ status: "skipped" as const, reason: "no registry is asked" }),
            diagnose: (request: DiagnoseRequest) => {
              seen.request = request;
              return Promise.resolve(answer);
            },
          },
          world: () => Promise.reject(new Error("nothing is written here")),
          approvals: () => Promise.reject(new Error("nothing is asked for here")),
          podsSelected: () => Promise.reject(new Error("no pod is selected here")),
          namespace: "shop",
          close: () => {
            seen.isClosed = true;
          },
        }),
      );
    },
    readOnly: () => Promise.reject(new Error("nothing is re-pulled here")),
    serve: door("serve"),
    doctor: door("doctor"),
    install: door("install"),
    playground: door("playground"),
    ...over,
  };
  const io = {
    out: (text: string) => void (seen.out += text),
    err: (text: string) => void (seen.err += text),
    stdin: () => Promise.resolve(stdin),
    terminal: { columns: null, colours: false, width: ({ length }: string) => length },
  };
  return { code: await runCli(args, io, "1.2.3", doors), ...seen };
}

describe("diagnose", () => {
  it("asks the core in the context's namespace, prints the answer and closes the connection", async () => {
    const { code, out, err, request, isClosed } = await run(["diagnose", "deploy/checkout"]);
    expect({ code, err, isClosed }).toEqual({ code: 0, err: "", isClosed: true });
    expect(out).toMatch(/^checkout cannot pull /);
    expect(request).toEqual({
      target: { kind: "object", namespace: null, resource: "Deployment", name: "checkout" },
      defaultNamespace: "shop",
    });
  });

  it.each<[string, string[], object]>([
    ["-n", ["web", "-n", "billing"], { kind: "pod-or-any", namespace: "billing", name: "web" }],
    ["-l", ["-l", "app=web"], { kind: "selector", namespace: null, selector: "app=web" }],
    ["a kind and a name", ["deploy", "web"], { kind: "object", namespace: null, resource: "Deployment", name: "web" }],
  ])("takes %s", async (_what, args, target) => {
    expect((await run(["diagnose", ...args])).request?.target).toEqual(target);
  });

  it("takes --context, --kubeconfig and --config", async () => {
    expect((await run(["diagnose", "web", "--context", "prod", "--kubeconfig", "f", "--config", "c.yaml"])).door).toBe(
      'open {"context":"prod","kubeconfig":"f","config":"c.yaml"}',
    );
  });

  it("-o json prints one object and nothing else", async () => {
    const { out, err } = await run(["diagnose", "web", "-o", "json"]);
    expect(JSON.parse(out)).toMatchObject({ version: 1, cause: "image-not-found" });
    expect(err).toBe("");
  });

  it("-o markdown", async () => {
    expect((await run(["diagnose", "web", "--output=markdown"])).out).toMatch(/^\*\*`checkout`/);
  });

  it.each<[string, string[], DiagnoseAnswer, number]>([
    ["0 for an answer", [], diagnosis, 0],
    ["1 with --exit-code for trouble", ["--exit-code"], diagnosis, 1],
    [
      "0 with --exit-code where all is well",
      ["--exit-code"],
      { ...diagnosis, diagnosis: diagnosisOf({ cause: "healthy" }) },
      0,
    ],
    ["2 where nothing fits", [], { kind: "not-found", sentence: "no.", nearest: [] }, 2],
    ["2 where several fit", ["--exit-code"], { kind: "choice", sentence: "which?", candidates: [] }, 2],
    ["2 where nothing could be read", [], { kind: "unreadable", sentence: "gone." }, 2],
  ])("exits with %s", async (_what, args, answer, code) => {
    expect((await run(["diagnose", "web", ...args], answer)).code).toBe(code);
  });

  it("a name that fits nothing is one sentence on stderr, and an object on stdout with -o json", async () => {
    const nearest = [{ namespace: "shop", kind: "Deployment" as const, name: "web", text: "shop/deploy/web" }];
    const answer: DiagnoseAnswer = {
      kind: "not-found",
      sentence: 'no pod "wbe" in namespace shop. Did you mean deploy/web?',
      nearest,
    };
    const text = await run(["diagnose", "wbe"], answer);
    expect({ out: text.out, err: text.err }).toEqual({ out: "", err: `${answer.sentence}\n` });
    const json = await run(["diagnose", "wbe", "-o", "json"], answer);
    expect(JSON.parse(json.out)).toEqual({ error: answer.sentence, candidates: nearest });
    expect(json.err).toBe(`${answer.sentence}\n`);
  });

  it("a cluster that cannot be opened is one sentence", async () => {
    const { code, err } = await run(["diagnose", "web"], diagnosis, {
      open: () => Promise.resolve(badInput("no kubeconfig at x.")),
    });
    expect({ code, err }).toEqual({ code: 2, err: "no kubeconfig at x.\n" });
  });
});

describe("evidence is saved and diagnosed again", () => {
  it("--save keeps it for its owner's eyes only, also where the file was there before", async () => {
    const file = join(folder, "evidence.json");
    writeFileSync(file, "old", { mode: 0o644 });
    expect((await run(["diagnose", "web", "--save", file])).code).toBe(0);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(JSON.parse(readFileSync(file, "utf8"))).toEqual(failing);
  });

  it("--from reads it without a cluster", async () => {
    const file = join(folder, "evidence.json");
    writeFileSync(file, JSON.stringify(well));
    const { code, out, door } = await run(["diagnose", "--from", file, "-o", "json", "--exit-code"]);
    expect(JSON.parse(out)).toMatchObject({ cause: "healthy", takenAt: well.takenAt });
    expect({ code, door }).toEqual({ code: 0, door: "" });
  });

  it("--from - reads standard input", async () => {
    expect(
      JSON.parse((await run(["diagnose", "--from", "-", "-o", "json"], diagnosis, {}, JSON.stringify(failing))).out),
    ).toMatchObject({ target: failing.target });
  });

  it.each<[string, string | null, string]>([
    ["no such file", null, "cannot be read (ENOENT): name a file that imagepull diagnose --save wrote."],
    ["no JSON", "hello", "is not JSON: name a file that imagepull diagnose --save wrote."],
    [
      "no evidence",
      '{"kind":"Pod"}',
      "is no evidence, since it has no version: name a file that imagepull diagnose --save wrote.",
    ],
    [
      "of a newer version",
      '{"version":2}',
      "is evidence of version 2, and this imagepull reads version 1: use a newer imagepull.",
    ],
    [
      "with a wrong value",
      JSON.stringify({ ...failing, takenAt: "soon" }),
      "is evidence with a wrong value at takenAt: save it anew with imagepull diagnose --save.",
    ],
  ])("a file that is %s gets one sentence", async (_what, content, expected) => {
    const file = join(folder, "evidence.json");
    if (content !== null) writeFileSync(file, content);
    const { code, out, err } = await run(["diagnose", "--from", file]);
    expect({ code, out, err }).toEqual({ code: 2, out: "", err: `${file} ${expected}\n` });
  });

  it("a folder that cannot be written to is said after the answer", async () => {
    const { code, out, err } = await run(["diagnose", "web", "--save", join(folder, "none", "x.json")]);
    expect(code).toBe(2);
    expect(out).toMatch(/^checkout cannot pull/);
    expect(err).toContain("(ENOENT): name a file in a folder that you may write to.");
  });
});

describe("bad usage is one sentence and exit 2", () => {
  it.each<[string[], string]>([
    [
      ["diagnose"],
      "no target was given: name a pod or a workload, such as web-7d4f9c-x2k8p, shop/deploy/web or -l app=web.",
    ],
    [["diagnos", "web"], "unknown command 'diagnos' (Did you mean diagnose?). See imagepull --help"],
    [["explane"], "unknown command 'explane' (Did you mean explain?). See imagepull --help"],
    [
      ["diagnose", "shop", "pod/web"],
      '"shop pod/web" is more than one target: name a pod or a workload, such as web-7d4f9c-x2k8p, shop/deploy/web or -l app=web. Did you mean imagepull diagnose shop/pod/web?',
    ],
    [
      ["diagnose", "web", "--exit-cod"],
      "unknown option '--exit-cod' (Did you mean --exit-code?). See imagepull diagnose --help",
    ],
    [
      ["diagnose", "web", "-o", "yaml"],
      "option '-o, --output <format>' argument 'yaml' is invalid. Allowed choices are text, json, markdown. See imagepull diagnose --help",
    ],
    [["diagnose", "web", "-n"], "option '-n, --namespace <namespace>' argument missing. See imagepull diagnose --help"],
    [
      ["diagnose", "web", "--from", "f"],
      "a target and --from were both given: saved evidence knows its own target, so leave one out.",
    ],
    [["playground", "--port", "99999"], "--port is 99999, not a number from 0 to 65535."],
  ])("%j", async (args, sentence) => {
    const { code, out, err } = await run(args);
    expect({ code, out, err }).toEqual({ code: 2, out: "", err: `${sentence}\n` });
  });

  it.each([
    [["diagnose", "-o", "json"]],
    [["diagnose", "web", "-o", "json", "--nonsense"]],
    [["diagnose", "web", "--output=json", "-x"]],
    [["diagnose", "web", "-ojson", "-x"]],
  ])("%j has the sentence on stdout too", async (args) => {
    const { code, out, err } = await run(args);
    expect(code).toBe(2);
    expect(`${(JSON.parse(out) as { error: string }).error}\n`).toBe(err);
  });
});

describe("the other commands", () => {
  it.each<[string[], string]>([
    [["serve", "--config", "c.yaml"], 'serve {"config":"c.yaml"}'],
    [["doctor", "-o", "json"], 'doctor {"output":"json"}'],
    [["install", "--secrets", "--dry-run", "-n", "bots"], 'install {"secrets":true,"dryRun":true,"namespace":"bots"}'],
    [["playground", "--port", "8080", "--no-open"], 'playground {"open":false,"port":8080}'],
    [["playground"], 'playground {"open":true}'],
  ])("%j goes to its door, whose exit code counts", async (args, expected) => {
    const { code, door } = await run(args);
    expect(door.split(" ")[0]).toBe(expected.split(" ")[0]);
    expect(JSON.parse(door.slice(door.indexOf(" ")))).toEqual(JSON.parse(expected.slice(expected.indexOf(" "))));
    expect(code).toBe(7);
  });

  it("--version", async () => {
    expect(await run(["--version"])).toMatchObject({ code: 0, out: "1.2.3\n" });
  });

  it.each([[["help"]], [["--help"]]])("%j lists them", async (args) => {
    const { code, out } = await run(args);
    expect(code).toBe(0);
    for (const name of ["diagnose", "explain", "serve", "playground", "doctor", "install"])
      expect(out).toContain(`  ${name} `);
  });

  it("help explain tells how to pipe kubectl's output into it", async () => {
    expect((await run(["help", "explain"])).out).toMatch(
      /^Usage: imagepull explain \[options\] \[MESSAGE\|-\]\n[^]*\nkubectl describe pod \S+ \| imagepull explain\n/,
    );
  });

  it("help diagnose tells what a target is", async () => {
    expect((await run(["help", "diagnose"])).out).toContain("shop/web-7d4f9c-x2k8p, deploy/web");
  });
});
