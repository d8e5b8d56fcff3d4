import { describe, expect, it } from "vitest";
import type { RepullRequest } from "../../../src/approvals/types.ts";
import { digest } from "../../diagnosis/checks.ts";
import { repository, text } from "../../repull/case.ts";
import { requestWith } from "../shelf.ts";
import { bureau, dana, ended, restart, type Scene } from "./bureau.ts";

const request = requestWith();
const done = { outcome: ended, request: { name: request.name, uid: request.uid } };
const undo = (scene: Scene, of: RepullRequest = request, allowUnproven = false) =>
  bureau(scene).desk.planUndo(of, { allowUnproven, asker: null });

describe("the way back of a request", () => {
  it("is planned from what the object notes, for whoever asks", async () => {
    const here = bureau({ mark: done });
    const drafted = await here.desk.planUndo(request, { allowUnproven: false, asker: dana });
    expect(drafted).toMatchObject({
      kind: "planned",
      undoes: request.name,
      draft: {
        parameters: {
          strategy: "set-image",
          undo: { fingerprint: "0123456789abcdef", pins: { app: `${repository}@${digest("b")}` } },
          takesBack: "2026-11-24T10:30:00Z",
        },
      },
      planned: { refused: null },
    });
    expect(here.diagnosed).toEqual([
      {
        target: { kind: "object", namespace: "shop", resource: "Deployment", name: "checkout" },
        defaultNamespace: "shop",
        asker: dana,
      },
    ]);
  });

  it("is refused, and shown, where what ran before is gone, and allowed only where it has to be", async () => {
    const gone = await undo({ mark: done, missing: [digest("b")] });
    expect(gone.kind === "planned" && text(gone.planned.refused ?? [])).toContain("sha256:");
    expect(await undo({ mark: done }, request, true)).toMatchObject({
      draft: { parameters: { allowUnproven: false } },
    });
  });

  const other = { name: "checkout-9", uid: "other" };
  it.each<[what: string, Scene, of: RepullRequest, sentence: RegExp]>([
    ["nothing is noted", {}, request, /^no re-pull is noted on deployment\/checkout/u],
    [
      "another request came after it",
      { mark: { ...done, request: other } },
      request,
      /^the last re-pull of deployment\/checkout is request checkout-9 \(at 2026-11-24T10:30:00Z\), no longer checkout-/u,
    ],
    [
      "a request of the same name came after it",
      { mark: { ...done, request: { name: request.name, uid: "other" } } },
      request,
      /^the last re-pull of deployment\/checkout is request/u,
    ],
    ["somebody ran one by hand", { mark: { outcome: ended } }, request, /is a restart that nobody asked for here/u],
    [
      "it was taken back already",
      { mark: { outcome: ended, request: other, undoes: request.spec.fingerprint } },
      request,
      /^checkout-\S+ was taken back already, by request checkout-9/u,
    ],
    ["it is under way", { mark: { request: done.request } }, request, /still under way .*Executing|still under way/u],
    ["only pulled", { mark: { ...done, strategy: "probe" } }, request, /there is nothing to go back to$/u],
    ["the object is gone", { object: { status: "absent", reason: "x" } }, request, /does not exist any more/u],
    ["the object is another", { over: { uid: "x" }, mark: done }, request, /made anew since/u],
    [
      "the note cannot be read",
      { object: { status: "timeout", reason: "too slow" } },
      request,
      /could not be read: too slow$/u,
    ],
    [
      "the workload cannot be read",
      { mark: done, answer: { kind: "unreadable", sentence: "the API server does not answer." } },
      request,
      /^the API server does not answer$/u,
    ],
    [
      "Argo CD keeps it",
      { mark: done, case: { ...restart, workload: { managedBy: "argocd" } } },
      request,
      /^Argo CD manages deployment\/checkout/u,
    ],
    [
      "it is of a kind that nobody reads",
      {},
      requestWith({ spec: { target: { ...request.spec.target, kind: "Rollout" } } }),
      /kind Rollout/u,
    ],
  ])("is refused where %s", async (_what, scene, of, sentence) => {
    expect(await undo(scene, of)).toEqual({ kind: "refused", sentence: expect.stringMatching(sentence) });
  });

  it("tells nothing of what whoever asks may not see", async () => {
    const here = bureau({ mark: { ...done, request: other }, mayLook: false });
    expect(await here.desk.planUndo(request, { allowUnproven: false, asker: dana })).toEqual({
      kind: "refused",
      sentence: "you may not get pods in namespace shop, so what is there is not shown to you",
    });
    expect(here.diagnosed).toEqual([]);
  });
});
