import { spawn, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { transform } from "esbuild";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { container, evidenceOf, podWith, read, waiting } from "../support/evidence.ts";

const root = join(import.meta.dirname, "../..");
const work = mkdtempSync(join(tmpdir(), "imagepull-package-"));
const built = join(work, "built");
const installed = join(work, "installed");
const bin = join(installed, "node_modules/imagepull/bin/imagepull.cjs");
const evidence = join(work, "evidence.json");

/** Runs a program in a folder, with an empty home and nothing of this machine's settings for us. */
function run(
  command: string,
  args: readonly string[],
  folder: string,
  environment: Readonly<Record<string, string>> = {},
) {
  const { status, stdout, stderr } = spawnSync(command, args, {
    cwd: folder,
    encoding: "utf8",
    env: { PATH: process.env["PATH"], HOME: process.env["HOME"], ...environment },
  });
  return { status, stdout, stderr };
}

const imagepull = (args: readonly string[], environment: Readonly<Record<string, string>> = {}) =>
  run(process.execPath, [bin, ...args], work, environment);

beforeAll(() => {
  const build = run(process.execPath, ["scripts/build.ts", built], root);
  expect(build).toMatchObject({ status: 0, stderr: "" });
  const pack = run("npm", ["pack", "--offline", "--silent", "--pack-destination", work], built);
  expect(pack.status).toBe(0);
  const install = run(
    "npm",
    [
      "install",
      "--offline",
      "--no-audit",
      "--no-fund",
      "--silent",
      "--prefix",
      installed,
      join(work, pack.stdout.trim()),
    ],
    work,
  );
  expect(install).toMatchObject({ status: 0 });
  writeFileSync(
    evidence,
    JSON.stringify(
      evidenceOf(
        read(
          podWith([
            container(
              waiting("InvalidImageName", 'Failed to apply default image tag "UPPER": couldn\'t parse image reference'),
            ),
          ]),
        ),
      ),
    ),
  );
}, 120_000);

afterAll(() => rmSync(work, { recursive: true, force: true }));

describe("the package", () => {
  it("has a name, two bins, a Node that it needs, and no dependency", () => {
    const parsed = JSON.parse(readFileSync(join(built, "package.json"), "utf8")) as Record<string, unknown>;
    expect(parsed).toMatchObject({
      name: "imagepull",
      license: "Apache-2.0",
      type: "module",
      engines: { node: ">=22.21.0" },
      bin: { imagepull: "bin/imagepull.cjs", "kubectl-imagepull": "bin/imagepull.cjs" },
    });
    expect(Object.keys(parsed).filter((key) => /dependencies|scripts/i.test(key))).toEqual([]);
    expect(readdirSync(join(installed, "node_modules")).filter((name) => !name.startsWith("."))).toEqual(["imagepull"]);
  });

  it("brings what a reader and a lawyer look for", () => {
    const files = ["README.md", "LICENSE", "CHANGELOG.md", "manifest.yml", "THIRD-PARTY-LICENSES.txt"];
    expect(files.filter((file) => !existsSync(join(installed, "node_modules/imagepull", file)))).toEqual([]);
    const licenses = readFileSync(join(built, "THIRD-PARTY-LICENSES.txt"), "utf8");
    for (const name of ["@slack/bolt", "@kubernetes/client-node", "zod", "yaml", "pino", "express"])
      expect(licenses).toMatch(new RegExp(`^${name} \\d+\\.\\d+`, "m"));
  });

  it("is not larger than it should be", () => {
    const bytes = readdirSync(built, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .reduce((sum, entry) => sum + statSync(join(entry.parentPath, entry.name)).size, 0);
    expect(bytes).toBeLessThan(14_000_000);
  });
});

describe("installed in an empty folder, it", () => {
  it.each([
    ["says its version", ["--version"], 0, /^\d+\.\d+\.\d+\n$/],
    ["diagnoses", ["diagnose", "--from", evidence], 0, /UPPER/],
    ["diagnoses as JSON", ["diagnose", "--from", evidence, "-o", "json"], 0, /"cause": ?"invalid-reference"/],
    [
      "prints what it would install",
      ["install", "--dry-run", "--image", "r.example/imagepull:1"],
      0,
      /kind: Deployment/,
    ],
    ["examines", ["doctor"], 1, /MISSING {2}configuration/],
    ["says what serve lacks", ["serve"], 2, /^$/],
  ])("%s", (_, args, status, stdout) => {
    const result = imagepull(args, { KUBECONFIG: "", HOME: work });
    expect(result).toMatchObject({ status, stdout: expect.stringMatching(stdout) as string });
  });

  it("serves, answers and stops with 0 at SIGTERM, though Slack is away", async () => {
    const kubeconfig = join(work, "kubeconfig");
    writeFileSync(
      kubeconfig,
      JSON.stringify({
        "current-context": "c",
        clusters: [{ name: "c", cluster: { server: "http://127.0.0.1:9" } }],
        contexts: [{ name: "c", context: { cluster: "c" } }],
      }),
    );
    const bot = spawn(process.execPath, [bin, "serve"], {
      cwd: work,
      env: {
        HOME: work,
        KUBECONFIG: kubeconfig,
        PORT: "0",
        SLACK_API_URL: "http://127.0.0.1:9/api/",
        SLACK_BOT_TOKEN: "xoxb-canary",
        SLACK_APP_TOKEN: "xapp-canary",
      },
    });
    let log = "";
    bot.stdout.setEncoding("utf8").on("data", (text: string) => (log += text));
    const exited = new Promise((resolve) => bot.once("exit", resolve));
    try {
      await expect.poll(() => log, { timeout: 20_000 }).toContain('"listening"');
      const { port } = z
        .object({ port: z.number() })
        .parse(JSON.parse(log.split("\n").find((line) => line.includes('"listening"')) ?? ""));
      expect((await fetch(`http://127.0.0.1:${port}/healthz`)).status).toBe(200);
      expect((await fetch(`http://127.0.0.1:${port}/readyz`)).status).toBe(503);
    } finally {
      bot.kill("SIGTERM");
    }
    expect(await exited).toBe(0);
    expect(log).not.toContain("canary");
  }, 60_000);
});

describe("a diagnosis from cold", () => {
  it("loads neither Bolt nor the bot nor client-node", () => {
    const coverage = join(work, "coverage");
    imagepull(["diagnose", "--from", evidence], { NODE_V8_COVERAGE: coverage });
    const urls = readdirSync(coverage).flatMap((file) =>
      z
        .object({ result: z.array(z.object({ url: z.string() })) })
        .parse(JSON.parse(readFileSync(join(coverage, file), "utf8")))
        .result.map(({ url }) => url),
    );
    const loaded = urls
      .filter((url) => url.includes("/imagepull/lib/"))
      .map((url) => readFileSync(fileURLToPath(url), "utf8"));
    expect(loaded.length).toBeGreaterThan(1);
    for (const name of [
      "SocketModeReceiver",
      "createAlertDoor",
      "KubernetesObjectApi",
      "collectDefaultMetrics",
      "bundlePage",
    ])
      expect(loaded.filter((source) => source.includes(name))).toEqual([]);
    // The names are those of the bundle: elsewhere in it they stand.
    const all = readdirSync(join(built, "lib"))
      .filter((file) => file.endsWith(".js"))
      .map((file) => readFileSync(join(built, "lib", file), "utf8"))
      .join("");
    for (const name of [
      "SocketModeReceiver",
      "createAlertDoor",
      "KubernetesObjectApi",
      "collectDefaultMetrics",
      "bundlePage",
    ])
      expect(all).toContain(name);
  });
});

describe("on a Node that is too old, the bin", () => {
  const source = (): string => readFileSync(join(built, "bin/imagepull.cjs"), "utf8");

  /** Runs the bin's text as if this were another Node. */
  function runAs(version: string): { said: string; exitCode: unknown; started: boolean } {
    let said = "";
    let started = false;
    const fake = {
      versions: { node: version },
      stderr: { write: (text: string) => (said += text) },
      exitCode: undefined,
    };
    const body = source().replace(/^#!.*/, "");
    // oxlint-disable-next-line no-new-func, typescript/no-implied-eval -- the bin's own text, run with another process
    new Function("process", "require", body)(fake, () => (started = true));
    return { said, exitCode: fake.exitCode, started };
  }

  it.each([
    ["0.10.48", false],
    ["14.21.3", false],
    ["20.20.2", false],
    ["22.18.0", false],
    ["22.21.0", true],
    ["24.0.0", true],
    ["26.10.0", true],
  ])("Node %s: starts is %s, or one sentence", (version, starts) => {
    const { said, exitCode, started } = runAs(version);
    expect({ started, exitCode }).toEqual({ started: starts, exitCode: starts ? undefined : 2 });
    expect(said).toMatch(
      starts
        ? /^$/
        : new RegExp(
            `^imagepull needs Node\\.js 22\\.21 or later, and this is ${version.replaceAll(".", "\\.")}: [^\n]+\n$`,
          ),
    );
  });

  it("is written in a syntax that it can read", async () => {
    await expect(transform(source(), { target: "es5", loader: "js" })).resolves.toMatchObject({ warnings: [] });
  });
});
