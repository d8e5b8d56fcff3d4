import { spawn, spawnSync } from "node:child_process";
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { container, evidenceOf, podWith, read, waiting } from "../support/evidence.ts";

const bin = fileURLToPath(new URL("../../bin/imagepull.mjs", import.meta.url));
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "bin-"));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

const evidence = JSON.stringify(evidenceOf(read(podWith([container(waiting("ErrImagePull", "not found"))]))));
const run = (args: readonly string[], environment: Record<string, string> = {}, script = bin) =>
  spawnSync(process.execPath, [script, ...args], {
    encoding: "utf8",
    input: evidence,
    env: { ...process.env, ...environment },
  });

/** The bin in a folder of its own, on a Node that says it is an old one. */
function onOldNode(ownNode: string | null): ReturnType<typeof run> {
  mkdirSync(join(folder, "bin"));
  copyFileSync(bin, join(folder, "bin", "imagepull.mjs"));
  const old = join(folder, "old.cjs");
  writeFileSync(old, 'Object.defineProperty(process.versions, "node", { value: "20.20.0" });');
  if (ownNode !== null) {
    mkdirSync(join(folder, "node_modules", ".bin"), { recursive: true });
    writeFileSync(join(folder, "node_modules", ".bin", "node"), `#!/bin/sh\n${ownNode}\n`, { mode: 0o755 });
  }
  return run(["diagnose", "web"], { NODE_OPTIONS: `--require ${old}` }, join(folder, "bin", "imagepull.mjs"));
}

describe("the program from a checkout", () => {
  it("diagnoses saved evidence", () => {
    const { status, stdout, stderr } = run(["diagnose", "--from", "-", "-o", "json"]);
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
    expect(JSON.parse(stdout)).toMatchObject({ version: 1, target: { name: "checkout-7d4f9c-x2k8p" } });
  });

  it("explains a stream of messages, each before the next has come", async () => {
    const child = spawn(process.execPath, [bin, "explain", "--jsonl"], { stdio: ["pipe", "pipe", "pipe"] });
    const answers: string[] = [];
    const heard = async (count: number): Promise<void> => {
      for await (const chunk of child.stdout.iterator({ destroyOnReturn: false })) {
        answers.push(...String(chunk).trim().split("\n"));
        if (answers.length >= count) return;
      }
    };
    child.stdin.write('{"message":"Failed to pull image \\"a/b:1\\": toomanyrequests"}\n');
    await heard(1);
    child.stdin.end("{}");
    await heard(2);
    const status = await new Promise((resolve) => child.once("close", resolve));
    expect(JSON.parse(answers[0] ?? "")).toMatchObject({ cause: "rate-limited", confidence: "confirmed" });
    expect(JSON.parse(answers[1] ?? "")).toHaveProperty("error");
    expect(status).toBe(2);
  });

  it("explains what is piped into it, and asks no cluster", () => {
    const { status, stdout, stderr } = spawnSync(process.execPath, [bin, "explain"], {
      encoding: "utf8",
      input: 'Failed to pull image "a/b:1": toomanyrequests',
      env: { ...process.env, KUBECONFIG: join(folder, "none") },
    });
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
    expect(stdout).toContain("rate-limited, confirmed");
  });

  it("is quiet when whoever reads has read enough", async () => {
    const child = spawn(process.execPath, [bin, "diagnose", "--from", "-", "-o", "json"], {
      stdio: ["pipe", "pipe", "pipe"],
    });
    child.stdout.destroy();
    child.stdin.end(evidence);
    let stderr = "";
    child.stderr.on("data", (chunk) => (stderr += String(chunk)));
    const status = await new Promise((resolve) => child.once("close", resolve));
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
  });

  it("says one sentence where there is no cluster", () => {
    const { status, stdout, stderr } = run(["diagnose", "web"], { HOME: folder, KUBECONFIG: join(folder, "none") });
    expect({ status, stdout }).toEqual({ status: 2, stdout: "" });
    expect(stderr).toMatch(/^no kubeconfig at .*none, which KUBECONFIG names: .*\.\n$/);
  });
});

describe("on a Node that is too old", () => {
  it("it says one sentence", () => {
    const { status, stdout, stderr } = onOldNode(null);
    expect({ status, stdout }).toEqual({ status: 2, stdout: "" });
    expect(stderr).toBe(
      "imagepull needs Node 22.21 or newer, and this is 20.20.0: install a newer one, or run npm ci, which brings one along.\n",
    );
  });

  it("it goes on with the Node that npm ci brought, and ends as that one does", () => {
    const { status, stdout } = onOldNode('echo "$@"; exit 7');
    expect(status).toBe(7);
    expect(stdout).toMatch(/bin\/imagepull\.mjs diagnose web\n$/);
  });

  it("it says one sentence where that Node is too old as well", () => {
    const { status, stderr } = onOldNode(`exec ${process.execPath} "$@"`);
    expect(status).toBe(2);
    expect(stderr).toContain("needs Node 22.21 or newer");
  });
});
