import type { ContainerEvidence, ContainerState } from "../../../src/diagnosis/evidence.ts";
import type { Mark } from "../../../src/repull/mark.ts";
import { writeMark } from "../../../src/repull/mark.ts";
import type { Known } from "../../../src/repull/run/judgement.ts";
import type { ObjectName, ObjectNow, PodNow } from "../../../src/world.ts";
import { digest } from "../../diagnosis/checks.ts";
import { container, image, podWith, running, waiting } from "../../support/evidence.ts";

/** A re-pull of the Deployment checkout that began at 10:31:00 and has ten minutes. `a` ran before, `b` was promised. */
export const startedAt = "2026-11-24T10:31:00Z";
export const later = (seconds: number): string => new Date(Date.parse(startedAt) + seconds * 1_000).toISOString();
export const deadline = later(600);
export const repository = "ghcr.io/shop/checkout";

export const mark = (over: Partial<Mark> = {}): Mark => ({
  version: 1,
  fingerprint: "0123456789abcdef",
  strategy: "restart",
  asked: { container: null, tag: null, image: null, only: null, selector: null },
  containers: { app: { image, policy: "Always" } },
  restartedAt: startedAt,
  startedAt,
  deadline,
  before: { app: `${repository}@${digest("a")}` },
  wanted: { app: [digest("b"), digest("c")] },
  pods: [
    ["old-0", "old-uid-0"],
    ["old-1", "old-uid-1"],
    ["old-2", "old-uid-2"],
  ],
  evicts: [],
  undoes: null,
  request: null,
  outcome: null,
  ...over,
});

export const nameOf = (kind = "Deployment"): ObjectName => ({
  apiVersion: kind === "Pod" ? "v1" : kind === "CronJob" ? "batch/v1" : "apps/v1",
  kind,
  namespace: "shop",
  name: "checkout",
  uid: "object-uid",
});

export const object = (over: Partial<ObjectNow> = {}): ObjectNow => ({
  uid: "object-uid",
  resourceVersion: "1",
  deletedAt: null,
  generation: 2,
  observedGeneration: 2,
  mark: writeMark(mark()),
  restartedAt: startedAt,
  template: [{ name: "app", image, policy: "Always", list: "containers" }],
  replicas: { desired: 3, ready: 3, updated: 3 },
  paused: false,
  updateStrategy: "RollingUpdate",
  partition: 0,
  firstOrdinal: 0,
  templateChange: { at: startedAt, by: "imagepull" },
  ...over,
});

const condition = (type: string, is: boolean) => ({
  type,
  status: is ? "True" : "False",
  reason: "",
  message: "",
  changedAt: later(5),
  heartbeatAt: null,
});

export interface PodLike extends Partial<Omit<PodNow, "containers">> {
  /** What the container app runs: a letter of a digest, or an imageID as it is written. Default: `b`. */
  readonly runs?: string;
  readonly ready?: boolean;
  readonly policy?: string;
  readonly image?: string;
  readonly state?: ContainerState;
  readonly restartCount?: number;
}

function podOf(name: string, given: PodLike): PodNow {
  const { runs = "b", ready = true, policy = "Always", state = running, restartCount = 0, ...rest } = given;
  const { image: of = image, ...over } = rest;
  const app = container(state, { image: of, imagePullPolicy: policy, ready, restartCount });
  const imageID = runs.length === 1 ? `${repository}@${digest(runs)}` : runs;
  const containers: ContainerEvidence[] = [{ ...app, status: app.status === null ? null : { ...app.status, imageID } }];
  return {
    ...podWith(containers, {
      name,
      uid: `${name}-uid`,
      nodeName: "node-1",
      phase: "Running",
      conditions: [condition("PodScheduled", over.nodeName !== null), condition("Ready", ready)],
    }),
    restartedAt: startedAt,
    ...over,
  };
}

/** `new-0` on node-1, …: made since, ready, with the digest that was promised. */
export const fresh = (index: number, over: PodLike = {}): PodNow =>
  podOf(`new-${index}`, { createdAt: later(5), nodeName: `node-${index + 1}`, ...over });

/** `old-0`, …: noted in the mark, ready, with the digest from before. */
export const old = (index: number, over: PodLike = {}): PodNow =>
  podOf(`old-${index}`, {
    uid: `old-uid-${index}`,
    createdAt: later(-3_600),
    nodeName: `node-${index + 1}`,
    restartedAt: null,
    runs: "a",
    ...over,
  });

/** A new pod that does not get its image. */
export const failing = (index: number, reason = "ImagePullBackOff", over: PodLike = {}): PodNow =>
  fresh(index, {
    runs: "",
    ready: false,
    phase: "Pending",
    state: waiting(reason, `Back-off pulling image "${image}"`),
    ...over,
  });

export const all = (make: (index: number) => PodNow): PodNow[] => [0, 1, 2].map(make);

export const known = (over: Partial<Known> = {}): Known => ({
  failingSince: new Map(),
  stillSince: startedAt,
  besides: {},
  ...over,
});
