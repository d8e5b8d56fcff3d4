import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { KubeObject } from "../support/fake-api.ts";
import { image, serviceAccount, shop, workload } from "../support/kube-objects.ts";
import { type Asker, asker } from "./asked.ts";

let asking: Asker;
beforeEach(() => {
  asking = asker();
});
afterEach(() => asking.stop());

describe("what a template tells of new pods", () => {
  const templated = (kind: string, spec: object): KubeObject => ({
    ...workload(kind, "db"),
    spec: { replicas: 3, selector: { matchLabels: { app: "db" } }, ...spec },
  });
  const containers = [{ name: "app", image, imagePullPolicy: "Always" }];
  const pods = {
    template: {
      spec: {
        containers,
        serviceAccountName: "robot",
        imagePullSecrets: [{ name: "ghcr" }],
        nodeSelector: { disk: "fast" },
      },
    },
  };
  const newPods = { serviceAccountName: "robot", imagePullSecrets: ["ghcr"], nodeSelector: { disk: "fast" } };
  const rolling = (partition: number, start?: number): object => ({
    ...pods,
    updateStrategy: { type: "RollingUpdate", rollingUpdate: { partition } },
    ...(start === undefined ? {} : { ordinals: { start } }),
  });
  it.each<[string, string, object, object]>([
    ["StatefulSet", "a partition", rolling(2), { newPods, partition: 2 }],
    ["StatefulSet", "a partition of ordinals that begin at 5", rolling(2, 5), { newPods, partition: 7 }],
    ["StatefulSet", "no partition, and ordinals that begin at 5", rolling(0, 5), { partition: 0 }],
    [
      "Deployment",
      "maxUnavailable in percent",
      { ...pods, strategy: { type: "RollingUpdate", rollingUpdate: { maxUnavailable: "25%" } } },
      { newPods, partition: 0 },
    ],
    ["CronJob", "a Job's template", { selector: null, jobTemplate: { spec: pods } }, { newPods }],
    [
      "Deployment",
      "nothing said",
      { template: { spec: { containers } } },
      { newPods: { serviceAccountName: "default", imagePullSecrets: [], nodeSelector: {} } },
    ],
  ])("%s: %s", async (kind, _what, spec, expected) => {
    const objects = [...shop(), templated(kind, spec), serviceAccount()];
    const evidence = await asking.evidenceOf(`shop/${kind.toLowerCase()}/db`, { objects });
    expect(evidence.owners.at(-1)?.read).toMatchObject({ status: "ok", value: expected });
  });
});
