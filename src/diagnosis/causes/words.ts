import { code, type Line, type Part, say } from "../say.ts";
import type { CauseContext } from "./cause.ts";

/** Who the headline is about. */
export const subject = ({ workload }: CauseContext): Part => code(workload.name);

/** `checkout` cannot pull `ghcr.io/shop/checkout:2.4.1`. */
export const cannotPull = (context: CauseContext): Line => say`${subject(context)} cannot pull ${image(context)}`;

export const image = ({ image: name }: CauseContext): Part => (name === null ? "its image" : code(name));

/** The registry by name, or `the registry`. */
export const registry = ({ facts }: CauseContext): Part =>
  facts.registry === undefined ? "the registry" : code(facts.registry);

/** The host that was asked: the one that the message names, else the image's registry. */
export const askedHost = ({ facts }: CauseContext): Part => {
  const host = facts.host ?? facts.registry;
  return host === undefined ? "the registry" : code(host);
};

export const node = ({ facts }: CauseContext): Part => (facts.node === undefined ? "its node" : code(facts.node));

/** Pull secrets by name: "pull secret `a`", "pull secrets `a`, `b`". */
export function secrets({ facts }: CauseContext): Line {
  const names = facts.secrets ?? [];
  if (names.length === 0) return say`its pull secret`;
  const list = names.flatMap((name, index): Line => (index === 0 ? [code(name)] : [", ", code(name)]));
  return say`pull secret${names.length > 1 ? "s" : ""} ${list}`;
}

/** Host names of which pull secrets hold entries, in a list. */
export const hosts = (names: readonly string[]): Line =>
  names.flatMap((name, index): Line => (index === 0 ? [code(name)] : [", ", code(name)]));
