import { describe, expect, it } from "vitest";
import { createRegistry } from "../../src/registry/client.ts";
import type { Http } from "../../src/registry/http.ts";
import { usualRegistrySettings } from "../../src/registry/registry.ts";
import { anonymous, asked, login, manifestAnswer, question, scripted, registryOf, now, amd64 } from "./scripted.ts";
import { repository, web, sample, details } from "./shop.ts";

const open = { [`${repository}/manifests/1.2.3`]: manifestAnswer(sample.manifest), ...details };
const never = new AbortController().signal;

describe("the same question", () => {
  it("is asked once while it is under way, and from memory after that, until it is old", async () => {
    const http = scripted(open);
    let time = now.getTime();
    const registry = registryOf(http, { cacheMs: 1_000 }, () => new Date(time));
    const [one, two] = await Promise.all([registry.check(question(web), never), registry.check(question(web), never)]);
    expect(two).toEqual(one);
    time += 999;
    expect(await registry.check(question(web), never)).toEqual(one);
    expect(http.requests).toHaveLength(3);
    time += 1;
    expect((await registry.check(question(web), never)).askedAt).not.toBe(one.askedAt);
    // What stands behind a digest never changes.
    expect(asked(http).slice(3)).toEqual([`HEAD ${repository}/manifests/1.2.3`]);
  });

  it("is asked again where a fresh answer is wanted", async () => {
    const http = scripted(open);
    const registry = registryOf(http);
    await registry.check(question(web), never);
    await registry.check({ ...question(web), fresh: true }, never);
    expect(asked(http).filter((line) => line === `HEAD ${repository}/manifests/1.2.3`)).toHaveLength(2);
  });

  it("with another credential is another question, with an equal one the same", async () => {
    const http = scripted(open);
    const registry = registryOf(http);
    for (const password of ["first-passw0rd", "first-passw0rd", "second-passw0rd"])
      await registry.check(question(web, [login(password)]), never);
    expect(asked(http).filter((line) => line.startsWith("HEAD"))).toHaveLength(2);
  });

  it("for another node reads only what that node needs", async () => {
    const http = scripted(open);
    const registry = registryOf(http);
    await registry.check(question(web), never);
    const other = await registry.check(question(web, [anonymous], { ...amd64, architecture: "s390x" }), never);
    expect(other.attempts[0]!.answer).toMatchObject({ kind: "found", fits: false, forNode: null });
    expect(http.requests).toHaveLength(3);
  });
});

/** A client whose requests are answered when the test says so. */
function held() {
  const waiting: (() => void)[] = [];
  const aborted: boolean[] = [];
  const http: Http = {
    send: (_request, signal) =>
      new Promise((resolve) => {
        waiting.push(() => resolve({ kind: "answer", status: 503, headers: {}, body: Buffer.alloc(0) }));
        signal.addEventListener("abort", () => aborted.push(true));
      }),
    close() {},
  };
  return { http, waiting, aborted };
}
const tick = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe("limits", () => {
  it("no more checks talk at once than the settings say", async () => {
    const { http, waiting } = held();
    const registry = registryOf(http, { checksAtOnce: 2 });
    const checks = ["a", "b", "c"].map((name) => registry.check(question(`registry.example.com/${name}:1`), never));
    await tick();
    expect(waiting).toHaveLength(2);
    waiting[0]!();
    await checks[0];
    await tick();
    expect(waiting).toHaveLength(3);
    waiting.forEach((answer) => answer());
    await Promise.all(checks);
  });

  it("a check that nobody waits for any more is not begun", async () => {
    const { http, waiting } = held();
    const registry = registryOf(http, { checksAtOnce: 1 });
    const first = registry.check(question("registry.example.com/a:1"), never);
    const gone = new AbortController();
    const second = registry.check(question("registry.example.com/b:1"), gone.signal);
    await tick();
    gone.abort();
    expect((await second).attempts[0]!.answer).toEqual({
      kind: "unknown",
      why: "the check of registry.example.com was ended before the registry had answered",
    });
    waiting[0]!();
    await first;
    await tick();
    expect(waiting).toHaveLength(1);
  });

  it("the deadline ends a check, and the request under way", async () => {
    const { http, aborted } = held();
    const late = new AbortController();
    const registry = createRegistry({
      http,
      settings: usualRegistrySettings,
      clock: () => now,
      deadline: () => late.signal,
    });
    const running = registry.check(question(web), never);
    await tick();
    late.abort();
    expect((await running).attempts[0]!.answer).toEqual({
      kind: "timeout",
      host: "registry.example.com",
      waitedFor: "answer",
      seconds: 2.5,
    });
    expect(aborted).not.toHaveLength(0);
  });

  it("closing ends what is under way", async () => {
    const { http } = held();
    const registry = registryOf(http);
    const running = registry.check(question(web), never);
    await tick();
    registry.close();
    expect((await running).attempts[0]!.answer.kind).toBe("unknown");
  });

  it("a node that is never known holds nobody up, and one that fails is not known", async () => {
    for (const platform of [new Promise<null>(() => {}), Promise.reject(new Error("no node"))]) {
      const late = AbortSignal.abort();
      let calls = 0;
      const deadline = () => ((calls += 1) === 1 ? never : late);
      const registry = createRegistry({
        http: scripted(open),
        settings: usualRegistrySettings,
        clock: () => now,
        deadline,
      });
      const { attempts } = await registry.check({ ...question(web), platform }, never);
      expect(attempts[0]!.answer).toMatchObject({ kind: "found", fits: null });
    }
  });
});
