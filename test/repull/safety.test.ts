import { describe, expect, it } from "vitest";
import {
  asStranger,
  digest,
  found,
  linux,
  noAnswer,
  notFound,
  wantsCredential,
  withSecret,
} from "../diagnosis/checks.ts";
import { forbidden, read } from "../support/evidence.ts";
import { type Case, image, planned, preflight, text } from "./case.ts";

const always = { strategy: "restart", policy: "Always" } as const satisfies Case;
const gone = { [`@${digest("b")}`]: notFound({ what: "digest", nearestTags: [] }) };

describe("is it safe", () => {
  const setImage = { strategy: "set-image", parameters: { tag: "2.5.0" } } as const;
  const noWayBack = /last working copy of what runs now: pod checkout-0 runs .*nobody could go back/;
  it.each<[string, Case, string, RegExp]>([
    ["restart, what runs is gone, the new image is there", { ...always, registry: gone }, "unproven", noWayBack],
    [
      "delete-pods, what runs is gone",
      { strategy: "delete-pods", policy: "Always", registry: gone },
      "unproven",
      noWayBack,
    ],
    ["set-image, what runs is gone", { ...setImage, registry: gone }, "unproven", noWayBack],
    ["pin-digest, what runs is gone", { strategy: "pin-digest", registry: gone }, "unproven", noWayBack],
    ["policy-always, what runs is gone", { strategy: "policy-always", registry: gone }, "unproven", noWayBack],
    [
      "restart, the tag and what runs are gone",
      { ...always, registry: { ...gone, ":2.4.1": notFound() } },
      "impossible",
      /the last working copy: pod checkout-0 runs .*Push it again first/,
    ],
    [
      "set-image, what runs is gone, and the new image is for another platform",
      { ...setImage, registry: { ...gone, ":2.5.0": found({ fits: false, platforms: [linux("arm64")] }) } },
      "impossible",
      /the last working copy: pod checkout-0 runs/,
    ],
    [
      "set-image, what runs is gone, and whether the new image is there is not known",
      { ...setImage, registry: { ...gone, ":2.5.0": noAnswer } },
      "impossible",
      /the last working copy: pod checkout-0 runs/,
    ],
    [
      "restart, what runs is gone, and the secrets could not be read",
      {
        ...always,
        check: (answer, of) =>
          of.includes("@")
            ? withSecret(gone[`@${digest("b")}`]!, null, { image: of })
            : asStranger(answer, { image: of }),
      },
      "impossible",
      /the last working copy: pod checkout-0 runs/,
    ],
    ["probe, what runs is gone: nothing is stopped", { strategy: "probe", registry: gone }, "possible", /Always/],
    ["pre-pull, what runs is gone: nothing is stopped", { strategy: "pre-pull", registry: gone }, "possible", /Always/],
    [
      "CronJob, what ran is gone: nothing is stopped",
      { ...setImage, kind: "CronJob", registry: gone },
      "possible",
      /pulled/,
    ],
    ["what runs is still there", always, "possible", /is still there to go back to/],
    [
      "whether what runs is there could not be asked",
      { ...always, registry: { [`@${digest("b")}`]: noAnswer } },
      "unproven",
      /way back is not proved/,
    ],
    [
      "one replica of a Deployment",
      always,
      "possible",
      /1 of 1 replicas is ready, and it is replaced: the new one starts first/,
    ],
    ["one replica of a StatefulSet", { ...always, kind: "StatefulSet" }, "possible", /nothing serves meanwhile/],
    [
      "a bare pod",
      { strategy: "set-image", parameters: { tag: "2.5.0" }, kind: "Pod" },
      "possible",
      /the pod is ready, and it is replaced/,
    ],
    [
      "Recreate",
      { ...always, pods: ["b", "b"], workload: { updateStrategy: "Recreate" } },
      "possible",
      /nothing serves until it has pulled/,
    ],
    ["no pod is ready", { ...always, pods: [null] }, "possible", /nothing that works is lost/],
  ])("%s", (_what, asked, answer, why) => {
    const told = preflight(asked);
    expect({ answer: told.answer, why: told.why }).toEqual({ answer, why: expect.stringMatching(why) });
  });

  it("what the runtime names by a config digest is looked for by what the tag means", () => {
    const pod = (id: string): Case => {
      const [sibling] = [
        {
          name: "checkout-0",
          uid: "uid-0",
          owner: { apiVersion: "apps/v1", kind: "ReplicaSet", name: "checkout-7d4f9c", uid: "rs-uid" },
          createdAt: "2026-11-24T10:00:00Z",
          nodeName: "node-1",
          phase: "Running",
          ready: true,
          trouble: null,
          running: [{ container: "app", image, imageID: id, since: null }],
        },
      ];
      return { ...always, evidence: { siblings: read([sibling]) } };
    };
    expect(preflight(pod(`docker://${digest("c")}`)).answer).toBe("possible");
    expect(preflight(pod(`docker://${digest("d")}`))).toEqual({
      answer: "unproven",
      why: expect.stringMatching(/no registry can be asked for by this name/),
    });
  });
});

describe("a copy that nobody could go back to", () => {
  it("is refused, and no probe is offered: it would prove nothing of it", () => {
    const answer = planned({ ...always, registry: gone });
    expect(answer.phase).toBe("Refused");
    expect(text(answer.refused ?? [])).toMatch(
      /^not proved: this would remove the last working copy.*Take the risk with/,
    );
  });
  it("is given up by whoever says so", () => {
    expect(planned({ ...always, registry: gone, parameters: { allowUnproven: true } }).phase).toBe("Planned");
  });
  it("is never given up where the new image is not proved either", () => {
    const registry = { ...gone, ":2.4.1": noAnswer };
    expect(planned({ ...always, registry, parameters: { allowUnproven: true } }).phase).toBe("Refused");
  });
});

describe("a rollout that is under way before it begins", () => {
  const replicas = { desired: 2, ready: 1, updated: 1 };
  it.each<[string, Case, RegExp | null]>([
    [
      "and fails already",
      { ...always, pods: ["b", null], workload: { replicas } },
      /fails already: pod checkout-1, with the image of the newest template \(ImagePullBackOff\)/,
    ],
    ["and does well", { ...always, pods: ["b", "b"], workload: { replicas } }, null],
    ["none is: a pod fails by itself", { ...always, pods: ["b", null] }, null],
  ])("%s", (_what, asked, why) => {
    const told = preflight(asked);
    if (why === null) expect(told.why).not.toMatch(/fails already/);
    else expect(told.why).toMatch(why);
  });
});

describe("a StatefulSet with a partition", () => {
  const set = { kind: "StatefulSet", workload: { partition: 1 } } as const;
  it.each<[string, Case, string, RegExp]>([
    ["rolls the others", { ...always, ...set, pods: ["b", "b"] }, "possible", /still there to go back to/],
    [
      "may wait for a pod that it keeps",
      { ...always, ...set, pods: [null, "b"] },
      "unproven",
      /pod checkout-0 keeps its template and is not ready/,
    ],
    [
      "makes a pod again from its old template",
      {
        ...set,
        strategy: "delete-pods",
        policy: "Always",
        pods: ["b", "b"],
        workload: { partition: 1, replicas: { desired: 2, ready: 2, updated: 1 } },
      },
      "unproven",
      /pod checkout-0 is made again from the template that it has, an older one/,
    ],
    [
      "has no older template",
      { ...set, strategy: "delete-pods", policy: "Always", pods: ["b", "b"] },
      "possible",
      /asks the registry/,
    ],
  ])("%s", (_what, asked, answer, why) => {
    const told = preflight(asked);
    expect({ answer: told.answer, why: told.why }).toEqual({ answer, why: expect.stringMatching(why) });
  });
});

describe("unproven", () => {
  const asked = { ...always, isSilent: true } as const;
  it.each<[string, Case, string]>([
    ["is refused, and probe offered", asked, "Refused"],
    ["is planned for whoever takes the risk", { ...asked, parameters: { allowUnproven: true } }, "Planned"],
    ["is what probe is for", { ...asked, strategy: "probe" }, "Planned"],
    ["is what pre-pull shows by itself", { ...asked, strategy: "pre-pull" }, "Planned"],
  ])("%s", (_what, one, phase) => {
    const answer = planned(one);
    expect({ phase: answer.phase, answer: answer.preflight.answer }).toEqual({ phase, answer: "unproven" });
    if (phase === "Refused") expect(text(answer.refused ?? [])).toMatch(/--strategy probe.*--allow-unproven/);
  });

  it("the pods could not be listed", () => {
    const answer = planned({ ...always, evidence: { siblings: forbidden("pods") } });
    expect(answer.phase).toBe("Refused");
  });

  it("an answer by the secret does not count for who has none", () => {
    const check: Case["check"] = (answer, of) => withSecret(wantsCredential(), answer, { image: of });
    expect(preflight({ ...always, check }).answer).toBe("impossible");
  });
});
