import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { expiryOfShell } from "../../src/config/shell.ts";

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "shell-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

describe("for how long what the shell asks for can be decided", () => {
  it.each([
    ["no file", null, null],
    ["a file that does not say it", "cluster: prod\n", 3600],
    ["a file that says it", "approvals:\n  expiresAfter: 2h\n", 7200],
    ["a file with a mistake, which is told elsewhere", "approvals:\n  expiresAfter: soon\n", null],
  ])("%s", async (_what, text, seconds) => {
    if (text !== null) writeFileSync(join(folder, "imagepull.yaml"), text);
    expect(await expiryOfShell({ environment: {}, folder })).toBe(seconds);
  });
});
