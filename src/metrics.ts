import { Counter, Gauge, Histogram, Registry, collectDefaultMetrics } from "prom-client";
import type { Core } from "./core.ts";

/** The numbers of `/metrics`. Labels have few values each: causes, doors, outcomes, never names from a cluster. */
export interface Metrics {
  readonly alerts: Counter<"outcome">;
  readonly alertRequests: Counter<"status">;
  readonly deliveries: Counter<"kind" | "outcome">;
  /** Steps that this process made, by the phase that they led to. */
  readonly requests: Counter<"phase">;
  /** The core, with its answers counted and timed by the door that asked. */
  measured(core: Core, door: "slack" | "alert", clock: () => number): Core;
  /** Reads a number at the moment when somebody asks for it. */
  gauge(name: string, help: string, read: () => number): void;
  /** The exposition text and its content type. */
  render(): Promise<{ readonly type: string; readonly text: string }>;
}

/** Seconds: from a warm answer (20 ms) to one that ran into every deadline. */
const buckets = [0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10];

export function createMetrics(version: string): Metrics {
  const registry = new Registry();
  const registers = [registry];
  const counter = <L extends string>(name: string, help: string, ...labelNames: L[]): Counter<L> =>
    new Counter({ name, help, labelNames, registers });
  collectDefaultMetrics({ prefix: "imagepull_", register: registry });
  const help = "1, labelled with the version that runs.";
  new Gauge({ name: "imagepull_build_info", help, labelNames: ["version"], registers }).set({ version }, 1);
  const measure = {
    answers: counter("imagepull_answers_total", "Questions answered, by door and kind of answer.", "door", "answer"),
    diagnoses: counter("imagepull_diagnoses_total", "Diagnoses, by door and root cause.", "door", "cause"),
    durations: new Histogram({
      name: "imagepull_diagnosis_duration_seconds",
      help: "Time from question to answer.",
      labelNames: ["door"],
      buckets,
      registers,
    }),
  };
  return {
    alerts: counter("imagepull_alerts_total", "Pods named by alerts, by how they ended.", "outcome"),
    alertRequests: counter("imagepull_alert_requests_total", "Requests to the alert door, by status.", "status"),
    deliveries: counter(
      "imagepull_slack_deliveries_total",
      "Messages for Slack, by kind and outcome.",
      "kind",
      "outcome",
    ),
    requests: counter("imagepull_repull_requests_total", "Re-pull requests, by the phase that they came to.", "phase"),
    measured: (core, door, clock) => measured(core, door, clock, measure),
    gauge(name, text, read) {
      const gauge: Gauge = new Gauge({ name, help: text, registers, collect: () => gauge.set(read()) });
    },
    render: async () => ({ type: registry.contentType, text: await registry.metrics() }),
  };
}

interface Measure {
  readonly answers: Counter<"door" | "answer">;
  readonly diagnoses: Counter<"door" | "cause">;
  readonly durations: Histogram<"door">;
}

function measured(core: Core, door: string, clock: () => number, { answers, diagnoses, durations }: Measure): Core {
  return {
    cluster: core.cluster,
    ready: (signal) => core.ready(signal),
    mayGetPods: (asker, namespace, signal) => core.mayGetPods(asker, namespace, signal),
    async diagnose(request, signal) {
      const began = clock();
      let kind = "failed";
      try {
        const answer = await core.diagnose(request, signal);
        kind = answer.kind;
        if (answer.kind === "diagnosis") diagnoses.inc({ door, cause: answer.diagnosis.cause });
        return answer;
      } finally {
        answers.inc({ door, answer: kind });
        durations.observe({ door }, (clock() - began) / 1000);
      }
    },
  };
}
