import { type Login, readDockerConfig } from "../diagnosis/docker-config.ts";
import type { ImageReference } from "../diagnosis/image-reference.ts";
import { type DockerConfig, type PullSecret, type SecretEntry, keyringOf, lookupFails } from "../diagnosis/keyring.ts";
import { Credential } from "./credential.ts";
import type { Offer } from "./registry.ts";

/** An entry of a pull secret with its login sealed; null where it holds none that the kubelet would send. */
export type SealedEntry = SecretEntry & { readonly credential: Credential | null };

/** Opens a pull secret for the registry alone: what it returns shows nothing that evidence would not. `data` is `Secret.data`. */
export const sealPullSecret = (type: string, data: Readonly<Record<string, string>>): DockerConfig<SealedEntry> =>
  readDockerConfig(type, data, (shown, login) => ({ ...shown, credential: seal(login) }));

/**
 * Of an entry the kubelet takes user and password alone (`DockerConfigEntry`, pkg/credentialprovider/config.go, 1.34): one that holds only a
 * token fits too, and the registry is asked with nothing.
 */
const seal = ({ username, password }: Login): Credential | null =>
  username === "" || password === "" ? null : new Credential(username, password);

const anonymous = (byKubelet: boolean): Offer => ({ source: { kind: "anonymous" }, credential: null, byKubelet });

/**
 * What a registry is offered for an image: the pod's own secrets by the kubelet's rules, and last an anonymous try where the kubelet would
 * make none. `secrets` are in the pod's order; null where one could not be read, for then nobody knows what the kubelet would send.
 */
export function offersOf(
  secrets: readonly PullSecret<SealedEntry>[] | null,
): (reference: ImageReference) => readonly Offer[] {
  if (secrets === null || lookupFails(secrets) !== null) return () => [anonymous(false)];
  const keyring = keyringOf(secrets);
  return (reference) => {
    const matching = keyring(reference);
    if (matching.length === 0) return [anonymous(true)];
    const offers = matching.map(({ secret, key, username, credential }): Offer => ({
      source: { kind: "secret", secret, key, username },
      credential,
      byKubelet: true,
    }));
    return [...offers, anonymous(false)];
  };
}
