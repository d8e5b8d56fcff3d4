import { execFileSync } from "node:child_process";
import { describe, expect, it } from "vitest";
import { type CauseId, causeIds } from "../../../src/diagnosis/causes/catalogue.ts";
import type { CauseContext } from "../../../src/diagnosis/causes/cause.ts";
import { commands, shop, withFacts } from "./shop.ts";

describe("commands can be pasted", () => {
  it.each<[CauseId, CauseContext, string]>([
    ["image-not-found", shop, "kubectl -n shop set image deployment/checkout app=ghcr.io/shop/checkout:<tag>"],
    [
      "image-not-found",
      { ...shop, image: "registry.local:5000/checkout@sha256:5d" },
      "kubectl -n shop set image deployment/checkout app=registry.local:5000/checkout:<tag>",
    ],
    [
      "image-not-found",
      { ...shop, workload: { kind: "CronJob", name: "night" } },
      "kubectl -n shop set image cronjob/night app=ghcr.io/shop/checkout:<tag>",
    ],
    [
      "auth-missing",
      shop,
      "kubectl -n shop create secret docker-registry pull-ghcr-io --docker-server=ghcr.io --docker-username=<user> --docker-password=<password>",
    ],
    // the key under which the kubelet looks for Docker Hub's credentials
    [
      "auth-missing",
      withFacts({ registry: "docker.io" }),
      "kubectl -n shop create secret docker-registry pull-docker-io --docker-server=https://index.docker.io/v1/ --docker-username=<user> --docker-password=<password>",
    ],
    [
      "auth-missing",
      shop,
      `kubectl -n shop patch deployment/checkout -p '{"spec":{"template":{"spec":{"imagePullSecrets":[{"name":"pull-ghcr-io"}]}}}}'`,
    ],
    [
      "auth-missing",
      { ...shop, workload: { kind: "CronJob", name: "night" } },
      `kubectl -n shop patch cronjob/night -p '{"spec":{"jobTemplate":{"spec":{"template":{"spec":{"imagePullSecrets":[{"name":"pull-ghcr-io"}]}}}}}}'`,
    ],
    [
      "pull-secret-missing",
      withFacts({ secrets: ["ghcr"] }),
      "kubectl -n shop create secret docker-registry ghcr --docker-server=ghcr.io --docker-username=<user> --docker-password=<password>",
    ],
    [
      "never-policy",
      shop,
      `kubectl -n shop patch deployment/checkout -p '{"spec":{"template":{"spec":{"containers":[{"name":"app","imagePullPolicy":"IfNotPresent"}]}}}}'`,
    ],
    [
      "policy-misplaced",
      withFacts({ value: "Never" }),
      `kubectl -n shop patch deployment/checkout -p '{"spec":{"template":{"spec":{"containers":[{"name":"app","imagePullPolicy":"Never"}]}}}}'`,
    ],
    [
      "short-name",
      { ...shop, image: "redis:7" },
      "kubectl -n shop set image deployment/checkout app=docker.io/library/redis:7",
    ],
    ["stale-image", shop, "kubectl -n shop rollout restart deployment/checkout"],
    [
      "stale-image",
      withFacts({ digest: `sha256:${"a".repeat(64)}` }),
      `kubectl -n shop set image deployment/checkout app=ghcr.io/shop/checkout@sha256:${"a".repeat(64)}`,
    ],
    [
      "image-not-found",
      withFacts({ nearestTags: ["2.4.0", "2.3.9"] }),
      "kubectl -n shop set image deployment/checkout app=ghcr.io/shop/checkout:2.4.0",
    ],
    // init containers and sidecars stand in a list of their own
    [
      "never-policy",
      { ...shop, containerKind: "init" },
      `kubectl -n shop patch deployment/checkout -p '{"spec":{"template":{"spec":{"initContainers":[{"name":"app","imagePullPolicy":"IfNotPresent"}]}}}}'`,
    ],
    [
      "never-policy",
      { ...shop, containerKind: "sidecar", workload: { kind: "CronJob", name: "night" } },
      `kubectl -n shop patch cronjob/night -p '{"spec":{"jobTemplate":{"spec":{"template":{"spec":{"initContainers":[{"name":"app","imagePullPolicy":"IfNotPresent"}]}}}}}}'`,
    ],
    [
      "image-not-found",
      { ...shop, containerKind: "sidecar" },
      "kubectl -n shop set image deployment/checkout app=ghcr.io/shop/checkout:<tag>",
    ],
    // their broken pod is not replaced by itself
    [
      "never-policy",
      { ...shop, workload: { kind: "StatefulSet", name: "db" } },
      "kubectl -n shop delete pod checkout-5d8f7c-x2k8p",
    ],
    [
      "invalid-reference",
      { ...shop, workload: { kind: "ReplicaSet", name: "web" } },
      "kubectl -n shop delete pod checkout-5d8f7c-x2k8p",
    ],
    [
      "not-an-image-pull-failure",
      withFacts({ restarts: 3 }),
      "kubectl -n shop logs checkout-5d8f7c-x2k8p -c app --previous",
    ],
    ["not-an-image-pull-failure", withFacts({ restarts: 0 }), "kubectl -n shop logs checkout-5d8f7c-x2k8p -c app"],
    [
      "node-not-ready",
      withFacts({ node: "worker-3" }),
      "kubectl -n shop delete pod checkout-5d8f7c-x2k8p --grace-period=0 --force",
    ],
    ["node-not-ready", withFacts({ node: "worker-3" }), "kubectl uncordon worker-3"],
    ["backoff-only", shop, "kubectl -n shop delete pod checkout-5d8f7c-x2k8p"],
    ["disk-full", withFacts({ node: "worker-3" }), "kubectl cordon worker-3"],
    [
      "registry-tls",
      withFacts({ registry: "registry.local:5000" }),
      "openssl s_client -showcerts -connect registry.local:5000 </dev/null",
    ],
  ])("%s", (id, context, command) => {
    expect(commands(id, context)).toContain(command);
  });

  it("has none for a debug container, nor for the init containers of a bare pod", () => {
    const debug: CauseContext = { ...shop, containerKind: "ephemeral" };
    const init: CauseContext = { ...shop, containerKind: "init", workload: { kind: "Pod", name: "checkout" } };
    for (const id of causeIds) {
      expect(commands(id, debug).filter((command) => /set image|imagePullPolicy/.test(command))).toEqual([]);
      expect(commands(id, init).filter((command) => /set image|imagePullPolicy/.test(command))).toEqual([]);
    }
  });

  it("never forces away a StatefulSet's pod, which might run twice", () => {
    const db: CauseContext = { ...shop, workload: { kind: "StatefulSet", name: "db" } };
    expect(commands("node-not-ready", db).filter((command) => command.includes("--force"))).toEqual([]);
  });

  it("a Deployment replaces its broken pods by itself", () => {
    expect(commands("never-policy", shop).filter((command) => command.includes("delete pod"))).toEqual([]);
  });

  it("never deletes a bare pod, which nobody would make again, nor changes what cannot be changed", () => {
    const bare: CauseContext = { ...shop, workload: { kind: "Pod", name: "checkout-5d8f7c-x2k8p" } };
    const job: CauseContext = { ...shop, workload: { kind: "Job", name: "migrate" } };
    for (const id of causeIds) {
      expect(commands(id, bare).filter((command) => /delete pod|patch pod|rollout/.test(command))).toEqual([]);
      expect(commands(id, job).filter((command) => /(?:set image|patch|rollout restart) job/.test(command))).toEqual(
        [],
      );
    }
  });

  it("a shell sees every name as one word, whatever stands in it", () => {
    const evil = "a b;$(touch /tmp/x)`id`'\"|&>*";
    const context: CauseContext = {
      ...shop,
      target: { ...shop.target, namespace: evil },
      workload: { kind: "Deployment", name: evil },
      container: evil,
      pod: evil,
      image: `${evil}:1`,
      facts: { registry: evil, secrets: [evil], node: evil, host: evil, serviceAccount: evil, path: evil },
    };
    const lines = causeIds.flatMap((id) => commands(id, context)).filter((command) => command.startsWith("kubectl -n"));
    expect(lines.length).toBeGreaterThan(30);
    for (const line of lines) {
      const whole = line.replaceAll(/<[a-z]+>/g, "X").replace(/ (?:&&|\|) .*$/, "");
      const words = execFileSync(
        "/bin/sh",
        ["-c", `kubectl() { for word do printf '%s\\0' "$word"; done; }; ${whole}`],
        { encoding: "utf8" },
      ).split("\0");
      expect(words.slice(0, 2)).toEqual(["-n", evil]);
    }
  });

  it("a shell refuses a line with something to fill in before it runs anything", () => {
    const lines = causeIds
      .flatMap((id) => commands(id, withFacts({ secrets: ["ghcr"], node: "worker-3" })))
      .filter((command) => /<[a-z]+>/.test(command));
    expect(lines.length).toBeGreaterThan(10);
    for (const line of lines) {
      expect(() => execFileSync("/bin/sh", ["-n", "-c", line], { stdio: "pipe" }), line).toThrow(/[Ss]yntax error/);
    }
  });
});
