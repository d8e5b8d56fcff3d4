import { afterEach, describe, expect, it } from "vitest";
import { decisionManifest } from "../../../src/approvals/schema.ts";
import { type EmptyCluster, startEmptyCluster } from "../../../src/playground/cluster/empty-cluster.ts";
import { bot } from "../../../src/playground/cluster/users.ts";
import { rights } from "../../../src/playground/scene/rights.ts";

const clock = (): Date => new Date("2026-11-24T10:00:00.250Z");
const requests = "/apis/imagepull.dev/v1alpha1/namespaces/shop/repullrequests";
const decisions = "/apis/imagepull.dev/v1alpha1/namespaces/shop/repulldecisions";

let cluster: EmptyCluster;
afterEach(() => cluster.stop());
const start = async (approvals = true): Promise<void> => {
  cluster = await startEmptyCluster({ clock, approvals, users: { bot }, namespaces: ["default", "shop", "payments"] });
  cluster.apply(...rights);
};
const ask = (method: string, path: string, body?: object, as = "bot"): Promise<Response> =>
  fetch(`${cluster.url}${path}`, {
    method,
    headers: { authorization: `Bearer ${as}`, "content-type": "application/json" },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });

describe("a cluster before `imagepull install`", () => {
  it.each([requests, decisions, "/apis/imagepull.dev/v1alpha1"])("has no %s", async (path) => {
    await start(false);
    const response = await ask("GET", path);
    expect([response.status, await response.text()]).toEqual([404, "404 page not found\n"]);
    expect(await (await ask("GET", "/apis")).text()).not.toContain("imagepull.dev");
  });
});

describe("a cluster after it", () => {
  it("lists what is there, which is nothing, and says what time it is", async () => {
    await start();
    const response = await ask("GET", requests);
    expect([response.status, response.headers.get("date")]).toEqual([200, "Tue, 24 Nov 2026 10:00:00 GMT"]);
    expect(await response.json()).toMatchObject({ kind: "RepullRequestList", items: [] });
  });

  it.each([
    // what the bot does                                              with the rights that it is installed with
    ["POST", decisions, 201],
    ["GET", decisions, 200],
    ["PATCH", `${decisions}/word`, 403],
    ["GET", "/api/v1/namespaces/shop/secrets", 200],
    ["DELETE", "/api/v1/namespaces/shop/serviceaccounts/default", 403],
    ["POST", "/apis/rbac.authorization.k8s.io/v1/clusterroles", 403],
  ])("lets the bot %s %s: %i", async (method, path, status) => {
    await start();
    const word = decisionManifest("shop", "word", {
      request: "web-1",
      requestUid: "u",
      by: "slack:T1:U1",
      byGroups: ["slack:T1"],
      decision: "deny",
      reason: "",
    });
    expect((await ask(method, path, method === "POST" ? word : undefined)).status).toBe(status);
  });
});

const dana = "slack:T0PLAYGRND:U0DANA";
const arun = "slack:T0PLAYGRND:U0ARUN";
const asked = ["restart", "set-image", "pin-digest", "policy-always", "delete-pods", "probe", "pre-pull"];

describe("who may what in the playground", () => {
  it.each([
    ["Dana asks in shop", dana, "shop", "repullrequests", ["create", ...asked], true],
    ["Dana asks in payments", dana, "payments", "repullrequests", ["create", ...asked], true],
    ["Dana asks elsewhere", dana, "data", "repullrequests", ["create", ...asked], false],
    // Who decides may create decisions of any name; who asks, those alone that have none yet, to cancel what is theirs.
    ["Dana decides", dana, "shop", "repulldecisions/any", ["create"], false],
    ["Dana cancels", dana, "shop", "repulldecisions", ["create"], true],
    ["Dana asks for other code", dana, "shop", "repullrequests", ["set-repository", "run-unproven"], false],
    ["Dana approves her own", dana, "shop", "repullrequests", ["approve-own"], false],
    ["Arun decides in shop", arun, "shop", "repulldecisions/any", ["create"], true],
    ["Arun decides in data", arun, "data", "repulldecisions/any", ["create"], true],
    ["Arun decides on every strategy", arun, "infra", "repullrequests", asked, true],
    ["Arun asks", arun, "infra", "repullrequests", ["create", "set-repository", "run-unproven"], true],
    ["Arun approves his own", arun, "shop", "repullrequests", ["approve-own"], false],
    ["somebody else asks", "slack:T0PLAYGRND:U0EVE", "shop", "repullrequests", ["create", "restart"], false],
    ["somebody of another workspace asks", "slack:T0OTHER:U0DANA", "shop", "repullrequests", ["restart"], false],
  ])("%s", async (_what, user, namespace, of, verbs, may) => {
    await start();
    const [resource, name] = of.split("/");
    const allowed = await Promise.all(
      verbs.map(async (verb) => {
        const resourceAttributes = { namespace, verb, group: "imagepull.dev", resource, name };
        const spec = { user, groups: [user.split(":").slice(0, 2).join(":")], resourceAttributes };
        const response = await ask("POST", "/apis/authorization.k8s.io/v1/subjectaccessreviews", { spec });
        return ((await response.json()) as { status: { allowed: boolean } }).status.allowed;
      }),
    );
    expect(allowed).toEqual(verbs.map(() => may));
  });
});
