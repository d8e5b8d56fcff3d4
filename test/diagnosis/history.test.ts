import { describe, expect, it } from "vitest";
import { diagnose } from "../../src/diagnosis/diagnose.ts";
import type { Evidence, SiblingEvidence } from "../../src/diagnosis/evidence.ts";
import {
  container,
  entriesFor,
  event,
  evidenceOf,
  image,
  owner,
  podWith,
  read,
  running,
  secret,
} from "../support/evidence.ts";
import { plain } from "../support/plain.ts";
import { basic, failedEvents, pullFails } from "../support/pulls.ts";

const runs = (name: string, since: string, of = image): SiblingEvidence => ({
  name,
  uid: name,
  createdAt: since,
  nodeName: "node-2",
  phase: "Running",
  ready: true,
  trouble: null,
  running: [{ container: "app", image: of, imageID: "", since }],
});
const changedSecret = (at: string, by: string | null) => {
  const made = secret("ghcr", entriesFor("ghcr.io"), at);
  return made.read.status === "ok"
    ? { ...made, read: read({ ...made.read.value, createdAt: "2026-11-01T00:00:00Z", changedBy: by }) }
    : made;
};
const account = (at: string | null) =>
  read({
    name: "default",
    createdAt: "2026-11-01T00:00:00Z",
    imagePullSecrets: [],
    change: at === null ? null : { at, by: "kubectl-edit" },
  });
const template = (at: string, by: string) => [
  owner({
    kind: "ReplicaSet",
    name: "rs",
    templateChange: { at: "2026-11-24T10:01:59Z", by: "kube-controller-manager" },
  }),
  owner({ templateChange: { at, by } }),
];
const history = (over: Partial<Evidence>): string => plain(diagnose(pullFails(basic, over, ["ghcr"])).history);

// The first failure of pullFails is at 10:02, the last try at 10:30.
describe("what happened, on one line", () => {
  it.each<[string, Partial<Evidence>, string]>([
    [
      "a secret changed between success and failure",
      {
        siblings: read([runs("a", "2026-11-24T09:12:00Z"), runs("b", "2026-11-24T08:00:00Z")]),
        secrets: [changedSecret("2026-11-24T10:01:00Z", "kubectl-edit")],
      },
      "last started at 2026-11-24T09:12:00Z (pod `a`); secret `ghcr` changed at 2026-11-24T10:01:00Z by `kubectl-edit`; first failure at 2026-11-24T10:02:00Z",
    ],
    [
      "the secret changed long before",
      {
        siblings: read([runs("a", "2026-11-24T09:12:00Z")]),
        secrets: [changedSecret("2026-11-20T10:01:00Z", "helm")],
        owners: template("2026-11-20T10:00:00Z", "helm"),
        serviceAccount: account("2026-11-20T10:00:00Z"),
      },
      "last started at 2026-11-24T09:12:00Z (pod `a`); no change of template, secret or service account between; first failure at 2026-11-24T10:02:00Z",
    ],
    [
      "the same, and not everything could be read: nothing is said of what lies between",
      {
        siblings: read([runs("a", "2026-11-24T09:12:00Z")]),
        secrets: [changedSecret("2026-11-20T10:01:00Z", "helm")],
        owners: template("2026-11-20T10:00:00Z", "helm"),
        serviceAccount: account(null),
      },
      "last started at 2026-11-24T09:12:00Z (pod `a`); first failure at 2026-11-24T10:02:00Z",
    ],
    [
      "it never ran, and the template changed: the controller's copy is not named",
      { owners: template("2026-11-24T10:01:30Z", "argocd-controller") },
      "template changed at 2026-11-24T10:01:30Z by `argocd-controller`; first failure at 2026-11-24T10:02:00Z",
    ],
    [
      "the service account changed, and since then the secret",
      {
        siblings: read([runs("a", "2026-11-24T09:12:00Z")]),
        serviceAccount: account("2026-11-24T09:30:00Z"),
        secrets: [changedSecret("2026-11-24T10:30:30Z", null)],
      },
      "last started at 2026-11-24T09:12:00Z (pod `a`); service account `default` changed at 2026-11-24T09:30:00Z by `kubectl-edit`; first failure at 2026-11-24T10:02:00Z; secret `ghcr` changed at 2026-11-24T10:30:30Z",
    ],
    [
      "pods with another image tell nothing",
      { siblings: read([runs("a", "2026-11-24T09:12:00Z", "ghcr.io/shop/checkout:2.4.0")]) },
      "",
    ],
    [
      "the kubelet had pulled it before",
      {
        events: read([
          event("Pulled", `Successfully pulled image "${image}" in 2s`, {
            firstAt: "2026-11-24T09:40:00Z",
            lastAt: "2026-11-24T09:40:00Z",
          }),
          ...failedEvents(basic),
        ]),
      },
      "last pulled at 2026-11-24T09:40:00Z; first failure at 2026-11-24T10:02:00Z",
    ],
    ["nothing is known but the failure", {}, ""],
  ])("%s", (_what, over, line) => expect(history(over)).toBe(line));

  it("is not told where nothing fails", () => {
    const evidence = evidenceOf(read(podWith([container(running)])), {
      siblings: read([runs("a", "2026-11-24T09:12:00Z")]),
    });
    expect(diagnose(evidence).history).toEqual([]);
  });
});
