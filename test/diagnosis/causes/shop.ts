import { causes } from "../../../src/diagnosis/causes/index.ts";
import type { CauseId } from "../../../src/diagnosis/causes/catalogue.ts";
import type { CauseContext } from "../../../src/diagnosis/causes/cause.ts";
import type { CauseFacts } from "../../../src/diagnosis/diagnosis.ts";

/** A Deployment in namespace shop that fails. */
export const shop: CauseContext = {
  facts: { registry: "ghcr.io", repository: "ghcr.io/shop/checkout", tag: "2.4.1" },
  target: { cluster: "prod", namespace: "shop", kind: "Deployment", name: "checkout" },
  workload: { kind: "Deployment", name: "checkout" },
  pod: "checkout-5d8f7c-x2k8p",
  container: "app",
  containerKind: "container",
  image: "ghcr.io/shop/checkout:2.4.1",
};
export const withFacts = (facts: CauseFacts): CauseContext => ({ ...shop, facts: { ...shop.facts, ...facts } });
export const commands = (id: CauseId, context: CauseContext): readonly string[] =>
  causes[id].fixes(context).flatMap(({ command }) => (command === undefined ? [] : [command]));
