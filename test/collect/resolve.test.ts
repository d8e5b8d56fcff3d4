import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { DiagnoseAnswer } from "../../src/core.ts";
import { pod, shop, workload } from "../support/kube-objects.ts";
import { type Asked, type Asker, asker } from "./asked.ts";

let asking: Asker;
beforeEach(() => {
  asking = asker();
});
afterEach(() => asking.stop());

const what = (answer: DiagnoseAnswer): string =>
  answer.kind === "diagnosis"
    ? `${answer.diagnosis.target.namespace}/${answer.diagnosis.target.kind}/${answer.diagnosis.target.name}`
    : `${answer.kind}: ${answer.sentence}`;

const failing = "checkout-7d4f9c-x2k8p";

describe("the one object that a target means", () => {
  const twins = [
    ...shop(),
    workload("StatefulSet", "checkout"),
    workload("Deployment", "checkout", { namespace: "billing" }),
  ];
  const more = [
    ...shop(),
    pod("lonely", { namespace: "billing", labels: { app: "lonely" } }),
    pod("backup-28512-abcde", {
      owner: ["Job", "backup-28512"],
      labels: { "job-name": "backup-28512" },
      waiting: "ErrImagePull",
    }),
    workload("Job", "backup-28512", { owner: ["CronJob", "backup"], labels: { "job-name": "backup-28512" } }),
    workload("CronJob", "backup"),
  ];
  it.each<[string, string, Asked, string]>([
    ["a pod by its name", failing, {}, `shop/Pod/${failing}`],
    ["a pod by its kind", `pod/${failing}`, {}, `shop/Pod/${failing}`],
    ["a pod in the namespace that is named", `shop/${failing}`, { defaultNamespace: "billing" }, `shop/Pod/${failing}`],
    ["a workload by its kind", "deploy/checkout", {}, "shop/Deployment/checkout"],
    ["a workload by its bare name", "checkout", {}, "shop/Deployment/checkout"],
    ["the one workload whose pods begin so", "checkout-7d", {}, "shop/Deployment/checkout"],
    ["the one workload that labels select", "-l app=checkout", {}, "shop/Deployment/checkout"],
    ["a pod that is in another namespace only", "lonely", { objects: more }, "billing/Pod/lonely"],
    ["the same without a default namespace", "lonely", { objects: more, defaultNamespace: null }, "billing/Pod/lonely"],
    ["labels that select in another namespace only", "-l app=lonely", { objects: more }, "billing/Pod/lonely"],
    ["a CronJob by the beginning of its pods", "backup-2", { objects: more }, "shop/CronJob/backup"],
    ["a CronJob", "cj/backup", { objects: more }, "shop/CronJob/backup"],
    [
      "a name that two kinds bear",
      "checkout",
      { objects: twins },
      'choice: "checkout" fits 2 objects. Which one: shop/deploy/checkout or shop/sts/checkout?',
    ],
    [
      "a name that two namespaces have",
      "checkout",
      { objects: twins, defaultNamespace: null },
      'choice: "checkout" fits 3 objects. Which one: billing/deploy/checkout, shop/deploy/checkout or shop/sts/checkout?'.replace(
        "billing/deploy/checkout, shop/deploy/checkout",
        "shop/deploy/checkout, billing/deploy/checkout",
      ),
    ],
    [
      "a slip of the hand",
      "deploy/chekout",
      {},
      'not-found: no deployment "chekout" in any namespace that may be listed. Did you mean shop/deploy/checkout?',
    ],
    [
      "a slip in a namespace",
      "shop/chekout",
      {},
      'not-found: no pod or workload "chekout" in namespace shop. Did you mean deploy/checkout',
    ],
    [
      "a pod that has been replaced",
      "shop/pod/checkout-7d4f9c-aaaaa",
      {},
      `not-found: no pod "checkout-7d4f9c-aaaaa" in namespace shop. Did you mean ${failing}`,
    ],
    [
      "a name like nothing here",
      "shop/quartz",
      {},
      'not-found: no pod or workload "quartz" in namespace shop. See what is there: kubectl -n shop get pods',
    ],
    [
      "a namespace that does not exist",
      "shpo/checkout",
      {},
      'not-found: no namespace "shpo". Did you mean shop/checkout?',
    ],
    [
      "labels that select nothing",
      "-l app=none -n shop",
      {},
      "not-found: no pod with labels app=none in namespace shop.",
    ],
    [
      "pods that may not be read",
      failing,
      { behaviour: { forbidden: ["get pods", "list pods"] } },
      "unreadable: pods in namespace shop cannot be read (forbidden: get pods).",
    ],
    [
      "a default namespace that may not be read, while the named one may",
      `shop/${failing}`,
      { defaultNamespace: "billing", behaviour: { forbidden: ["get pods billing"] } },
      `shop/Pod/${failing}`,
    ],
    [
      "a default namespace that may not be read, while all may be listed",
      failing,
      { defaultNamespace: "billing", behaviour: { forbidden: ["get pods billing"] } },
      `shop/Pod/${failing}`,
    ],
    [
      "other namespaces that may not be listed",
      "quartz",
      { behaviour: { forbidden: ["list pods ", "list deployments "] } },
      'not-found: no pod or workload "quartz" in namespace shop.',
    ],
  ])("%s: %s", async (_what, text, asked, expected) => {
    expect(what(await asking.ask(text, asked))).toContain(expected);
  });
});
