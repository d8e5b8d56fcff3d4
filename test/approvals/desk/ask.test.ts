import { describe, expect, it } from "vitest";
import { requestName } from "../../../src/approvals/naming.ts";
import type { AskedAt, Choice } from "../../../src/approvals/desk/types.ts";
import type { Phase } from "../../../src/approvals/types.ts";
import { requestWith, statusWith } from "../shelf.ts";
import { type Answer, bureau, dana, draftedIn, ended, erin, no, type Planned, restart, type Scene } from "./bureau.ts";

const otherRepository: Partial<Choice> = { strategy: "set-image", image: "quay.io/other:1", allowRepository: true };

async function ask(scene: Scene = {}, over: Partial<Choice> = {}, reason = "") {
  const here = bureau(scene);
  const drafted = await draftedIn(here, over);
  return { here, drafted, asked: await here.desk.ask({ who: dana, drafted, reason }) };
}

/** The request of the same plan as it stands there, in a phase. */
async function there(phase: Phase): Promise<Scene> {
  const { fingerprint } = await draftedIn(bureau());
  const name = requestName({ target: requestWith().spec.target, fingerprint: fingerprint ?? "", attempt: 1 });
  const spec = { fingerprint: fingerprint ?? "", requestedBy: erin.user };
  return { requests: [requestWith({ name, spec, status: statusWith({ phase }) })] };
}

describe("who asks writes what was shown, in their own name", () => {
  it("with groups, reason and the time that the bot is set to", async () => {
    const { here, drafted, asked } = await ask({}, {}, " pushed again\nby CI ");
    expect(asked).toMatchObject({ kind: "asked", request: { namespace: "shop", spec: { attempt: 1 } } });
    expect(here.shelf.writes).toHaveLength(1);
    expect(here.shelf.writes[0]?.spec).toMatchObject({
      requestedBy: dana.user,
      requestedByGroups: dana.groups,
      reason: "pushed again by CI",
      strategy: "restart",
      fingerprint: drafted.fingerprint,
      undoes: null,
      expiresAfterSeconds: 1_800,
      preflight: { answer: "possible" },
      target: { kind: "Deployment", name: "checkout", uid: "deployment-uid" },
    });
  });

  it("an undo names the request that it takes back", async () => {
    const request = requestWith();
    const here = bureau({ mark: { outcome: ended, request: { name: request.name, uid: request.uid } } });
    const drafted = await here.desk.planUndo(request, { allowUnproven: false, asker: null });
    expect((await here.desk.ask({ who: dana, drafted: drafted as Planned, reason: "" })).kind).toBe("asked");
    expect(here.shelf.writes[0]?.spec).toMatchObject({ undoes: request.name, parameters: { undo: expect.anything() } });
  });

  it("for one pod alone where one was looked at", async () => {
    const { here } = await ask({ case: { ...restart, isPod: true, pods: ["b", "b"] } }, { strategy: "delete-pods" });
    expect(here.shelf.writes[0]?.spec).toMatchObject({
      target: { kind: "Deployment" },
      parameters: { only: ["checkout-0"] },
    });
  });
});

describe("it is asked for once", () => {
  it("however often and by how many", async () => {
    const here = bureau();
    const drafted = await draftedIn(here);
    const who = [dana, dana, dana, erin, erin];
    const answers = await Promise.all(who.map((one) => here.desk.ask({ who: one, drafted, reason: "" })));
    expect(here.shelf.kept.requests).toHaveLength(1);
    expect(answers.map(({ kind }) => kind)).toEqual(["asked", "open", "open", "open", "open"]);
  });

  it.each<[Phase, kind: AskedAt["kind"], attempt: number]>([
    ["Pending", "open", 1],
    ["Approved", "open", 1],
    ["Executing", "open", 1],
    ["Verifying", "open", 1],
    // keel-hq/keel#485: a no is announced and asked again for weeks.
    ["Denied", "denied", 1],
    ["Cancelled", "asked", 2],
    ["Expired", "asked", 2],
    ["Stale", "asked", 2],
    ["Succeeded", "asked", 2],
    ["Failed", "asked", 2],
  ])("what is %s already: %s", async (phase, kind, attempt) => {
    const { asked, here } = await ask(await there(phase));
    expect(asked).toMatchObject({ kind, request: { spec: { attempt } } });
    expect(here.shelf.writes).toHaveLength(kind === "asked" ? 1 : 0);
  });

  it.each<[what: string, isThere: boolean, isReadable: boolean, kind: AskedAt["kind"]]>([
    ["that was written", true, true, "asked"],
    ["that was not written", false, true, "unknown"],
    ["that nobody can look for", true, false, "unknown"],
  ])("a lost answer on one %s", async (_what, isThere, isReadable, kind) => {
    const { asked, here } = await ask({
      onAsk: (shelf, name, spec) => {
        if (isThere) shelf.kept.requests.push(requestWith({ name, spec }));
        return { kind: "lost", reason: "the connection broke" };
      },
      onRead: () => (isReadable ? null : { status: "timeout", reason: "no answer" }),
    });
    expect(asked.kind).toBe(kind);
    expect(here.shelf.writes).toHaveLength(1);
  });
});

describe("who may not: it is said which right is missing, and what grants it", () => {
  const grant = (verb: string, what = verb): RegExp =>
    new RegExp(
      `^slack:T1:U1 may not ${verb} repullrequests\\.imagepull\\.dev in namespace shop\\. Who may grant it types: kubectl -n shop create role imagepull-${what}-slack-t1-u1 --verb=${verb} .* && kubectl -n shop create rolebinding .*--user=slack:T1:U1$`,
      "u",
    );
  it.each<[missing: string, Scene, Partial<Choice>, answer: Answer, sentence: RegExp]>([
    ["create repullrequests", {}, {}, no, grant("create", "create-repullrequests")],
    ["restart repullrequests", {}, {}, no, grant("restart")],
    ["set-image repullrequests", {}, { strategy: "set-image", tag: "2.4.2" }, no, grant("set-image")],
    ["set-repository repullrequests", {}, otherRepository, no, grant("set-repository")],
    ["run-unproven repullrequests", { isSilent: true }, { allowUnproven: true }, no, grant("run-unproven")],
    [
      "restart repullrequests",
      {},
      {},
      { status: "failed", reason: "the API server answers 500" },
      /^Whether slack:T1:U1 may restart .* could not be checked: the API server answers 500\. Until it can be, it counts as a no\.$/u,
    ],
    [
      "create repullrequests",
      {},
      {},
      { status: "forbidden", reason: "forbidden: create subjectaccessreviews" },
      /counts as a no\. Who may grant it to the bot types: imagepull install/u,
    ],
    ["restart repullrequests", {}, {}, "never", /could not be checked: no answer in time/u],
  ])("%s", async (missing, scene, over, answer, sentence) => {
    const may = (right: string): Answer =>
      right === missing ? answer : { status: "ok", value: { allowed: true, error: null } };
    const { asked, here } = await ask({ ...scene, may }, over);
    expect(asked).toEqual({ kind: "forbidden", sentence: expect.stringMatching(sentence) });
    expect(here.shelf.writes).toEqual([]);
  });

  it.each<[what: string, Scene, Partial<Choice>, rights: string]>([
    ["a restart", {}, {}, "create restart"],
    ["another repository", {}, otherRepository, "create set-image set-repository"],
    ["what is not proved", { isSilent: true }, { allowUnproven: true }, "create restart run-unproven"],
    ["what was allowed and need not be", {}, { allowUnproven: true, allowRepository: true }, "create restart"],
  ])("%s takes these rights alone, of the person and their groups", async (_what, scene, over, rights) => {
    const { here } = await ask(scene, over);
    expect(here.reviewed.map(({ verb }) => verb).join(" ")).toBe(rights);
    for (const { user, groups } of here.reviewed) expect({ user, groups }).toEqual(dana);
  });
});

describe("what is not asked for", () => {
  it.each<[what: string, Scene, Partial<Choice>, reason: string, sentence: RegExp]>([
    ["while the bot is read-only", { isReadOnly: true }, {}, "", /^IMAGEPULL_READONLY is on, so nothing is asked for/u],
    [
      "with a reason of 10,000 characters",
      {},
      {},
      "x".repeat(10_000),
      /^the reason has 10000 characters, and 1000 are kept: .* the rest$/u,
    ],
    ["what is not proved", { isSilent: true }, {}, "", /^not proved: /u],
    ["what is impossible", { missing: [":2.4.2"] }, { strategy: "set-image", tag: "2.4.2" }, "", /2\.4\.2/u],
    ["without a plan", { isSilent: true }, { strategy: "pin-digest" }, "", /^the digest to pin is not known/u],
    [
      "where requests are not installed",
      { broken: { status: "absent", reason: "not installed" } },
      {},
      "",
      /^requests are not set up in this cluster: .* types: imagepull install/u,
    ],
    [
      "what the API server does not take, in the words of its policy",
      {
        onAsk: () => ({
          kind: "refused",
          reason: "x ValidatingAdmissionPolicy 'p' with binding 'b' denied request: only the bot",
        }),
      },
      {},
      "",
      /^only the bot$/u,
    ],
  ])("%s", async (_what, scene, over, reason, sentence) => {
    const { asked, here } = await ask(scene, over, reason);
    expect(asked).toEqual({ kind: "refused", sentence: expect.stringMatching(sentence) });
    expect(here.shelf.kept.requests).toEqual([]);
  });
});
