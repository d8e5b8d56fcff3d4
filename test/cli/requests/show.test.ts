import { describe, expect, it } from "vitest";
import { decisionWith, judged, requestName, requestWith, statusWith } from "../../approvals/shelf.ts";
import { wide } from "../repull-harness.ts";
import { call } from "./harness.ts";

const decisions = [
  decisionWith({ name: "erins", spec: { by: "erin", reason: "looks right" } }),
  decisionWith({ name: "eves", createdAt: "2026-11-24T10:27:00Z", spec: { by: "eve" } }),
  decisionWith({ name: "franks", createdAt: "2026-11-24T10:29:00Z", spec: { by: "frank", decision: "cancel" } }),
  decisionWith({ name: "elsewhere", spec: { by: "grace", request: "another" } }),
];
const request = requestWith({
  spec: { undoes: "checkout-0-1", parameters: { ...requestWith().spec.parameters, tag: "2.4.0", allowUnproven: true } },
  status: statusWith({
    phase: "Succeeded",
    message: "All 2 pods run what was promised",
    decisions: [
      { name: "eves", by: "eve", decision: "approve", counts: false, why: "eve may not restart in namespace shop" },
      { name: "erins", by: "erin", decision: "approve", counts: true, why: "" },
    ],
    history: [
      { phase: "Pending", at: "2026-11-24T10:26:01Z", by: null, message: "It waits for one approval" },
      { phase: "Approved", at: "2026-11-24T10:28:01Z", by: "erin", message: "Approved by erin" },
    ],
    running: { app: ["sha256:aaaa"] },
  }),
});

describe("imagepull requests show", () => {
  it("tells the whole story", async () => {
    const { code, out, err, shelf } = await call(["show", requestName], { requests: [request], decisions });
    expect({ code, err, writes: shelf.writes }).toEqual({ code: 0, err: "", writes: [] });
    for (const part of [
      `${requestName} in namespace shop: Succeeded\nAll 2 pods run what was promised.\n`,
      "restart of deployment/checkout: tag 2.4.0; unproven is allowed\n",
      "Asked by dana, 5m ago (2026-11-24T10:26:00Z). It needs one approval.\n",
      "Reason: the tag was pushed again\n",
      "It takes back request checkout-0-1.\n",
      "Pre-flight: possible\n  - accepted by ghcr.io\n",
      "It would:\n  - restart deployment/checkout",
      "Restarts:\n  - pod checkout-0",
      "Promised:\n  - app: sha256:aaaa\n",
      "Ran before:\n  - app: ghcr.io/shop/checkout@sha256:bbbb\n",
      "Runs now:\n  - app: sha256:aaaa\n",
    ])
      expect(out).toContain(part);
    expect(out.replaceAll(/(\n {2}- )\S+ /gu, "$1AT ")).toMatch(
      /Decisions:\n {2}- AT eve: approve, does not count: eve may not restart in namespace shop\n {2}- AT erin: approve \("looks right"\), counts\n {2}- AT frank: cancel, the bot has not looked at it yet\n\nHistory:\n {2}- AT Pending: It waits for one approval\n {2}- AT Approved \(erin\): Approved by erin\n/u,
    );
    expect(out).not.toContain("grace");
  });

  it("says until when it can be decided", async () => {
    const { out } = await call(["show", requestName], { requests: [requestWith({ spec: { reason: "" } })] });
    expect(out).toContain("It can be decided until 2026-11-25T10:26:00Z.");
    expect(out).toContain("No reason was given.");
  });

  it("prints one object with -o json", async () => {
    const { code, out } = await call(["show", requestName, "-o", "json"], { requests: [request], decisions });
    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatchObject({
      name: requestName,
      phase: "Succeeded",
      message: "All 2 pods run what was promised",
      spec: { requestedBy: "dana", plan: { changes: [expect.any(String)] } },
      status: { history: [{ phase: "Pending" }, { phase: "Approved" }] },
      decisions: [
        { by: "eve", counts: false, why: "eve may not restart in namespace shop" },
        { by: "erin", counts: true, reason: "looks right" },
        { by: "frank", counts: null },
      ],
    });
  });

  it("fits 40 columns, but for what is there to be copied", async () => {
    const { out } = await call(["show", requestName], { requests: [request], decisions, terminal: wide(40) });
    const rows = out.split("\n").filter((row) => row.trim().includes(" ", 4) && !row.includes(requestName));
    expect(rows.length).toBeGreaterThan(12);
    expect(rows.filter((row) => row.length > 40)).toEqual([]);
  });

  it("--wait follows it, and Ctrl-C ends that alone", async () => {
    const scene = { requests: [requestWith()], signal: AbortSignal.abort() };
    const { code, err } = await call(["show", requestName, "--wait"], scene);
    expect(code).toBe(1);
    expect(err).toBe(
      `Pending: It waits for one approval.\ninterrupted: request ${requestName} stays as it is. Follow it again with: imagepull requests show ${requestName} --wait -n shop\n`,
    );
  });

  it("--wait tells how far the pods are, and ends well where it has succeeded", async () => {
    const progress = (done: number) => ({ done, of: 2, line: "pods are replaced" });
    const { code, err } = await call(["show", requestName, "--wait"], {
      requests: [requestWith()],
      onRead: (shelf, time) => {
        const status =
          time < 4
            ? statusWith({ phase: "Executing", progress: progress(Math.min(time - 1, 1)) })
            : statusWith({ phase: "Succeeded", message: "done" });
        judged(shelf, { name: requestName, status: () => status });
        return null;
      },
    });
    expect(code).toBe(0);
    expect(err).toContain("Executing: 1/2 pods. pods are replaced.\n");
    expect(err).toMatch(/Succeeded: done\.\n$/u);
  });

  it.each([
    ["checkout", `no request "checkout" in namespace shop. Did you mean ${requestName}?`],
    ["checkout-0123456789abcdef-2", `Did you mean ${requestName}?`],
    ["other", "See what is there: imagepull requests -n shop"],
    ["bent", "request bent in namespace shop cannot be read, so nothing was done with it: it is of imagepull.dev/v2"],
  ])("%s is not there: exit 1", async (name, words) => {
    const unreadable = [{ namespace: "shop", name: "bent", why: "it is of imagepull.dev/v2" }];
    const { code, out, err } = await call(["show", name, "-o", "json"], { requests: [requestWith()], unreadable });
    expect(code).toBe(1);
    expect(err).toContain(words);
    expect(JSON.parse(out)).toEqual({ error: err.trimEnd() });
  });
});
