import { writeFileSync } from "node:fs";
import { type Socket, createServer } from "node:net";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Writer } from "../../src/cluster/writer.ts";
import type { Write, Written } from "../../src/world.ts";
import { type Reply, type Writing, always, create, evict, listen, lost, patch, remove, writing } from "./writing.ts";

let here: Writing;
beforeEach(() => {
  here = writing();
});
afterEach(() => here.stop());

describe("what an answer says of a write that is done", () => {
  it.each<[string, Write, number, object | string, object]>([
    [
      "a patch that is done",
      patch,
      200,
      { kind: "Deployment", metadata: { uid: "uid-web", resourceVersion: "42" } },
      { kind: "done", uid: "uid-web", resourceVersion: "42" },
    ],
    [
      "a pod that is made",
      create,
      201,
      { kind: "Pod", metadata: { uid: "uid-2", resourceVersion: "43" } },
      { kind: "done", uid: "uid-2", resourceVersion: "43" },
    ],
    [
      "a pod that is deleted, told by a Status",
      remove,
      200,
      {
        kind: "Status",
        status: "Success",
        metadata: { resourceVersion: "9" },
        details: { kind: "pods", uid: "uid-1" },
      },
      { kind: "done", uid: "uid-1", resourceVersion: null },
    ],
    [
      "a pod that is being deleted, told by itself",
      remove,
      202,
      { kind: "Pod", metadata: { uid: "uid-1", resourceVersion: "44" } },
      { kind: "done", uid: "uid-1", resourceVersion: "44" },
    ],
    [
      "an eviction",
      evict,
      201,
      { kind: "Status", status: "Success", metadata: {}, code: 201 },
      { kind: "done", uid: null, resourceVersion: null },
    ],
    [
      "done, in an answer that nobody can read",
      patch,
      200,
      "<html>",
      { kind: "done", uid: null, resourceVersion: null },
    ],
  ])("%s", async (_what, write, status, body, expected) => {
    const writer = await here.answering(always(status, body));
    expect(await writer.write(write)).toEqual(expected);
    expect(here.got).toHaveLength(1);
  });
});

describe("what is sent", () => {
  const done = always(200, { kind: "Pod", metadata: {} });
  it.each<[string, Write, string, string, unknown]>([
    ["a patch", patch, "PATCH", "fieldManager=imagepull", patch.body],
    ["a creation", create, "POST", "fieldManager=imagepull", create.body],
    ["an eviction", evict, "POST", "fieldManager=imagepull", evict.body],
    ["a deletion", remove, "DELETE", "", remove.body],
  ])("%s", async (_what, write, method, query, body) => {
    await (await here.answering(done)).write(write);
    expect(here.got).toMatchObject([{ method, type: write.type, body }]);
    expect(here.got[0]?.url.pathname).toBe(write.path);
    expect(here.got[0]?.url.searchParams.toString()).toBe(query);
  });

  // The API server does not look at a DELETE's query where there is a body: `dryRun` there would be a deletion.
  it.each<[string, Write, string, unknown]>([
    ["a patch", patch, "fieldManager=imagepull&dryRun=All", patch.body],
    ["a creation", create, "fieldManager=imagepull&dryRun=All", create.body],
    ["an eviction", evict, "fieldManager=imagepull&dryRun=All", evict.body],
    ["a deletion", remove, "", { ...remove.body, dryRun: ["All"] }],
  ])("to rehearse %s", async (_what, write, query, body) => {
    await (await here.answering(done)).rehearse(write);
    expect(here.got).toMatchObject([{ body }]);
    expect(here.got[0]?.url.searchParams.toString()).toBe(query);
  });

  it("a webhook that knows no dry run leaves a rehearsal open", async () => {
    const words = 'admission webhook "policy.test" does not support dry run';
    const writer = await here.answering(always(400, { kind: "Status", message: words }));
    expect(await writer.rehearse(patch)).toEqual(lost(`it could not be tried without being done: ${words}`));
  });
});

describe("a write is made once", () => {
  it.each<[string, Reply, string]>([
    [
      "where the connection ends without an answer",
      (_, request) => void request.socket.end(),
      "cannot be reached: connection reset",
    ],
    [
      "where the connection is cut",
      (_, request) => void request.socket.resetAndDestroy(),
      "cannot be reached: connection reset",
    ],
    [
      "where the answer stops in the middle",
      (response, request) => {
        response.writeHead(200, { "content-length": "1000" });
        response.write('{"kind":', () => request.socket.destroy());
      },
      "cannot be reached: connection reset",
    ],
    [
      "where a connection that was kept open is cut",
      (response, request, turn) =>
        void (turn === 1 ? response.writeHead(200).end('{"kind":"Pod"}') : request.socket.resetAndDestroy()),
      "cannot be reached: connection reset",
    ],
  ])("%s", async (what, reply, reason) => {
    const writer = await here.answering(reply);
    if (what.includes("kept open")) expect(await writer.write(patch)).toMatchObject({ kind: "done" });
    const before = here.got.length;
    expect(await writer.write(patch)).toEqual({ kind: "lost", reason: expect.stringContaining(reason) as string });
    expect(here.got).toHaveLength(before + 1);
  });

  it("and again only where a login was refused, with a new one", async () => {
    const tokens = join(here.folder, "token");
    writeFileSync(tokens, "old");
    const reply: Reply = (response, request) => {
      const isNew = request.headers.authorization === "Bearer new";
      writeFileSync(tokens, "new");
      response.writeHead(isNew ? 200 : 401).end('{"kind":"Pod","metadata":{"uid":"uid-1"}}');
    };
    const writer = await here.answering(reply, 5000, { tokenFile: tokens });
    expect(await writer.write(patch)).toMatchObject({ kind: "done", uid: "uid-1" });
    expect(here.got.map(({ token }) => token)).toEqual(["Bearer old", "Bearer new"]);
  });
});

describe("a write ends", () => {
  async function blackHole(deadline: number): Promise<Writer> {
    const open = new Set<Socket>();
    const hole = createServer((socket) => open.add(socket));
    const port = await listen(hole);
    here.endWith(() => {
      for (const socket of open) socket.destroy();
      hole.close();
    });
    return here.writerFor(`http://127.0.0.1:${port}`, deadline);
  }

  it.each<[string, Write, number]>([
    ["a patch", patch, 0.1],
    ["an eviction, which the API server may repeat by itself", evict, 0.2],
  ])("at its deadline, where nobody answers: %s", async (_what, write, seconds) => {
    const writer = await blackHole(100);
    expect(await writer.write(write)).toEqual(lost(`the API server did not answer within ${seconds} seconds`));
  });

  it("with the signal", async () => {
    const stop = new AbortController();
    const ending = (await blackHole(60_000)).write(patch, stop.signal);
    stop.abort();
    expect(await ending).toEqual(lost("it was given up before the API server answered"));
  });

  it("before it begins, where it is given up already", async () => {
    const writer = await here.answering(always(200, {}));
    const never: Written = await writer.write(patch, AbortSignal.abort());
    expect(never).toEqual(lost("it was given up before it was sent"));
    expect(here.got).toHaveLength(0);
  });

  it("where nobody listens", async () => {
    const writer = await here.writerFor("http://127.0.0.1:1");
    expect(await writer.write(patch)).toEqual(
      lost("the API server http://127.0.0.1:1 cannot be reached: connection refused"),
    );
  });
});
