import { describe, expect, it } from "vitest";
import type { SiblingEvidence } from "../../src/diagnosis/evidence.ts";
import { restartedAtKey } from "../../src/repull/requests.ts";
import { digest, found, foundIndex, noConnection, notFound } from "../diagnosis/checks.ts";
import { read } from "../support/evidence.ts";
import { type Case, evidenceFor, planned, preflight, repository, text } from "./case.ts";

const wanted = `${repository}:2.5.0`;
const none = `${repository}:none`;

interface Earlier {
  /** A letter of a digest, or an imageID as it is written. */
  readonly runs: string;
  readonly image?: string;
  readonly nodeName?: string;
  readonly also?: SiblingEvidence["running"];
}

/** A rollout of `:none` is stuck at one pod; these pods are of earlier templates. */
function stuck(earlier: readonly Earlier[], over: Partial<Case> = {}): Case {
  const asked: Case = {
    strategy: "set-image",
    image: none,
    pods: [null],
    parameters: { tag: "2.5.0" },
    policy: "Always",
    registry: { ":none": notFound(), ":2.5.0": found({ digest: digest("1"), forNode: null }) },
    ...over,
  };
  const { siblings } = evidenceFor(asked);
  const example = evidenceFor({ ...asked, pods: [null] }).siblings;
  if (siblings.status !== "ok" || example.status !== "ok") throw new Error("a case has pods");
  const own = example.value[0]?.owner;
  const isByReplicaSet = own?.name.startsWith("checkout-") === true;
  const owner = isByReplicaSet ? { ...own, name: "checkout-5c6b", uid: "earlier" } : own;
  const back = earlier.map(({ runs, image = wanted, nodeName = "node-1", also = [] }, index): SiblingEvidence => ({
    name: `earlier-${index}`,
    uid: `earlier-uid-${index}`,
    owner,
    createdAt: "2026-11-20T10:00:00Z",
    nodeName,
    phase: "Running",
    ready: true,
    trouble: null,
    running: [
      { container: "app", image, imageID: runs.length === 1 ? `${repository}@${digest(runs)}` : runs, since: null },
      ...also,
    ],
  }));
  return { ...asked, evidence: { ...asked.evidence, siblings: read([...siblings.value, ...back]) } };
}

function told(asked: Case) {
  const { plan, phase } = planned(asked);
  if (plan === null) throw new Error("nothing was planned");
  const { restarts, mark, changes, notes } = plan;
  return {
    phase,
    restarts: text(restarts.words),
    pods: restarts.pods,
    isRestart: mark.restartedAt !== null,
    writesRestart: JSON.stringify(changes[0]?.body).includes(restartedAtKey),
    words: text(changes[0]?.words ?? []),
    notes: notes.map(text),
    noted: mark.pods?.map(([name]) => name),
  };
}

const twoContainers = [
  { name: "app", image: none, imagePullPolicy: "Always" },
  { name: "proxy", image: "proxy:1", imagePullPolicy: "Always" },
];

const three = (runs: string): readonly Earlier[] => [{ runs }, { runs }, { runs }];

describe("which pods are really replaced", () => {
  it.each<[string, Case, string, readonly string[]]>([
    [
      "three run what is asked for: they stay",
      stuck(three("1")),
      "pod checkout-0, one after the other as deployment/checkout rolls out; 3 pods run this already and stay, unless something else in their template differs",
      ["checkout-0"],
    ],
    [
      "one does",
      stuck([{ runs: "1" }]),
      "pod checkout-0, one after the other as deployment/checkout rolls out; pod earlier-0 runs this already and stays, unless something else in its template differs",
      ["checkout-0"],
    ],
    [
      "a manifest of another platform is of the same image",
      stuck(three("a"), { registry: { ":none": notFound(), ":2.5.0": foundIndex() } }),
      "3 pods run this already and stay",
      ["checkout-0"],
    ],
    [
      "two run it, one of a third template does not",
      stuck([{ runs: "1" }, { runs: "1" }, { runs: "c", image: `${repository}:2.4.0` }]),
      "2 pods, one after the other as deployment/checkout rolls out; 2 pods run this already and stay",
      ["checkout-0", "earlier-2"],
    ],
    [
      "no pod was made of the newest template",
      stuck(three("1"), { pods: [] }),
      "no pod; 3 pods run this already and stay, unless",
      [],
    ],
    ["a StatefulSet's", stuck(three("1"), { kind: "StatefulSet" }), "3 pods run this already and stay", ["checkout-0"]],
    ["a DaemonSet's", stuck(three("1"), { kind: "DaemonSet" }), "3 pods run this already and stay", ["checkout-0"]],
    [
      "a digest that they were made with is pinned",
      stuck([{ runs: "1", image: `${repository}@${digest("1")}` }], {
        parameters: { image: `${repository}@${digest("1")}` },
      }),
      "pod earlier-0 runs this already and stays",
      ["checkout-0"],
    ],
    [
      "nobody knows what the tag means now: what works stays",
      stuck(three("1"), { registry: { ":none": notFound(), ":2.5.0": noConnection } }),
      "3 pods run this already and stay",
      ["checkout-0"],
    ],
  ])("%s", (_, asked, words, pods) => {
    const { restarts, isRestart, writesRestart, ...plan } = told(asked);
    expect(restarts).toContain(words);
    expect(plan.pods).toEqual(pods);
    expect([isRestart, writesRestart]).toEqual([false, false]);
    // All of them are noted nevertheless: if their template differs, they have to go.
    expect(plan.noted).toContain("earlier-0");
  });

  const other = stuck(three("c"));
  it.each<[string, Case]>([
    ["the tag has moved since", other],
    ["of one of them it has", stuck([{ runs: "1" }, { runs: "1" }, { runs: "c" }])],
    ["what one runs cannot be compared", stuck([{ runs: "1" }, { runs: "1" }, { runs: "no-digest" }])],
    ["a StatefulSet's", stuck(three("c"), { kind: "StatefulSet" })],
  ])("%s: the template is made a new one, and all are replaced", (_, asked) => {
    const plan = told(asked);
    expect(plan.restarts).toMatch(/^4 pods/);
    expect(plan.pods).toHaveLength(4);
    expect([plan.isRestart, plan.writesRestart]).toEqual([true, true]);
    expect(plan.words).toContain(`to ${wanted} and restart it, in one patch; note in`);
    expect(plan.notes.join("\n")).toContain(`${wanted} already, and something else than that means now`);
  });

  it.each<[string, Case]>([
    ["they have another image", stuck([{ runs: "1", image: `${repository}:2.4.0` }])],
    ["they spell the same image in another way", stuck([{ runs: "1", image: `${wanted}@${digest("1")}` }])],
    ["a ReplicaSet replaces nothing, and all are evicted", stuck(three("1"), { kind: "ReplicaSet" })],
    [
      "whoever waits for deletions has all evicted",
      stuck(three("1"), { kind: "DaemonSet", workload: { updateStrategy: "OnDelete" } }),
    ],
    [
      "another container has another image",
      stuck([{ runs: "1", also: [{ container: "proxy", image: "proxy:1", imageID: "", since: null }] }], {
        parameters: { tag: "2.5.0", container: "app" },
        workload: {
          template: [
            { name: "app", image: none, imagePullPolicy: "Always" },
            { name: "proxy", image: "proxy:2", imagePullPolicy: "Always" },
          ],
        },
      }),
    ],
    [
      "the images are those of other containers",
      stuck(
        [{ runs: "1", image: "proxy:1", also: [{ container: "proxy", image: wanted, imageID: "", since: null }] }],
        {
          parameters: { tag: "2.5.0", container: "app" },
          workload: { template: twoContainers },
        },
      ),
    ],
    [
      "the image of an init container changes, and all else is as it is",
      stuck([{ runs: "1", image: none }], {
        parameters: { tag: "2.5.0", container: "setup" },
        registry: { ":none": found(), ":2.5.0": found() },
        workload: {
          template: [
            { name: "setup", image: `${repository}:2.4.0`, imagePullPolicy: "Always", isInit: true },
            { name: "app", image: none, imagePullPolicy: "Always" },
          ],
        },
      }),
    ],
  ])("%s: all are replaced, by a template that is new by itself", (_, asked) => {
    const plan = told(asked);
    expect(plan.pods).toContain("earlier-0");
    expect(plan.restarts).not.toContain("stay");
    expect([plan.isRestart, plan.writesRestart]).toEqual([false, false]);
    expect(plan.notes.join("\n")).not.toContain("already");
  });

  it("another container with the same image lets them stay", () => {
    const also = [{ container: "proxy", image: "proxy:1", imageID: "", since: null }];
    const asked = stuck([{ runs: "1", also }], {
      parameters: { tag: "2.5.0", container: "app" },
      workload: { template: twoContainers },
    });
    expect(told(asked).pods).toEqual(["checkout-0"]);
  });

  it("a restart, and a policy, make each template another", () => {
    const earlier = three("1").map((one) => ({ ...one, image: none }));
    for (const strategy of ["restart", "policy-always"] as const) {
      const plan = told(stuck(earlier, { strategy, parameters: {}, policy: "IfNotPresent" }));
      expect(plan.pods).toHaveLength(4);
      expect(plan.isRestart).toBe(true);
    }
  });
});

describe("would it be pulled where pods run the name already", () => {
  const lists = (...digests: readonly string[]) => ({
    "node-1": { presentImages: [wanted, ...digests.map((letter) => `${repository}@${digest(letter)}`)] },
  });
  it.each<[string, Case, string, RegExp]>([
    ["they pull always, and run it", stuck(three("1")), "possible", /asks the registry for each new pod/],
    ["they pull always, and the tag has moved", stuck(three("c")), "possible", /asks the registry for each new pod/],
    [
      "the node keeps it, and it is the same",
      stuck(three("1"), { policy: "IfNotPresent", nodes: lists("1") }),
      "possible",
      /runs there under this name what the registry gives: it is not loaded again/,
    ],
    [
      "the node keeps it, and the tag has moved",
      stuck(three("c"), { policy: "IfNotPresent", nodes: lists("c") }),
      "impossible",
      /means something else on node-1: what runs there[^]*Set its digest with --image/,
    ],
    [
      "the node keeps it, and lists what the registry gives as well",
      stuck(three("c"), { policy: "IfNotPresent", nodes: lists("c", "1") }),
      "unproven",
      /may mean something older/,
    ],
    [
      "what runs there cannot be compared",
      stuck(three("no-digest"), { policy: "IfNotPresent", nodes: { "node-1": { presentImages: [wanted] } } }),
      "unproven",
      /may mean something older/,
    ],
  ])("%s: %s", (_, asked, answer, why) => {
    expect(preflight(asked)).toEqual({ answer, why: expect.stringMatching(why) });
  });

  it("nothing that works is lost where all that is ready stays", () => {
    expect(preflight(stuck(three("1"))).why).toContain("nothing that works is lost");
    expect(preflight(stuck(three("c"))).why).not.toContain("nothing that works is lost");
  });
});
