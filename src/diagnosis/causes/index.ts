import type { CauseId } from "./catalogue.ts";
import type { Cause } from "./cause.ts";
import { authMissing } from "./auth-missing.ts";
import { authRejected } from "./auth-rejected.ts";
import { backoffOnly } from "./backoff-only.ts";
import { diskFull } from "./disk-full.ts";
import { healthy } from "./healthy.ts";
import { imageNotFound } from "./image-not-found.ts";
import { imageNotFoundOrAuth } from "./image-not-found-or-auth.ts";
import { invalidReference } from "./invalid-reference.ts";
import { layerCorrupt } from "./layer-corrupt.ts";
import { mirrorOrProxyMisconfigured } from "./mirror-or-proxy-misconfigured.ts";
import { neverPolicy } from "./never-policy.ts";
import { nodeNotReady } from "./node-not-ready.ts";
import { notAnImagePullFailure } from "./not-an-image-pull-failure.ts";
import { permissionDeniedOnNode } from "./permission-denied-on-node.ts";
import { platformMismatch } from "./platform-mismatch.ts";
import { policyMisplaced } from "./policy-misplaced.ts";
import { pullDeadline } from "./pull-deadline.ts";
import { pullQueued } from "./pull-queued.ts";
import { pullSecretMalformed } from "./pull-secret-malformed.ts";
import { pullSecretMissing } from "./pull-secret-missing.ts";
import { pullSecretWrongRegistry } from "./pull-secret-wrong-registry.ts";
import { pullThrottledByKubelet } from "./pull-throttled-by-kubelet.ts";
import { rateLimited } from "./rate-limited.ts";
import { registryDns } from "./registry-dns.ts";
import { registryPlainHttp } from "./registry-plain-http.ts";
import { registryServerError } from "./registry-server-error.ts";
import { registryTls } from "./registry-tls.ts";
import { registryUnreachable } from "./registry-unreachable.ts";
import { runtimeDown } from "./runtime-down.ts";
import { sandboxImage } from "./sandbox-image.ts";
import { shortName } from "./short-name.ts";
import { signatureRejected } from "./signature-rejected.ts";
import { slowPull } from "./slow-pull.ts";
import { staleImage } from "./stale-image.ts";
import { undetermined } from "./undetermined.ts";
import { unsupportedManifest } from "./unsupported-manifest.ts";

/** The catalogue: every cause by its id. */
export const causes: { readonly [Id in CauseId]: Cause } = {
  "image-not-found": imageNotFound,
  "auth-missing": authMissing,
  "auth-rejected": authRejected,
  "image-not-found-or-auth": imageNotFoundOrAuth,
  "pull-secret-missing": pullSecretMissing,
  "pull-secret-wrong-registry": pullSecretWrongRegistry,
  "pull-secret-malformed": pullSecretMalformed,
  "rate-limited": rateLimited,
  "registry-dns": registryDns,
  "registry-unreachable": registryUnreachable,
  "registry-tls": registryTls,
  "registry-plain-http": registryPlainHttp,
  "registry-server-error": registryServerError,
  "mirror-or-proxy-misconfigured": mirrorOrProxyMisconfigured,
  "platform-mismatch": platformMismatch,
  "unsupported-manifest": unsupportedManifest,
  "layer-corrupt": layerCorrupt,
  "disk-full": diskFull,
  "permission-denied-on-node": permissionDeniedOnNode,
  "pull-deadline": pullDeadline,
  "pull-throttled-by-kubelet": pullThrottledByKubelet,
  "pull-queued": pullQueued,
  "slow-pull": slowPull,
  "signature-rejected": signatureRejected,
  "sandbox-image": sandboxImage,
  "runtime-down": runtimeDown,
  "node-not-ready": nodeNotReady,
  "never-policy": neverPolicy,
  "invalid-reference": invalidReference,
  "short-name": shortName,
  "policy-misplaced": policyMisplaced,
  "stale-image": staleImage,
  "backoff-only": backoffOnly,
  undetermined: undetermined,
  "not-an-image-pull-failure": notAnImagePullFailure,
  healthy: healthy,
};
