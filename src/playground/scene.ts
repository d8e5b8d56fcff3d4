import type { AppliedDeployment } from "./cluster/workloads.ts";
import type { RegistryOptions } from "./registries/registry.ts";

/** What stands in the simulated cluster, told as its story: who applied what, and how long ago. */
export interface Act {
  readonly applied: AppliedDeployment;
  /** How many pods of this template there are. */
  readonly pods: number;
  readonly minutesAgo: number;
}

export interface PullSecretOf {
  readonly namespace: string;
  readonly name: string;
  readonly host: string;
  readonly user: string;
}

/** One line of the channel's first message. */
export interface Attraction {
  readonly namespace: string;
  readonly name: string;
  /** What a person would know before asking: a symptom, never the cause. */
  readonly symptom: string;
}

const day = 24 * 60;
const deployment = (
  namespace: string,
  name: string,
  image: string,
  replicas: number,
  pullSecrets: readonly string[],
  more: Partial<AppliedDeployment> = {},
): AppliedDeployment => ({ namespace, name, image, replicas, pullSecrets, ...more });

/** In the order of time. */
export const acts: readonly Act[] = [
  {
    applied: deployment("shop", "storefront", "ghcr.io/shop/storefront:7.3.1", 2, ["ghcr"]),
    pods: 2,
    minutesAgo: 5 * day,
  },
  {
    applied: deployment("payments", "ledger", "ghcr.io/payments/ledger:stable", 1, ["ghcr"], {
      misplacedPolicy: "Always",
    }),
    pods: 1,
    minutesAgo: 4 * day,
  },
  { applied: deployment("shop", "checkout", "ghcr.io/shop/checkout:2.4.0", 3, ["ghcr"]), pods: 3, minutesAgo: 3 * day },
  {
    applied: deployment("payments", "payments-api", "registry.payments.example/api:3.1.0", 2, ["ghcr"]),
    pods: 2,
    minutesAgo: 38,
  },
  { applied: deployment("shop", "checkout", "ghcr.io/shop/checkout:2.4.1", 3, ["ghcr"]), pods: 1, minutesAgo: 24 },
  {
    applied: deployment("shop", "recommendations", "ghcr.io/shop/recommendations:5.0.2", 1, ["ghcr"]),
    pods: 1,
    minutesAgo: 17,
  },
  { applied: deployment("shop", "session-cache", "redis:7.4-alpine", 1, []), pods: 1, minutesAgo: 11 },
  {
    applied: deployment("payments", "invoice-mailer", "registry.billing.internal/invoice-mailer:1.12.0", 1, []),
    pods: 1,
    minutesAgo: 9,
  },
  {
    applied: deployment("payments", "fraud-scorer", "ghcr.io/payments/fraud-scorer:0.9.4", 1, ["ghcr-payments"]),
    pods: 1,
    minutesAgo: 6,
  },
];

export const attractions: readonly Attraction[] = [
  { namespace: "shop", name: "checkout", symptom: "the rollout of 2.4.1 does not move" },
  { namespace: "shop", name: "recommendations", symptom: "starts on a colleague's laptop, not here" },
  { namespace: "shop", name: "session-cache", symptom: "worked all week, not since this morning" },
  { namespace: "payments", name: "payments-api", symptom: "both pods wait, and there is a pull secret" },
  { namespace: "payments", name: "fraud-scorer", symptom: "new in this namespace" },
  { namespace: "payments", name: "invoice-mailer", symptom: "the registry has moved, they say" },
  { namespace: "payments", name: "ledger", symptom: "runs, but not what was pushed last" },
  { namespace: "shop", name: "storefront", symptom: "all is well, for comparison" },
];

/** Pushed after the last act: tags that mean another image than the one that runs. */
export const pushes: readonly {
  readonly host: string;
  readonly repository: string;
  readonly tag: string;
  readonly architectures: readonly string[];
}[] = [{ host: "ghcr.io", repository: "payments/ledger", tag: "stable", architectures: ["amd64", "arm64"] }];

export const namespaces: readonly string[] = ["default", "kube-node-lease", "shop", "payments"];

export const pullSecrets: readonly PullSecretOf[] = [
  { namespace: "shop", name: "ghcr", host: "ghcr.io", user: "shop-bot" },
  { namespace: "payments", name: "ghcr", host: "ghcr.io", user: "payments-bot" },
];

const both = ["amd64", "arm64"];

/** The registries of the scene; `passwordOf` gives each account the password that its pull secret holds. */
export const registries = (passwordOf: (user: string) => string): readonly RegistryOptions[] => [
  {
    host: "ghcr.io",
    repositories: {
      "shop/storefront": { "7.3.0": both, "7.3.1": both },
      "shop/checkout": { "2.3.9": both, "2.4.0": both, "2.4.1-rc1": both },
      "shop/recommendations": { "5.0.1": both, "5.0.2": ["arm64"] },
      "payments/ledger": { stable: both },
      "payments/fraud-scorer": { "0.9.4": both },
    },
    auth: {
      scheme: "bearer",
      open: [],
      accounts: [
        {
          user: "shop-bot",
          password: passwordOf("shop-bot"),
          repositories: ["shop/storefront", "shop/checkout", "shop/recommendations"],
        },
        {
          user: "payments-bot",
          password: passwordOf("payments-bot"),
          repositories: ["payments/ledger", "payments/fraud-scorer"],
        },
      ],
    },
  },
  {
    host: "registry.payments.example",
    repositories: { api: { "3.0.4": both, "3.1.0": both } },
    auth: {
      scheme: "basic",
      open: [],
      accounts: [{ user: "deploy", password: passwordOf("deploy"), repositories: ["*"] }],
    },
  },
  {
    host: "docker.io",
    repositories: { "library/redis": { "7.4-alpine": both, "7.2-alpine": both } },
    auth: { scheme: "bearer", open: ["library/redis"], accounts: [] },
    budget: { limit: 100, left: 0, windowSeconds: 21_600 },
  },
];
