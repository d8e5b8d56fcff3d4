import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { readConfig } from "../../src/config.ts";
import { badInput, success } from "../../src/diagnosis/result.ts";
import type { Check } from "../../src/doctor/check.ts";
import type { ClusterProbe } from "../../src/doctor/cluster.ts";
import { examine } from "../../src/doctor/doctor.ts";
import { render } from "../../src/doctor/render.ts";
import { requiredScopes } from "../../src/doctor/slack.ts";

const closers: (() => void)[] = [];
afterEach(() => closers.splice(0).forEach((close) => close()));

type Answers = Readonly<Record<string, { readonly body: unknown; readonly scopes?: string; readonly status?: number }>>;

const healthy: Answers = {
  "auth.test": { body: { ok: true, team: "Acme", user: "imagepull" }, scopes: requiredScopes.join(",") },
  "apps.connections.open": { body: { ok: true, url: "wss://canary.example/link" } },
  "conversations.info": { body: { ok: true, channel: { id: "C0123", name: "ops", is_member: true } } },
};

/** A Slack that answers by a table, and takes only the token that a method wants. */
async function slack(answers: Answers): Promise<string> {
  const server = createServer((request, response) => {
    const method = (request.url ?? "").slice("/api/".length);
    const token = method === "apps.connections.open" ? "xapp-canary" : "xoxb-canary";
    const said =
      request.headers.authorization === `Bearer ${token}`
        ? answers[method]
        : { body: { ok: false, error: "invalid_auth" } };
    response.writeHead(said?.status ?? 200, {
      "content-type": "application/json",
      ...(said?.scopes === undefined ? {} : { "x-oauth-scopes": said.scopes }),
    });
    response.end(JSON.stringify(said?.body ?? { ok: false, error: "unknown_method" }));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  closers.push(
    () => server.close(),
    () => server.closeAllConnections(),
  );
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/api/`;
}

interface World {
  readonly answers?: Answers;
  readonly environment?: Readonly<Record<string, string>>;
  readonly refused?: readonly string[];
  readonly nodeVersion?: string;
  readonly cluster?: "gone" | "none";
  readonly look?: "members" | "rbac";
}

const full = {
  SLACK_BOT_TOKEN: "xoxb-canary",
  SLACK_APP_TOKEN: "xapp-canary",
  IMAGEPULL_CHANNEL: "C0123",
  IMAGEPULL_ALERT_TOKEN: "canary-alert-token",
};

async function checks({
  answers = {},
  environment = full,
  refused = [],
  nodeVersion = "26.10.0",
  cluster,
  look = "members",
}: World): Promise<Check[]> {
  const apiUrl = await slack({ ...healthy, ...answers });
  const probe: ClusterProbe = {
    cluster: "prod",
    version: () =>
      Promise.resolve(
        cluster === "gone" ? badInput("cannot read the API server's version: it does not answer.") : success("v1.34.4"),
      ),
    may: (verb, _group, resource) => Promise.resolve(success(!refused.includes(`${verb} ${resource}`))),
  };
  return examine({
    nodeVersion,
    config: readConfig({
      environment: { SLACK_API_URL: apiUrl, ...environment },
      folder: "/nowhere",
      path: "/imagepull.yaml",
      read: () => `access: {look: ${look}}`,
    }),
    probe: () => Promise.resolve(cluster === "none" ? badInput("no kubeconfig: set KUBECONFIG.") : success(probe)),
  });
}

describe("doctor", () => {
  it("finds everything in its place", async () => {
    const found = await checks({});
    expect(found.map(({ name, status }) => `${name} ${status}`)).toEqual([
      "Node.js ok",
      "configuration ok",
      "API server ok",
      "RBAC ok",
      "RBAC secrets ok",
      "bot token ok",
      "scopes ok",
      "app token ok",
      "channel ok",
      "history optional",
      "alert token ok",
    ]);
    expect(render(found, "text") + render(found, "json")).not.toContain("canary");
  });

  it.each<[string, World, string, Check["status"], RegExp, RegExp]>([
    ["an old Node", { nodeVersion: "20.20.0" }, "Node.js", "missing", /20\.20\.0 is too old/, /22\.21/],
    ["a Node just too old", { nodeVersion: "22.18.0" }, "Node.js", "missing", /too old/, /22\.21/],
    [
      "no token at all",
      { environment: {} },
      "configuration",
      "missing",
      /^SLACK_BOT_TOKEN is missing/,
      /configuration\.md/,
    ],
    ["no kubeconfig", { cluster: "none" }, "kubeconfig", "missing", /no cluster/, /set KUBECONFIG/],
    ["an API server that is gone", { cluster: "gone" }, "API server", "missing", /does not answer/, /network/],
    [
      "no right to list pods",
      { refused: ["list pods", "get nodes"] },
      "RBAC",
      "missing",
      /may not list pods, get nodes/,
      /imagepull install --dry-run/,
    ],
    [
      "no right to get secrets",
      { refused: ["get secrets"] },
      "RBAC secrets",
      "optional",
      /credentials step/,
      /install --secrets/,
    ],
    [
      "a right to get secrets, but not to list them",
      { refused: ["list secrets"] },
      "RBAC secrets",
      "optional",
      /may not list secrets: the manifests that Helm keeps/,
      /install --secrets/,
    ],
    [
      "no right to ask who may get pods, where Kubernetes decides who may look",
      { look: "rbac", refused: ["create subjectaccessreviews"] },
      "RBAC reviews",
      "missing",
      /may not create subjectaccessreviews: .* nobody is let in/,
      /imagepull install --dry-run/,
    ],
    [
      "a bot token that Slack refuses",
      { answers: { "auth.test": { body: { ok: false, error: "token_revoked" } } } },
      "bot token",
      "missing",
      /token_revoked/,
      /SLACK_BOT_TOKEN/,
    ],
    [
      "a Slack that is no Slack",
      { answers: { "auth.test": { body: "hello" } } },
      "Slack",
      "missing",
      /something else/,
      /SLACK_API_URL/,
    ],
    [
      "a Slack that is down",
      { answers: { "auth.test": { status: 503, body: {} } } },
      "Slack",
      "missing",
      /HTTP 503/,
      /network/,
    ],
    [
      "a scope too few",
      { answers: { "auth.test": { body: { ok: true }, scopes: requiredScopes.slice(1).join(", ") } } },
      "scopes",
      "missing",
      /lacks app_mentions:read/,
      /reinstall/,
    ],
    [
      "scopes that Slack does not tell",
      { answers: { "auth.test": { body: { ok: true } } } },
      "scopes",
      "optional",
      /did not say/,
      /manifest\.yml/,
    ],
    [
      "an app token without its scope",
      { answers: { "apps.connections.open": { body: { ok: false, error: "missing_scope" } } } },
      "app token",
      "missing",
      /missing_scope/,
      /connections:write/,
    ],
    [
      "a channel without the bot",
      { answers: { "conversations.info": { body: { ok: true, channel: { name: "ops", is_member: false } } } } },
      "channel",
      "missing",
      /no member of #ops/,
      /\/invite/,
    ],
    [
      "a channel that is archived",
      { answers: { "conversations.info": { body: { ok: true, channel: { name: "ops", is_archived: true } } } } },
      "channel",
      "missing",
      /archived/,
      /IMAGEPULL_CHANNEL/,
    ],
    [
      "a channel that is not shown",
      { answers: { "conversations.info": { body: { ok: false, error: "channel_not_found" } } } },
      "channel",
      "missing",
      /channel_not_found/,
      /\/invite/,
    ],
    [
      "no channel",
      { environment: { ...full, IMAGEPULL_CHANNEL: "" } },
      "channel",
      "optional",
      /alerts are not taken, and re-pull requests are not shown/,
      /C0123ABCD/,
    ],
    [
      "a private channel's history, with the scope for public ones",
      {
        answers: {
          "auth.test": { body: { ok: true }, scopes: [...requiredScopes, "channels:history"].join(",") },
          "conversations.info": { body: { ok: true, channel: { name: "ops", is_member: true, is_private: true } } },
        },
      },
      "history",
      "optional",
      /#ops may not be read \(no groups:history\): .* twice/,
      /Add groups:history/,
    ],
    [
      "no alert token",
      { environment: { ...full, IMAGEPULL_ALERT_TOKEN: "" } },
      "alert token",
      "optional",
      /refused/,
      /openssl rand/,
    ],
  ])("sees %s, with its mend", async (_, world, name, status, seen, mend) => {
    const check = (await checks(world)).find((one) => one.name === name);
    expect(check).toEqual({
      name,
      status,
      seen: expect.stringMatching(seen) as string,
      mend: expect.stringMatching(mend) as string,
    });
  });

  it.each([
    ["rbac", ["RBAC reviews ok"]],
    ["members", []],
  ] as const)("under access.look: %s looks at the right to review: %j", async (look, expected) => {
    const found = await checks({ look });
    expect(found.filter(({ name }) => name === "RBAC reviews").map(({ name, status }) => `${name} ${status}`)).toEqual(
      expected,
    );
  });

  it("asks for the signing secret instead of an app token in HTTP mode", async () => {
    const found = await checks({ environment: { SLACK_BOT_TOKEN: "xoxb-canary", SLACK_SIGNING_SECRET: "canary" } });
    expect(found.map(({ name }) => name)).toContain("HTTP mode");
  });
});

it("a history that may be read is told", async () => {
  const scopes = [...requiredScopes, "channels:history"].join(",");
  const found = await checks({ answers: { "auth.test": { body: { ok: true }, scopes } } });
  expect(found).toContainEqual({ name: "history", status: "ok", seen: "may be read in #ops", mend: "" });
});

describe("what doctor prints", () => {
  const found: Check[] = [
    { name: "scopes", status: "ok", seen: "all 7", mend: "" },
    { name: "channel", status: "missing", seen: "no member of #ops", mend: "Invite the bot." },
  ];
  it.each([
    ["text", "ok       scopes   all 7.\nMISSING  channel  no member of #ops. Invite the bot.\n"],
    [
      "json",
      '{"version":1,"ok":false,"checks":[{"name":"scopes","status":"ok","seen":"all 7"},{"name":"channel","status":"missing","seen":"no member of #ops","mend":"Invite the bot."}]}\n',
    ],
  ] as const)("as %s", (output, text) => expect(render(found, output)).toBe(text));
});
