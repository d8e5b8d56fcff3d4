import { describe, expect, it } from "vitest";
import { askOnce } from "../../src/approvals/ask-once.ts";
import { badInput, success } from "../../src/diagnosis/result.ts";
import {
  fingerprint,
  requestName,
  requestWith,
  type Shelf,
  type ShelfOptions,
  shelfWith,
  specWith,
  statusWith,
} from "./shelf.ts";

const ask = (shelf: Shelf, by = "dana", of = fingerprint) =>
  askOnce(shelf, "shop", of, (attempt) => success(specWith({ attempt, requestedBy: by, fingerprint: of })));
const ended = (phase: "Denied" | "Failed" | "Expired" | "Succeeded" | "Stale" | "Cancelled") =>
  requestWith({ status: statusWith({ phase }) });

describe("asking once", () => {
  it("keeps a request whose name comes from the plan", async () => {
    const shelf = shelfWith();
    expect(await ask(shelf)).toMatchObject({ kind: "asked", request: { name: requestName, spec: { attempt: 1 } } });
    expect(shelf.writes).toHaveLength(1);
  });

  it("microsoft/powercat-business-approvals-kit#292: twenty calls at once are one request", async () => {
    const shelf = shelfWith();
    const all = await Promise.all(Array.from({ length: 20 }, (_, index) => ask(shelf, `user-${index}`)));
    expect(all.filter(({ kind }) => kind === "asked")).toHaveLength(1);
    expect(all.filter(({ kind }) => kind === "open")).toHaveLength(19);
    expect(shelf.kept.requests).toHaveLength(1);
  });

  it("takes the next attempt where another plan has its name", async () => {
    const taken = requestWith({ spec: { fingerprint: "fedcba9876543210", requestedBy: "mallory" } });
    const shelf = shelfWith({ requests: [taken] });
    expect(await ask(shelf)).toMatchObject({
      kind: "asked",
      request: { name: `checkout-${fingerprint}-2`, spec: { attempt: 2 } },
    });
    expect(shelf.writes).toHaveLength(1);
  });

  it("keel-hq/keel#485: what was denied is not asked again, whoever asks", async () => {
    const shelf = shelfWith({ requests: [ended("Denied")] });
    expect(await ask(shelf, "somebody else")).toMatchObject({ kind: "denied", request: { name: requestName } });
    expect(shelf.writes).toEqual([]);
  });

  it("keel-hq/keel#474: a new digest, and so another fingerprint, is asked", async () => {
    const shelf = shelfWith({ requests: [ended("Denied")] });
    expect(await ask(shelf, "dana", "fedcba9876543210")).toMatchObject({ kind: "asked" });
  });

  it.each(["Failed", "Expired", "Succeeded", "Stale", "Cancelled"] as const)(
    "after one that ended %s comes the next attempt",
    async (phase) => {
      expect(await ask(shelfWith({ requests: [ended(phase)] }))).toMatchObject({
        kind: "asked",
        request: { name: `checkout-${fingerprint}-2`, spec: { attempt: 2 } },
      });
    },
  );

  it.each<[string, ShelfOptions, object, number]>([
    ["one that waits is found", { requests: [requestWith()] }, { kind: "open", request: { name: requestName } }, 0],
    [
      "one that somebody else was faster with is read",
      {
        onAsk: (shelf, name, spec) => {
          if (shelf.kept.requests.length > 0) return null;
          shelf.kept.requests.push(requestWith({ name, spec: { ...spec, requestedBy: "erin" } }));
          return { kind: "exists" };
        },
      },
      { kind: "open", request: { spec: { requestedBy: "erin" } } },
      1,
    ],
    [
      "one without an answer that is there was made",
      {
        onAsk: (shelf, name, spec) => {
          shelf.kept.requests.push(requestWith({ name, spec }));
          return { kind: "lost", reason: "the connection broke" };
        },
      },
      { kind: "asked", request: { name: requestName } },
      1,
    ],
    [
      "one without an answer that is not there is not known, and is not asked twice",
      { onAsk: () => ({ kind: "lost", reason: "the connection broke" }) },
      {
        kind: "unknown",
        sentence:
          "whether it was asked is not known (the connection broke). The same command again finds out, and asks nothing twice",
      },
      1,
    ],
    [
      "a missing right is told",
      {
        onAsk: () => ({
          kind: "refused",
          reason: "dana may not create repullrequests.imagepull.dev in namespace shop",
        }),
      },
      { kind: "refused", sentence: "dana may not create repullrequests.imagepull.dev in namespace shop" },
      1,
    ],
    [
      "the admission policy's own sentence is shown, without the policy's name",
      {
        onAsk: () => ({
          kind: "refused",
          reason:
            "the API server does not take it (422): repullrequests.imagepull.dev \"x\" is forbidden: ValidatingAdmissionPolicy 'imagepull-requests' with binding 'imagepull-requests' denied request: dana may not restart: the right is missing",
        }),
      },
      { kind: "refused", sentence: "dana may not restart: the right is missing" },
      1,
    ],
    [
      "CRDs that are absent, or of another version, are told with the command",
      { broken: { status: "absent", reason: "not there" } },
      {
        kind: "refused",
        sentence: expect.stringMatching(
          /^requests are not set up in this cluster: .* imagepull\.dev\/v1alpha1 .*another version.* imagepull install --dry-run \| kubectl apply --server-side -f -$/u,
        ),
      },
      0,
    ],
    [
      "requests that may not be read",
      { broken: { status: "forbidden", reason: "forbidden: list repullrequests" } },
      { kind: "refused", sentence: "forbidden: list repullrequests" },
      0,
    ],
    [
      "what another version wrote under the same name is told, and left alone",
      { unreadable: [{ namespace: "shop", name: requestName, why: "spec.plan is missing." }] },
      {
        kind: "refused",
        sentence: expect.stringMatching(
          /cannot be read \(spec\.plan is missing\): another version wrote it.*kubectl -n shop delete/u,
        ),
      },
      0,
    ],
    [
      "what another version wrote in another namespace is nothing to it",
      { unreadable: [{ namespace: "other", name: requestName, why: "x" }] },
      { kind: "asked" },
      1,
    ],
    [
      "a name that is taken all the time ends",
      { onAsk: () => ({ kind: "exists" }) },
      { kind: "refused", sentence: expect.stringContaining("others ask for the same all the time") },
      5,
    ],
  ])("%s", async (_what, options, outcome, writes) => {
    const shelf = shelfWith(options);
    expect(await ask(shelf)).toMatchObject(outcome);
    expect(shelf.writes).toHaveLength(writes);
  });

  it("what cannot be asked for is not", async () => {
    const shelf = shelfWith();
    const outcome = await askOnce(shelf, "shop", fingerprint, () => badInput("too many pods."));
    expect(outcome).toEqual({ kind: "refused", sentence: "too many pods" });
    expect(shelf.writes).toEqual([]);
  });
});
