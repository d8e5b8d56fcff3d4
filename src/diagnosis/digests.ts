import { parseImageReference } from "./image-reference.ts";
import { isIndex, type Found } from "./registry-view.ts";

/**
 * What `status.imageID` names. Runtimes write it in several forms: `repo@sha256:…` (the digest of the index or of the node's manifest),
 * `docker-pullable://repo@sha256:…`, and `docker://sha256:…` or a bare `sha256:…`, which are digests of the config.
 */
export interface RunningDigest {
  readonly digest: string;
  readonly form: "manifest" | "config";
  /** Null where none is written. */
  readonly repository: string | null;
}

/** Null for a form that is not known. */
export function readImageId(imageId: string): RunningDigest | null {
  const text = imageId.replace(/^docker(?:-pullable)?:\/\//, "");
  const at = text.lastIndexOf("@");
  const digest = text.slice(at + 1);
  if (!/^sha(?:256:[a-f0-9]{64}|512:[a-f0-9]{128})$/.test(digest)) return null;
  if (at < 0) return { digest, form: "config", repository: null };
  const reference = parseImageReference(text.slice(0, at));
  return { digest, form: "manifest", repository: reference.ok ? reference.value.repository : null };
}

/** What a tag means now: the same image has up to three digests. */
export interface Meaning {
  readonly index: string;
  readonly all: ReadonlySet<string>;
  /** The node's manifest is known: else an imageID may be its digest. */
  readonly hasManifest: boolean;
  readonly hasConfig: boolean;
}

export function meaningOf(found: Found): Meaning {
  const { digest, forNode } = found;
  const all = [digest, forNode?.digest ?? null, forNode?.config ?? null].filter((each) => each !== null);
  return {
    index: digest,
    all: new Set(all),
    hasManifest: !isIndex(found) || forNode !== null,
    hasConfig: forNode !== null && forNode.config !== null,
  };
}

/** Whether what runs is what the tag means now; `unknown`, with the reason, where the form cannot be mapped. */
export type Comparison =
  | { readonly kind: "same" }
  | { readonly kind: "other"; readonly digest: string }
  | { readonly kind: "unknown"; readonly why: string };

export function compareDigests(imageId: string, repository: string, meaning: Meaning): Comparison {
  const running = readImageId(imageId);
  const unknown = (why: string): Comparison => ({ kind: "unknown", why });
  if (running === null) return unknown("the runtime writes its image in a form that is not known");
  if (meaning.all.has(running.digest)) return { kind: "same" };
  if (running.form === "config")
    return meaning.hasConfig
      ? { kind: "other", digest: running.digest }
      : unknown("the runtime names its image by the digest of the config, which the registry did not show");
  if (!meaning.hasManifest)
    return unknown("the runtime may name the manifest of its own platform, which the registry did not show");
  if (running.repository !== null && running.repository !== repository)
    return unknown("the runtime names its image after another repository, where it may have another digest");
  return meaning.hasConfig
    ? { kind: "other", digest: running.digest }
    : unknown("the runtime's digest may be that of the config, which the registry did not show");
}

/** `sha256:1a2b3c4d5e6f`: enough to tell two apart. */
export const shortDigest = (digest: string): string => digest.slice(0, digest.indexOf(":") + 13);
