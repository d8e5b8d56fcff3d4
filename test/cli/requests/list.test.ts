import { describe, expect, it } from "vitest";
import { badInput } from "../../../src/diagnosis/result.ts";
import { decisionWith, requestName, requestWith, statusWith } from "../../approvals/shelf.ts";
import { call, type Scene } from "./harness.ts";

const rows = (out: string): string[][] =>
  out
    .trimEnd()
    .split("\n")
    .map((line) => line.split(/ {3,}/u));

const old = "2026-11-20T10:00:00Z";
const ended = (name: string, createdAt: string) =>
  requestWith({
    name,
    createdAt,
    status: statusWith({ phase: "Succeeded", message: "All 2 pods run what was promised" }),
  });

describe("imagepull requests", () => {
  it("lists the open ones first, the newest of each first", async () => {
    const { code, out, err, isClosed } = await call([], {
      requests: [
        ended("ended-new", "2026-11-24T10:30:00Z"),
        requestWith({ name: "open-old", createdAt: old }),
        ended("ended-old", old),
        requestWith({ name: "open-new", status: null }),
      ],
    });
    expect({ code, err, isClosed }).toEqual({ code: 0, err: "", isClosed: true });
    expect(rows(out)).toEqual([
      ["NAME", "PHASE", "TARGET", "STRATEGY", "BY", "AGE", "MESSAGE"],
      ["open-new", "Pending", "deployment/checkout", "restart", "dana", "5m", "The bot has not looked at it yet"],
      [
        "open-old",
        "Pending",
        "deployment/checkout",
        "restart",
        "dana",
        "4d",
        "Nobody decided it before 2026-11-21T10:00:00Z",
      ],
      ["ended-new", "Succeeded", "deployment/checkout", "restart", "dana", "60s", "All 2 pods run what was promised"],
      ["ended-old", "Succeeded", "deployment/checkout", "restart", "dana", "4d", "All 2 pods run what was promised"],
    ]);
  });

  it.each<[string, string[], Scene, string]>([
    ["of the context's namespace", [], {}, "No requests in namespace shop.\n"],
    ["of another", ["-n", "web"], { requests: [requestWith()] }, "No requests in namespace web.\n"],
    ["of all", ["-A"], {}, "No requests in any namespace.\n"],
  ])("says that there are none %s", async (_what, args, scene, words) => {
    const { code, out } = await call(args, scene);
    expect({ code, out }).toEqual({ code: 0, out: words });
  });

  it("-A names the namespaces, -o wide the approvals and the reason", async () => {
    const counted = { name: "d", by: "erin", decision: "approve", counts: true, why: "" } as const;
    const requests = [
      requestWith({
        status: statusWith({ needed: 2, decisions: [counted, { ...counted, name: "e", counts: false }] }),
      }),
      requestWith({ namespace: "web", name: "unseen", createdAt: old, status: null, spec: { reason: "" } }),
    ];
    const { out } = await call(["-A", "-o", "wide"], { requests });
    expect(rows(out).map((row) => [row[0], row[7], row[8]])).toEqual([
      ["NAMESPACE", "APPROVALS", "REASON"],
      ["shop", "1/2", "the tag was pushed again"],
      ["web", "-", "-"],
    ]);
  });

  it("prints one object with -o json", async () => {
    const unreadable = [{ namespace: "shop", name: "bent", why: "spec.plan is missing" }];
    const { code, out, err } = await call(["-o", "json"], { requests: [requestWith()], unreadable });
    expect({ code, err }).toEqual({ code: 0, err: "" });
    expect(JSON.parse(out)).toEqual({
      requests: [
        {
          namespace: "shop",
          name: requestName,
          phase: "Pending",
          message: "It waits for one approval",
          target: expect.objectContaining({ text: "deployment/checkout" }),
          strategy: "restart",
          requestedBy: "dana",
          reason: "the tag was pushed again",
          createdAt: "2026-11-24T10:26:00Z",
          needed: 1,
          undoes: null,
        },
      ],
      unreadable,
    });
  });

  it("tells of what another version wrote, and shows the rest", async () => {
    const unreadable = [{ namespace: "shop", name: "bent", why: "it is of imagepull.dev/v2" }];
    const { code, out, err } = await call([], { requests: [requestWith()], unreadable });
    expect(code).toBe(0);
    expect(out).toContain(requestName);
    expect(err).toBe("not shown: request bent in namespace shop: it is of imagepull.dev/v2.\n");
  });

  it("lets nobody's words move the cursor", async () => {
    const requests = [requestWith({ spec: { requestedBy: "da\u001b[2Jna", reason: "a\u202eb" } })];
    for (const format of ["wide", "json"]) {
      const { out } = await call(["-o", format], { requests });
      expect(["\u001b", "\u202e"].filter((character) => out.includes(character))).toEqual([]);
    }
  });

  it.each<[string, Scene, RegExp]>([
    [
      "CRDs that are absent, or of another version",
      { broken: { status: "absent", reason: "x" } },
      /^requests are not set up.*imagepull\.dev\/v1alpha1 .*imagepull install --dry-run \| kubectl apply --server-side -f -\n$/u,
    ],
    [
      "what may not be read",
      { broken: { status: "forbidden", reason: "forbidden: list repullrequests" } },
      /^forbidden: list repullrequests\.\n$/u,
    ],
    ["a cluster that is not to be found", { door: badInput("no kubeconfig.") }, /^no kubeconfig\.\n$/u],
  ])("%s: one sentence, exit 2", async (_what, scene, words) => {
    const { code, out, err } = await call(["-o", "json"], scene);
    expect(code).toBe(2);
    expect(err).toMatch(words);
    expect(JSON.parse(out)).toEqual({ error: err.trimEnd() });
  });
});

describe("bad usage: one sentence, exit 2, and no cluster is asked", () => {
  it.each<[string, string[], RegExp]>([
    [
      "an unknown verb",
      ["aprove", "x"],
      /^requests knows show, approve, deny, cancel, and not "aprove"\. Did you mean approve\?/u,
    ],
    [
      "a name without a verb",
      ["web-0123456789abcdef-1"],
      /To see it: imagepull requests show web-0123456789abcdef-1\n$/u,
    ],
    ["a verb without a name", ["approve"], /^requests approve takes the name of one request/u],
    ["two names", ["cancel", "a", "b"], /^requests cancel takes the name of one request/u],
    ["a no without a reason", ["deny", "a"], /^who says no says why: imagepull requests deny a --reason "…"\n$/u],
    ["a no with an empty reason", ["deny", "a", "--reason", "  "], /^who says no says why/u],
    ["-A with a name", ["show", "a", "-A"], /^-A is for the list/u],
    ["-A with -n", ["-A", "-n", "shop"], /^-A lists all namespaces/u],
    ["a namespace with a slash", ["-n", "../kube-system"], /^"\.\.\/kube-system" is not the name of a namespace\.\n$/u],
    ["wide for one", ["show", "a", "-o", "wide"], /^-o wide is for the list/u],
    ["a reason for the list", ["--reason", "x"], /^--reason goes with/u],
    ["yes for a no", ["deny", "a", "--reason", "x", "--yes"], /^--yes goes with approve/u],
    ["wait for a decision", ["approve", "a", "--wait"], /^--wait goes with show/u],
  ])("%s", async (_what, args, words) => {
    const { code, err, shelf } = await call(args, { door: badInput("a cluster was asked.") });
    expect({ code, writes: shelf.writes }).toEqual({ code: 2, writes: [] });
    expect(err).toMatch(words);
  });

  it.each([
    [
      "a slash",
      "shop/web",
      /^"shop\/web" is not the name of a request: give the name alone, and its namespace with -n\.\n$/u,
    ],
    ["a way up", "../../secrets", /give the name alone/u],
    ["control characters", "a\u001b[2J", /^"a\\u001b\[2J" is not the name of a request/u],
    ["capitals", "Web", /is not the name of a request\. See them with: imagepull requests/u],
    ["10,000 characters", "a".repeat(10_000), /^"a{80}" is not the name/u],
  ])("a name with %s", async (_what, name, words) => {
    const { code, err, shelf } = await call(["approve", name, "--yes"], {
      requests: [requestWith()],
      decisions: [decisionWith()],
    });
    expect({ code, writes: shelf.writes }).toEqual({ code: 2, writes: [] });
    expect(err).toMatch(words);
  });
});
