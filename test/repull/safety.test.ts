import { describe, expect, it } from "vitest";
import { digest, noAnswer, notFound, wantsCredential, withSecret } from "../diagnosis/checks.ts";
import { forbidden, read } from "../support/evidence.ts";
import { type Case, image, planned, preflight, text } from "./case.ts";

const always = { strategy: "restart", policy: "Always" } as const satisfies Case;
const gone = { [`@${digest("b")}`]: notFound({ what: "digest", nearestTags: [] }) };

describe("is it safe", () => {
  const setImage = { strategy: "set-image", parameters: { tag: "2.5.0" } } as const;
  it.each<[string, Case, string, RegExp]>([
    [
      "restart, what runs is gone from the registry",
      { ...always, registry: gone },
      "impossible",
      /the last working copy: pod checkout-0 runs/,
    ],
    [
      "delete-pods, what runs is gone",
      { strategy: "delete-pods", policy: "Always", registry: gone },
      "impossible",
      /last working copy/,
    ],
    ["set-image, what runs is gone", { ...setImage, registry: gone }, "impossible", /last working copy/],
    ["pin-digest, what runs is gone", { strategy: "pin-digest", registry: gone }, "impossible", /last working copy/],
    [
      "policy-always, what runs is gone",
      { strategy: "policy-always", registry: gone },
      "impossible",
      /last working copy/,
    ],
    [
      "restart, the tag and what runs are gone",
      { ...always, registry: { ...gone, ":2.4.1": notFound() } },
      "impossible",
      /last working copy/,
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
