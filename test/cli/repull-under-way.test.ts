import { describe, expect, it } from "vitest";
import type { Mark } from "../../src/repull/mark.ts";
import { digest } from "../diagnosis/checks.ts";
import { repository } from "../repull/case.ts";
import { call, ends, markOf, outcomeOf, restart, type Scene } from "./repull-harness.ts";

const target = ["deploy/checkout", "--strategy", "restart"];
const run = [...target, "--yes"];

describe("another is under way", () => {
  const pinning = markOf({ strategy: "pin-digest" });

  it.each([
    ["asked to run", run],
    ["asked for a dry run", [...target, "--dry-run"]],
  ])("%s: refused, with what runs, since when, and until when at the latest", async (_what, args) => {
    const { code: exit, err, out, ran } = await call([...args, "-o", "json"], { case: restart, mark: pinning });
    expect({ exit, ran }).toEqual({ exit: 1, ran: [] });
    expect(err).toMatch(
      /^refused: another re-pull is under way: pin-digest, since 2026-11-24T10:30:00Z; at the latest at 2026-11-24T10:40:00Z/u,
    );
    expect(JSON.parse(out)).toMatchObject({ phase: "Refused", strategy: "restart", plan: null, preflight: null });
  });

  it("the same is gone on with, after a yes", async () => {
    const begun = markOf();
    const {
      code: exit,
      err,
      out,
      questions,
      ran,
    } = await call(target, {
      ...ends(outcomeOf("Succeeded")),
      mark: begun,
      typed: ["y"],
    });
    expect({ exit, questions }).toEqual({ exit: 0, questions: ["Go on with it? [y/N] "] });
    expect(err).toBe(
      "the same re-pull is under way since 2026-11-24T10:30:00Z.\ngoing on with the same re-pull, which began at 2026-11-24T10:30:00Z.\n",
    );
    expect(ran).toMatchObject([
      { how: "resume", with: { object: { name: "checkout" }, mark: begun, hands: { timeout: 540_000 } } },
    ]);
    expect(out).toMatch(/^Succeeded: /u);
  });

  it("with --yes nobody is asked, and commands that are shown name the cluster", async () => {
    const args = [...run, "--context", "prod"];
    const { questions, ran } = await call(args, { ...ends(outcomeOf("Succeeded")), mark: markOf(), typed: ["n"] });
    expect(questions).toEqual([]);
    expect(ran).toMatchObject([{ how: "resume", with: { hands: { context: "prod" } } }]);
  });

  it.each<[string, Partial<Scene>, RegExp]>([
    ["where no is said", { typed: ["n"] }, /refused: nobody said yes, and nothing more was changed\.\n$/u],
    [
      "where nobody can be asked",
      {},
      /^refused: nobody can be asked here whether to go on with it.*add --yes to go on/u,
    ],
  ])(
    "somebody may have written a mark that is none of ours: nothing is gone on with %s",
    async (_what, over, words) => {
      const evicting = markOf({ strategy: "delete-pods", restartedAt: null, evicts: "all" });
      const args = ["deploy/checkout", "--strategy", "delete-pods"];
      const { code: exit, err, ran } = await call(args, { ...ends(outcomeOf("Succeeded")), mark: evicting, ...over });
      expect({ exit, ran }).toEqual({ exit: 1, ran: [] });
      expect(err).toMatch(words);
    },
  );

  it.each<[string, string, string[]]>([
    ["the same labels: gone on with, although other pods bear them by now", "app=checkout", ["resume"]],
    ["other labels: held off", "app=checkout,canary=no", []],
  ])("%s", async (_what, selector, how) => {
    const only = ["checkout-0", "checkout-1"];
    const asked = { container: null, tag: null, image: null, only, selector: "app=checkout" };
    const mark = markOf({ strategy: "delete-pods", restartedAt: null, evicts: "all", asked });
    const args = ["-l", selector, "-n", "shop", "--strategy", "delete-pods", "--yes"];
    const scene: Scene = {
      ...ends(outcomeOf("Succeeded")),
      selected: { status: "ok", value: ["checkout-1", "new-0"] },
    };
    const { ran } = await call(args, { ...scene, mark, case: { strategy: "delete-pods", policy: "Always" } });
    expect(ran.map((one) => one.how)).toEqual(how);
  });

  it("a dry run of the same reads, says so and goes on with nothing", async () => {
    const {
      code: exit,
      err,
      out,
      ran,
    } = await call([...target, "--dry-run", "-o", "json"], { case: restart, mark: markOf() });
    expect({ exit, ran }).toEqual({ exit: 0, ran: [] });
    expect(err).toContain("the same re-pull is under way since 2026-11-24T10:30:00Z");
    expect(JSON.parse(out)).toMatchObject({ phase: "Executing", plan: null, outcome: null });
  });

  it("the same is gone on with although what it has written would be refused as written already", async () => {
    const tag = "2.4.1";
    const args = ["deploy/checkout", "--strategy", "set-image", "--tag", tag, "--yes"];
    const begun = markOf({
      strategy: "set-image",
      asked: { container: null, tag, image: null, only: null, selector: null },
    });
    const scene: Scene = { ...ends(outcomeOf("Succeeded")), case: { strategy: "set-image" } };
    expect((await call(args, scene)).err).toContain("already");
    expect((await call(args, { ...scene, mark: begun })).ran).toMatchObject([{ how: "resume" }]);
  });

  it.each([
    ["that has ended", { outcome: { phase: "Failed", at: "2026-11-24T10:30:30Z", running: {} } }],
    ["whose time is over", { deadline: "2026-11-24T10:30:59Z" }],
  ] as const)("one %s holds nothing off", async (_what, over) => {
    const { ran } = await call(run, {
      ...ends(outcomeOf("Succeeded")),
      mark: markOf({ ...over, strategy: "pin-digest" }),
    });
    expect(ran).toMatchObject([{ how: "run" }]);
  });
});

describe("undo", () => {
  const args = ["undo", "deploy/checkout"];
  const ended: Mark = markOf({ outcome: { phase: "Failed", at: "2026-11-24T10:30:30Z", running: {} } });

  it("pins what ran before, by the same flow", async () => {
    const {
      code: exit,
      out,
      questions,
      ran,
    } = await call(args, { ...ends(outcomeOf("Succeeded")), mark: ended, typed: ["y"] });
    expect({ exit, questions }).toEqual({ exit: 0, questions: ["Run it? [y/N] "] });
    expect(out).toMatch(/^undo of deployment shop\/checkout on test\n/u);
    expect(ran).toMatchObject([
      {
        how: "run",
        with: {
          plan: {
            strategy: "set-image",
            mark: { undoes: ended.fingerprint, containers: { app: { image: `${repository}@${digest("b")}` } } },
          },
        },
      },
    ]);
  });

  it("--dry-run only plans it", async () => {
    const { code: exit, out, ran } = await call([...args, "--dry-run", "-o", "json"], { case: restart, mark: ended });
    expect({ exit, ran }).toEqual({ exit: 0, ran: [] });
    expect(JSON.parse(out)).toMatchObject({
      phase: "Planned",
      strategy: "set-image",
      plan: { annotation: { undoes: ended.fingerprint } },
    });
  });

  it.each<[string, Scene["mark"], RegExp]>([
    [
      "where nothing is noted",
      undefined,
      /^refused: no re-pull is noted on deployment\/checkout: there is nothing to take back\.\n$/u,
    ],
    ["of what is under way", markOf(), /^refused: a re-pull of deployment\/checkout is still under way/u],
    ["of an undo", markOf({ ...ended, undoes: "fedcba9876543210" }), /taken back already/u],
    [
      "where it cannot be read",
      { status: "forbidden", reason: "deployments: forbidden" },
      /could not be read: deployments: forbidden\.\n$/u,
    ],
  ])("%s is refused", async (_what, noted, sentence) => {
    const {
      code: exit,
      err,
      out,
      ran,
    } = await call([...args, "--yes", "-o", "json"], {
      case: restart,
      ...(noted === undefined ? {} : { mark: noted }),
    });
    expect({ exit, ran }).toEqual({ exit: 1, ran: [] });
    expect(err).toMatch(sentence);
    expect(JSON.parse(out)).toMatchObject({ phase: "Refused", strategy: "set-image", plan: null });
  });

  it("an undo that is under way is gone on with", async () => {
    const going = markOf({ strategy: "set-image", undoes: "fedcba9876543210" });
    const { ran } = await call([...args, "--yes"], { ...ends(outcomeOf("Succeeded")), mark: going });
    expect(ran).toMatchObject([{ how: "resume", with: { mark: going } }]);
  });
});

describe("a bare pod that is not there", () => {
  const gone: Scene["answer"] = { kind: "not-found", sentence: 'no pod "checkout-0" in namespace shop.', nearest: [] };
  const args = ["pod/checkout-0", "--strategy", "delete-pods", "--yes"];
  const begun = markOf({ strategy: "delete-pods", restartedAt: null });
  const kept: Scene["engine"] = {
    keptPod: () => Promise.resolve({ status: "ok", value: { uid: "keeper", mark: begun, manifest: {} } }),
    resumeRepull: () => Promise.resolve(outcomeOf("Succeeded")),
  };

  it("is made again where it was deleted to be made again", async () => {
    const { code: exit, err, ran } = await call(args, { case: restart, answer: gone, engine: kept });
    expect(exit).toBe(0);
    expect(err).toMatch(/^pod checkout-0 was deleted at 2026-11-24T10:30:00Z to be made again.*making it again\.\n$/u);
    expect(ran).toMatchObject([
      { how: "resume", with: { object: { kind: "Pod", name: "checkout-0", uid: "uid-0" }, mark: begun } },
    ]);
  });

  it("something else is not done with it before", async () => {
    const other = ["checkout-0", "--strategy", "pin-digest", "--yes"];
    const { code: exit, err, ran } = await call(other, { case: restart, answer: gone, engine: kept });
    expect({ exit, ran }).toEqual({ exit: 1, ran: [] });
    expect(err).toContain("with imagepull repull pod/checkout-0 -n shop --strategy delete-pods");
  });

  it.each<[string, string[], Scene["engine"], string]>([
    ["nothing keeps it", args, {}, ""],
    ["a Deployment", ["deploy/checkout", "--strategy", "restart"], kept, ""],
    [
      "it may not be read what keeps it",
      args,
      { keptPod: () => Promise.resolve({ status: "forbidden", reason: "get secrets: forbidden" }) },
      "whether pod checkout-0 is kept to be made again could not be read: get secrets: forbidden.\n",
    ],
  ])("else it is not found: %s", async (_what, typed, engine, before) => {
    const {
      code: exit,
      err,
      ran,
    } = await call(typed, { case: restart, answer: gone, ...(engine === undefined ? {} : { engine }) });
    expect({ exit, ran }).toEqual({ exit: 2, ran: [] });
    expect(err).toBe(`${before}no pod "checkout-0" in namespace shop.\n`);
  });
});

describe("a bare pod that is kept, and still there", () => {
  const args = ["pod/checkout-0", "--strategy", "delete-pods", "--yes"];
  const begun = markOf({ strategy: "delete-pods", restartedAt: null });
  const late = markOf({ ...begun, deadline: "2026-11-24T10:30:30Z" });
  const scene = (deletedAt: string | null, mark: Mark): Scene => ({
    case: { strategy: "delete-pods", policy: "Always", kind: "Pod", pod: { deletedAt } },
    engine: {
      keptPod: () => Promise.resolve({ status: "ok", value: { uid: "keeper", mark, manifest: {} } }),
      resumeRepull: () => Promise.resolve(outcomeOf("Succeeded")),
      runRepull: () => Promise.resolve(outcomeOf("Succeeded")),
    },
  });
  const going = "2026-11-24T10:30:10Z";
  it.each<[string, string | null, Mark, string, number]>([
    ["on its way out", going, begun, "resume", 540_000],
    ["on its way out, and its time is over: it gets time to come", going, late, "resume", 600_000],
    ["not deleted yet", null, begun, "resume", 540_000],
    ["not deleted, and its time is over: it is a new one", null, late, "run", 600_000],
    [
      "kept of an earlier pod of its name",
      null,
      markOf({ ...begun, pods: [["checkout-0", "earlier"]] }),
      "run",
      600_000,
    ],
  ])("%s", async (_what, deletedAt, mark, how, timeout) => {
    const { code: exit, ran } = await call(args, scene(deletedAt, mark));
    expect(exit).toBe(0);
    expect(ran).toMatchObject([{ how, with: { object: { name: "checkout-0", uid: "uid-0" }, hands: { timeout } } }]);
  });

  it.each<[string, string[], string | null, Mark, RegExp]>([
    ["something else, before it is gone", ["--strategy", "pin-digest"], going, begun, /make it again first, with/u],
    [
      "something else, before it is deleted",
      ["--strategy", "pin-digest"],
      null,
      begun,
      /another re-pull is under way/u,
    ],
  ])("refused: %s", async (_what, strategy, deletedAt, mark, words) => {
    const { code: exit, err, ran } = await call(["pod/checkout-0", "--yes", ...strategy], scene(deletedAt, mark));
    expect({ exit, ran }).toEqual({ exit: 1, ran: [] });
    expect(err).toMatch(words);
  });
});
