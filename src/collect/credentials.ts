import { secret, serviceAccount } from "../cluster/objects.ts";
import { parseDockerConfig } from "../diagnosis/docker-config.ts";
import type { Evidence, PodEvidence } from "../diagnosis/evidence.ts";
import type { ImageReference } from "../diagnosis/image-reference.ts";
import { type PullSecret, keyringOf } from "../diagnosis/keyring.ts";
import { type SealedEntry, sealPullSecret } from "../registry/pull-secret.ts";
import type { Reads } from "./reads.ts";

/** Pull secrets in the pod's order, with what the registry alone can open; null where one could not be read. */
export type SealedSecrets = readonly PullSecret<SealedEntry>[] | null;

/** The pod's own pull secrets: the only ones that the kubelet uses. */
interface OwnSecrets {
  readonly evidence: Evidence["secrets"];
  readonly sealed: SealedSecrets;
}

/** A secret that does not exist is passed over, as the kubelet does. */
export async function ownSecrets(reads: Reads, { namespace, imagePullSecrets }: PodEvidence): Promise<OwnSecrets> {
  const all = await Promise.all(
    [...new Set(imagePullSecrets)].map(async (name) => {
      const read = await reads.get({ resource: "secrets", namespace, name }, secret(sealPullSecret));
      return read.status === "ok"
        ? {
            evidence: { name, from: "pod" as const, read: { status: "ok" as const, value: read.value.evidence } },
            sealed: [{ name, dockerConfig: read.value.opened }],
          }
        : { evidence: { name, from: "pod" as const, read }, sealed: read.status === "absent" ? [] : null };
    }),
  );
  const sealed = all.flatMap((one) => one.sealed ?? []);
  return {
    evidence: all.map(({ evidence }) => evidence),
    sealed: all.some((one) => one.sealed === null) ? null : sealed,
  };
}

/** Whether a pull secret fits an image; null where not all of them could be read. */
export function fittingSecret(secrets: SealedSecrets): (reference: ImageReference) => boolean | null {
  if (secrets === null) return () => null;
  const keyring = keyringOf(secrets);
  return (reference) => keyring(reference).length > 0;
}

/** The pod's secrets, then those that only its service account lists now. */
export async function collectAccount(
  reads: Reads,
  pod: PodEvidence,
  own: Promise<OwnSecrets>,
): Promise<Pick<Evidence, "serviceAccount" | "secrets">> {
  const { namespace } = pod;
  const account = await reads.get(
    { resource: "serviceaccounts", namespace, name: pod.serviceAccountName },
    serviceAccount,
  );
  const listed = account.status === "ok" ? [...new Set(account.value.imagePullSecrets)] : [];
  const later = await Promise.all(
    listed
      .filter((name) => !pod.imagePullSecrets.includes(name))
      .map(async (name): Promise<Evidence["secrets"][number]> => {
        // The kubelet does not use it, and so no login of it is kept.
        const read = await reads.get({ resource: "secrets", namespace, name }, secret(parseDockerConfig));
        return {
          name,
          from: "service-account",
          read: read.status === "ok" ? { status: "ok", value: read.value.evidence } : read,
        };
      }),
  );
  return { serviceAccount: account, secrets: [...(await own).evidence, ...later] };
}
