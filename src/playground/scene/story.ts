import type { AppliedDeployment } from "../cluster/manifests.ts";
import type { Tool } from "../cluster/workloads.ts";
import { type Act, day, hour } from "./act.ts";

interface Rolled {
  readonly tool?: Tool;
  readonly secrets?: readonly string[];
  readonly more?: Partial<AppliedDeployment>;
}

/** `workload`: `namespace/name`. The Deployment gets as many replicas as `of` says, else as many as there are nodes. */
function roll(
  minutesAgo: number,
  workload: string,
  image: string,
  nodes: readonly string[],
  { tool = "kubectl apply", secrets = [], more = {} }: Rolled = {},
): Act {
  const [namespace = "", name = ""] = workload.split("/");
  const applied = { namespace, name, image, replicas: nodes.length, pullSecrets: secrets, ...more };
  return { kind: "roll", minutesAgo, applied, tool, nodes };
}

const [one, two, three, four, five] = ["worker-1", "worker-2", "worker-3", "worker-4", "worker-5"] as const;
const all = [one, two, three] as const;
const ghcr = { secrets: ["ghcr"] };
const ecr = "123456789012.dkr.ecr.eu-central-1.amazonaws.com";

export const nodes: readonly {
  readonly name: string;
  readonly address: string;
  readonly diskFullMinutesAgo?: number;
  readonly isCordoned?: boolean;
}[] = [
  { name: one, address: "10.0.0.11" },
  { name: two, address: "10.0.0.12" },
  { name: three, address: "10.0.0.13" },
  // Cordoned since their last pods came: new ones go where there is room, and where no pull keeps others waiting.
  { name: four, address: "10.0.0.14", diskFullMinutesAgo: 2 * hour, isCordoned: true },
  { name: five, address: "10.0.0.15", isCordoned: true },
];

export const namespaces: readonly string[] = [
  "default",
  "kube-node-lease",
  "shop",
  "payments",
  "data",
  "infra",
  "growth",
];

/** How the pull secrets came to be what they are. */
export const secretActs: readonly Act[] = [
  ...[
    { namespace: "shop", name: "ghcr", host: "ghcr.io", user: "shop-bot" },
    { namespace: "payments", name: "ghcr", host: "ghcr.io", user: "payments-bot" },
    { namespace: "payments", name: "gitlab", host: "registry.gitlab.com", user: "gitlab+deploy-token-4711" },
    { namespace: "data", name: "harbor", host: "harbor.data.example", user: "robot$ml+puller" },
    { namespace: "data", name: "ghcr", host: "ghcr.io", user: "data-bot" },
    { namespace: "infra", name: "ghcr", host: "ghcr.io", user: "infra-bot" },
    { namespace: "growth", name: "ghcr", host: "ghcr.io", user: "growth-bot" },
  ].map((secret): Act => ({ kind: "secret", minutesAgo: 9 * day, secret, by: "kubectl-create" })),
  {
    kind: "secret",
    minutesAgo: 13 * hour,
    secret: { namespace: "payments", name: "ecr", host: ecr, user: "AWS" },
    by: "ecr-refresher",
  },
  {
    kind: "secret",
    minutesAgo: 50,
    secret: { namespace: "data", name: "harbor", host: "harbor.data.example", user: "robot$ml+puller", isWrong: true },
    by: "kubectl-edit",
  },
];

/** Who applied what, and where its pods went. */
export const rolls: readonly Act[] = [
  roll(7 * day, "infra/ingress", "nginx:1.27-alpine", all),
  roll(6 * day, "shop/recommendations", "ghcr.io/shop/recommendations:5.0.1", [one], ghcr),
  roll(6 * day - 20, "growth/search", "ghcr.io/growth/search:1.8", [two], ghcr),
  roll(5 * day, "shop/storefront", "ghcr.io/shop/storefront:7.3.1", all, ghcr),
  roll(5 * day - 10, "shop/banners", "quay.io/harborlane/banners:stable", all, { more: { policy: "Always" } }),
  roll(5 * day - 30, "growth/search", "ghcr.io/growth/search:latest", [two], { ...ghcr, tool: "kubectl set image" }),
  roll(4 * day, "payments/ledger", "ghcr.io/payments/ledger:stable", [one], {
    ...ghcr,
    more: { misplacedPolicy: "Always" },
  }),
  roll(4 * day - 40, "infra/dashboards", "quay.io/harborlane/dashboards:11.4", [two], {
    tool: "helm",
    more: { misplacedPolicy: "Always" },
  }),
  roll(3 * day, "shop/checkout", "ghcr.io/shop/checkout:2.4.0", all, ghcr),
  roll(2 * day, "data/feature-store", "harbor.data.example/ml/feature-store:1.6.0", [one, two], {
    secrets: ["harbor"],
  }),
  roll(2 * day - 10, "growth/catalog", "ghcr.io/growth/catalog:stable", [one], ghcr),
  roll(1 * day, "data/trainer", "ghcr.io/data/trainer:0.3.2", [one, two], ghcr),
  roll(9 * hour, "payments/settlement", `${ecr}/settlement:4.3.9`, [one, three], { secrets: ["ecr"] }),
  { kind: "scale", minutesAgo: 4 * hour, namespace: "growth", name: "catalog", nodes: [two] },
  roll(3 * hour - 15, "growth/landing", "ghcr.io/shop/storefront:7.3.1", [one]),
  roll(41, "data/notebooks", "quay.io/harborlane/notebooks:2.1", [two]),
  roll(38, "payments/payments-api", "registry.payments.example/api:3.1.0", [one, two], ghcr),
  roll(35, "infra/metrics-relay", "registry.tools.example/metrics-relay:0.14.1", [one]),
  roll(31, "shop/loyalty", "ghcr.io/shop/loyalty:0.8.0", [two], ghcr),
  roll(29, "infra/vault-agent", "registry.lab.example/vault-agent:1.18.2", [two]),
  roll(26, "infra/log-shipper", "registry.edge.example/log-shipper:2.9.0", [one]),
  roll(24, "shop/checkout", "ghcr.io/shop/checkout:2.4.1", [two], { ...ghcr, more: { replicas: 3 } }),
  roll(22, "payments/settlement", `${ecr}/settlement:4.4.0`, [two], { secrets: ["ecr"], more: { replicas: 2 } }),
  { kind: "scale", minutesAgo: 21, namespace: "data", name: "trainer", nodes: [four] },
  roll(19, "payments/tax-rates", "registry.gitlab.com/harbor-lane/tax/rates:2026.11", [one], { secrets: ["gitlab"] }),
  roll(17, "shop/recommendations", "ghcr.io/shop/recommendations:5.0.2", [one], ghcr),
  roll(15, "data/feature-store", "harbor.data.example/ml/feature-store:1.6.1", [one], {
    secrets: ["harbor"],
    more: { replicas: 2 },
  }),
  roll(14, "data/warehouse-sync", "registry.data.example/warehouse-sync:8.0.0", [five]),
  roll(13, "data/report-builder", "registry.data.example/report-builder:3.2.0", [five]),
  { kind: "spend", minutesAgo: 12, host: "docker.io" },
  roll(11, "shop/session-cache", "redis:7.4-alpine", [one]),
  roll(10, "infra/egress", "ghcr.io/infra/proxy-chart:1.4.0", [two], ghcr),
  roll(9, "payments/invoice-mailer", "registry.billing.internal/invoice-mailer:1.12.0", [one]),
  roll(8, "shop/gift-cards", "ghcr.io/shop/Gift-Cards:1.2.0", [two], ghcr),
  roll(7, "infra/node-probe", "ghcr.io/shop/node-probe:1.0.3", [one], { more: { policy: "Never" } }),
  roll(6, "payments/fraud-scorer", "ghcr.io/payments/fraud-scorer:0.9.4", [one], { secrets: ["ghcr-payments"] }),
];
