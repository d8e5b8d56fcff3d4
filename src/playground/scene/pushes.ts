import type { Push } from "../registries/images.ts";
import { type Act, day, hour } from "./act.ts";

const both: Push = { kind: "image", architectures: ["amd64", "arm64"] };

const push = (image: string, minutesAgo: number, what: Push = both): Act => {
  const [, host = "", repository = "", tag = ""] = /^([^/]+)\/(.+):([^:]+)$/.exec(image) ?? [];
  return { kind: "push", host, repository, tag, push: what, minutesAgo };
};

/** What was pushed, and when; a tag that stands here twice has moved. */
export const pushes: readonly Act[] = [
  push("ghcr.io/shop/storefront:7.3.0", 20 * day),
  push("ghcr.io/shop/storefront:7.3.1", 6 * day),
  push("ghcr.io/shop/checkout:2.3.9", 16 * day),
  push("ghcr.io/shop/checkout:2.4.0", 4 * day),
  push("ghcr.io/shop/checkout:2.4.1-rc1", 34),
  push("ghcr.io/shop/recommendations:5.0.1", 9 * day),
  push("ghcr.io/shop/recommendations:5.0.2", 26, { kind: "image", architectures: ["arm64"] }),
  push("ghcr.io/shop/loyalty:0.8.0", 3 * day, { ...both, entrypoint: ["/bin/false"] }),
  push("quay.io/harborlane/banners:stable", 8 * day),
  push("quay.io/harborlane/banners:stable", 2 * hour),
  push("ghcr.io/shop/node-probe:1.0.3", 40 * day),
  push("ghcr.io/payments/ledger:stable", 7 * day),
  push("ghcr.io/payments/ledger:stable", 3 * hour),
  push("ghcr.io/payments/fraud-scorer:0.9.4", 2 * day),
  push("ghcr.io/growth/catalog:stable", 12 * day),
  push("ghcr.io/growth/catalog:stable", 5 * hour),
  push("ghcr.io/growth/search:1.8", 12 * day),
  push("ghcr.io/growth/search:latest", 6 * day),
  push("ghcr.io/growth/search:latest", 20 * hour),
  push("ghcr.io/infra/proxy-chart:1.4.0", 5 * day, { kind: "chart" }),
  push("docker.io/library/nginx:1.27-alpine", 50 * day),
  push("docker.io/library/redis:7.4-alpine", 30 * day),
  push("docker.io/library/redis:7.2-alpine", 90 * day),
  push("registry.payments.example/api:3.0.4", 30 * day),
  push("registry.payments.example/api:3.1.0", 1 * day),
  push("123456789012.dkr.ecr.eu-central-1.amazonaws.com/settlement:4.3.9", 20 * day),
  push("123456789012.dkr.ecr.eu-central-1.amazonaws.com/settlement:4.4.0", 11 * hour),
  push("registry.gitlab.com/harbor-lane/tax/rates:2026.11", 3 * day),
  push("harbor.data.example/ml/feature-store:1.6.0", 8 * day),
  push("harbor.data.example/ml/feature-store:1.6.1", 40),
  push("ghcr.io/data/trainer:0.3.2", 6 * day),
  push("quay.io/harborlane/notebooks:2.1", 4 * day),
  push("quay.io/harborlane/dashboards:11.4", 15 * day),
  push("registry.data.example/warehouse-sync:8.0.0", 2 * day),
  push("registry.data.example/report-builder:3.2.0", 9 * day),
  push("registry.tools.example/metrics-relay:0.14.1", 60 * day),
];
