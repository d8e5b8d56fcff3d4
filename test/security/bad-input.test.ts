import type { ServerResponse } from "node:http";
import { type AddressInfo, createServer } from "node:net";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type Behaviour, type FakeApi, type KubeObject, kubeconfigFor, startFakeApi } from "../support/fake-api.ts";
import { event, pod, shop } from "../support/kube-objects.ts";
import { type Ran, shell } from "./support/shell.ts";

/** What reaches the core from a cluster that is not as it should be, from the shell's end. Doors of their own: test/slack, test/alerts. */
let folder: string;
let api: FakeApi | null = null;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "bad-input-"));
});
afterEach(async () => {
  await api?.stop();
  api = null;
  rmSync(folder, { recursive: true });
});

const world = () => ({ environment: { KUBECONFIG: join(folder, "config") }, folder });
const failing = "shop/pod/checkout-7d4f9c-x2k8p";
const podPath = "/api/v1/namespaces/shop/pods/checkout-7d4f9c-x2k8p";

interface Step {
  readonly id: string;
  readonly status: string;
  readonly summary: string;
}
interface Answer extends Ran {
  readonly json: { readonly error?: string; readonly cause?: string; readonly steps?: readonly Step[] };
  readonly seconds: number;
}

/** Asks a cluster about a target. Whatever comes: JSON on stdout, at most one sentence on stderr, within 5 s, and no secret. */
async function ask(url: string, target = failing): Promise<Answer> {
  writeFileSync(join(folder, "config"), kubeconfigFor(url, { token: "canary-token" }));
  const begun = performance.now();
  const ran = await shell(["diagnose", target, "-o", "json"], world());
  const seconds = (performance.now() - begun) / 1000;
  expect(seconds).toBeLessThan(5);
  expect(ran.err).toMatch(ran.code === 0 ? /^$/ : /^[^\n]{10,400}\n$/);
  expect(ran.out + ran.err).not.toMatch(/canary|\n +at |undefined|\[object/);
  return { ...ran, json: JSON.parse(ran.out) as Answer["json"], seconds };
}

async function askFake(behaviour: Behaviour, objects: () => readonly KubeObject[] = shop, target = failing) {
  api = await startFakeApi(objects, behaviour);
  return ask(api.url, target);
}

const statusOf = ({ json }: Answer, id: string): Step =>
  json.steps?.find((step) => step.id === id) ?? { id, status: "missing", summary: "" };

describe("rights that are missing make their step unknown, and say which", () => {
  it.each<[string, string, RegExp]>([
    ["get secrets", "credentials", /secrets in namespace shop cannot be read \(forbidden: get secrets\)/],
    ["get nodes", "node", /nodes cannot be read \(forbidden: get nodes\)/],
    ["list events", "events", /events in namespace shop cannot be read \(forbidden: list events\)/],
  ])("%s", async (right, step, words) => {
    const answer = await askFake({ forbidden: [right] });
    expect(answer.code).toBe(0);
    expect(statusOf(answer, step)).toMatchObject({
      status: "unknown",
      summary: expect.stringMatching(words) as string,
    });
    const others = ["placement", "credentials", "events", "node"].filter((id) => id !== step);
    for (const other of others) expect(statusOf(answer, other).status).not.toBe("missing");
  });

  it.each([failing, "shop/deploy/checkout", "shop/checkout", "-l app=checkout -n shop", "checkout"])(
    "in somebody else's namespace, where nothing may be read, %s is one sentence and exit 2",
    async (target) => {
      const rights = [
        "pods",
        "events",
        "secrets",
        "serviceaccounts",
        "deployments",
        "statefulsets",
        "daemonsets",
        "replicasets",
        "jobs",
        "cronjobs",
        "namespaces",
        "nodes",
        "leases",
      ];
      const forbidden = rights.flatMap((resource) => [`get ${resource}`, `list ${resource}`]);
      const words = target.split(" ");
      api = await startFakeApi(shop, { forbidden });
      writeFileSync(join(folder, "config"), kubeconfigFor(api.url));
      const { code, out, err } = await shell(["diagnose", ...words], world());
      expect({ code, out }).toEqual({ code: 2, out: "" });
      expect(err).toMatch(/^[^\n]*cannot be read \(forbidden: (?:get|list) [a-z]+\)[^\n]*\n$/);
    },
  );
});

describe("an API server that does not answer", () => {
  const listening = async (act: Parameters<typeof createServer>[1]): Promise<{ port: number; stop: () => void }> => {
    const sockets: { destroy: () => void }[] = [];
    const server = createServer((socket) => {
      sockets.push(socket);
      socket.on("error", () => undefined);
      act?.(socket);
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const stop = (): void => {
      for (const socket of sockets) socket.destroy();
      server.close();
    };
    return { port: (server.address() as AddressInfo).port, stop };
  };

  it.each<[string, string, Parameters<typeof createServer>[1], RegExp]>([
    ["takes the connection and is silent", "http", () => undefined, /the API server does not answer\.$/],
    ["is silent in the middle of TLS", "https", () => undefined, /the API server does not answer\.$/],
    ["hangs up at once", "http", (socket) => void socket.destroy(), /cannot be reached: /],
    ["speaks something else", "http", (socket) => void socket.end("SSH-2.0-OpenSSH_9.9\r\n"), /cannot be reached: /],
    [
      "speaks plain HTTP where TLS is due",
      "https",
      (socket) => void socket.end("HTTP/1.1 400 Bad Request\r\n\r\n"),
      /cannot be reached: /,
    ],
    [
      "begins a header that never ends",
      "http",
      (socket) => void socket.write("HTTP/1.1 200 OK\r\nX-A: "),
      /the API server does not answer\.$/,
    ],
  ])("but %s: exit 2 and why", async (_what, scheme, act, words) => {
    const { port, stop } = await listening(act);
    const { code, json, err } = await ask(`${scheme}://127.0.0.1:${port}`);
    stop();
    expect(code).toBe(2);
    expect(json.error).toMatch(words);
    expect(err).toBe(`${json.error}\n`);
  });

  it("is gone: exit 2 and where it was looked for", async () => {
    const { code, json } = await ask("http://127.0.0.1:1");
    expect({ code, error: json.error }).toEqual({
      code: 2,
      error: "the API server http://127.0.0.1:1 cannot be reached: connection refused.",
    });
  });

  it("for anything but the pod: the answer, with unknown steps", async () => {
    const silent = [
      "get secrets",
      "get serviceaccounts",
      "get nodes",
      "get leases",
      "get replicasets",
      "get deployments",
      "list pods",
      "list events",
    ];
    const answer = await askFake({ silent });
    expect(answer.code).toBe(0);
    for (const id of ["credentials", "events", "node"])
      expect(statusOf(answer, id)).toMatchObject({
        status: "unknown",
        summary: expect.stringContaining("in time") as string,
      });
  });

  it("is slow with everything: what came in time counts", async () => {
    const { code, json } = await askFake({ answers: {}, inWaves: true });
    expect(code).toBe(0);
    expect(json.steps).toHaveLength(4);
  });
});

describe("an API server whose answers are none", () => {
  const body =
    (text: string, headers = {}) =>
    (_: unknown, response: ServerResponse) =>
      void response.writeHead(200, headers).end(text);
  it.each<[string, (request: unknown, response: ServerResponse) => void]>([
    ["nothing", body("")],
    ["null", body("null")],
    ["a list", body("[]")],
    ["a text", body('"canary"')],
    ["HTML of a login page", body("<html><input name=password value=canary></html>")],
    ["JSON that breaks off", body('{"metadata":{"name":"canary')],
    ["an object without metadata", body('{"spec":{"containers":[{"env":[{"value":"canary"}]}]}}')],
    ["fields of another kind", body('{"metadata":{"name":{"canary":1}},"spec":[]}')],
    [
      "a time that is none",
      body(
        '{"metadata":{"name":"x","namespace":"shop","uid":"u","creationTimestamp":"canary"},"spec":{"containers":[]},"status":{}}',
      ),
    ],
    ["what claims to be gzip", body("canary", { "content-encoding": "gzip" })],
    [
      "a body shorter than it says",
      (_, response) => {
        response.writeHead(200, { "content-length": "1000" }).write('{"canary":');
        setTimeout(() => response.destroy(), 10);
      },
    ],
    [
      "a redirect with the token to elsewhere",
      (_, response) => void response.writeHead(302, { location: "http://127.0.0.1:1/?canary" }).end(),
    ],
    ["204", (_, response) => void response.writeHead(204).end()],
    ["418", (_, response) => void response.writeHead(418).end("canary")],
  ])("%s for the pod: one sentence and exit 2", async (_what, act) => {
    const { code, json } = await askFake({ answers: { [podPath]: act } });
    expect(code).toBe(2);
    expect(json.error).toMatch(/cannot be read|cannot be reached|could not be read/);
  });

  it.each<[string, string]>([
    ["null", "null"],
    ["HTML", "<html>canary</html>"],
    ["objects of another kind", '{"metadata":{},"items":[{"kind":"canary"}]}'],
    [
      "times that are none",
      '{"metadata":{},"items":[{"metadata":{"uid":"e"},"type":"Warning","reason":"Failed","message":"Failed to pull image: not found","firstTimestamp":"soon","lastTimestamp":"later","involvedObject":{"kind":"Pod","namespace":"shop","name":"checkout-7d4f9c-x2k8p","uid":"uid-checkout-7d4f9c-x2k8p","fieldPath":"spec.containers{app}"}}]}',
    ],
  ])("%s for the events: the answer, with that step unknown", async (_what, text) => {
    const answer = await askFake({ answers: { "/api/v1/namespaces/shop/events": body(text) } });
    expect(answer.code).toBe(0);
    expect(statusOf(answer, "events").status).toBe("unknown");
    for (const output of ["text", "markdown"])
      expect((await shell(["diagnose", failing, "-o", output], world())).code).toBe(0);
  });
});

describe("a cluster that changes while it is looked at", () => {
  /** Shop, without what a row takes away once so many requests have come. */
  const after = (requests: number, gone: (object: KubeObject) => boolean) => () =>
    (api?.requests.length ?? 0) > requests ? shop().filter((object) => !gone(object)) : shop();

  it.each<[string, number, (object: KubeObject) => boolean, string]>([
    ["its pod goes after it was read", 2, ({ kind }) => kind === "Pod", failing],
    ["everything goes after its pod was read", 2, () => true, failing],
    ["a Deployment's pods go after it was read", 1, ({ kind }) => kind === "Pod", "shop/deploy/checkout"],
    [
      "a Deployment goes while its pods are read",
      2,
      ({ kind }) => kind === "Deployment" || kind === "ReplicaSet",
      "shop/deploy/checkout",
    ],
  ])("%s: an answer all the same", async (_what, requests, gone, target) => {
    const { code, json } = await askFake({}, after(requests, gone), target);
    expect(code).toBe(0);
    expect(json.steps).toHaveLength(4);
  });

  it("the pod is gone before it could be read: one sentence with the nearest", async () => {
    const { code, json } = await askFake({}, () =>
      shop().filter(({ metadata }) => metadata.name !== "checkout-7d4f9c-x2k8p"),
    );
    expect(code).toBe(2);
    expect(json.error).toMatch(/^no pod "checkout-7d4f9c-x2k8p" in namespace shop\./);
  });
});

it("2 MB of events are read, and answered within 5 s", async () => {
  const web = pod("web-1", { waiting: "ImagePullBackOff", labels: { app: "web" } });
  const message = `Failed to pull image "ghcr.io/shop/checkout:2.4.1": not found ${"x".repeat(900)}`;
  const events = Array.from({ length: 1_600 }, () => event(web, "Failed", { type: "Warning", message }));
  expect(JSON.stringify(events).length).toBeGreaterThan(2_000_000);
  const answer = await askFake({}, () => [web, ...events], "shop/pod/web-1");
  expect(answer.code).toBe(0);
  expect(answer.json.cause).toBe("image-not-found");
  expect(answer.out.length).toBeLessThan(100_000);
});
