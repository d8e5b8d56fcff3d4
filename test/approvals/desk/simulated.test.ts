import { afterEach, describe, expect, it } from "vitest";
import { createDesk } from "../../../src/approvals/desk/desk.ts";
import type { Drafted } from "../../../src/approvals/desk/types.ts";
import { createRights } from "../../../src/approvals/rights.ts";
import { createStore } from "../../../src/approvals/store.ts";
import type { Verb } from "../../../src/approvals/types.ts";
import { createWorld } from "../../../src/collect/world.ts";
import type { Subject } from "../../../src/core.ts";
import { startEmptyCluster } from "../../../src/playground/cluster/empty-cluster.ts";
import { bot } from "../../../src/playground/cluster/users.ts";
import { podSpec } from "../../playground/cluster/workbench.ts";
import { choice, dana, erin } from "./bureau.ts";
import { logIn } from "../../support/simulated.ts";

/** Over HTTP, with the cluster's admission, its policies and its roles: whoever the bot speaks for has no more rights by it. */

const ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).toReversed()) await end();
});

const group = "imagepull.dev";
const frank: Subject = { user: "slack:T1:U3", groups: ["slack:T1", "slack:T1:S3"] };

/** A role in namespace shop, and who has it. */
const role = (name: string, subject: object, ...rules: readonly [verb: string, resource: string][]): object[] => [
  {
    apiVersion: "rbac.authorization.k8s.io/v1",
    kind: "Role",
    metadata: { name, namespace: "shop" },
    rules: rules.map(([verb, resource]) => ({ apiGroups: [group], resources: [resource], verbs: [verb] })),
  },
  {
    apiVersion: "rbac.authorization.k8s.io/v1",
    kind: "RoleBinding",
    metadata: { name, namespace: "shop" },
    roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "Role", name },
    subjects: [{ apiGroup: "rbac.authorization.k8s.io", ...subject }],
  },
];

async function open() {
  const clock = (): Date => new Date();
  const everything = [{ verbs: ["*"], groups: ["*"], resources: ["*"] }];
  const cluster = await startEmptyCluster({ clock, users: { bot: { ...bot, rules: everything } }, readyAfter: 0 });
  ends.push(() => cluster.stop());
  cluster.push("registry.example/shop/web:1");
  const labels = { app: "web" };
  cluster.apply(
    ...role("ask", { kind: "User", name: dana.user }, ["create", "repullrequests"], ["restart", "repullrequests"]),
    ...role("own", { kind: "User", name: dana.user }, ["create", "repulldecisions"], ["approve-own", "repullrequests"]),
    ...role(
      "decide",
      { kind: "Group", name: "slack:T1:S9" },
      ["create", "repulldecisions"],
      ["restart", "repullrequests"],
    ),
    {
      apiVersion: "apps/v1",
      kind: "Deployment",
      metadata: { name: "web" },
      spec: {
        replicas: 1,
        selector: { matchLabels: labels },
        template: { metadata: { labels }, spec: podSpec({ imagePullPolicy: "Always" }) },
      },
    },
  );
  const isReady = async (): Promise<unknown> => {
    await cluster.advance();
    return cluster.get("apps/v1", "Deployment", "web")?.["status"];
  };
  await expect.poll(isReady, { timeout: 10_000 }).toMatchObject({ readyReplicas: 1 });
  const { reader, writer, core } = await logIn(cluster, "bot", (end) => ends.push(end));
  const desk = createDesk({
    core,
    world: createWorld({ reader, writer, clock }),
    store: createStore(reader, writer),
    rights: createRights((review, signal) => reader.review(review, signal)),
    rules: () => ({ needed: 1, people: new Map() }),
    isReadOnly: () => false,
    expiresAfterSeconds: 3_600,
  });
  return { cluster, desk };
}

type Planned = Extract<Drafted, { kind: "planned" }>;
const target = { kind: "object", namespace: "shop", resource: "Deployment", name: "web" } as const;

describe("on an API server", () => {
  it("dana asks, erin decides, frank does neither; each word is an object, once", { timeout: 60_000 }, async () => {
    const { cluster, desk } = await open();
    const surveyed = await desk.survey(target, { defaultNamespace: null, asker: null });
    if (surveyed.kind !== "surveyed") throw new Error(surveyed.sentence);
    expect(surveyed.ways[0]).toBe("restart");
    expect(await desk.tags(surveyed, null)).toEqual({ status: "ok", value: ["1"] });
    const drafted = await desk.plan(surveyed, choice());
    expect(drafted).toMatchObject({ kind: "planned", planned: { refused: null, preflight: { answer: "possible" } } });
    const plan = drafted as Planned;
    expect(await desk.ask({ who: frank, drafted: plan, reason: "" })).toMatchObject({
      kind: "forbidden",
      sentence: expect.stringContaining("slack:T1:U3 may not create repullrequests.imagepull.dev in namespace shop"),
    });
    const asked = await desk.ask({ who: dana, drafted: plan, reason: "a new build" });
    if (asked.kind !== "asked") throw new Error(JSON.stringify(asked));
    expect((await desk.ask({ who: dana, drafted: plan, reason: "a new build" })).kind).toBe("open");

    const { namespace, name, uid } = asked.request;
    const say = async (who: Subject, verb: Verb, reason = "") => {
      const said = await desk.say({ who, request: { namespace, name, uid }, verb, reason });
      return "sentence" in said ? `${said.kind}: ${said.sentence}` : said.kind;
    };
    expect(await say(frank, "approve")).toContain("slack:T1:U3 may not create repulldecisions");
    expect(await say(frank, "cancel")).toContain("slack:T1:U3 may not create repulldecisions");
    expect(await say(dana, "approve")).toMatch(/^reason-needed: /u);
    expect(await Promise.all([say(erin, "approve"), say(erin, "approve"), say(dana, "cancel")])).toEqual(
      expect.arrayContaining(["said", "again", "said"]),
    );
    expect(await say(dana, "approve", "on call alone")).toBe("said");
    const kept = cluster.list("imagepull.dev/v1alpha1", "RepullDecision", "shop");
    expect(
      kept.map(({ spec }) => spec).toSorted((one, other) => JSON.stringify(one).localeCompare(JSON.stringify(other))),
    ).toMatchObject([
      { by: dana.user, decision: "approve" },
      { by: dana.user, decision: "cancel" },
      { by: erin.user, decision: "approve" },
    ]);
    expect(cluster.list("imagepull.dev/v1alpha1", "RepullRequest", "shop")).toHaveLength(1);

    const may = await desk.rightsOf(erin, "shop");
    expect(
      may.filter(({ verdict }) => verdict.ok).map(({ right: { verb, resource } }) => `${verb} ${resource}`),
    ).toEqual(["restart repullrequests", "create repulldecisions"]);
  });
});
