import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { parseTarget } from "../../src/collect/target.ts";
import type { DiagnoseAnswer } from "../../src/core.ts";
import type { Behaviour, KubeObject } from "../support/fake-api.ts";
import { event, namespace, pod, shop, workload } from "../support/kube-objects.ts";
import { mayGetPodsIn, reviewPath, reviewing } from "../support/reviews.ts";
import { type Asked, type Asker, asker } from "./asked.ts";

let asking: Asker;
beforeEach(() => {
  asking = asker();
});
afterEach(() => asking.stop());

const dana = { user: "slack:T1:U1", groups: ["slack:T1"] };

/** Shop and billing both have `checkout`; `ledger` is in billing alone. */
const objects = (): KubeObject[] => [
  ...shop(),
  namespace("vault"),
  workload("Deployment", "checkout", { namespace: "billing", labels: { app: "till" } }),
  workload("Deployment", "ledger", { namespace: "billing", labels: { app: "ledger" } }),
  pod("ledger-0", { namespace: "billing", owner: ["StatefulSet", "ledger"], labels: { app: "ledger" } }),
];

async function seen(text: string, answers: Behaviour["answers"], asked: Asked = {}): Promise<DiagnoseAnswer> {
  const target = parseTarget(text);
  if (!target.ok) throw new Error(target.error.sentence);
  const core = await asking.core({ objects: objects(), ...asked, behaviour: answers === undefined ? {} : { answers } });
  return core.diagnose({ target: target.value, defaultNamespace: asked.defaultNamespace ?? null, asker: dana });
}

const said = (answer: DiagnoseAnswer): string => {
  if (answer.kind !== "diagnosis") return `${answer.kind}: ${answer.sentence}`;
  const { namespace: where, kind, name } = answer.diagnosis.target;
  return `${where}/${kind}/${name}`;
};

describe("what somebody may see of the cluster", () => {
  it.each<[string, string, string[], string]>([
    ["an object where they may get pods", "shop/deploy/checkout", ["shop"], "shop/Deployment/checkout"],
    ["every object, who may get pods in all namespaces", "billing/deploy/ledger", [""], "billing/Deployment/ledger"],
    ["the one of two that they may see, without a choice", "deploy/checkout", ["shop"], "shop/Deployment/checkout"],
    ["the other of two", "checkout", ["billing"], "billing/Deployment/checkout"],
    [
      "both, to choose from, who may see both",
      "deploy/checkout",
      ["shop", "billing"],
      'choice: "checkout" fits 2 objects. Which one: shop/deploy/checkout or billing/deploy/checkout?',
    ],
    [
      "no name out of their sight that is near",
      "deploy/leger",
      ["shop"],
      'not-found: no deployment "leger" in any namespace that may be listed. Check the name and the context.',
    ],
    [
      "a near name that they may see",
      "deploy/leger",
      ["billing"],
      'not-found: no deployment "leger" in any namespace that may be listed. Did you mean billing/deploy/ledger?',
    ],
    [
      "no object out of their sight that labels select",
      "-l app=ledger",
      ["shop"],
      "not-found: no pod with labels app=ledger in any namespace that may be listed. Check the name and the context.",
    ],
    [
      "no namespace out of their sight that is near",
      "vaul/web",
      ["shop"],
      'not-found: no namespace "vaul". See what there is: kubectl get namespaces',
    ],
    [
      "a near namespace that they may see",
      "vaul/web",
      ["vault"],
      'not-found: no namespace "vaul". Did you mean vault/web?',
    ],
  ])("%s: %s", async (_, text, rights, expected) => {
    expect(said(await seen(text, mayGetPodsIn(...rights)))).toBe(expected);
  });

  it("looks on where the channel's namespace is out of sight", async () => {
    const answer = await seen("checkout", mayGetPodsIn("shop"), { defaultNamespace: "billing" });
    expect(said(answer)).toBe("shop/Deployment/checkout");
  });

  it.each([
    ["an object", "ledger/deploy/web", "billing/deploy/ledger"],
    ["a pod", "ledger/web-0", "billing/ledger-0"],
    ["a selector", "-l app=web -n ledger", "-l app=ledger -n billing"],
  ])("says of %s out of sight what it says of one in no namespace at all", async (_, nowhere, hidden) => {
    const words = (answer: DiagnoseAnswer): string => said(answer).replace(/"[^"]*"/g, '"…"');
    const unknown = words(await seen(nowhere, mayGetPodsIn("shop")));
    expect(words(await seen(hidden, mayGetPodsIn("shop")))).toBe(unknown);
    expect(unknown).toBe('not-found: no namespace "…". See what there is: kubectl get namespaces');
  });

  it("tells of another pull on the node only where its pod may be seen", async () => {
    const other = pod("big", { namespace: "billing", waiting: "ContainerCreating", labels: { app: "big" } });
    const pulling = event(other, "Pulling", { message: 'Pulling image "ghcr.io/billing/big:1"' });
    const asked = { objects: [...objects(), other, pulling] };
    const pulls = async (...rights: string[]): Promise<unknown> => {
      const answer = await seen("shop/checkout-7d4f9c-x2k8p", mayGetPodsIn(...rights), asked);
      return answer.kind === "diagnosis" ? answer.evidence.otherPulls : said(answer);
    };
    expect(await pulls("shop", "billing")).toMatchObject({ status: "ok", value: [{ pod: "big" }] });
    expect(await pulls("shop")).toEqual({ status: "ok", value: [] });
  });

  it("reads the node and its events of whatever namespace they are kept in", async () => {
    const answer = await seen("shop/checkout-7d4f9c-x2k8p", mayGetPodsIn("shop"));
    expect(answer.kind === "diagnosis" && answer.evidence).toMatchObject({
      node: { status: "ok" },
      lease: { status: "ok" },
      nodeEvents: { status: "ok" },
      secrets: [{ read: { status: "ok" } }, { read: { status: "ok" } }],
    });
  });

  it("asks about a namespace once, however many objects are in it", async () => {
    await seen("quartz", mayGetPodsIn("shop"));
    const reviews = asking.api().requests.filter((request) => request === `POST ${reviewPath}`);
    // All namespaces, then shop and billing: those that have objects.
    expect(reviews).toHaveLength(3);
  });
});

describe("an error of a review is a no", () => {
  const mend = "Grant it to the bot: imagepull install --dry-run | kubectl apply -f -";
  it.each([
    [
      "where the bot may not ask",
      403,
      `unreadable: who may get pods cannot be read (forbidden: create subjectaccessreviews). An error lets nobody look. ${mend}`,
    ],
    [
      "where the API server is in trouble",
      500,
      "unreadable: who may get pods cannot be read: the API server answers 500. An error lets nobody look.",
    ],
  ])("%s, and is said", async (_, status, expected) => {
    const answers = reviewing(() => status);
    expect(said(await seen("shop/deploy/checkout", answers))).toBe(expected);
  });

  it("of one namespace, and what was left out is not said to be missing", async () => {
    const answers = reviewing(({ spec }) => (spec.resourceAttributes.namespace === "billing" ? 500 : false));
    expect(said(await seen("billing/deploy/ledger", answers))).toBe(
      "unreadable: who may get pods cannot be read: the API server answers 500. An error lets nobody look.",
    );
  });

  it("of another namespace than the one that is found there", async () => {
    const answers = reviewing(({ spec: { resourceAttributes: asked } }) =>
      asked.namespace === "billing" ? 500 : asked.namespace === "shop",
    );
    expect(said(await seen("deploy/checkout", answers))).toBe("shop/Deployment/checkout");
  });
});

describe("whether somebody may get pods, asked by itself", () => {
  it.each([
    ["shop", { ok: true }],
    ["billing", { ok: false, sentence: "slack:T1:U1 may not get pods in namespace billing." }],
    [null, { ok: false, sentence: "slack:T1:U1 may not get pods in all namespaces." }],
  ])("in %j", async (where, expected) => {
    const core = await asking.core({ behaviour: { answers: mayGetPodsIn("shop") } });
    expect(await core.mayGetPods(dana, where)).toEqual(expected);
  });

  it("is no in an error", async () => {
    const core = await asking.core({ behaviour: { answers: reviewing(() => 429) } });
    expect(await core.mayGetPods(dana, "shop")).toEqual({
      ok: false,
      sentence:
        "who may get pods cannot be read: the API server has too many requests (429). An error lets nobody look.",
    });
  });

  it("is not asked at all where nobody in particular asks", async () => {
    await asking.ask("shop/deploy/checkout");
    expect(asking.api().requests.join()).not.toContain("subjectaccessreviews");
  });
});
