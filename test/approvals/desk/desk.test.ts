import { describe, expect, it } from "vitest";
import { requestName, requestWith } from "../shelf.ts";
import { bureau, dana, no, type Scene, yes } from "./bureau.ts";

describe("a request is found", () => {
  const { uid } = requestWith();
  it.each<[what: string, Scene, uid: string | null, kind: string]>([
    ["by its name", {}, null, "found"],
    ["by its UID", {}, uid, "found"],
    ["but not another of its name", {}, "another", "none"],
    ["but not what is gone", { requests: [] }, uid, "none"],
    [
      "but not what cannot be read",
      { requests: [], unreadable: [{ namespace: "shop", name: requestName, why: "bent" }] },
      uid,
      "unreadable",
    ],
    [
      "but not what cannot be read elsewhere",
      { requests: [], unreadable: [{ namespace: "other", name: requestName, why: "bent" }] },
      uid,
      "none",
    ],
    [
      "but not where nothing can be read",
      { broken: { status: "failed", reason: "the API server answers 500" } },
      uid,
      "unreadable",
    ],
  ])("%s", async (_what, scene, of, kind) => {
    const { desk } = bureau({ requests: [requestWith()], ...scene });
    const found = await desk.find({ namespace: "shop", name: requestName, uid: of });
    expect(found).toEqual(
      kind === "found" ? { kind, request: requestWith() } : { kind, sentence: expect.stringMatching(/^[A-Z].*\.$/u) },
    );
  });
});

describe("requests are listed", () => {
  const requests = [requestWith(), requestWith({ namespace: "other" })];
  it.each([
    ["shop", ["shop"]],
    [null, ["shop", "other"]],
  ])("of namespace %s", async (namespace, where) => {
    const read = await bureau({ requests }).desk.list(namespace);
    expect(read.status === "ok" && read.value.items.map((one) => one.namespace)).toEqual(where);
  });
});

describe("what somebody may do in a namespace", () => {
  it("is asked right by right", async () => {
    const { desk, reviewed } = bureau({ may: (right) => (right.startsWith("probe") ? no : yes) });
    const rights = await desk.rightsOf(dana, "shop");
    expect(rights.map(({ right: { verb, resource }, verdict }) => `${verb} ${resource} ${verdict.ok}`)).toEqual([
      "create repullrequests true",
      "restart repullrequests true",
      "set-image repullrequests true",
      "pin-digest repullrequests true",
      "policy-always repullrequests true",
      "delete-pods repullrequests true",
      "pre-pull repullrequests true",
      "probe repullrequests false",
      "set-repository repullrequests true",
      "run-unproven repullrequests true",
      "create repulldecisions true",
      "approve-own repullrequests true",
    ]);
    expect(reviewed.every(({ user, namespace }) => user === dana.user && namespace === "shop")).toBe(true);
  });
});

describe("what is set", () => {
  it("is asked each time", () => {
    const { desk } = bureau({ isReadOnly: true, rules: { needed: 2 } });
    expect([desk.cluster, desk.isReadOnly(), desk.needed("shop")]).toEqual(["kind", true, 2]);
  });
});
