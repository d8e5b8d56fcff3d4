import { execFileSync } from "node:child_process";
import { describe, expect, it } from "vitest";
import { type Ask, askFor, createRights, mayAll, rightsToAsk, rightsToDecide } from "../../src/approvals/rights.ts";
import type { Right, Rights, Verdict } from "../../src/approvals/types.ts";
import type { AccessReview, Reviewed } from "../../src/cluster/access-review.ts";
import type { Read } from "../../src/diagnosis/evidence.ts";
import { type Word, dana, decision, erin, no, request, rules, spec, yes } from "./case.ts";

const restart: Right = { verb: "restart", resource: "repullrequests", namespace: "shop" };
const who = { user: erin, groups: ["slack:T1", "slack:T1:S9"] };

const answering =
  (read: Read<Reviewed>): Ask =>
  () =>
    Promise.resolve(read);
const verdict = (read: Read<Reviewed>, right = restart, user = erin): Promise<Verdict> =>
  createRights(answering(read)).may({ user, groups: [] }, right);
const refused: Read<Reviewed> = { status: "ok", value: { allowed: false, error: null } };

async function sentence(read: Read<Reviewed>, right = restart, user = erin): Promise<string> {
  const said = await verdict(read, right, user);
  return said.ok ? "" : said.sentence;
}

describe("what Kubernetes says of somebody", () => {
  it("is asked for the user, all groups and exactly this right", async () => {
    const asked: AccessReview[] = [];
    const ask: Ask = (review) => {
      asked.push(review);
      return Promise.resolve({ status: "ok", value: { allowed: true, error: null } });
    };
    expect(await createRights(ask).may(who, restart)).toEqual({ ok: true });
    expect(asked).toEqual([
      { ...who, verb: "restart", group: "imagepull.dev", resource: "repullrequests", namespace: "shop" },
    ]);
  });

  it.each<[right: Right, name: string | undefined]>([
    [{ verb: "create", resource: "repulldecisions", namespace: "shop" }, "any"],
    [{ verb: "create", resource: "repullrequests", namespace: "shop" }, undefined],
    [restart, undefined],
  ])(
    "%j is asked with the name %s: who may only cancel their own may create decisions without one",
    async (right, name) => {
      const asked: AccessReview[] = [];
      await createRights((review) => {
        asked.push(review);
        return Promise.resolve(refused);
      }).may(who, right);
      expect(asked.map((review) => review.name)).toEqual([name]);
    },
  );

  it.each<[name: string, read: Read<Reviewed>, verdict: object]>([
    ["a yes", { status: "ok", value: { allowed: true, error: null } }, { ok: true }],
    [
      "a yes although a role is gone",
      { status: "ok", value: { allowed: true, error: "role x not found" } },
      { ok: true },
    ],
    ["a no", refused, { ok: false }],
    [
      "a no, with what went wrong",
      { status: "ok", value: { allowed: false, error: 'RBAC: role "x"\nnot found' } },
      { ok: false, sentence: expect.stringContaining('(the API server also says: RBAC: role "x" not found)') },
    ],
    [
      "not to be had in time: a no",
      { status: "timeout", reason: "it took too long" },
      { ok: false, isUnchecked: true },
    ],
    ["an error: a no", { status: "failed", reason: "the API server answers 500" }, { ok: false, isUnchecked: true }],
    ["an unknown API: a no", { status: "absent", reason: "the API does not exist" }, { ok: false, isUnchecked: true }],
    ["a 403 to the bot: a no", { status: "forbidden", reason: "forbidden" }, { ok: false, isUnchecked: true }],
  ])("%s", async (_, read, expected) => expect(await verdict(read)).toMatchObject(expected));

  it("that it says no is not that it could not be asked", async () => {
    expect(await verdict(refused)).not.toHaveProperty("isUnchecked");
  });

  it("has a deadline", async () => {
    const ask: Ask = (_, signal) =>
      new Promise((resolve) => {
        signal.addEventListener("abort", () => resolve({ status: "timeout", reason: "no answer came" }));
      });
    expect(await createRights(ask, 20).may(who, restart)).toMatchObject({ ok: false, isUnchecked: true });
    expect(await createRights(ask, 20).may(who, restart, new AbortController().signal)).toMatchObject({ ok: false });
    expect(await createRights(ask, 60_000).may(who, restart, AbortSignal.timeout(20))).toMatchObject({ ok: false });
  });

  it("hides secrets in the API server's words", async () => {
    const error = "webhook https://bot:hunter2@authz.example.com/ failed";
    expect(await sentence({ status: "ok", value: { allowed: false, error } })).not.toContain("hunter2");
  });
});

describe("the sentence of a no", () => {
  it.each<[name: string, right: Right, user: string, sentence: string]>([
    [
      "of a strategy, in Slack",
      restart,
      erin,
      "slack:T1:U2 may not restart repullrequests.imagepull.dev in namespace shop. Who may grant it types: " +
        "kubectl -n shop create role imagepull-restart-slack-t1-u2 --verb=restart --resource=repullrequests.imagepull.dev && " +
        "kubectl -n shop create rolebinding imagepull-restart-slack-t1-u2 --role=imagepull-restart-slack-t1-u2 --user=slack:T1:U2",
    ],
    [
      "of creating a decision, in a shell",
      { verb: "create", resource: "repulldecisions", namespace: "shop" },
      "gus@example.com",
      "gus@example.com may not create repulldecisions.imagepull.dev in namespace shop. Who may grant it types: " +
        "kubectl -n shop create role imagepull-create-repulldecisions-gus-example-com --verb=create --resource=repulldecisions.imagepull.dev && " +
        "kubectl -n shop create rolebinding imagepull-create-repulldecisions-gus-example-com --role=imagepull-create-repulldecisions-gus-example-com --user=gus@example.com",
    ],
    [
      "of a service account",
      { verb: "approve-own", resource: "repullrequests", namespace: "prod" },
      "system:serviceaccount:ci:deployer",
      "system:serviceaccount:ci:deployer may not approve-own repullrequests.imagepull.dev in namespace prod. Who may grant it types: " +
        "kubectl -n prod create role imagepull-approve-own-system-serviceaccount-ci-deployer --verb=approve-own --resource=repullrequests.imagepull.dev && " +
        "kubectl -n prod create rolebinding imagepull-approve-own-system-serviceaccount-ci-deployer --role=imagepull-approve-own-system-serviceaccount-ci-deployer --serviceaccount=ci:deployer",
    ],
  ])("%s", async (_, right, user, expected) => expect(await sentence(refused, right, user)).toBe(expected));

  it("of what could not be checked tells why, and what the bot needs", async () => {
    expect(
      await sentence({
        status: "forbidden",
        reason: "who may restart repullrequests cannot be read (forbidden: create subjectaccessreviews)",
      }),
    ).toBe(
      "Whether slack:T1:U2 may restart repullrequests.imagepull.dev in namespace shop could not be checked: who may restart repullrequests cannot be read (forbidden: create subjectaccessreviews). Until it can be, it counts as a no. Who may grant it to the bot types: imagepull install --dry-run | kubectl apply -f -",
    );
  });

  /** What a shell hands to kubectl, one call a line. */
  const pasted = (line: string): readonly (readonly string[])[] =>
    execFileSync("sh", ["-c", `kubectl() { for word; do printf '%s\\037' "$word"; done; printf '\\036'; }\n${line}`], {
      encoding: "utf8",
    })
      .split("\u001E")
      .filter((call) => call !== "")
      .map((call) => call.split("\u001F").slice(0, -1));

  it.each([
    [erin],
    ["system:admin"],
    ["gus o'hara"],
    ["$(touch /tmp/x); `id` | cat && false"],
    ["*"],
    ["Jürgen"],
    ["-f"],
    [`${"long-".repeat(50)}name`],
  ])("runs as pasted, for %s", async (user) => {
    const [, line = ""] = (await sentence(refused, restart, user)).split("types: ");
    const [role, binding, ...more] = pasted(line);
    expect(more).toEqual([]);
    const name = role?.[4] ?? "";
    expect(name).toMatch(/^imagepull-restart-[a-z0-9]([-a-z0-9]*[a-z0-9])?$/);
    expect(name.length).toBeLessThanOrEqual(100);
    expect(role).toEqual([
      "-n",
      "shop",
      "create",
      "role",
      name,
      "--verb=restart",
      "--resource=repullrequests.imagepull.dev",
    ]);
    expect(binding).toEqual(["-n", "shop", "create", "rolebinding", name, `--role=${name}`, `--user=${user}`]);
  });

  it("names another role for another long name", async () => {
    const [one, other] = await Promise.all(
      ["a", "b"].map((end) => sentence(refused, restart, `${"x".repeat(80)}${end}`)),
    );
    expect(one?.split(" && ")[0]?.split("create role ")[1]).not.toBe(other?.split(" && ")[0]?.split("create role ")[1]);
  });
});

describe("which rights something takes", () => {
  const verbsOf = (rights: readonly Right[]): readonly string[] =>
    rights.map(({ verb, resource }) => `${verb} ${resource}`);
  const parameters = spec().parameters;
  it.each([
    [{}, ["create repullrequests", "set-image repullrequests"]],
    [{ allowRepository: true }, ["create repullrequests", "set-image repullrequests", "set-repository repullrequests"]],
    [{ allowUnproven: true }, ["create repullrequests", "set-image repullrequests", "run-unproven repullrequests"]],
  ])("to ask, with %j", (over, verbs) => {
    const asked = rightsToAsk(spec({ strategy: "set-image", parameters: { ...parameters, ...over } }), "shop");
    expect(verbsOf(asked)).toEqual(verbs);
    expect(new Set(asked.map(({ namespace }) => namespace))).toEqual(new Set(["shop"]));
  });

  it("to decide", () =>
    expect(verbsOf(rightsToDecide(request()))).toEqual(["create repulldecisions", "restart repullrequests"]));

  it("all are needed: the first no is the answer", async () => {
    const rights: Rights = { may: (_, { verb }) => Promise.resolve(verb === "restart" ? no : yes) };
    expect(await mayAll(rights, who, rightsToDecide(request()))).toEqual(no);
    expect(await mayAll(rights, who, [])).toEqual(yes);
  });
});

describe("what is asked about decisions", () => {
  async function asks(words: readonly Word[], answers: (verb: string) => Verdict = () => yes) {
    const asked: string[] = [];
    const rights: Rights = {
      may({ user, groups }, { verb, resource, namespace }) {
        asked.push(`${[user, ...groups].join("+")} ${verb} ${resource} ${namespace}`);
        return Promise.resolve(answers(verb));
      },
    };
    const decisions = words.map(decision);
    const people = new Map([[dana, "dana@example.com"]]);
    const answered = await askFor(rights, { request: request(), decisions, rules: rules({ people }) });
    return { asked, answered: [...answered.entries()] };
  }

  it.each<[name: string, words: readonly Word[], asked: readonly string[]]>([
    [
      "its author's right to decide, with the groups that stand in it",
      [[erin, "approve", 5, { byGroups: ["slack:T1"] }]],
      ["slack:T1:U2+slack:T1 create repulldecisions shop", "slack:T1:U2+slack:T1 restart repullrequests shop"],
    ],
    [
      "also approve-own, of whoever asked for it, by whichever door",
      [["dana@example.com", "approve", 5]],
      [
        "dana@example.com create repulldecisions shop",
        "dana@example.com restart repullrequests shop",
        "dana@example.com approve-own repullrequests shop",
      ],
    ],
    ["nothing about the requester's own cancel", [[dana, "cancel", 5]], []],
    [
      "as much about another's",
      [["gus", "cancel", 5]],
      ["gus create repulldecisions shop", "gus restart repullrequests shop"],
    ],
    [
      "nothing about another request",
      [
        [erin, "approve", 5, { requestUid: "another" }],
        [erin, "approve", 5, { request: "web-2" }],
      ],
      [],
    ],
    [
      "once, however often somebody says it",
      Array.from({ length: 50 }, (): Word => ["gus", "approve", 5]),
      ["gus create repulldecisions shop", "gus restart repullrequests shop"],
    ],
  ])("%s", async (_, words, asked) => expect((await asks(words)).asked).toEqual(asked));

  it("is a no where one of the rights is missing", async () =>
    expect((await asks([[erin, "approve", 5]], (verb) => (verb === "create" ? no : yes))).answered).toEqual([
      ["uid-0", { may: no, own: null }],
    ]));

  it("hermes#36848: an allow-list that cannot be asked lets nobody in", async () => {
    const failing = createRights(answering({ status: "failed", reason: "the API server answers 500" }));
    const answered = await askFor(failing, {
      request: request(),
      decisions: [decision([erin, "approve", 5])],
      rules: rules(),
    });
    expect(answered.get("uid-0")?.may).toMatchObject({ ok: false, isUnchecked: true });
  });
});
