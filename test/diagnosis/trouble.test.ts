import { describe, expect, it } from "vitest";
import type { CauseId } from "../../src/diagnosis/causes/catalogue.ts";
import { diagnose } from "../../src/diagnosis/diagnose.ts";
import type { Confidence } from "../../src/diagnosis/diagnosis.ts";
import type { Evidence } from "../../src/diagnosis/evidence.ts";
import {
  container,
  ended,
  event,
  evidenceOf,
  forbidden,
  image,
  nodeWith,
  podWith,
  read,
  running,
  waiting,
} from "../support/evidence.ts";
import { notFound, failedEvents, pullFails } from "../support/pulls.ts";

type Row = [situation: string, evidence: Evidence, cause: CauseId, confidence: Confidence];

const rows: readonly Row[] = [
  ["everything runs", evidenceOf(read(podWith([container(running)]))), "healthy", "confirmed"],
  [
    "everything runs, and the policy stands where it has no effect",
    evidenceOf(
      read(
        podWith([container(running)], {
          applied: read({
            containers: [{ path: "spec.containers[0]", name: "app", imagePullPolicy: null }],
            misplaced: [{ path: "spec.imagePullPolicy", key: "imagePullPolicy", value: "Always" }],
          }),
        }),
      ),
    ),
    "policy-misplaced",
    "confirmed",
  ],
  [
    "the container crashes",
    evidenceOf(
      read(
        podWith([
          container(waiting("CrashLoopBackOff", "back-off 40s restarting failed container"), {
            lastState: ended(1),
            restartCount: 4,
          }),
        ]),
      ),
    ),
    "not-an-image-pull-failure",
    "confirmed",
  ],
  [
    "the container runs again after an earlier crash",
    evidenceOf(read(podWith([container(running, { lastState: ended(1), restartCount: 1 })]))),
    "healthy",
    "confirmed",
  ],
  [
    "the pulled image is of another architecture, says the runtime",
    evidenceOf(
      read(
        podWith([
          container(waiting("CrashLoopBackOff", "back-off 10s restarting failed container"), {
            lastState: { ...ended(128, "StartError"), message: 'exec: "/app": exec format error' },
          }),
        ]),
      ),
    ),
    "not-an-image-pull-failure",
    "likely",
  ],
  [
    "a pause image that came late is history once the container's own pull fails",
    pullFails(notFound, {
      events: read([
        event(
          "FailedCreatePodSandBox",
          'Failed to create pod sandbox: failed to get sandbox image "a.io/pause:1": failed to pull image "a.io/pause:1"',
          { fieldPath: "" },
        ),
        ...failedEvents(notFound),
      ]),
    }),
    "image-not-found",
    "confirmed",
  ],
  [
    "the pause image cannot be pulled",
    evidenceOf(read(podWith([container(waiting("ContainerCreating"))])), {
      events: read([
        event(
          "FailedCreatePodSandBox",
          'Failed to create pod sandbox: failed to get sandbox image "a.io/pause:1": failed to pull image "a.io/pause:1"',
          { fieldPath: "" },
        ),
      ]),
    }),
    "sandbox-image",
    "confirmed",
  ],
  [
    "a config map is missing",
    evidenceOf(read(podWith([container(waiting("CreateContainerConfigError", 'configmap "settings" not found'))]))),
    "not-an-image-pull-failure",
    "confirmed",
  ],
  [
    "no node fits",
    evidenceOf(
      read(
        podWith([container(null)], {
          nodeName: null,
          conditions: [
            {
              type: "PodScheduled",
              status: "False",
              reason: "Unschedulable",
              message: "0/1 nodes are available: 1 Insufficient cpu.",
              changedAt: null,
              heartbeatAt: null,
            },
          ],
        }),
      ),
    ),
    "not-an-image-pull-failure",
    "confirmed",
  ],
  [
    "a volume cannot be mounted",
    evidenceOf(read(podWith([container(waiting("ContainerCreating"))])), {
      events: read([
        event("FailedMount", 'MountVolume.SetUp failed for volume "v" : secret "s" not found', { fieldPath: "" }),
      ]),
    }),
    "not-an-image-pull-failure",
    "likely",
  ],
  [
    "a probe fails",
    evidenceOf(read(podWith([container(running, { ready: false })])), {
      events: read([event("Unhealthy", "Readiness probe failed: HTTP probe failed with statuscode: 500")]),
    }),
    "not-an-image-pull-failure",
    "confirmed",
  ],
  [
    "a pull has begun and nothing more is heard",
    evidenceOf(read(podWith([container(waiting("ContainerCreating"))])), {
      events: read([event("Pulling", `Pulling image "${image}"`)]),
    }),
    "slow-pull",
    "likely",
  ],
  [
    "a pull waits behind an older one on its node",
    evidenceOf(read(podWith([container(waiting("ContainerCreating"))])), {
      events: read([event("Pulling", `Pulling image "${image}"`)]),
      otherPulls: read([
        {
          namespace: "ml",
          pod: "trainer",
          container: "main",
          image: "big:1",
          since: "2026-11-24T10:00:00Z",
          overtaken: false,
        },
      ]),
    }),
    "pull-queued",
    "possible",
  ],
  [
    "an older pull on the node has been overtaken: nothing queues there",
    evidenceOf(read(podWith([container(waiting("ContainerCreating"))])), {
      events: read([event("Pulling", `Pulling image "${image}"`)]),
      otherPulls: read([
        {
          namespace: "ml",
          pod: "trainer",
          container: "main",
          image: "big:1",
          since: "2026-11-24T10:00:00Z",
          overtaken: true,
        },
      ]),
    }),
    "slow-pull",
    "likely",
  ],
  [
    "the node is not ready and the pod waits",
    evidenceOf(read(podWith([container(waiting("ContainerCreating"))])), {
      node: read(
        nodeWith({
          conditions: [
            {
              type: "Ready",
              status: "Unknown",
              reason: "NodeStatusUnknown",
              message: "Kubelet stopped posting node status.",
              changedAt: "2026-11-24T10:05:00Z",
              heartbeatAt: null,
            },
          ],
        }),
      ),
    }),
    "node-not-ready",
    "confirmed",
  ],
  [
    "the runtime is down",
    evidenceOf(read(podWith([container(waiting("ContainerCreating"))])), {
      node: read(
        nodeWith({
          conditions: [
            {
              type: "Ready",
              status: "False",
              reason: "KubeletNotReady",
              message: "container runtime is down",
              changedAt: "2026-11-24T10:05:00Z",
              heartbeatAt: null,
            },
          ],
        }),
      ),
    }),
    "runtime-down",
    "confirmed",
  ],
  [
    "the kubelet's lease has run out",
    evidenceOf(read(podWith([container(waiting("ContainerCreating"))])), {
      lease: read({ renewedAt: "2026-11-24T10:20:00Z", durationSeconds: 40 }),
    }),
    "node-not-ready",
    "likely",
  ],
  ["the pod cannot be read", evidenceOf(forbidden("pods")), "undetermined", "possible"],
];

describe("what is no failed pull, or is the node's own trouble", () => {
  it.each(rows)("%s", (_situation, evidence, cause, confidence) => {
    const diagnosis = diagnose(evidence);
    expect({ cause: diagnosis.cause, confidence: diagnosis.confidence }).toEqual({ cause, confidence });
    expect(diagnosis.headline.length).toBeGreaterThan(0);
    expect(diagnosis.findings[0]?.cause).toBe(cause);
  });
});
