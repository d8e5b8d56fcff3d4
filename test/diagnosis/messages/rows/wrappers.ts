import type { CauseId } from "../../../../src/diagnosis/causes/catalogue.ts";
import type { Confidence } from "../../../../src/diagnosis/diagnosis.ts";

/** A message and what it says. The comment before a row names the source of its words: runtime, version and file, or a recording. */
export type Row = readonly [cause: CauseId, confidence: Confidence, message: string];

export const digest = `sha256:${"5d".repeat(32)}`;
export const other = `sha256:${"7a".repeat(32)}`;
export const image = "ghcr.io/shop/checkout:2.4.1";

/** What containerd puts around an error while it resolves a reference, and the kubelet before that. */
export const resolving = (error: string, ref = image): string =>
  `Failed to pull image "${ref}": rpc error: code = Unknown desc = failed to pull and unpack image "${ref}": failed to resolve reference "${ref}": ${error}`;
/** What containerd puts around an error while it fetches. */
export const fetching = (error: string, ref = image): string =>
  `Failed to pull image "${ref}": rpc error: code = Unknown desc = failed to pull and unpack image "${ref}": ${error}`;
/** The same from containerd 2.1 on, where the transfer service pulls. */
export const transferring = (error: string, ref = image): string =>
  `Failed to pull image "${ref}": failed to pull and unpack image "${ref}": failed to resolve image: ${error}`;
export const crio = (error: string, ref = image): string =>
  `Failed to pull image "${ref}": rpc error: code = Unknown desc = ${error}`;
export const docker = (error: string, ref = image): string =>
  `Failed to pull image "${ref}": rpc error: code = Unknown desc = Error response from daemon: ${error}`;
