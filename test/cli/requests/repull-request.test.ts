import { describe, expect, it } from "vitest";
import { success } from "../../../src/diagnosis/result.ts";
import { readMark } from "../../../src/repull/mark.ts";
import { type ShelfOptions, shelfWith } from "../../approvals/shelf.ts";
import { digest } from "../../diagnosis/checks.ts";
import type { Case } from "../../repull/case.ts";
import { read } from "../../support/evidence.ts";
import { call, markOf, restart, type Scene } from "../repull-harness.ts";
import { ask, fingerprint, name, target, there } from "./asking.ts";

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

describe("repull --request asks, and runs nothing", () => {
  it("shows the plan, keeps a request in the own name, and tells what to type next", async () => {
    const { code, out, err, ran, questions, shelf } = await ask(
      [...target, "--reason", "pushed again"],
      {},
      { typed: [] },
    );
    expect({ code, err, ran, questions }).toEqual({ code: 0, err: "", ran: [], questions: [] });
    expect(out).toContain("Pre-flight: possible");
    expect(out).toContain(`Asked: ${name} in namespace shop. Nothing is changed until it is approved.`);
    expect(out).toContain(`  imagepull requests approve ${name} -n shop\n`);
    expect(out).toContain(`  imagepull requests show ${name} --wait -n shop\n`);
    expect(shelf.writes).toMatchObject([
      {
        name,
        spec: {
          requestedBy: "dana",
          requestedByGroups: ["devs", "system:authenticated"],
          reason: "pushed again",
          strategy: "restart",
          attempt: 1,
          expiresAfterSeconds: 1800,
          undoes: null,
          parameters: { allowUnproven: false },
        },
      },
    ]);
  });

  it("prints one object with -o json", async () => {
    const { out, err } = await ask([...target, "-o", "json"]);
    expect(err).toBe("");
    expect(JSON.parse(out)).toMatchObject({
      phase: "Pending",
      strategy: "restart",
      target: { namespace: "shop", kind: "Deployment", name: "checkout" },
      plan: { annotation: { fingerprint } },
      preflight: { answer: "possible" },
      verification: null,
      refused: null,
      request: { namespace: "shop", name },
    });
  });

  it("names --context in the commands of the asker, and in nothing that is kept", async () => {
    const { out, shelf } = await ask([...target, "--context", "prod"]);
    expect(out).toContain(`imagepull requests approve ${name} -n shop --context prod`);
    expect(JSON.stringify(shelf.writes)).not.toContain("prod");
  });

  it.each<[string, string[], RegExp]>([
    [
      "a dry run",
      [...target, "--dry-run"],
      /^--request asks for it, and --dry-run changes nothing at all: leave one out\.\n$/u,
    ],
    ["yes", [...target, "--yes"], /^--request lets somebody else decide, and --yes runs it now: leave one out\.\n$/u],
    [
      "a reason of 10,000 characters",
      [...target, "--reason", "x".repeat(10_000)],
      /^the reason has 10000 characters, and 1000 are kept/u,
    ],
  ])("not together with %s", async (_what, args, words) => {
    const { code, err, shelf } = await ask(args);
    expect({ code, writes: shelf.writes }).toEqual({ code: 2, writes: [] });
    expect(err).toMatch(words);
  });

  it.each([
    ["--reason", [...target, "--reason", "x"]],
    ["--wait", [...target, "--wait"]],
  ])("%s goes with --request", async (option, args) => {
    const { code, err } = await call(args, { case: restart });
    expect(code).toBe(2);
    expect(err).toMatch(new RegExp(`^${option} .*: add --request, or leave it out\\.\n$`, "u"));
  });

  it("takes control characters out of a reason, and leaves mentions to whoever shows them", async () => {
    const { shelf } = await ask([...target, "--reason", "a\u001b[2J\nb <!channel> @here"]);
    expect(shelf.kept.requests[0]?.spec.reason).toBe("a\ufffd[2J b <!channel> @here");
  });
});

describe("refused: exit 1, a sentence, and nothing is run", () => {
  it.each<[string, string[], ShelfOptions, Partial<Scene>, RegExp, number]>([
    ["impossible", target, {}, { missing: [`@${digest("b")}`] }, /^refused: .*last working copy/u, 0],
    ["unproven", target, {}, { case: unproven }, /^refused: not proved.*--allow-unproven/u, 0],
    [
      "denied before: who, why, and until when",
      target,
      {
        requests: [
          there({
            phase: "Denied",
            history: [
              { phase: "Denied", at: "2026-11-24T10:30:00Z", by: "frank", message: 'Denied by frank: "not now".' },
            ],
          }),
        ],
      },
      {},
      /^refused: the same was asked as checkout-[0-9a-f]{16}-1: Denied by frank: "not now" \(2026-11-24T10:30:00Z\)\. It stays so until the workload, the tag or its digest changes\.\n$/u,
      0,
    ],
    [
      "the admission policy's own sentence",
      target,
      {
        onAsk: () => ({
          kind: "refused",
          reason: "(422): ValidatingAdmissionPolicy 'p' with binding 'b' denied request: dana may not restart here",
        }),
      },
      {},
      /^refused: nothing was asked: dana may not restart here\.\n$/u,
      1,
    ],
    [
      "CRDs that are absent",
      target,
      { broken: { status: "absent", reason: "x" } },
      {},
      /^refused: nothing was asked: requests are not set up in this cluster.*imagepull install --dry-run \| kubectl apply --server-side -f -\n$/u,
      0,
    ],
    [
      "no answer",
      target,
      { onAsk: () => ({ kind: "lost", reason: "the connection broke" }) },
      {},
      /^refused: whether it was asked is not known \(the connection broke\)\. The same command again finds out/u,
      1,
    ],
    [
      "a login that nobody can name",
      target,
      {},
      {
        approvals: {
          store: shelfWith(),
          expiresAfterSeconds: null,
          whoAmI: () =>
            Promise.resolve({
              status: "forbidden",
              reason: "who this login is cannot be read (forbidden: create selfsubjectreviews)",
            }),
        },
      },
      /^refused: nothing was asked: who this login is cannot be read/u,
      0,
    ],
    ["read only", target, {}, { readOnly: success(true) }, /^refused: IMAGEPULL_READONLY is on/u, 0],
    [
      "another re-pull under way",
      target,
      {},
      { mark: markOf({ strategy: "pin-digest" }) },
      /^refused: another re-pull is under way: pin-digest/u,
      0,
    ],
    [
      "the same under way by hand: it is not gone on with",
      target,
      {},
      { mark: markOf() },
      /^refused: the same re-pull is under way since 2026-11-24T10:30:00Z, and nothing was asked: wait for its end\.\n$/u,
      0,
    ],
  ])("%s", async (_what, args, options, over, words, writes) => {
    const { code, err, out, ran, shelf } = await ask([...args, "-o", "json"], options, over);
    expect({ code, ran, writes: shelf.writes.length }).toEqual({ code: 1, ran: [], writes });
    expect(err).toMatch(words);
    expect(JSON.parse(out)).toMatchObject({ phase: "Refused", refused: expect.any(String) });
  });

  it("unproven is asked with --allow-unproven, which stands in the request", async () => {
    const { code, shelf } = await ask([...target, "--allow-unproven"], {}, { case: unproven });
    expect(code).toBe(0);
    expect(shelf.kept.requests[0]?.spec).toMatchObject({
      parameters: { allowUnproven: true },
      preflight: { answer: "unproven" },
    });
  });
});

describe("asked already: exit 0, by whom, and how to decide", () => {
  it.each<[string, Parameters<typeof there>, RegExp, string]>([
    [
      "by somebody else",
      [{}, "erin"],
      /Asked already: checkout-\S+ in namespace shop, by erin 300s ago\. It is Pending: It waits for one approval\.\nApprove it:/u,
      "Pending",
    ],
    ["by oneself", [{}, "dana"], /by you 300s ago\. It is Pending: .*\nSomebody else approves it:/u, "Pending"],
    [
      "and approved",
      [{ phase: "Approved", message: "Approved by erin" }],
      /It is Approved: Approved by erin\.\nFollow it:/u,
      "Approved",
    ],
  ])("%s", async (_what, status, words, phase) => {
    const options = { requests: [there(...status)] };
    const { code, out, shelf } = await ask(target, options);
    expect({ code, writes: shelf.writes }).toEqual({ code: 0, writes: [] });
    expect(out.replaceAll(/\d+m ago/gu, "300s ago")).toMatch(words);
    expect(JSON.parse((await ask([...target, "-o", "json"], options)).out)).toMatchObject({ phase, request: { name } });
  });

  it("and carried out just now: it is neither run nor gone on with", async () => {
    const request = there({ phase: "Executing", message: "It is being carried out" });
    const mark = markOf({ fingerprint, request: { name, uid: request.uid } });
    const { code, out, ran, shelf } = await ask(target, { requests: [request] }, { mark });
    expect({ code, ran, writes: shelf.writes }).toEqual({ code: 0, ran: [], writes: [] });
    expect(out).toMatch(/^Asked already: .*It is Executing: It is being carried out\./u);
  });
});

describe("a bare pod that is kept to be made again is not made again by asking", () => {
  const bare = ["pod/checkout-0", "--strategy", "delete-pods"];
  const mark = markOf({ strategy: "delete-pods", restartedAt: null });
  const engine: Scene["engine"] = {
    keptPod: () => Promise.resolve({ status: "ok", value: { uid: "keeper", mark, manifest: {} } }),
  };
  it.each<[string, Partial<Scene>, RegExp]>([
    [
      "where it is gone",
      { answer: { kind: "not-found", sentence: 'no pod "checkout-0" in namespace shop.', nearest: [] } },
      /^refused: pod checkout-0 was deleted at .*, and nothing was asked\.\n$/u,
    ],
    [
      "where it is still there",
      { case: { strategy: "delete-pods", policy: "Always", kind: "Pod" } },
      /^refused: the same re-pull is under way since .*, and nothing was asked: wait for its end\.\n$/u,
    ],
  ])("%s", async (_what, over, words) => {
    const { code, err, ran, shelf } = await ask(bare, {}, { engine, ...over });
    expect({ code, ran, writes: shelf.writes }).toEqual({ code: 1, ran: [], writes: [] });
    expect(err).toMatch(words);
  });
});

describe("repull undo --request", () => {
  const ended = { phase: "Succeeded", at: "2026-11-24T10:30:30Z", running: {} } as const;
  it.each([
    ["names the request that it takes back", { name: "checkout-0-1", uid: "u" }, "checkout-0-1"],
    ["takes back what nobody asked for", null, null],
  ])("%s", async (_what, request, undoes) => {
    const mark = markOf({ outcome: ended, request });
    expect(readMark(JSON.stringify(mark))).not.toBeNull();
    const { code, shelf, ran } = await ask(["undo", "deploy/checkout"], {}, { mark });
    expect({ code, ran }).toEqual({ code: 0, ran: [] });
    expect(shelf.kept.requests[0]?.spec).toMatchObject({
      strategy: "set-image",
      undoes,
      parameters: { undo: { fingerprint: mark.fingerprint, pins: mark.before } },
    });
  });
});
