import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { parseSettings } from "../../src/config/file.ts";

const bin = fileURLToPath(new URL("../../bin/imagepull.mjs", import.meta.url));
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "shell-"));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

const broken = "registry:\n  chek: off\n  cache: soon\n";
const mistakes =
  "imagepull.yaml:3 registry.cache is not a duration: write it with its unit, 4s or 500ms. imagepull.yaml:2 registry.chek is no setting. Did you mean check?\n";

describe("the shell reads the settings before it asks anybody", () => {
  const diagnose = (environment: Record<string, string>) =>
    spawnSync(process.execPath, [bin, "diagnose", "shop/web"], {
      encoding: "utf8",
      cwd: folder,
      env: { ...process.env, KUBECONFIG: join(folder, "none"), ...environment },
    });

  it.each<[string, string, Record<string, string>, RegExp | string]>([
    ["those of the working folder", "imagepull.yaml", {}, mistakes],
    [
      "those that IMAGEPULL_CONFIG names",
      "own.yaml",
      { IMAGEPULL_CONFIG: "own.yaml" },
      /^own\.yaml:3 registry\.cache /,
    ],
    ["none, where there are none", "other.yaml", {}, /^no kubeconfig at /],
    [
      "a file that is named and is not there is said to be missing",
      "other.yaml",
      { IMAGEPULL_CONFIG: "gone.yaml" },
      "gone.yaml: there is no such file; IMAGEPULL_CONFIG names it.\n",
    ],
  ])("%s", (_what, file, environment, words) => {
    writeFileSync(join(folder, file), broken);
    const { status, stdout, stderr } = diagnose(environment);
    expect({ status, stdout }).toEqual({ status: 2, stdout: "" });
    expect(stderr).toMatch(words);
  });
});

it("the file that the documentation shows can be read as it stands there", () => {
  const text = readFileSync(new URL("../../docs/configuration.md", import.meta.url), "utf8");
  const shown = /```yaml\n(.*?)```/s.exec(text)?.[1] ?? "";
  expect(parseSettings(shown, "imagepull.yaml")).toMatchObject({
    ok: true,
    value: { cluster: "production", registry: { plainHttp: ["registry.shop:5000"], deny: ["10.96.0.0/12"] } },
  });
});
