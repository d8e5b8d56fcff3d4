import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";

const module = new URL("../../src/playground/orphan.ts", import.meta.url).href;
/** Says that it stands, then waits until it is left alone. */
const program = `
import { whenOrphaned } from ${JSON.stringify(module)};
setInterval(() => {}, 1000);
whenOrphaned(() => { console.log("alone"); process.exit(); }, process.argv[2] === "npm");
console.log("here");
`;

describe.runIf(process.platform !== "win32")("a process whose starter was killed without a word notices", () => {
  const folder = mkdtempSync(join(tmpdir(), "orphan-"));
  const file = join(folder, "program.mjs");
  writeFileSync(file, program);
  afterAll(() => {
    rmSync(folder, { recursive: true });
  });

  it.each([
    ["a shell", `${process.execPath} ${file}; true`],
    // The shell between outlives npm, and tells nobody. Only Linux says who a parent's parent is.
    ...(process.platform === "linux"
      ? [["npm, with a shell between", `sh -c '${process.execPath} ${file} npm; true'; true`]]
      : []),
  ])("started by %s", async (_what, command) => {
    const starter = spawn("sh", ["-c", command ?? ""], { stdio: ["ignore", "pipe", "inherit"] });
    const hear = async (): Promise<string> => String((await once(starter.stdout, "data"))[0]);
    expect(await hear()).toBe("here\n");
    starter.kill("SIGKILL");
    expect(await hear()).toBe("alone\n");
  });
});
