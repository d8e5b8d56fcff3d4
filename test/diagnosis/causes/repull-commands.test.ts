import { execFileSync } from "node:child_process";
import { describe, expect, it } from "vitest";
import { type CauseId, causeIds } from "../../../src/diagnosis/causes/catalogue.ts";
import type { CauseContext } from "../../../src/diagnosis/causes/cause.ts";
import { causes } from "../../../src/diagnosis/causes/index.ts";
import type { Repullable } from "../../../src/diagnosis/repullable.ts";
import type { Line } from "../../../src/diagnosis/say.ts";
import { app, commands, readShop } from "./shop.ts";

const text = (line: Line): string =>
  line
    .map((part) => (typeof part === "string" ? part : "code" in part ? part.code : "at" in part ? part.at : part.since))
    .join("");
const texts = (id: CauseId, context: CauseContext): string =>
  causes[id]
    .fixes(context)
    .map((fix) => text(fix.text))
    .join("\n");

const near = { nearestTags: ["2.4.0", "2.3.9"] };
const always = { containers: [{ ...app, policy: "Always" }] };
const proxy = { ...app, name: "proxy", image: "ghcr.io/mesh/proxy:3" };
const two = { containers: [app, proxy] };
const statefulSet = { kind: "StatefulSet", name: "db" };
const replicaSet = { kind: "ReplicaSet", name: "web" };
const bare = { kind: "Pod", name: "checkout-5d8f7c-x2k8p", origin: "bare" } as const;
const waitsTwice = {
  pods: [
    { name: "checkout-5d8f7c-x2k8p", waits: true },
    { name: "checkout-5d8f7c-b4q7z", waits: true },
  ],
};
const onShop = "-n shop --context prod --strategy";
const onePod = `imagepull repull pod/checkout-5d8f7c-x2k8p ${onShop} delete-pods`;

describe("the command that runs the re-pull", () => {
  it.each<[CauseId, CauseContext, string]>([
    ["image-not-found", readShop({}, near), `imagepull repull deploy/checkout ${onShop} set-image --tag 2.4.0`],
    [
      "image-not-found",
      readShop(two, near),
      `imagepull repull deploy/checkout ${onShop} set-image --tag 2.4.0 --container app`,
    ],
    ["image-not-found", readShop(), `imagepull repull deploy/checkout ${onShop} set-image --tag <tag>`],
    [
      "image-not-found",
      readShop({ kind: "CronJob", name: "night" }, near),
      `imagepull repull cronjob/night ${onShop} set-image --tag 2.4.0`,
    ],
    [
      "image-not-found",
      readShop(bare, near),
      `imagepull repull pod/checkout-5d8f7c-x2k8p ${onShop} set-image --tag 2.4.0`,
    ],
    ["stale-image", readShop(), `imagepull repull deploy/checkout ${onShop} pin-digest`],
    ["stale-image", readShop(), `imagepull repull deploy/checkout ${onShop} policy-always`],
    ["stale-image", readShop(always), `imagepull repull deploy/checkout ${onShop} restart`],
    // an OnDelete workload and a ReplicaSet replace no pod when they are restarted
    [
      "stale-image",
      readShop({ ...statefulSet, ...always, isOnDelete: true }),
      `imagepull repull sts/db ${onShop} delete-pods`,
    ],
    ["stale-image", readShop({ ...replicaSet, ...always }), `imagepull repull replicaset/web ${onShop} delete-pods`],
    // no template is changed, so nobody takes it back
    ["stale-image", readShop({ ...always, keeper: "argocd" }), `imagepull repull deploy/checkout ${onShop} restart`],
    ["never-policy", readShop(), `imagepull repull deploy/checkout ${onShop} policy-always`],
    ["never-policy", readShop({ kind: "Job", name: "migrate" }), `imagepull repull job/migrate ${onShop} pre-pull`],
    ["policy-misplaced", readShop(), `imagepull repull deploy/checkout ${onShop} policy-always`],
    ["undetermined", readShop(), `imagepull repull deploy/checkout ${onShop} probe`],
    ["backoff-only", readShop({ kind: "Job", name: "migrate" }), `imagepull repull job/migrate ${onShop} probe`],
    ["backoff-only", readShop(), `${onePod} --allow-unproven`],
    ["auth-rejected", readShop({ ...two, keeper: "helm" }), `${onePod} --container app --allow-unproven`],
    // all of them wait: none that runs is touched
    ["disk-full", readShop(waitsTwice), `imagepull repull deploy/checkout ${onShop} delete-pods --allow-unproven`],
    // one of them runs
    [
      "disk-full",
      readShop({ pods: [...waitsTwice.pods, { name: "checkout-5d8f7c-zzq4m", waits: false }] }),
      `${onePod} --allow-unproven`,
    ],
    // between the two steps it does not exist: not without a proof
    ["pull-secret-missing", readShop(bare), onePod],
    ["auth-missing", readShop(statefulSet), `${onePod} --allow-unproven`],
  ])("%s %#", (id, context, command) => {
    expect(commands(id, context)).toContain(command);
  });

  it("names no context where a bot in the cluster gave its cluster no name of a kubeconfig", () => {
    const context = readShop({}, near);
    const inside = { ...context, target: { ...context.target, cluster: "in-cluster" } };
    expect(commands("image-not-found", inside)).toContain(
      "imagepull repull deploy/checkout -n shop --strategy set-image --tag 2.4.0",
    );
  });

  it("a shell sees every name as one word, whatever stands in it", () => {
    const evil = "a b;$(touch /tmp/x)`id`'\"|&>*";
    const context: CauseContext = {
      ...readShop({ kind: "Deployment", name: evil, containers: [{ ...app, name: evil }, proxy] }),
      target: { cluster: evil, namespace: evil, kind: "Deployment", name: evil },
      container: evil,
    };
    const lines = causeIds.flatMap((id) => commands(id, context)).filter((line) => line.startsWith("imagepull "));
    expect(lines.length).toBeGreaterThan(5);
    for (const line of lines) {
      const run = `imagepull() { for word do printf '%s\\0' "$word"; done; }; ${line.replace("<tag>", "X")}`;
      const words = execFileSync("/bin/sh", ["-c", run], { encoding: "utf8" }).split("\0");
      expect([words[3], words[5], words[words.indexOf("--container") + 1]]).toEqual([evil, evil, evil]);
    }
  });
});

describe("no re-pull is offered", () => {
  const offered = (id: CauseId, context: CauseContext, strategy: string): readonly string[] =>
    commands(id, context).filter((line) => line.includes(`--strategy ${strategy}`));
  const statics = { ...bare, origin: "static" } as const;

  it.each<[string, CauseId, Partial<Repullable>, string, RegExp]>([
    // why, cause, what is known of the workload, strategy, what is said instead
    ["Argo CD", "image-not-found", { keeper: "argocd" }, "set-image", /Git repository that it syncs/],
    ["Flux", "stale-image", { keeper: "flux" }, "pin-digest", /Git repository \(or HelmRelease\)/],
    ["Flux", "stale-image", { keeper: "flux" }, "policy-always", /Git repository \(or HelmRelease\)/],
    ["Helm", "never-policy", { keeper: "helm" }, "policy-always", /the chart's values/],
    ["an operator", "image-not-found", { maker: "Prometheus main" }, "set-image", /change Prometheus main/],
    ["a static pod", "image-not-found", statics, "set-image", /static pod.*change that file/],
    ["a static pod", "backoff-only", statics, "delete-pods", /next try/],
    [
      "a pod of an unknown owner",
      "auth-rejected",
      { ...bare, origin: "foreign" },
      "delete-pods",
      /tries again by itself/,
    ],
    ["a Job", "auth-rejected", { kind: "Job", name: "migrate" }, "delete-pods", /counts as a failure of its Job/],
    ["a CronJob", "auth-rejected", { kind: "CronJob", name: "night" }, "delete-pods", /counts as a failure/],
    [
      "a container of admission",
      "image-not-found",
      { containers: [{ ...app, isInjected: true }, proxy] },
      "set-image",
      /Admission puts this container/,
    ],
  ])("%s: %s", (_who, id, over, strategy, instead) => {
    const context = readShop(over, near);
    expect(offered(id, context, strategy)).toEqual([]);
    expect(texts(id, context)).toMatch(instead);
    // nor the same by hand
    const byHand = strategy === "delete-pods" ? /delete pod/ : /set image|imagePullPolicy/;
    expect(commands(id, context).filter((line) => byHand.test(line))).toEqual([]);
  });

  it.each<[string, CauseId, Partial<Repullable>, string]>([
    // what is offered by kubectl in its place
    [
      "a paused Deployment",
      "image-not-found",
      { isPaused: true },
      "kubectl -n shop set image deployment/checkout app=ghcr.io/shop/checkout:2.4.0",
    ],
    [
      "a template of another repository by now",
      "image-not-found",
      { containers: [{ ...app, image: "ghcr.io/new/checkout:1" }] },
      "kubectl -n shop set image deployment/checkout app=ghcr.io/shop/checkout:2.4.0",
    ],
    [
      "pods that could not be listed",
      "backoff-only",
      { pods: null },
      "kubectl -n shop delete pod checkout-5d8f7c-x2k8p",
    ],
  ])("%s", (_what, id, over, command) => {
    const context = readShop(over, near);
    expect(commands(id, context)).toContain(command);
  });

  it("says of a paused Deployment that it is", () => {
    expect(texts("image-not-found", readShop({ isPaused: true }, near))).toMatch(/paused: nothing rolls out until/);
  });

  it("warns before a pod that nothing makes again is made anew", () => {
    expect(texts("auth-rejected", readShop(bare))).toMatch(
      /nothing else makes it again, and in between it does not exist/,
    );
  });

  it("no restart where nodes that hold the tag would not pull", () => {
    expect(offered("stale-image", readShop(), "restart")).toEqual([]);
  });

  it("no second fix deletes the pod that a re-pull evicts itself", () => {
    expect(texts("never-policy", readShop(statefulSet))).not.toMatch(/broken pod/);
    expect(texts("auth-missing", readShop(statefulSet))).toMatch(/Recreate the broken pod too/);
  });
});
