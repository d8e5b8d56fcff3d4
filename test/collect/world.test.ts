import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createWorld } from "../../src/collect/world.ts";
import type { ObjectName, World } from "../../src/world.ts";
import { type World as Connected, world as connected } from "../cluster-reads/connected.ts";
import type { Behaviour, KubeObject } from "../support/fake-api.ts";
import { event, pod, secret, workload } from "../support/kube-objects.ts";
import { paged } from "./paged.ts";

let here: Connected;
beforeEach(() => {
  here = connected();
});
afterEach(() => here.stop());

const clock = (): Date => new Date("2026-11-24T11:00:00Z");

async function worldOf(objects: readonly KubeObject[], behaviour: Behaviour = {}): Promise<World> {
  const { reader, writer } = await here.start(objects, behaviour);
  return createWorld({ reader, writer: await writer(), clock });
}

const named = (kind: string, name: string, uid: string | null = `uid-${name}`): ObjectName => ({
  apiVersion:
    kind === "Pod" || kind === "Secret" ? "v1" : kind === "Job" || kind === "CronJob" ? "batch/v1" : "apps/v1",
  kind,
  namespace: "shop",
  name,
  uid,
});

const hashed = (hash: string): Record<string, string> => ({ app: "checkout", "pod-template-hash": hash });
const ending = (object: KubeObject): KubeObject => ({
  ...object,
  metadata: { ...object.metadata, deletionTimestamp: "2026-11-24T10:59:00Z" },
});
const ended = (object: KubeObject): KubeObject => ({ ...object, status: { phase: "Failed" } });

/** Two revisions of a Deployment, and others that carry the same labels. */
const fleet = [
  workload("Deployment", "web"),
  workload("ReplicaSet", "web-old", { owner: ["Deployment", "web"], labels: hashed("old") }),
  workload("ReplicaSet", "web-new", { owner: ["Deployment", "web"], labels: hashed("new") }),
  workload("ReplicaSet", "adopted", { owner: ["Deployment", "web"], labels: hashed("kept") }),
  workload("ReplicaSet", "web-two-new", { owner: ["Deployment", "web-two"], labels: hashed("new") }),
  ending(pod("web-old-1", { owner: ["ReplicaSet", "web-old"], labels: hashed("old") })),
  ended(pod("web-new-1", { owner: ["ReplicaSet", "web-new"], labels: hashed("new") })),
  pod("web-new-2", { owner: ["ReplicaSet", "web-new"], labels: hashed("new"), waiting: "ErrImagePull" }),
  pod("adopted-1", { owner: ["ReplicaSet", "adopted"], labels: hashed("kept") }),
  pod("web-two-new-1", { owner: ["ReplicaSet", "web-two-new"], labels: hashed("new") }),
  pod("db-0", { owner: ["StatefulSet", "db"] }),
  pod("alone"),
  workload("StatefulSet", "db"),
  workload("CronJob", "nightly"),
  workload("Job", "nightly-1", { owner: ["CronJob", "nightly"], labels: { "job-name": "nightly-1" } }),
  workload("Job", "by-hand", { labels: { "job-name": "by-hand" } }),
  pod("nightly-1-a", { owner: ["Job", "nightly-1"], labels: { "job-name": "nightly-1" } }),
  pod("by-hand-a", { owner: ["Job", "by-hand"], labels: { "job-name": "by-hand" } }),
];

describe("the pods of an object", () => {
  const noSets = { forbidden: ["list replicasets"] };
  it.each<[string, ObjectName, Behaviour, readonly string[] | string]>([
    [
      "of all revisions of a Deployment, those that are ending or have ended among them",
      named("Deployment", "web"),
      {},
      ["adopted-1", "web-new-1", "web-new-2", "web-old-1"],
    ],
    [
      "of a Deployment whose UID nobody knows",
      named("Deployment", "web", null),
      {},
      ["adopted-1", "web-new-1", "web-new-2", "web-old-1"],
    ],
    [
      "by the names of its ReplicaSets, where these may not be listed",
      named("Deployment", "web"),
      noSets,
      ["web-new-1", "web-new-2", "web-old-1"],
    ],
    [
      "unknown, where its ReplicaSets could not be listed just now",
      named("Deployment", "web"),
      { answers: { "/apis/apps/v1/namespaces/shop/replicasets": (_, response) => void response.writeHead(503).end() } },
      "failed",
    ],
    ["of a ReplicaSet", named("ReplicaSet", "web-new"), {}, ["web-new-1", "web-new-2"]],
    ["of a StatefulSet", named("StatefulSet", "db"), {}, ["db-0"]],
    ["of a predecessor of the same name", named("StatefulSet", "db", "uid-earlier"), {}, []],
    ["of a Job", named("Job", "nightly-1"), {}, ["nightly-1-a"]],
    ["of a CronJob, through its Jobs", named("CronJob", "nightly"), {}, ["nightly-1-a"]],
    ["of a bare pod: itself", named("Pod", "alone"), {}, ["alone"]],
    ["of a bare pod that is gone", named("Pod", "gone"), {}, []],
    ["unknown, where pods may not be listed", named("StatefulSet", "db"), { forbidden: ["list pods"] }, "forbidden"],
    [
      "unknown, where the object may not be read",
      named("StatefulSet", "db"),
      { forbidden: ["get statefulsets"] },
      "forbidden",
    ],
    ["unknown, where it is gone", named("Deployment", "gone"), {}, "absent"],
    ["of a kind that is not read", { ...named("Rollout", "web"), apiVersion: "argoproj.io/v1alpha1" }, {}, "failed"],
  ])("%s", async (_what, object, behaviour, expected) => {
    const read = await (await worldOf(fleet, behaviour)).pods(object);
    expect(read.status === "ok" ? read.value.map(({ name }) => name).toSorted() : read.status).toEqual(expected);
  });

  it.each([
    ["all of twenty pages", 20, "ok"],
    ["of more pages than are read are not known: one that is not seen is not gone", 21, "failed"],
  ] as const)("%s", async (_what, pages, status) => {
    const read = await (
      await worldOf(fleet, { answers: { "/api/v1/namespaces/shop/pods": paged(pages, "db-", ["StatefulSet", "db"]) } })
    ).pods(named("StatefulSet", "db"));
    expect(read.status).toBe(status);
    if (read.status === "ok") expect(read.value).toHaveLength(pages);
  });

  it("are not known where a later page is not answered", async () => {
    const page = {
      kind: "PodList",
      metadata: { continue: "next" },
      items: [pod("db-0", { owner: ["StatefulSet", "db"] })],
    };
    const world = await worldOf(fleet, {
      answers: {
        "/api/v1/namespaces/shop/pods": ({ url }, response) =>
          url?.includes("continue=") === true
            ? void response.writeHead(410).end()
            : void response.end(JSON.stringify(page)),
      },
    });
    expect((await world.pods(named("StatefulSet", "db"))).status).toBe("failed");
  });

  it("are found though the object is gone meanwhile, since its selector was read before", async () => {
    const objects = [...fleet];
    const api = await here.start(objects);
    const world = createWorld({ reader: api.reader, writer: await api.writer(), clock });
    expect(await world.object(named("StatefulSet", "db"))).toMatchObject({ status: "ok", value: { uid: "uid-db" } });
    objects.splice(
      objects.findIndex(({ metadata }) => metadata.name === "db"),
      1,
    );
    const read = await world.pods(named("StatefulSet", "db"));
    expect(read).toMatchObject({ status: "ok", value: [{ name: "db-0" }] });
  });
});

describe("one object", () => {
  it.each<[string, ObjectName, object]>([
    ["a Deployment", named("Deployment", "web"), { status: "ok", value: { uid: "uid-web", updateStrategy: "" } }],
    [
      "its successor, which the caller knows by the UID",
      named("Deployment", "web", "uid-earlier"),
      { status: "ok", value: { uid: "uid-web" } },
    ],
    ["a bare pod", named("Pod", "alone"), { status: "ok", value: { uid: "uid-alone", replicas: null } }],
    [
      "one that is gone",
      named("DaemonSet", "gone"),
      { status: "absent", reason: "daemonset gone in namespace shop does not exist" },
    ],
    [
      "one of another kind",
      named("Rollout", "web"),
      { status: "failed", reason: "objects of the kind Rollout (apps/v1) are not read" },
    ],
  ])("%s", async (_what, name, expected) => {
    expect(await (await worldOf(fleet)).object(name)).toMatchObject(expected);
  });

  it("whole, to be made again from", async () => {
    const world = await worldOf([...fleet, secret("kept")]);
    const [alone] = fleet.filter(({ metadata }) => metadata.name === "alone");
    expect(await world.manifest(named("Pod", "alone"))).toEqual({ status: "ok", value: alone });
    expect(await world.manifest(named("Secret", "kept"))).toEqual({ status: "ok", value: secret("kept") });
    expect(await world.object(named("Secret", "kept"))).toMatchObject({ status: "failed" });
    expect(await world.manifest(named("Pod", "gone"))).toMatchObject({ status: "absent" });
  });
});

it("a pod, whoever made it, and its own events only", async () => {
  const db = pod("db-0", { owner: ["StatefulSet", "db"] });
  const earlier = { ...db, metadata: { ...db.metadata, uid: "uid-earlier" } };
  const world = await worldOf([...fleet, event(db, "Pulled"), event(earlier, "Failed")]);
  const read = await world.pod("shop", "db-0");
  expect(read).toMatchObject({
    status: "ok",
    value: { name: "db-0", owner: { kind: "StatefulSet" }, restartedAt: null },
  });
  if (read.status === "ok")
    expect(await world.events(read.value)).toMatchObject({ status: "ok", value: [{ reason: "Pulled" }] });
});

describe("time", () => {
  it("reads end with the signal", async () => {
    const world = await worldOf(fleet, { silent: ["get deployments"] });
    expect(await world.object(named("Deployment", "web"), AbortSignal.timeout(50))).toMatchObject({
      status: "timeout",
    });
  });

  it.each<[string, AbortSignal | undefined, number]>([
    ["ends by itself", undefined, 1],
    ["ends with the signal", AbortSignal.timeout(20), 60_000],
    ["does not begin after it", AbortSignal.abort(), 60_000],
  ])("sleep %s", async (_what, signal, milliseconds) => {
    const world = await worldOf([]);
    await expect(world.sleep(milliseconds, signal)).resolves.toBeUndefined();
  });

  it("is the caller's", async () => {
    expect((await worldOf([])).clock()).toEqual(clock());
  });

  it.each([3_600_000, -3_600_000])(
    "is the API server's, whose clock is %i ms off, once that has answered",
    async (off) => {
      const date = (): string => new Date(Date.now() + off).toUTCString();
      const path = "/apis/apps/v1/namespaces/shop/deployments/web";
      const world = await worldOf([], {
        answers: { [path]: (_, response) => void response.writeHead(404, { date: date() }).end() },
      });
      await world.object(named("Deployment", "web"));
      const late = clock().getTime() + off - world.clock().getTime();
      expect(late).toBeGreaterThanOrEqual(0);
      expect(late).toBeLessThan(2_000);
    },
  );
});

it("writes go to the API server", async () => {
  const path = "/apis/apps/v1/namespaces/shop/deployments/web";
  const world = await worldOf([], {
    answers: { [path]: ({ method }, response) => void response.end(`{"metadata":{"uid":"${method}"}}`) },
  });
  const write = {
    object: named("Deployment", "web"),
    verb: "patch",
    path,
    type: "application/json",
    body: {},
  } as const;
  expect(await world.write(write)).toMatchObject({ kind: "done", uid: "PATCH" });
  expect(await world.rehearse(write)).toMatchObject({ kind: "done", uid: "PATCH" });
  expect(here.api().requests.filter((one) => one.includes("dryRun=All"))).toHaveLength(1);
  expect(here.api().requests).toHaveLength(2);
});
