import { findObject, releaseSecret, unpackRelease } from "../cluster/helm-release.ts";
import type { Workload } from "../cluster/objects.ts";
import { readAppliedConfiguration } from "../diagnosis/applied.ts";
import type { OwnerEvidence, Read } from "../diagnosis/evidence.ts";
import { redact } from "../diagnosis/redact.ts";
import { type Reads, found } from "./reads.ts";

interface Release {
  readonly namespace: string;
  readonly name: string;
}

/** Manifests that Helm keeps of what it applied, each release read once for an answer. */
export interface Releases {
  /** Begins to read the release of a workload, or of the Deployment above a ReplicaSet, which hands its annotations down. */
  ahead(workload: Workload): void;
  /** The workload, with Helm's manifest where the object itself keeps none; it says why where that cannot be read. */
  complete(workload: Workload): Promise<OwnerEvidence>;
}

export function releases(reads: Reads): Releases {
  const kept = new Map<string, Promise<Read<string>>>();
  const manifest = (release: Release, namespace: string): Promise<Read<string>> => {
    const key = `${release.namespace}/${release.name}`;
    const read = kept.get(key) ?? readManifest(reads, release, namespace);
    kept.set(key, read);
    return read;
  };
  return {
    ahead(workload) {
      const release = releaseOf(workload);
      // A read never fails but by its value.
      if (release !== null) void manifest(release, workload.namespace);
    },
    async complete(workload) {
      const release = releaseOf(workload);
      if (release === null) return workload.evidence;
      const read = await manifest(release, workload.namespace);
      return { ...workload.evidence, applied: await appliedBy(release, read, workload) };
    },
  };
}

/** Helm marks what is its own. Source: helm v4 pkg/action/validate.go. Null where the object keeps a manifest of its own, or nobody marked it. */
function releaseOf({ metadata: { annotations }, namespace, evidence }: Workload): Release | null {
  const name = annotations?.["meta.helm.sh/release-name"];
  if (evidence.applied.status !== "absent" || name === undefined || !isName.test(name)) return null;
  return { name, namespace: annotations?.["meta.helm.sh/release-namespace"] || namespace };
}

/** What may stand in a label selector without changing it. */
const isName = /^[a-z0-9](?:[a-z0-9.-]{0,51}[a-z0-9])?$/;

/**
 * What was applied last, also by an upgrade that failed or still waits: an image that does not arrive is why it does. Source: helm v4
 * pkg/release/common/status.go.
 */
const applied = "deployed,failed,pending-install,pending-upgrade,pending-rollback";

/** The manifest of the latest revision. A release of a namespace that somebody may not see is not read for them, whatever an annotation says. */
async function readManifest(reads: Reads, release: Release, ownNamespace: string): Promise<Read<string>> {
  const { namespace, name } = release;
  if (!reads.seesAll && namespace !== ownNamespace)
    return { status: "skipped", reason: `namespace ${redact(namespace)} is not looked into` };
  const labelSelector = `owner=helm,name=${name},status in (${applied})`;
  const read = await reads.listSome({ resource: "secrets", namespace, labelSelector }, 1, releaseSecret);
  if (read.status !== "ok") return read;
  const latest = read.value.items.toSorted((a, b) => b.revision - a.revision)[0];
  if (latest === undefined) return { status: "absent", reason: "there is no such release" };
  const unpacked = await unpackRelease(latest.packed);
  return unpacked.ok ? found(unpacked.value) : { status: "failed", reason: unpacked.error.sentence };
}

async function appliedBy(
  release: Release,
  manifest: Read<string>,
  { evidence: { kind, name }, namespace }: Workload,
): Promise<OwnerEvidence["applied"]> {
  const what = `${kind.toLowerCase()} ${name} keeps no manifest as it was applied`;
  const where = `release ${release.name} of Helm in namespace ${redact(release.namespace)}`;
  if (manifest.status !== "ok")
    return { status: manifest.status, reason: `${what}, nor does ${where}: ${manifest.reason}` };
  const object = await findObject(manifest.value, { kind, name, namespace, releaseNamespace: release.namespace });
  if (object === null) return { status: "absent", reason: `${what}, and it does not stand in ${where}` };
  const read = readAppliedConfiguration(object);
  return read.ok ? found(read.value) : { status: "failed", reason: read.error.sentence };
}
