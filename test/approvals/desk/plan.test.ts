import { describe, expect, it } from "vitest";
import type { Choice, Drafted } from "../../../src/approvals/desk/types.ts";
import { keep } from "../../../src/repull/keeper.ts";
import { parametersOf } from "../../../src/repull/strategy.ts";
import { markOf } from "../../cli/repull-harness.ts";
import { type Case, image, text } from "../../repull/case.ts";
import { bureau, choice, draftedIn, restart, type Scene, surveyIn } from "./bureau.ts";

const template = (name: string, of = image) => ({ name, image: of, imagePullPolicy: "Always" });
const two: Scene = {
  case: { ...restart, workload: { template: [template("app"), template("log", "quay.io/log:1")] } },
};
const otherTag: Partial<Choice> = { strategy: "set-image", tag: "2.4.2" };

async function plan(scene: Scene, over: Partial<Choice> = {}): Promise<Drafted> {
  const here = bureau(scene);
  return here.desk.plan(await surveyIn(here), choice(over));
}

describe("what would be asked for", () => {
  it("is the plan that is shown, with its fingerprint", async () => {
    const here = bureau();
    const drafted = await draftedIn(here);
    expect(drafted).toMatchObject({
      fingerprint: drafted.planned.plan?.mark.fingerprint,
      undoes: null,
      draft: { parameters: parametersOf("restart") },
      planned: { phase: "Planned", refused: null, preflight: { answer: "possible" } },
    });
    expect(here.lookedAhead.map(({ images }) => images)).toEqual([expect.arrayContaining([image])]);
  });

  it.each<[what: string, Scene, Partial<Choice>, parameters: object]>([
    ["a tag as it was typed", {}, { ...otherTag, tag: " 2.4.2 " }, { tag: "2.4.2", container: null }],
    ["the container that was chosen", two, { ...otherTag, container: "log", tag: "2" }, { container: "log", tag: "2" }],
    [
      "a whole reference",
      {},
      { strategy: "set-image", image: "ghcr.io/shop/checkout:3" },
      { image: "ghcr.io/shop/checkout:3" },
    ],
    // The controller plans from the workload: a pod that was named is named on.
    [
      "one pod alone, where one was looked at",
      { case: { strategy: "delete-pods", policy: "Always", isPod: true } },
      { strategy: "delete-pods" },
      { only: ["checkout-0"] },
    ],
    [
      "all pods, where the workload was looked at",
      { case: { strategy: "delete-pods", policy: "Always", pods: ["b", "b"] } },
      { strategy: "delete-pods" },
      { only: null },
    ],
    [
      "a bare pod itself",
      { case: { strategy: "delete-pods", policy: "Always", kind: "Pod" } },
      { strategy: "delete-pods" },
      { only: null },
    ],
  ])("%s", async (_what, scene, over, parameters) => {
    const drafted = await draftedIn(bureau(scene), over);
    expect(drafted.draft.parameters).toMatchObject(parameters);
    expect(drafted.planned.refused).toBeNull();
  });

  // What is allowed takes a right of its own, and whoever approves it reads it.
  it.each<[what: string, Scene, Partial<Choice>, repository: boolean, unproven: boolean]>([
    ["nothing where nothing is needed", {}, { ...otherTag, allowRepository: true, allowUnproven: true }, false, false],
    ["another repository", {}, { strategy: "set-image", image: "quay.io/other:1", allowRepository: true }, true, false],
    ["what is not proved", { isSilent: true }, { allowUnproven: true }, false, true],
  ])("is allowed only as far as it has to be: %s", async (_what, scene, over, allowRepository, allowUnproven) => {
    const drafted = await draftedIn(bureau(scene), over);
    expect(drafted.planned.refused).toBeNull();
    expect(drafted.draft.parameters).toMatchObject({ allowRepository, allowUnproven });
  });

  it.each<[what: string, Scene, Partial<Choice>, answer: string, why: RegExp]>([
    ["is not proved", { isSilent: true }, {}, "unproven", /^not proved: /u],
    ["does not exist", { missing: [":2.4.2"] }, otherTag, "impossible", /2\.4\.2/u],
  ])("is shown with why it is refused where it %s", async (_what, scene, over, answer, why) => {
    const { planned, fingerprint } = await draftedIn(bureau(scene), over);
    expect({ phase: planned.phase, answer: planned.preflight.answer }).toEqual({ phase: "Refused", answer });
    expect(text(planned.refused ?? [])).toMatch(why);
    expect(fingerprint).toMatch(/^[0-9a-f]{16}$/u);
  });

  it("has no fingerprint where there is no plan", async () => {
    const drafted = await draftedIn(bureau({ isSilent: true }), { strategy: "pin-digest" });
    expect(drafted).toMatchObject({ fingerprint: null, planned: { plan: null, phase: "Refused" } });
  });
});

describe("what is not chosen yet, or does not fit", () => {
  it.each<[what: string, Scene, Partial<Choice>, needs: string, sentence: RegExp]>([
    ["no tag", {}, { strategy: "set-image" }, "tag", /^set-image needs a tag of the same repository/u],
    ["an empty tag", {}, { strategy: "set-image", tag: "  " }, "tag", /^set-image needs a tag/u],
    ["a tag that is none", {}, { ...otherTag, tag: "2.4 .2" }, "tag", /2\.4 \.2/u],
    ["a digest for a tag", {}, { ...otherTag, tag: `sha256:${"a".repeat(64)}` }, "tag", /is more than a tag/u],
    ["a reference for a tag", {}, { ...otherTag, tag: "quay.io/x:1" }, "tag", /^"quay\.io\/x:1" is more than a tag/u],
    ["a reference that is none", {}, { strategy: "set-image", image: "UPPER/:" }, "tag", /UPPER/u],
    ["both", {}, { ...otherTag, image: "ghcr.io/shop/checkout:3" }, "tag", /were both given/u],
    // Tags are those of a container: it comes first.
    [
      "neither container nor tag",
      two,
      { strategy: "set-image" },
      "container",
      /^set-image is for one container of deployment\/checkout: choose one of app, log$/u,
    ],
    ["no container", two, otherTag, "container", /choose one of app, log$/u],
    ["no container to pin", two, { strategy: "pin-digest" }, "container", /^pin-digest is for one container/u],
    [
      "a container that is not there",
      {},
      { ...otherTag, container: "cache" },
      "container",
      /has no container "cache": choose one of app$/u,
    ],
    [
      "a tag to probe, for nobody knows which",
      two,
      { strategy: "probe", tag: "2" },
      "container",
      /^probe is for one container/u,
    ],
    ["a tag where none belongs", {}, { tag: "2" }, "other", /^restart keeps the image's name/u],
  ])("%s", async (_what, scene, over, needs, sentence) => {
    const drafted = await plan(scene, over);
    expect(drafted).toEqual({ kind: "incomplete", needs, sentence: expect.stringMatching(sentence) });
    expect(drafted.kind === "incomplete" && /--|\.$/u.test(drafted.sentence)).toBe(false);
  });
});

describe("what would be refused on this object", () => {
  const busy = (over: object = {}) => ({ mark: { strategy: "restart", ...over } as const });
  const bare: Case = { strategy: "delete-pods", policy: "Always", kind: "Pod" };
  const kept = keep(
    { apiVersion: "v1", kind: "Pod", namespace: "shop", name: "checkout-0", uid: "uid-0" },
    markOf({ strategy: "delete-pods", restartedAt: null, request: { name: "checkout-0-1", uid: "u" } }),
    { apiVersion: "v1", kind: "Pod", metadata: { name: "checkout-0", namespace: "shop" }, spec: { containers: [] } },
  );
  const keeper = { ...kept.body, metadata: { uid: "keeper-uid" } };
  it.each<[what: string, Scene, Partial<Choice>, sentence: RegExp]>([
    ["a restart of a Job", { case: { ...restart, kind: "Job" } }, {}, /is not for Jobs/u],
    [
      "what Argo CD keeps",
      { case: { ...restart, workload: { managedBy: "argocd" } } },
      otherTag,
      /^Argo CD manages deployment\/checkout and would undo this at its next sync/u,
    ],
    ["another repository", {}, { strategy: "set-image", image: "quay.io/other:1" }, /of another repository/u],
    ["the tag that it has", {}, { strategy: "set-image", image }, /has .* already/u],
    [
      "the same under way, by hand",
      busy(),
      {},
      /^the same re-pull is under way since 2026-11-24T10:30:00Z: wait for its end$/u,
    ],
    [
      "the same under way for a request",
      busy({ request: { name: "checkout-1", uid: "u" } }),
      {},
      /^the same re-pull is under way since 2026-11-24T10:30:00Z \(request checkout-1\): wait for its end$/u,
    ],
    [
      "another under way",
      busy({ request: { name: "checkout-1", uid: "u" } }),
      otherTag,
      /^another re-pull is under way: restart \(request checkout-1\), since 2026-11-24T10:30:00Z; at the latest at/u,
    ],
    [
      "one of another version",
      { mark: '{"version":9,"deadline":"2026-11-24T11:00:00Z"}' },
      {},
      /of another version of imagepull, and may be under way until 2026-11-24T11:00:00Z$/u,
    ],
    [
      "what cannot be looked at",
      { object: { status: "forbidden", reason: "deployments cannot be read (forbidden: get deployments)" } },
      {},
      /^whether another re-pull of deployment\/checkout is under way could not be read: deployments cannot be read/u,
    ],
    [
      "what is gone",
      { object: { status: "absent", reason: "gone" } },
      {},
      /^deployment\/checkout does not exist any more$/u,
    ],
    ["what was made anew", { over: { uid: "another" } }, {}, /was deleted and made anew a moment ago/u],
    ["what is going", { over: { deletedAt: "2026-11-24T10:31:00Z" } }, {}, /is being deleted$/u],
    [
      "a bare pod that is kept to be made again",
      { case: bare, keeper },
      { strategy: "delete-pods" },
      /request checkout-0-1/u,
    ],
  ])("%s", async (_what, scene, over, sentence) => {
    expect(await plan(scene, over)).toEqual({ kind: "refused", sentence: expect.stringMatching(sentence) });
  });

  it.each<[what: string, Scene]>([
    ["that has ended", busy({ outcome: { phase: "Failed", at: "2026-11-24T10:30:30Z", running: {} } })],
    ["whose time is over", busy({ deadline: "2026-11-24T10:30:30Z" })],
  ])("and nothing is held off by one %s", async (_what, scene) => expect((await plan(scene)).kind).toBe("planned"));
});
