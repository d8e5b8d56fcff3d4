import type { Recording, RecordedEvent } from "../../src/playground/recording.ts";

/** A recording whose texts are not a kubelet's: what a test reads came through it, and was not made up on the way. */
const fieldPath = "spec.containers{{container}}";
const event = (type: "Normal" | "Warning", reason: string, message: string, component = "kubelet"): RecordedEvent => ({
  type,
  reason,
  message,
  fieldPath: component === "kubelet" ? fieldPath : "",
  component,
});
const scheduled = event("Normal", "Scheduled", "{pod} to {node}", "default-scheduler");
const pulling = event("Normal", "Pulling", "pulling {image}");

const conditions = (ready: boolean): Recording["scenarios"][string]["conditions"] => [
  {
    type: "Ready",
    status: ready ? "True" : "False",
    reason: ready ? "" : "ContainersNotReady",
    message: ready ? "" : "unready: {container}",
  },
];

const failing = (words: string): Recording["scenarios"][string] => ({
  events: [
    scheduled,
    pulling,
    event("Warning", "Failed", `failed {image}: ${words}`),
    event("Warning", "Failed", "Error: ErrImagePull"),
    event("Normal", "BackOff", "backing off {image}"),
    event("Warning", "Failed", "Error: ImagePullBackOff"),
  ],
  waiting: [
    { reason: "ErrImagePull", message: words },
    { reason: "ImagePullBackOff", message: `backing off: ${words}` },
  ],
  conditions: conditions(false),
});

const running = (pulled: string): Recording["scenarios"][string] => ({
  events: [
    scheduled,
    ...(pulled === "present" ? [] : [pulling]),
    event("Normal", "Pulled", `${pulled} {image}`),
    event("Normal", "Started", "started {container}"),
  ],
  waiting: [],
  conditions: conditions(true),
});

export const recording: Recording = {
  recordedAt: "2026-11-24T00:00:00Z",
  versions: { kubernetes: "v1.99.0", containerRuntime: "containerd://9.9.9" },
  node: {
    conditions: [{ type: "Ready", status: "True", reason: "KubeletReady", message: "ready" }],
    nodeInfo: { architecture: "amd64", operatingSystem: "linux", osImage: "Test", kernelVersion: "0" },
  },
  scenarios: {
    healthy: running("pulled in {duration}, {size} bytes"),
    present: running("present"),
    "missing-secret": {
      events: [event("Warning", "FailedToRetrieveImagePullSecret", "no {secret}")],
      waiting: [],
      conditions: conditions(false),
    },
    "crash-loop": {
      events: [
        ...running("pulled in {duration}, {size} bytes").events,
        event("Warning", "BackOff", "restarting {pod}"),
      ],
      waiting: [{ reason: "CrashLoopBackOff", message: "crashed {container}" }],
      conditions: conditions(false),
    },
    "no-such-command": {
      events: [
        ...running("pulled in {duration}, {size} bytes").events.slice(0, 3),
        event("Normal", "Created", "created {container}"),
        event("Warning", "Failed", 'Error: exec: "/bin/serve": stat /bin/serve: no such file or directory: unknown'),
      ],
      waiting: [
        {
          reason: "RunContainerError",
          message: 'exec: "/bin/serve": stat /bin/serve: no such file or directory: unknown',
        },
      ],
      conditions: conditions(false),
    },
    "helm-chart": {
      events: [
        ...failing("words of helm-chart from {host}").events.slice(0, 4),
        event("Normal", "Pulled", "already present {image}"),
        event("Warning", "Failed", "Error: no command in {image}"),
      ],
      waiting: [
        { reason: "ErrImagePull", message: "words of helm-chart from {host}" },
        { reason: "CreateContainerError", message: "no command: words of helm-chart" },
      ],
      conditions: conditions(false),
    },
    ...Object.fromEntries(
      ["never-policy", "invalid-reference"].map((name) => [
        name,
        {
          events: [scheduled, event("Warning", "Failed", `words of ${name} for {image}`)],
          waiting: [{ reason: name, message: `words of ${name} for {image}` }],
          conditions: conditions(false),
        },
      ]),
    ),
    ...Object.fromEntries(
      ["layer-silent", "pull-queued"].map((name) => [
        name,
        { events: [scheduled, pulling], waiting: [], conditions: conditions(false) },
      ]),
    ),
    ...Object.fromEntries(
      [
        "image-not-found",
        "basic-unauthorized",
        "denied",
        "token-refused",
        "token-anonymous",
        "bearer-forbidden",
        "insufficient-scope",
        "rate-limited",
        "platform-mismatch",
        "disk-full",
        "server-error",
        "bad-gateway",
        "unavailable",
        "dns",
        "self-signed",
        "unreachable",
      ].map((name) => [name, failing(`words of ${name} from {host}`)]),
    ),
  },
};
