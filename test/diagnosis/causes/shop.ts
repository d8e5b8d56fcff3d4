import { causes } from "../../../src/diagnosis/causes/index.ts";
import type { CauseId } from "../../../src/diagnosis/causes/catalogue.ts";
import type { CauseContext } from "../../../src/diagnosis/causes/cause.ts";
import type { CauseFacts } from "../../../src/diagnosis/diagnosis.ts";
import type { Repullable } from "../../../src/diagnosis/repullable.ts";

/** A Deployment in namespace shop that fails, and that could not be read: which re-pulls are for it is not known. */
export const shop: CauseContext = {
  facts: { registry: "ghcr.io", repository: "ghcr.io/shop/checkout", tag: "2.4.1" },
  target: { cluster: "prod", namespace: "shop", kind: "Deployment", name: "checkout" },
  workload: { kind: "Deployment", name: "checkout" },
  pod: "checkout-5d8f7c-x2k8p",
  container: "app",
  containerKind: "container",
  image: "ghcr.io/shop/checkout:2.4.1",
  repull: null,
};
export const withFacts = (facts: CauseFacts): CauseContext => ({ ...shop, facts: { ...shop.facts, ...facts } });
export const commands = (id: CauseId, context: CauseContext): readonly string[] =>
  causes[id].fixes(context).flatMap(({ command }) => (command === undefined ? [] : [command]));

export const app: Repullable["containers"][number] = {
  name: "app",
  image: "ghcr.io/shop/checkout:2.4.1",
  policy: "IfNotPresent",
  isInit: false,
  isInjected: false,
};

/** The same, read: nothing stands in the way of a re-pull until a row says so. `kind` and `name` are the workload's. */
export function readShop(over: Partial<Repullable> = {}, facts: CauseFacts = {}): CauseContext {
  const { kind = "Deployment", name = "checkout" } = over;
  const repull: Repullable = {
    kind,
    name,
    containers: [app],
    pods: [{ name: "checkout-5d8f7c-x2k8p", waits: true }],
    hasPod: true,
    keeper: null,
    maker: null,
    origin: "workload",
    isPaused: false,
    isHeld: false,
    isOnDelete: false,
    ...over,
  };
  return { ...withFacts(facts), workload: { kind, name }, repull };
}
