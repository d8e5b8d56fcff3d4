import { type AddressInfo, createServer } from "node:net";
import { Readable, pipeline } from "node:stream";
import { gzipSync } from "node:zlib";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Resource } from "../../src/cluster/reader.ts";
import type { Behaviour } from "../support/fake-api.ts";
import { node, pod } from "../support/kube-objects.ts";
import { type World, getPod, named, soon, world } from "./connected.ts";

let here: World;
beforeEach(() => {
  here = world();
});
afterEach(() => here.stop());

describe("each read ends with what was read, or with why nothing was", () => {
  const objects = [pod("web-1"), node];
  it.each<[string, Behaviour, Resource, string | null, string, object]>([
    ["a pod that exists", {}, "pods", "shop", "web-1", { status: "ok", value: "web-1" }],
    [
      "a pod that does not",
      {},
      "pods",
      "shop",
      "web-2",
      { status: "absent", reason: "pod web-2 in namespace shop does not exist" },
    ],
    [
      "a secret that may not be read",
      { forbidden: ["get secrets"] },
      "secrets",
      "shop",
      "ghcr",
      { status: "forbidden", reason: "secrets in namespace shop cannot be read (forbidden: get secrets)" },
    ],
    [
      "a node that may not be read",
      { forbidden: ["get nodes"] },
      "nodes",
      null,
      "node-1",
      { status: "forbidden", reason: "nodes cannot be read (forbidden: get nodes)" },
    ],
    [
      "an answer that is no JSON",
      { answers: { "/api/v1/namespaces/shop/pods/web-1": (_, response) => void response.end("<html>") } },
      "pods",
      "shop",
      "web-1",
      {
        status: "failed",
        reason: "pods in namespace shop cannot be read: the API server's answer is not what Kubernetes writes",
      },
    ],
    [
      "an answer of another shape",
      {
        answers: {
          "/api/v1/namespaces/shop/pods/web-1": (_, response) => void response.end('{"metadata":{"name":7}}'),
        },
      },
      "pods",
      "shop",
      "web-1",
      {
        status: "failed",
        reason:
          "pods in namespace shop cannot be read: the API server's answer is not what Kubernetes writes (metadata.name)",
      },
    ],
    [
      "an API server in trouble",
      { answers: { "/api/v1/namespaces/shop/pods/web-1": (_, response) => void response.writeHead(503).end() } },
      "pods",
      "shop",
      "web-1",
      { status: "failed", reason: "pods in namespace shop cannot be read: the API server answers 503" },
    ],
    [
      "a compressed answer",
      {
        answers: {
          "/api/v1/namespaces/shop/pods/web-1": (_, response) =>
            void response.writeHead(200, { "content-encoding": "gzip" }).end(gzipSync('{"metadata":{"name":"web-1"}}')),
        },
      },
      "pods",
      "shop",
      "web-1",
      { status: "ok", value: "web-1" },
    ],
  ])("%s", async (_what, behaviour, resource, namespace, name, expected) => {
    const { reader } = await here.start(objects, behaviour);
    expect(await reader.get({ resource, namespace, name }, named, soon())).toEqual(expected);
  });

  it("a silent API server ends with the signal", async () => {
    const { reader } = await here.start([], { silent: ["get pods"] });
    expect(await reader.get(getPod("web-1"), named, AbortSignal.timeout(50))).toEqual({
      status: "timeout",
      reason: "pods in namespace shop could not be read in time: the API server does not answer",
    });
  });

  it("an answer that stops in the middle ends with the signal", async () => {
    const { reader } = await here.start([], {
      answers: { "/api/v1/namespaces/shop/pods/web-1": (_, response) => void response.write('{"metadata"') },
    });
    expect(await reader.get(getPod("web-1"), named, AbortSignal.timeout(50))).toMatchObject({ status: "timeout" });
  });

  it("a black hole that accepts and says nothing ends with the signal", async () => {
    const hole = createServer(() => undefined);
    await new Promise<void>((resolve) => hole.listen(0, "127.0.0.1", resolve));
    const { reader } = await here.connectTo(`https://127.0.0.1:${(hole.address() as AddressInfo).port}`);
    expect(await reader.get(getPod("web-1"), named, AbortSignal.timeout(100))).toMatchObject({ status: "timeout" });
    hole.close();
  });

  it("an API server that is gone is named with its address", async () => {
    const { reader } = await here.connectTo("http://127.0.0.1:1");
    expect(await reader.get(getPod("web-1"), named, soon())).toEqual({
      status: "failed",
      reason: "the API server http://127.0.0.1:1 cannot be reached: connection refused",
    });
  });

  it("an answer of more than 32 MB is not read", async () => {
    const spaces = Readable.from(
      (function* endless() {
        for (;;) yield Buffer.alloc(1024 * 1024, 32);
      })(),
    );
    const { reader } = await here.start([], {
      answers: {
        "/api/v1/namespaces/shop/pods/web-1": (_, response) => void pipeline(spaces, response, () => undefined),
      },
    });
    expect(await reader.get(getPod("web-1"), named, AbortSignal.timeout(15_000))).toEqual({
      status: "failed",
      reason: "the answer is larger than 32 MB",
    });
  });
});

describe("lists", () => {
  it.each<[string, number, number, object]>([
    ["a list that is short enough, whole", 3, 2, { length: 3, isPartial: false }],
    ["one of a page, whole", 500, 1, { length: 500, isPartial: false }],
    ["of a longer one so many pages, and that there is more", 1200, 2, { length: 1000, isPartial: true }],
  ])("some of a list: %s", async (_what, length, pages, expected) => {
    const { reader } = await here.start(Array.from({ length }, (_, index) => pod(`web-${index}`)));
    const read = await reader.listSome({ resource: "pods", namespace: "shop" }, pages, named, soon());
    expect(read.status === "ok" && { length: read.value.items.length, isPartial: read.value.isPartial }).toEqual(
      expected,
    );
    expect(here.api().requests).toHaveLength(Math.min(pages, Math.ceil(length / 500)));
  });

  it.each<[string, "list" | "listSome", object]>([
    ["fails a whole list", "list", { status: "failed" }],
    ["leaves what came before it of some", "listSome", { status: "ok", value: { items: ["web-0"], isPartial: true } }],
  ])("a page that fails %s", async (_what, how, expected) => {
    const first = { metadata: { continue: "2" }, items: [pod("web-0")] };
    const { reader } = await here.start([], {
      answers: {
        "/api/v1/pods": ({ url = "" }, response) =>
          void response.writeHead(url.includes("continue") ? 500 : 200).end(JSON.stringify(first)),
      },
    });
    const path = { resource: "pods", namespace: null } as const;
    const read =
      how === "list" ? await reader.list(path, named, soon()) : await reader.listSome(path, 2, named, soon());
    expect(read).toMatchObject(expected);
  });

  it("all pages are read, and others have their turn in between", async () => {
    const { reader } = await here.start(Array.from({ length: 1203 }, (_, index) => pod(`web-${index}`)));
    let turns = 0;
    const ticking = setInterval(() => (turns += 1), 0);
    const read = await reader.list({ resource: "pods", namespace: "shop" }, named, soon());
    clearInterval(ticking);
    expect(read.status === "ok" && read.value.length).toBe(1203);
    expect(here.api().requests.filter((request) => request.includes("/pods"))).toHaveLength(3);
    expect(turns).toBeGreaterThan(1);
  });

  it("more than 10,000 objects are not read", async () => {
    const { reader } = await here.start(
      Array.from({ length: 10_600 }, (_, index) => ({
        kind: "Pod",
        metadata: { name: `p${index}`, namespace: "shop" },
      })),
    );
    const read = await reader.list({ resource: "pods", namespace: "shop" }, named, AbortSignal.timeout(15_000));
    expect(read.status === "ok" && read.value.length).toBe(10_000);
  });

  it("an empty list, which Go writes as null", async () => {
    const { reader } = await here.start([]);
    expect(await reader.list({ resource: "pods", namespace: null }, named, soon())).toEqual({
      status: "ok",
      value: [],
    });
  });

  it("who may not list is told which right is missing", async () => {
    const { reader } = await here.start([], { forbidden: ["list pods"] });
    expect(await reader.list({ resource: "pods", namespace: null }, named, soon())).toEqual({
      status: "forbidden",
      reason: "pods in all namespaces cannot be read (forbidden: list pods)",
    });
  });
});

describe("connections", () => {
  it("one is used again for reads one after another", async () => {
    const { reader } = await here.start([pod("web-1")]);
    for (let turn = 0; turn < 5; turn += 1) await reader.get(getPod("web-1"), named, soon());
    expect(here.api().connections()).toBe(1);
  });

  it("one that the server has closed meanwhile is made anew without a word", async () => {
    const { reader } = await here.start([pod("web-1")], {
      answers: {
        "/api/v1/namespaces/shop/pods/cut": (request, response) => {
          // Answers, then cuts the connection that the client has put aside.
          response.end('{"metadata":{"name":"cut"}}', () => request.socket.resetAndDestroy());
        },
      },
    });
    for (let turn = 0; turn < 20; turn += 1)
      expect(await reader.get(getPod("cut"), named, soon())).toMatchObject({ status: "ok" });
  });
});

describe("whether the API server is ready", () => {
  it.each<[string, Behaviour, object]>([
    ["it says so", {}, { status: "ok", value: true }],
    [
      "it may not be asked, but answers",
      { answers: { "/readyz": (_, response) => void response.writeHead(403).end() } },
      { status: "ok", value: true },
    ],
    [
      "it says that it is not",
      { answers: { "/readyz": (_, response) => void response.writeHead(500).end() } },
      { status: "failed", reason: "its health cannot be read: the API server answers 500" },
    ],
  ])("%s", async (_what, behaviour, expected) => {
    const { reader } = await here.start([], behaviour);
    expect(await reader.ready(soon())).toEqual(expected);
  });
});
