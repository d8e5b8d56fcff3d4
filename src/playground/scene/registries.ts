import { dialects } from "../registries/dialect.ts";
import type { RegistryOptions } from "../registries/registry.ts";

const page = (status: number, title: string): { status: number; body: string; type: string } => ({
  status,
  body: `<html>\r\n<head><title>${status} ${title}</title></head>\r\n<body>\r\n<center><h1>${status} ${title}</h1></center>\r\n<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n`,
  type: "text/html",
});

/** Names that resolve, and where nobody answers. */
export const closedHosts: readonly string[] = ["registry.edge.example"];
/** Their certificate is their own. */
export const selfSignedHosts: readonly string[] = ["registry.lab.example"];

export interface Accounts {
  /** The password that an account's pull secret holds. */
  readonly passwordOf: (user: string) => string;
  /** When the password of Amazon's account ends. */
  readonly ecrEndsAt: Date;
  readonly clock: () => Date;
}

/** The registries of the scene, each speaking as its service does. */
export function registries({ passwordOf, ecrEndsAt, clock }: Accounts): readonly RegistryOptions[] {
  const account = (user: string, ...repositories: readonly string[]) => ({
    user,
    password: passwordOf(user),
    repositories,
  });
  const none = { accounts: [], open: [], clock };
  return [
    {
      ...none,
      host: "ghcr.io",
      dialect: dialects.ghcr,
      accounts: [
        account("shop-bot", "shop/*"),
        account("payments-bot", "payments/*"),
        account("growth-bot", "growth/*"),
        account("data-bot", "data/*"),
        account("infra-bot", "infra/*"),
      ],
    },
    {
      ...none,
      host: "docker.io",
      dialect: dialects.dockerHub,
      open: ["library/*"],
      budget: { limit: 100, left: 100, windowSeconds: 21_600 },
    },
    {
      ...none,
      host: "quay.io",
      dialect: dialects.quay,
      open: ["harborlane/dashboards", "harborlane/banners"],
      // What has lost its tag can be gone back to for two weeks.
      keepsUntagged: true,
    },
    {
      ...none,
      host: "registry.gitlab.com",
      dialect: dialects.gitlab,
      // A deploy token of another project.
      accounts: [account("gitlab+deploy-token-4711", "harbor-lane/payroll/*")],
    },
    { ...none, host: "harbor.data.example", dialect: dialects.harbor, accounts: [account("robot$ml+puller", "ml/*")] },
    {
      ...none,
      host: "123456789012.dkr.ecr.eu-central-1.amazonaws.com",
      dialect: dialects.ecr,
      accounts: [{ ...account("AWS", "*"), endsAt: ecrEndsAt }],
    },
    { ...none, host: "registry.payments.example", dialect: dialects.basic, accounts: [account("deploy", "*")] },
    { ...none, host: "registry.data.example", dialect: dialects.basic, open: ["*"], silentLayers: true },
    {
      ...none,
      host: "registry.tools.example",
      dialect: dialects.distribution,
      broken: page(503, "Service Temporarily Unavailable"),
    },
  ];
}
