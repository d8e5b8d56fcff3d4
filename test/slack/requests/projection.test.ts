import { describe, expect, it } from "vitest";
import type { Kept, RepullRequest, SlackPlace } from "../../../src/approvals/types.ts";
import type { Read } from "../../../src/diagnosis/evidence.ts";
import type { Projected } from "../../../src/slack/projector/types.ts";
import { showRequests } from "../../../src/slack/requests/projection.ts";
import { after, request, status } from "../../approvals/case.ts";

const intent: SlackPlace = { channel: "C1", ts: null, by: "p", at: "2026-11-25T12:00:00Z", shown: null };
const placed: SlackPlace = { ...intent, ts: "1.1", shown: "Pending" };
const others: SlackPlace = { ...intent, by: "q" };

const withPlace = (slack: SlackPlace | null, resourceVersion = "7"): RepullRequest =>
  request({ resourceVersion, status: status("Pending", { slack }) });

/** Requests, shown by a projector that only remembers. */
function stage(server: Partial<Parameters<typeof showRequests>[0]["store"]> = {}) {
  const seen: (readonly Projected[])[] = [];
  const changed: Projected[] = [];
  const now = { team: "T1" as string | null };
  const logged: string[] = [];
  const write = (fields: object, message: string): void => void logged.push(`${message} ${JSON.stringify(fields)}`);
  const shown = showRequests({
    projector: {
      see: (all) => void seen.push(all),
      changed: (one) => void changed.push(one),
      troubles: () => [],
      waiting: 0,
      stop: () => Promise.resolve(),
    },
    store: {
      request: () => Promise.reject(new Error("not read")),
      move: () => Promise.reject(new Error("not written")),
      ...server,
    },
    channel: "C1",
    cluster: "prod",
    team: () => now.team,
    clock: () => after(60),
    log: { info: write, warn: write, error: write },
  });
  const one = (it: RepullRequest): Projected => {
    shown.see([it]);
    const found = seen.at(-1)?.[0];
    if (found === undefined) throw new Error("not shown");
    return found;
  };
  return { shown, seen, changed, now, logged, one };
}

describe("a request as it is projected", () => {
  it.each<[string, RepullRequest, Partial<Projected>]>([
    ["waiting", request(), { word: "Pending", isFinal: false, by: null, place: null }],
    [
      "carried out",
      request({
        status: status("Executing", { executor: { id: "p", renewedAt: "2026-11-25T12:00:00Z" }, slack: placed }),
      }),
      { word: "Executing", isFinal: false, by: "p", place: placed },
    ],
    ["finished", request({ status: status("Denied", { slack: placed }) }), { word: "Denied", isFinal: true, by: null }],
  ])("%s", (_name, it, wanted) => {
    const { one } = stage();
    const found = one(it);
    expect(found).toMatchObject({ key: it.uid, name: `shop/${it.name}`, channel: "C1", ...wanted });
    expect(JSON.stringify(found.message)).toContain("web");
  });

  it("one that the bot has not seen yet is not shown", () => {
    const { shown, seen, changed } = stage();
    shown.see([request({ status: null })]);
    shown.changed(request({ status: null }));
    expect([seen, changed]).toEqual([[[]], []]);
  });

  it("nothing is shown before Slack has said who the bot is", () => {
    const { shown, seen, changed, now } = stage();
    now.team = null;
    shown.see([request()]);
    shown.changed(request());
    expect([seen, changed]).toEqual([[], []]);
    now.team = "T1";
    shown.see([request()]);
    expect(seen).toHaveLength(1);
  });

  it("is made anew only where it has changed", () => {
    const { one } = stage();
    const first = one(request({ resourceVersion: "7" }));
    expect(one(request({ resourceVersion: "7" }))).toBe(first);
    expect(one(request({ resourceVersion: "8" }))).not.toBe(first);
  });

  it("one that cannot be rendered is shown for all that", () => {
    const { one, logged } = stage();
    const broken = request({ spec: { ...request().spec, target: null as never } });
    expect(one(broken).message.text).toMatch(/web-0123456789abcdef-1.*Pending/u);
    expect(logged).toHaveLength(1);
  });
});

type Moved = Kept<RepullRequest>;
const done =
  (version: string): ((one: RepullRequest, wanted: SlackPlace | null) => Moved) =>
  (one, wanted) => ({
    kind: "done",
    value: { ...one, resourceVersion: version, status: status("Pending", { slack: wanted }) },
  });
const conflict = (): Moved => ({ kind: "conflict" });
const lost = (): Moved => ({ kind: "lost", reason: "no answer" });
const read = (slack: SlackPlace | null, over: Partial<RepullRequest> = {}): Read<RepullRequest> => ({
  status: "ok",
  value: { ...withPlace(slack, "8"), ...over },
});
const away: Read<RepullRequest> = { status: "timeout", reason: "no answer" };

describe("keeping where a message stands", () => {
  it.each<
    [
      string,
      readonly ((...asked: Parameters<ReturnType<typeof done>>) => Moved)[],
      readonly Read<RepullRequest>[],
      string,
    ]
  >([
    ["the first time", [done("8")], [], "kept"],
    ["where something else was written meanwhile", [conflict, done("9")], [read(intent)], "kept"],
    ["where the answer is lost, and it was written", [lost], [read(placed)], "kept"],
    ["where the answer is lost, and it was not written", [lost, done("9")], [read(intent)], "kept"],
    ["where another has written another place", [conflict], [read(others)], "moved"],
    ["where another has taken the place away", [conflict], [read(null)], "moved"],
    ["where it is written all the time", [conflict, conflict, conflict, conflict, conflict], [read(intent)], "lost"],
    ["where nothing can be read", [lost], [away], "lost"],
    ["where the API server refuses", [() => ({ kind: "refused", reason: "forbidden" })], [], "lost"],
    ["where the request is gone", [conflict], [{ status: "absent", reason: "gone" }], "gone"],
    ["where another has its name", [conflict], [read(intent, { uid: "another" })], "gone"],
    ["where nothing is known of it any more", [conflict], [read(intent, { status: null })], "moved"],
  ])("%s", async (_name, moves, reads, answer) => {
    let [moved, looked] = [0, 0];
    const { one } = stage({
      move: (it, wanted) => Promise.resolve((moves[moved++] ?? conflict)(it, wanted.slack)),
      request: () => Promise.resolve(reads[Math.min(looked++, reads.length - 1)] ?? away),
    });
    expect(await one(withPlace(intent)).keep(placed)).toBe(answer);
    expect(moved).toBe(moves.length);
  });

  it("nothing but the place is written, on what is there now, and again on what was written", async () => {
    const written: [string, string, SlackPlace | null][] = [];
    let version = 8;
    const { one } = stage({
      move: (it, wanted) => {
        written.push([it.resourceVersion, wanted.phase, wanted.slack]);
        if (written.length === 1) return Promise.resolve({ kind: "conflict" });
        return Promise.resolve({
          kind: "done",
          value: { ...it, resourceVersion: String((version += 1)), status: wanted },
        });
      },
      request: () =>
        Promise.resolve({ status: "ok", value: request({ resourceVersion: "8", status: status("Approved") }) }),
    });
    const found = one(withPlace(null));
    expect(await found.keep(intent)).toBe("kept");
    expect(await found.keep(placed)).toBe("kept");
    expect(written).toEqual([
      ["7", "Pending", intent],
      ["8", "Approved", intent],
      ["9", "Approved", placed],
    ]);
  });
});
