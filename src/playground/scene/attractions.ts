/** One line of the channel's first message. */
export interface Attraction {
  readonly namespace: string;
  readonly name: string;
  /** What a person would know before asking: a symptom, never the cause. */
  readonly symptom: string;
}

const of = (workload: string, symptom: string): Attraction => {
  const [namespace = "", name = ""] = workload.split("/");
  return { namespace, name, symptom };
};

export const attractions: readonly Attraction[] = [
  of("shop/checkout", "the rollout of 2.4.1 does not move"),
  of("shop/recommendations", "starts on a colleague's laptop, not here"),
  of("shop/session-cache", "worked all week, not since this morning"),
  of("shop/gift-cards", "never came up at all"),
  of("shop/loyalty", "comes and goes"),
  of("shop/banners", "three pods, and last week's offers"),
  of("shop/storefront", "all is well, for comparison"),
  of("payments/payments-api", "both pods wait, and there is a pull secret"),
  of("payments/fraud-scorer", "new in this namespace"),
  of("payments/settlement", "4.3.9 came up this morning, 4.4.0 does not"),
  of("payments/tax-rates", "has a secret, and the login works by hand"),
  of("payments/invoice-mailer", "the registry has moved, they say"),
  of("payments/ledger", "runs, but not what was pushed last"),
  of("data/feature-store", "somebody changed something an hour ago"),
  of("data/notebooks", "moved here from another namespace"),
  of("data/trainer", "two pods run, the third one waits"),
  of("data/warehouse-sync", "creating, for a quarter of an hour"),
  of("data/report-builder", "creating too, and says nothing"),
  of("infra/metrics-relay", "nobody has touched it in weeks"),
  of("infra/vault-agent", "from the lab's own registry"),
  of("infra/log-shipper", "from the registry at the edge"),
  of("infra/egress", "installed by hand from the docs"),
  of("infra/node-probe", "the image is there, they say"),
  of("infra/dashboards", "should be fresh on every start"),
  of("infra/ingress", "runs on three nodes, for comparison"),
  of("growth/catalog", "two pods show two shops"),
  of("growth/search", "shows last week's results page"),
  of("growth/landing", "runs, but should it?"),
];
