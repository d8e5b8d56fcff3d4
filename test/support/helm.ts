import { gzipSync } from "node:zlib";
import type { KubeObject } from "./fake-api.ts";

/** `data.release` as Helm writes it, and the API server gives it. */
export const packed = (release: unknown): string =>
  Buffer.from(gzipSync(JSON.stringify(release)).toString("base64")).toString("base64");

/** The secret of one revision of a release. */
export const releaseOf = (
  name: string,
  manifest: string,
  { namespace = "shop", version = 1, status = "deployed" } = {},
): KubeObject => ({
  kind: "Secret",
  metadata: {
    name: `sh.helm.release.v1.${name}.v${version}`,
    namespace,
    uid: `uid-${name}-${version}`,
    creationTimestamp: "2026-11-24T10:00:00Z",
    labels: { owner: "helm", name, status, version: String(version) },
  },
  type: "helm.sh/release.v1",
  data: { release: packed({ name, manifest, config: { password: "canary-values" } }) },
});
