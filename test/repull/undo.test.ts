import { describe, expect, it } from "vitest";
import type { Mark } from "../../src/repull/mark.ts";
import { writeMark } from "../../src/repull/mark.ts";
import { undoCommand, undoParameters } from "../../src/repull/undo.ts";
import { parametersOf } from "../../src/repull/strategy.ts";
import type { ObjectNow } from "../../src/world.ts";
import { digest, found, notFound } from "../diagnosis/checks.ts";
import { type Case, image, plan, planned, preflight, repository, text } from "./case.ts";
import { later, mark, nameOf, object } from "./verify/scene.ts";

const succeeded: Mark["outcome"] = { phase: "Succeeded", at: later(60), running: { app: [digest("b")] } };
const pin = `${repository}@${digest("a")}`;
const fingerprint = mark().fingerprint;

function undo(of: Partial<Mark> | null, now: Partial<ObjectNow> = {}) {
  const note = of === null ? null : writeMark(mark({ outcome: succeeded, ...of }));
  return undoParameters({
    object: nameOf(),
    now: object({ mark: note, ...now }),
    clock: new Date(later(120)),
  });
}

describe("what an undo asks for", () => {
  it.each<[string, Partial<Mark>, Partial<ObjectNow>, Record<string, string>]>([
    ["of a restart: the digest that ran before", {}, {}, { app: pin }],
    ["of a re-pull that failed", { outcome: { ...succeeded, phase: "Failed" } }, {}, { app: pin }],
    [
      "of one that nobody has seen the end of, when its time is over",
      { outcome: null, deadline: later(60) },
      {},
      { app: pin },
    ],
    ["of pods that were deleted", { strategy: "delete-pods", restartedAt: null }, {}, { app: pin }],
    [
      "of each container of which it is known",
      {
        containers: { app: { image, policy: "Always" }, log: { image: "docker.io/fluent/bit:3", policy: "Always" } },
        before: { app: pin, log: null },
      },
      {},
      { app: pin },
    ],
    [
      "of an image of another repository",
      { strategy: "set-image", containers: { app: { image: "ghcr.io/other/app:1", policy: "Always" } } },
      { template: [{ name: "app", image: "ghcr.io/other/app:1", policy: "Always", list: "containers" }] },
      { app: pin },
    ],
  ])("%s", (_, of, now, pins) => {
    const parameters = undo(of, now);
    expect(parameters).toEqual({
      ok: true,
      value: parametersOf("set-image", { undo: { fingerprint, pins }, takesBack: mark().startedAt }),
    });
  });

  it("keeps what was typed beside it, and nothing that says what to pull", () => {
    const now = object({ mark: writeMark(mark({ outcome: succeeded })) });
    const given = { context: "prod", timeout: 1_000, allowUnproven: true, tag: "9", image: "x:1", container: "log" };
    const parameters = undoParameters({ object: nameOf(), now, clock: new Date(later(120)) }, given);
    expect(parameters.ok ? parameters.value : null).toEqual(
      parametersOf("set-image", {
        context: "prod",
        timeout: 1_000,
        allowUnproven: true,
        undo: { fingerprint, pins: { app: pin } },
        takesBack: mark().startedAt,
      }),
    );
  });
});

describe("why an undo is not offered", () => {
  const changed = { at: later(90), by: "kubectl-edit" };
  const template = (of: string) => [{ name: "app", image: of, policy: "Always", list: "containers" as const }];
  it.each<[string, Partial<Mark> | null, Partial<ObjectNow>, string]>([
    ["nothing is noted", null, {}, "no re-pull is noted on deployment/checkout"],
    ["another version's note", null, { mark: '{"version":9}' }, "of another imagepull"],
    ["it is still under way", { outcome: null }, {}, `still under way (restart, since ${mark().startedAt})`],
    ["it was undone already", { undoes: "fedcba" }, {}, `taken back already (at ${mark().startedAt})`],
    ["nothing is known of what ran before", { before: { app: null } }, {}, "what ran in container app before"],
    ["there was nothing before", { before: {} }, {}, "what ran in deployment/checkout before"],
    [
      "another image was set since",
      {},
      { template: template(`${repository}:9`), templateChange: changed },
      `container app has ${repository}:9 (set by kubectl-edit at ${later(90)})`,
    ],
    ["the container is gone", {}, { template: [], templateChange: null }, "container app is not in its template"],
    [
      "it is pinned to that already",
      { containers: { app: { image: pin, policy: "Always" } } },
      { template: template(pin) },
      "pinned to what ran before already",
    ],
  ])("%s", (_, of, now, words) => {
    const parameters = undo(of, now);
    expect(parameters.ok ? null : parameters.error.sentence).toContain(words);
    expect(parameters.ok ? "" : parameters.error.sentence).toMatch(/\.$/u);
  });
});

describe("of what is still under way", () => {
  const asked = { container: null, tag: null, image: null, only: null, selector: null };
  it.each<[string, string, Partial<Mark>, string | null, string]>([
    ["a restart", "Deployment", {}, null, "by imagepull repull deploy/checkout -n shop --strategy restart and undo"],
    [
      "an image that was set",
      "StatefulSet",
      { strategy: "set-image", asked: { ...asked, container: "app", tag: "2.5.0" } },
      "a b",
      "by imagepull repull sts/checkout -n shop --strategy set-image --container app --tag 2.5.0 --context 'a b' and undo",
    ],
    [
      "a whole reference",
      "CronJob",
      { strategy: "set-image", asked: { ...asked, image: "ghcr.io/other/app:1" } },
      null,
      "by imagepull repull cronjob/checkout -n shop --strategy set-image --image ghcr.io/other/app:1 and undo",
    ],
    [
      "one pod of it",
      "Deployment",
      { strategy: "delete-pods", asked: { ...asked, only: ["checkout-0"] } },
      null,
      "by imagepull repull pod/checkout-0 -n shop --strategy delete-pods and undo",
    ],
    [
      "pods that were selected by labels, which nobody has noted",
      "Deployment",
      { strategy: "delete-pods", asked: { ...asked, only: ["checkout-0", "checkout-1"] } },
      null,
      "by the same command as before, and undo",
    ],
    [
      "pods that were selected by labels",
      "Deployment",
      { strategy: "delete-pods", asked: { ...asked, only: ["checkout-0"], selector: "app in (a, b)" } },
      "prod",
      "by imagepull repull -n shop --selector 'app in (a, b)' --strategy delete-pods --context prod and undo",
    ],
    [
      "one that a request asked for, which no shell goes on with",
      "Deployment",
      { request: { name: "checkout-1", uid: "request-uid" } },
      null,
      "It is carried out for the request checkout-1: undo it once that has ended; without that",
    ],
  ])("%s: says how to go on with it, and until when it waits else", (_, kind, of, context, words) => {
    const note = writeMark(mark({ outcome: null, ...of }));
    const now = object({ mark: note });
    const parameters = undoParameters({ object: nameOf(kind), now, clock: new Date(later(120)) }, { context });
    const sentence = parameters.ok ? "" : parameters.error.sentence;
    expect(sentence).toContain(words);
    expect(sentence).toContain(`it holds this off until ${mark().deadline}.`);
  });
});

describe("the command that goes back", () => {
  it.each<[string, Partial<Mark>, string | null, string | null]>([
    ["Deployment", {}, null, "imagepull repull undo deploy/checkout -n shop"],
    ["StatefulSet", {}, "prod", "imagepull repull undo sts/checkout -n shop --context prod"],
    ["DaemonSet", {}, "a b", "imagepull repull undo ds/checkout -n shop --context 'a b'"],
    ["Pod", {}, null, "imagepull repull undo pod/checkout -n shop"],
    ["Deployment", { before: { app: null } }, null, null],
    ["Deployment", { undoes: "fedcba" }, null, null],
    ["Deployment", { strategy: "pre-pull" }, null, null],
  ])("%s %j", (kind, of, context, command) => {
    expect(undoCommand(nameOf(kind), mark(of), context)).toBe(command);
  });
});

describe("the plan of an undo", () => {
  const undoing = (pins: Record<string, string>, over: Partial<Case> = {}): Case => ({
    strategy: "set-image",
    parameters: { undo: { fingerprint, pins } },
    ...over,
  });
  const other = "ghcr.io/legacy/checkout";

  it("pins what ran before, of another repository too, in one patch", () => {
    const told = planned(undoing({ app: `${other}@${digest("a")}` }));
    expect(told.refused).toBeNull();
    expect(told.plan?.changes.map(({ body }) => body)).toMatchObject([
      { spec: { template: { spec: { containers: [{ name: "app", image: `${other}@${digest("a")}` }] } } } },
    ]);
    expect(told.plan?.mark).toMatchObject({
      undoes: fingerprint,
      containers: { app: { image: `${other}@${digest("a")}`, policy: "IfNotPresent" } },
      wanted: { app: expect.arrayContaining([digest("a")]) },
    });
  });

  it("gives each of several containers its own image, and says so", () => {
    const sidecar = { name: "log", image: "docker.io/fluent/bit:3", imagePullPolicy: "Always" };
    const workload = { template: [{ name: "app", image, imagePullPolicy: "IfNotPresent" }, sidecar] };
    const logs = `docker.io/fluent/bit@${digest("e")}`;
    const told = planned(undoing({ app: pin, log: logs }, { workload }));
    expect(told.plan?.changes.map(({ body }) => body)).toMatchObject([
      {
        spec: {
          template: {
            spec: {
              containers: [
                { name: "app", image: pin },
                { name: "log", image: logs },
              ],
            },
          },
        },
      },
    ]);
    const words = (told.plan?.changes ?? []).map(({ words: line }) => text(line)).join("\n");
    expect(words).toContain(`container log of deployment/checkout from docker.io/fluent/bit:3 to ${logs}`);
    const notes = (told.plan?.notes ?? []).map(text).join("\n");
    expect(notes).toContain("the pull policy Always of log stays");
    expect(notes).not.toContain("Always of app");
  });

  it("says which re-pull it takes back: an undone rollout brings the note of an earlier one back", () => {
    const back = undoing({ app: pin });
    const told = planned({ ...back, parameters: { ...back.parameters, takesBack: later(-3600) } });
    expect(told.plan?.notes.map(text).join("\n")).toContain(
      `it takes back the re-pull of ${later(-3600)}, and pins what ran before: the tag is not followed`,
    );
  });

  it("asks the registry for what it goes back to", () => {
    const gone = { [`@${digest("a")}`]: notFound({ what: "digest" }) };
    expect(preflight(undoing({ app: pin })).answer).toBe("possible");
    expect(preflight(undoing({ app: pin }, { registry: gone })).answer).toBe("impossible");
    expect(
      preflight(undoing({ app: pin }, { registry: { [`@${digest("a")}`]: found({ digest: digest("a") }) } })).answer,
    ).toBe("possible");
  });

  it("is refused where Git says what the image is", () => {
    const told = planned(undoing({ app: pin }, { workload: { managedBy: "argocd" } }));
    expect(text(told.refused ?? [])).toContain("Argo CD manages deployment/checkout");
  });

  it("is refused where the container is gone", () => {
    expect(plan(undoing({ log: pin }))).toEqual({ usage: "container log is no longer in deployment checkout." });
  });
});
