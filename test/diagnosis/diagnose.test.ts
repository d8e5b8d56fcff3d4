import { describe, expect, it } from "vitest";
import type { CauseId } from "../../src/diagnosis/causes/catalogue.ts";
import { diagnose } from "../../src/diagnosis/diagnose.ts";
import type { Confidence, StepStatus } from "../../src/diagnosis/diagnosis.ts";
import type { Evidence } from "../../src/diagnosis/evidence.ts";
import {
  absent,
  container,
  ended,
  entriesFor,
  event,
  evidenceOf,
  forbidden,
  image,
  nodeWith,
  podWith,
  read,
  running,
  secret,
  waiting,
} from "../support/evidence.ts";

// Texts of kubelet 1.34.4 with containerd 1.6.20, as seen on a real node.
const wrap = (words: string): string => `Failed to pull image "${image}": ${words}`;
const notFound = `rpc error: code = NotFound desc = failed to pull and unpack image "${image}": failed to resolve reference "${image}": ${image}: not found`;
const unauthorized = `failed to pull and unpack image "${image}": failed to resolve reference "${image}": failed to authorize: failed to fetch oauth token: unexpected status: 401 Unauthorized`;
const anonymous = `failed to pull and unpack image "${image}": failed to resolve reference "${image}": failed to authorize: failed to fetch anonymous token: unexpected status: 401 Unauthorized`;
const basic = `failed to pull and unpack image "${image}": failed to resolve reference "${image}": pulling from host ghcr.io failed with status code [manifests 2.4.1]: 401 Unauthorized`;
const bareBackOff = `Back-off pulling image "${image}"`;

const failing = (words: string): ReturnType<typeof container> =>
  container(waiting("ImagePullBackOff", `Back-off pulling image "${image}": ErrImagePull: ${words}`));
const failedEvents = (words: string) => [
  event("Pulling", `Pulling image "${image}"`, { type: "Normal", count: 4 }),
  event("Failed", wrap(words), { count: 4 }),
  event("Failed", "Error: ErrImagePull", { count: 4 }),
  event("BackOff", bareBackOff, { count: 9 }),
];
const pullFails = (words: string, over: Partial<Evidence> = {}, secrets: readonly string[] = []): Evidence =>
  evidenceOf(read(podWith([failing(words)], { imagePullSecrets: [...secrets] })), {
    events: read(failedEvents(words)),
    ...over,
  });

type Row = [situation: string, evidence: Evidence, cause: CauseId, confidence: Confidence];

const malformed = { status: "malformed", problem: "auth of ghcr.io is not base64", failsAll: true } as const;

const rows: readonly Row[] = [
  ["the tag does not exist", pullFails(notFound), "image-not-found", "confirmed"],
  [
    "an old kubelet's bare back-off, and the event still there",
    evidenceOf(read(podWith([container(waiting("ImagePullBackOff", bareBackOff))])), {
      events: read(failedEvents(notFound)),
    }),
    "image-not-found",
    "confirmed",
  ],
  [
    "the events have expired, and the status repeats the error",
    pullFails(notFound, { events: read([]) }),
    "image-not-found",
    "likely",
  ],
  [
    "the events are forbidden, and the status repeats the error",
    pullFails(notFound, { events: forbidden("events") }),
    "image-not-found",
    "likely",
  ],
  [
    "only the back-off is left",
    evidenceOf(read(podWith([container(waiting("ImagePullBackOff", bareBackOff))])), { events: read([]) }),
    "backoff-only",
    "possible",
  ],
  ["refused, and the pod names no secret", pullFails(basic), "auth-missing", "likely"],
  [
    "refused, and the secret does not exist",
    pullFails(basic, { secrets: [{ name: "regcred", from: "pod", read: absent("secret regcred") }] }, ["regcred"]),
    "pull-secret-missing",
    "likely",
  ],
  [
    "refused, and the secret is for another host",
    pullFails(basic, { secrets: [secret("regcred", entriesFor("quay.io"))] }, ["regcred"]),
    "pull-secret-wrong-registry",
    "likely",
  ],
  [
    "refused anonymously, and the secret is for another host",
    pullFails(anonymous, { secrets: [secret("regcred", entriesFor("quay.io"))] }, ["regcred"]),
    "pull-secret-wrong-registry",
    "confirmed",
  ],
  [
    "refused, and a secret fits",
    pullFails(basic, { secrets: [secret("regcred", entriesFor("ghcr.io"))] }, ["regcred"]),
    "auth-rejected",
    "likely",
  ],
  [
    "the token server refused what was sent, and a secret fits",
    pullFails(unauthorized, { secrets: [secret("regcred", entriesFor("ghcr.io"))] }, ["regcred"]),
    "auth-rejected",
    "confirmed",
  ],
  [
    "refused, and one of the secrets cannot be parsed",
    pullFails(basic, { secrets: [secret("regcred", malformed)] }, ["regcred"]),
    "pull-secret-malformed",
    "confirmed",
  ],
  [
    "one of the secrets cannot be decoded, and the kubelet says only that (as a real 1.34 does)",
    evidenceOf(
      read(
        podWith([container(waiting("illegal base64 data at input byte 0", "illegal base64 data at input byte 0"))], {
          imagePullSecrets: ["regcred"],
        }),
      ),
      {
        events: read([event("Failed", "Error: illegal base64 data at input byte 0", { count: 2 })]),
        secrets: [secret("regcred", malformed)],
      },
    ),
    "pull-secret-malformed",
    "confirmed",
  ],
  [
    "a pull error that nobody knows tells more than the back-off",
    evidenceOf(read(podWith([container(waiting("ImagePullBackOff", bareBackOff))])), {
      events: read(failedEvents("the flux capacitor is not charged")),
    }),
    "undetermined",
    "possible",
  ],
  [
    "the kubelet's own limit, beside its back-off",
    evidenceOf(read(podWith([container(waiting("ImagePullBackOff", bareBackOff))])), {
      events: read([event("Failed", wrap("pull QPS exceeded")), event("Failed", "Error: ErrImagePull")]),
    }),
    "pull-throttled-by-kubelet",
    "likely",
  ],
  [
    "a secret is missing, but another one fits and was refused",
    pullFails(
      basic,
      { secrets: [{ name: "old", from: "pod", read: absent("secret old") }, secret("regcred", entriesFor("ghcr.io"))] },
      ["old", "regcred"],
    ),
    "auth-rejected",
    "likely",
  ],
  [
    "a secret is missing, and the registry says that the tag is",
    pullFails(notFound, { secrets: [{ name: "old", from: "pod", read: absent("secret old") }] }, ["old"]),
    "image-not-found",
    "confirmed",
  ],
  ["everything runs", evidenceOf(read(podWith([container(running)]))), "healthy", "confirmed"],
  [
    "everything runs, and the policy stands where nobody reads it",
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

describe("the one root cause", () => {
  it.each(rows)("%s", (_situation, evidence, cause, confidence) => {
    const diagnosis = diagnose(evidence);
    expect({ cause: diagnosis.cause, confidence: diagnosis.confidence }).toEqual({ cause, confidence });
    expect(diagnosis.headline.length).toBeGreaterThan(0);
    expect(diagnosis.findings[0]?.cause).toBe(cause);
  });
});

describe("what could not be read is unknown, and never ok", () => {
  const whole = pullFails(basic, { secrets: [secret("regcred", entriesFor("ghcr.io"))] }, ["regcred"]);
  it.each<[string, Partial<Evidence>, Record<string, StepStatus>]>([
    ["everything readable", {}, { placement: "ok", credentials: "problem", events: "problem", node: "ok" }],
    [
      "events forbidden",
      { events: forbidden("events") },
      { placement: "ok", credentials: "problem", events: "unknown", node: "ok" },
    ],
    [
      "the secret forbidden",
      { secrets: [{ name: "regcred", from: "pod", read: forbidden("secrets") }] },
      { placement: "ok", credentials: "unknown", events: "problem", node: "ok" },
    ],
    [
      "the node forbidden",
      { node: forbidden("nodes") },
      { placement: "ok", credentials: "problem", events: "problem", node: "unknown" },
    ],
    [
      "owners forbidden",
      {
        owners: [
          {
            reference: { apiVersion: "apps/v1", kind: "ReplicaSet", name: "r", uid: "u" },
            read: forbidden("replicasets"),
          },
        ],
      },
      { placement: "unknown", credentials: "problem", events: "problem", node: "ok" },
    ],
  ])("%s", (_what, over, statuses) => {
    const { steps } = diagnose({ ...whole, ...over });
    expect(Object.fromEntries(steps.map(({ id, status }) => [id, status]))).toEqual(statuses);
  });
});

describe("each object that can be read raises confidence", () => {
  const order: readonly Confidence[] = ["possible", "likely", "confirmed"];
  const tokenRefused = pullFails(unauthorized, { secrets: [secret("regcred", entriesFor("ghcr.io"))] }, ["regcred"]);
  const diskWords = `failed to pull and unpack image "${image}": failed to extract layer sha256:${"b".repeat(64)}: write /var/lib/x: no space left on device`;
  const pressed = nodeWith({
    conditions: [
      { type: "Ready", status: "True", reason: "", message: "", changedAt: null, heartbeatAt: null },
      {
        type: "DiskPressure",
        status: "True",
        reason: "",
        message: "kubelet has disk pressure",
        changedAt: null,
        heartbeatAt: null,
      },
    ],
  });
  it.each<[string, Evidence, Partial<Evidence>]>([
    ["events", pullFails(notFound), { events: forbidden("events") }],
    ["secrets", tokenRefused, { secrets: [{ name: "regcred", from: "pod", read: forbidden("secrets") }] }],
    ["the node", pullFails(diskWords, { node: read(pressed) }), { node: forbidden("nodes") }],
    ["the pod", pullFails(notFound), { pod: forbidden("pods") }],
  ])("%s", (_object, whole, without) => {
    const before = diagnose(whole).confidence;
    const after = diagnose({ ...whole, ...without }).confidence;
    expect(order.indexOf(before)).toBeGreaterThan(order.indexOf(after));
  });
});

describe("when the kubelet tries again", () => {
  it.each([
    // attempts, last one, next try expected
    [4, "2026-11-24T10:30:00Z", "2026-11-24T10:31:20.000Z"],
    [9, "2026-11-24T10:30:00Z", "2026-11-24T10:35:00.000Z"],
    [1, "2026-11-24T10:30:00Z", null],
  ])("after %i attempts, the last at %s: %s", (count, lastAt, expected) => {
    const evidence = pullFails(notFound, { events: read([event("Failed", wrap(notFound), { count, lastAt })]) });
    expect(diagnose(evidence).nextTryAt).toBe(expected);
  });
});
