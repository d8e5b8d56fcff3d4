import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { firstStatus, moved } from "../../src/approvals/controller/status.ts";
import { createStore } from "../../src/approvals/store.ts";
import type {
  ApprovalStore,
  DecisionSpec,
  Kept,
  RepullRequest,
  RequestSpec,
  RequestStatus,
} from "../../src/approvals/types.ts";
import { connect } from "../../src/cluster/connect.ts";
import { type EmptyCluster, startEmptyCluster } from "../../src/playground/cluster/empty-cluster.ts";
import { bot } from "../../src/playground/cluster/users.ts";
import { writeKubeconfig } from "../../src/playground/kubeconfig.ts";
import { anySpec } from "./any-spec.ts";

const everything = [{ verbs: ["*"], groups: ["*"], resources: ["*"] }];
const spec = (over: Partial<RequestSpec> = {}): RequestSpec => ({
  ...anySpec,
  requestedBy: "ann",
  requestedByGroups: ["system:authenticated"],
  reason: "a new build",
  target: { apiVersion: "apps/v1", kind: "Deployment", name: "web", uid: "uid-1", text: "deployment/web" },
  plan: { changes: ["restart deployment/web"], restarts: "2 pods", keeps: [], notes: [], command: "kubectl …" },
  wanted: { app: ["sha256:a"] },
  before: { app: null },
  ...over,
});
const decision = (request: RepullRequest): DecisionSpec => ({
  request: request.name,
  requestUid: request.uid,
  by: "ann",
  byGroups: ["system:authenticated"],
  decision: "cancel",
  reason: "",
});

const place = { channel: "C1", ts: "1.1", by: "bot-1", at: "2026-11-24T10:00:00Z", shown: "Pending" };
const executor = (id: string) => ({ id, renewedAt: "2026-11-24T10:00:00Z" });

describe("requests and decisions, over real HTTP to the simulated API server", () => {
  const ends: (() => void | Promise<void>)[] = [];
  let cluster: EmptyCluster;
  let ann: ApprovalStore;
  let own: ApprovalStore;
  let now: number;

  async function open(approvals: boolean): Promise<void> {
    now = Date.parse("2026-11-24T10:00:00.700Z");
    const clock = (): Date => new Date(now);
    const users = {
      ann: { name: "ann", groups: ["system:authenticated"], rules: everything },
      bot: { ...bot, rules: everything },
    };
    cluster = await startEmptyCluster({ clock, users, approvals });
    ends.push(() => cluster.stop());
    const storeOf = async (token: string): Promise<ApprovalStore> => {
      const kubeconfig = await writeKubeconfig(cluster.url, token, "test");
      ends.push(() => kubeconfig.remove());
      const connection = await connect({ kubeconfig: kubeconfig.path, environment: {}, clock });
      if (!connection.ok) throw new Error(connection.error.sentence);
      ends.push(connection.value.close);
      return createStore(connection.value.reader, await connection.value.writer());
    };
    [ann, own] = [await storeOf("ann"), await storeOf("bot")];
  }
  afterEach(async () => {
    for (const end of ends.splice(0).toReversed()) await end();
  });

  const done = <T>(kept: Kept<T>): T => {
    if (kept.kind !== "done") throw new Error(JSON.stringify(kept));
    return kept.value;
  };

  describe("installed", () => {
    beforeEach(() => open(true));

    it("a request comes back word for word, with the API server's time, and no status", async () => {
      const made = done(await ann.ask("shop", "web-1", spec()));
      expect(made).toMatchObject({ name: "web-1", namespace: "shop", status: null, createdAt: "2026-11-24T10:00:00Z" });
      expect(made.spec).toEqual(spec());
      expect(await ann.request("shop", "web-1")).toEqual({ status: "ok", value: made });
      expect(await ann.requests(null)).toEqual({
        status: "ok",
        value: { items: [made], unreadable: [], at: new Date("2026-11-24T10:00:00Z") },
      });
      expect(await ann.requests("default")).toMatchObject({ value: { items: [] } });
      expect(await ann.ask("shop", "web-1", spec())).toEqual({ kind: "exists" });
    });

    it("a decision comes back word for word, and is made once", async () => {
      const made = done(await ann.ask("shop", "web-1", spec()));
      const said = done(await ann.decide("shop", "web-1-cancel", decision(made)));
      expect(said.spec).toEqual(decision(made));
      expect(await ann.decide("shop", "web-1-cancel", decision(made))).toEqual({ kind: "exists" });
      expect(await ann.decisions("shop")).toMatchObject({ value: { items: [said] } });
    });

    it("of two that move the same version one wins, and what is left out of a status is gone", async () => {
      const made = done(await ann.ask("shop", "web-1", spec()));
      const at = new Date(now);
      const pending = firstStatus(1, at);
      const first = done(await own.move(made, pending));
      expect(await own.move(made, pending)).toEqual({ kind: "conflict" });
      const approved = moved(pending, { to: "Approved", by: "bob", message: "Approved by bob." }, at);
      const begun = {
        ...moved(approved, { to: "Executing", by: null, message: "Begins." }, at),
        executor: { id: "bot-1", renewedAt: at.toISOString() },
        progress: { done: 1, of: 2, line: "1 of 2" },
      };
      const second = done(await own.move(done(await own.move(first, approved)), begun));
      expect(await own.request("shop", "web-1")).toEqual({ status: "ok", value: second });
      const let_ = done(await own.move(second, { ...begun, executor: null, progress: null }));
      const read = await own.request("shop", "web-1");
      expect(read.status === "ok" && read.value.status).toMatchObject({ executor: null, progress: null });
      expect(let_.resourceVersion).not.toBe(second.resourceVersion);
    });

    it.each<[string, Partial<RequestStatus>, Partial<RequestStatus>]>([
      ["a message that is to be posted anew", { slack: place }, { slack: { ...place, ts: null, shown: null } }],
      ["a message in another channel", { slack: place }, { slack: { ...place, channel: "C2", ts: null } }],
      ["no message any more", { slack: place }, { slack: null }],
      ["an executor that has changed", { executor: executor("a") }, { executor: executor("b") }],
      ["a progress that has ended", { progress: { done: 1, of: 2, line: "1 of 2" } }, { progress: null }],
      [
        "other containers that run",
        { running: { app: ["sha256:a"], old: ["sha256:b"] } },
        { running: { app: ["sha256:c"] } },
      ],
    ])("nothing stays of what was there: %s", async (_, before, after) => {
      const made = done(await ann.ask("shop", "web-1", spec()));
      const pending = firstStatus(1, new Date(now));
      const first = done(await own.move(made, { ...pending, ...before }));
      expect(await own.request("shop", "web-1")).toEqual({ status: "ok", value: first });
      const second = done(await own.move(first, { ...pending, ...after }));
      expect(second.status).toEqual({ ...pending, ...after });
      expect(await own.request("shop", "web-1")).toEqual({ status: "ok", value: second });
    });

    it("nobody but the bot moves a request, and no step is left out", async () => {
      const made = done(await ann.ask("shop", "web-1", spec()));
      const pending = firstStatus(1, new Date(now));
      expect(await ann.move(made, pending)).toMatchObject({ kind: "refused" });
      const seen = done(await own.move(made, pending));
      const far = moved(pending, { to: "Succeeded", by: null, message: "No." }, new Date(now));
      expect(await own.move(seen, far)).toMatchObject({ kind: "refused" });
    });

    it("an answer that is lost is no yes: it is read again", async () => {
      const made = done(await ann.ask("shop", "web-1", spec()));
      cluster.api.hooks.after = ({ path }) => (path.includes("/status") ? "drop" : undefined);
      expect(await own.move(made, firstStatus(1, new Date(now)))).toMatchObject({ kind: "lost" });
      cluster.api.hooks.after = undefined;
      const read = await own.request("shop", "web-1");
      expect(read.status === "ok" && read.value.status?.phase).toBe("Pending");
    });

    it("deletes what was read and nothing else of its name; what is gone is gone", async () => {
      const made = done(await ann.ask("shop", "web-1", spec()));
      const seen = done(await own.move(made, firstStatus(1, new Date(now))));
      expect(await own.forget(made)).toEqual({ kind: "conflict" });
      expect(await own.forget(seen)).toEqual({ kind: "done", value: null });
      expect(await own.forget(seen)).toEqual({ kind: "done", value: null });
      expect(await own.move(seen, firstStatus(1, new Date(now)))).toEqual({ kind: "conflict" });
      expect(await own.request("shop", "web-1")).toMatchObject({ status: "absent" });
    });
  });

  it("not installed: one sentence that says how to", async () => {
    await open(false);
    expect(await own.requests(null)).toEqual({
      status: "absent",
      reason: expect.stringContaining("imagepull install"),
    });
    expect(await own.decisions("shop")).toMatchObject({ status: "absent" });
    expect(await ann.ask("shop", "web-1", spec())).toEqual({
      kind: "refused",
      reason: expect.stringContaining("imagepull install"),
    });
  });
});
