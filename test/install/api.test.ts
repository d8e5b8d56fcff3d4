import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { clusterProbe } from "../../src/doctor/probe.ts";
import { installTarget } from "../../src/install/api.ts";
import { toKubeConfig } from "../../src/install/kube-config.ts";
import { manifests } from "../../src/install/manifests.ts";

const closers: (() => void)[] = [];
afterEach(() => closers.splice(0).forEach((close) => close()));

interface Sent {
  readonly method: string;
  readonly url: string;
  readonly type: string;
  readonly authorization: string;
  readonly body: string;
}

type Answer = { readonly status?: number; readonly body: unknown };

// What client-node asks before it knows the path of an object: resources and their names.
const resources: Readonly<Record<string, object>> = {
  "/api/v1": {
    resources: [
      { name: "namespaces", kind: "Namespace" },
      { name: "serviceaccounts", kind: "ServiceAccount", namespaced: true },
      { name: "services", kind: "Service", namespaced: true },
    ],
  },
  "/apis/apps/v1": { resources: [{ name: "deployments", kind: "Deployment", namespaced: true }] },
  "/apis/apiextensions.k8s.io/v1": {
    resources: [{ name: "customresourcedefinitions", kind: "CustomResourceDefinition" }],
  },
  "/apis/admissionregistration.k8s.io/v1": {
    resources: [
      { name: "validatingadmissionpolicies", kind: "ValidatingAdmissionPolicy" },
      { name: "validatingadmissionpolicybindings", kind: "ValidatingAdmissionPolicyBinding" },
    ],
  },
  "/apis/rbac.authorization.k8s.io/v1": {
    resources: [
      { name: "clusterroles", kind: "ClusterRole" },
      { name: "clusterrolebindings", kind: "ClusterRoleBinding" },
    ],
  },
};

/** An API server that answers discovery, and the rest by a function; and what it was sent. */
async function apiServer(answer: (request: Sent) => Answer) {
  const sent: Sent[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const url = request.url ?? "";
      const call = {
        method: request.method ?? "",
        url,
        type: request.headers["content-type"] ?? "",
        authorization: request.headers.authorization ?? "",
        body: Buffer.concat(chunks).toString(),
      };
      const known = resources[url];
      if (known === undefined) sent.push(call);
      const { status = 200, body } = known === undefined ? answer(call) : { body: known };
      response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  closers.push(
    () => server.close(),
    () => server.closeAllConnections(),
  );
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const config = toKubeConfig(
    { name: "prod", namespace: "default", server: url, cluster: {}, user: { token: "canary-token" } },
    {},
  );
  return { config, url, sent };
}

const plan = manifests({ namespace: "imagepull", image: "r.example/imagepull:1", secrets: false });
const deployment = plan.find(({ kind }) => kind === "Deployment");
const forbidden = {
  status: 403,
  body: {
    kind: "Status",
    message: 'deployments.apps "imagepull" is forbidden: User "dana" cannot patch resource "deployments"',
  },
};

describe("installing by the API", () => {
  it("applies on the server's side, by force, under a name of its own, with the kubeconfig's token", async () => {
    const { config, sent } = await apiServer(({ body }) => ({ body: JSON.parse(body) as object }));
    const [namespace] = plan;
    if (namespace === undefined || deployment === undefined) throw new Error("nothing to apply");
    expect([await installTarget(config).apply(namespace), await installTarget(config).apply(deployment)]).toEqual([
      { ok: true, value: undefined },
      { ok: true, value: undefined },
    ]);
    expect(sent.map(({ method, url, type, authorization }) => ({ method, url, type, authorization }))).toEqual(
      ["/api/v1/namespaces/imagepull", "/apis/apps/v1/namespaces/imagepull/deployments/imagepull"].map((path) => ({
        method: "PATCH",
        url: `${path}?fieldManager=imagepull-install&force=true`,
        type: "application/apply-patch+yaml",
        authorization: "Bearer canary-token",
      })),
    );
    expect(JSON.parse(sent[1]?.body ?? "")).toEqual(JSON.parse(JSON.stringify(deployment)));
  });

  // Client-node's models drop what they do not know by that name, and a schema without its limits is taken without a word.
  it.each(manifests({ namespace: "imagepull", image: "r.example/imagepull:1", secrets: true }))(
    "sends every word of $kind $metadata.name",
    async (manifest) => {
      const { config, sent } = await apiServer(({ body }) => ({ body: JSON.parse(body) as object }));
      expect(await installTarget(config).apply(manifest)).toEqual({ ok: true, value: undefined });
      expect(sent.map(({ body }) => JSON.parse(body) as unknown)).toEqual([JSON.parse(JSON.stringify(manifest))]);
    },
  );

  it("waits until a definition is served", async () => {
    const answers = [{}, { status: { conditions: [{ type: "Established", status: "False" }] } }];
    const served = { status: { conditions: [{ type: "Established", status: "True" }] } };
    const head = { apiVersion: "apiextensions.k8s.io/v1", kind: "CustomResourceDefinition" };
    const { config, sent } = await apiServer(() => ({ body: { ...head, ...(answers.shift() ?? served) } }));
    expect(await installTarget(config).established("things.example.dev")).toEqual({ ok: true, value: undefined });
    expect(sent.map(({ method, url }) => `${method} ${url}`)).toEqual(
      Array.from({ length: 3 }, () => "GET /apis/apiextensions.k8s.io/v1/customresourcedefinitions/things.example.dev"),
    );
  });

  it("says why a definition will never be served", async () => {
    const condition = { type: "NamesAccepted", status: "False", message: '"rpr" is already in use' };
    const head = { apiVersion: "apiextensions.k8s.io/v1", kind: "CustomResourceDefinition" };
    const { config } = await apiServer(() => ({ body: { ...head, status: { conditions: [condition] } } }));
    expect(await installTarget(config).established("things.example.dev")).toEqual({
      ok: false,
      error: {
        sentence:
          'CustomResourceDefinition things.example.dev is not served: "rpr" is already in use. kubectl describe crd things.example.dev tells why.',
      },
    });
  });

  it("knows the version of the API server", async () => {
    const { config } = await apiServer(() => ({ body: { major: "1", minor: "34", gitVersion: "v1.34.4" } }));
    expect(await installTarget(config).version()).toEqual({ ok: true, value: "v1.34.4" });
  });

  it.each<[string, Answer, RegExp]>([
    [
      "no right to",
      forbidden,
      /^cannot apply Deployment imagepull: deployments\.apps "imagepull" is forbidden: [^\n]*\. Ask somebody who may, or print it for them with --dry-run\.$/,
    ],
    [
      "something that the API server refuses",
      { status: 422, body: { message: "spec.replicas: Invalid value" } },
      /^cannot apply Deployment imagepull: spec\.replicas: Invalid value\.$/,
    ],
    ["an answer without words", { status: 500, body: "no" }, /^cannot apply Deployment imagepull: HTTP 500\.$/],
  ])("says in one sentence: %s", async (_, answer, sentence) => {
    const { config } = await apiServer(() => answer);
    if (deployment === undefined) throw new Error("nothing to apply");
    expect(await installTarget(config).apply(deployment)).toEqual({
      ok: false,
      error: { sentence: expect.stringMatching(sentence) as string },
    });
  });

  it("says which server is gone", async () => {
    const config = toKubeConfig(
      { name: "prod", namespace: "default", server: "http://127.0.0.1:9", cluster: {}, user: {} },
      {},
    );
    if (deployment === undefined) throw new Error("nothing to apply");
    expect(await installTarget(config).apply(deployment)).toEqual({
      ok: false,
      error: {
        sentence: expect.stringMatching(
          /^cannot apply Deployment imagepull: http:\/\/127\.0\.0\.1:9 does not answer \([^)]+\)\.$/,
        ) as string,
      },
    });
  });

  it.each<[string, Answer, string | null]>([
    [
      "the image that runs",
      {
        body: {
          apiVersion: "apps/v1",
          kind: "Deployment",
          spec: {
            template: {
              spec: {
                containers: [
                  { name: "proxy", image: "p" },
                  { name: "imagepull", image: "old:1" },
                ],
              },
            },
          },
        },
      },
      "old:1",
    ],
    ["none, where nothing is installed", { status: 404, body: { message: "not found" } }, null],
    ["none, where it may not be read", forbidden, null],
  ])("knows %s", async (_, answer, image) => {
    const { config } = await apiServer(() => answer);
    expect(await installTarget(config).installedImage("imagepull")).toBe(image);
  });
});

describe("what doctor asks the API server", () => {
  it("is its version, and what this very user may do", async () => {
    const { config, sent } = await apiServer(({ url, body }) =>
      url.startsWith("/version")
        ? { body: { gitVersion: "v1.34.4" } }
        : { status: 201, body: { status: { allowed: body.includes('"pods"') } } },
    );
    const probe = clusterProbe(config);
    expect([await probe.version(), await probe.may("list", "", "pods"), await probe.may("get", "", "secrets")]).toEqual(
      ["v1.34.4", true, false].map((value) => ({ ok: true, value })),
    );
    expect(sent.map(({ method, url }) => `${method} ${url.replace(/\/$/, "")}`)).toEqual([
      "GET /version",
      ...Array.from({ length: 2 }, () => "POST /apis/authorization.k8s.io/v1/selfsubjectaccessreviews"),
    ]);
    expect(JSON.parse(sent[1]?.body ?? "")).toMatchObject({
      spec: { resourceAttributes: { verb: "list", group: "", resource: "pods" } },
    });
  });
});

describe("a kubeconfig for client-node", () => {
  const access = { name: "prod", namespace: "default", server: "https://api.example:6443", cluster: {}, user: {} };

  it.each<[string, Parameters<typeof toKubeConfig>[0], Record<string, string>, object]>([
    ["keeps the server", access, {}, { server: "https://api.example:6443" }],
    [
      "takes the proxy of the environment",
      access,
      { HTTPS_PROXY: "http://proxy.example:3128" },
      { proxyUrl: "http://proxy.example:3128" },
    ],
    [
      "takes no proxy for what NO_PROXY names",
      access,
      { HTTPS_PROXY: "http://proxy.example:3128", NO_PROXY: ".example" },
      { proxyUrl: undefined },
    ],
    [
      "takes the kubeconfig's own proxy first",
      { ...access, cluster: { "proxy-url": "http://own.example" } },
      { HTTPS_PROXY: "http://proxy.example:3128" },
      { proxyUrl: "http://own.example" },
    ],
  ])("%s", (_, from, environment, cluster) =>
    expect(toKubeConfig(from, environment).getCurrentCluster()).toMatchObject(cluster),
  );

  it("reads a token that is projected into a pod anew, by its file", () => {
    const user = toKubeConfig({ ...access, user: { tokenFile: "/var/run/token" } }, {}).getCurrentUser();
    expect(user).toMatchObject({ authProvider: { config: { tokenFile: "/var/run/token" } } });
    expect(user?.token).toBeUndefined();
  });
});
