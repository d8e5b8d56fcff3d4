import { beforeAll, describe, expect, it } from "vitest";
import { type Alphabet, search, table } from "./support/canaries.ts";
import { inspectErrors } from "./support/in-errors.ts";
import { diagnoseAll, logInEveryWay } from "./support/in-the-shell.ts";
import { serveOverHttp, serveOverSocket } from "./support/in-slack.ts";
import { Run } from "./support/run.ts";
import { controls } from "./support/scene.ts";
import { unread } from "./support/secrets.ts";

describe.each<Alphabet>(["mixed", "letters"])("canaries of %s", (alphabet) => {
  const run = new Run(alphabet);
  beforeAll(async () => {
    await run.begin();
    await diagnoseAll(run);
    await logInEveryWay(run);
    await serveOverSocket(run);
    await serveOverHttp(run);
    await inspectErrors(run);
    await run.end();
  }, 180_000);

  it("went into the product, all of them", () => {
    const reached = new Set(search(run.canaries.all, run.given.all).map(({ place }) => place));
    expect([...run.canaries.all.keys()].filter((place) => !reached.has(place))).toEqual([unread]);
  });

  it("would be found: what has to be shown is", () => {
    const shown = search(controls, run.outputs.all).map(({ place, output }) => `${output}: ${place}`);
    for (const output of ["text", "json", "markdown", "--save", "slack"])
      for (const control of controls.keys()) expect(shown).toContain(`${output}: ${control}`);
  });

  it("stand in no output", () => {
    const hits = search(run.canaries.all, run.outputs.all);
    process.stdout.write(`\n${table([...run.canaries.all.keys()], [...run.outputs.all.keys()], hits)}\n`);
    expect(hits).toEqual([]);
  });
});
