import { gzipSync } from "node:zlib";
import { hexadecimal } from "../random.ts";
import type { KubeObject } from "./store.ts";

/** A pull secret: one entry of a docker config, as `kubectl create secret docker-registry` writes it. */
export function pullSecret(namespace: string, name: string, host: string, user: string, password: string): KubeObject {
  const auth = Buffer.from(`${user}:${password}`).toString("base64");
  const config = JSON.stringify({ auths: { [host]: { username: user, password, auth } } });
  return {
    apiVersion: "v1",
    kind: "Secret",
    metadata: { name, namespace },
    type: "kubernetes.io/dockerconfigjson",
    data: { ".dockerconfigjson": Buffer.from(config).toString("base64") },
  };
}

/** A password for accounts that exist only while the playground runs. */
export const password = (random: () => number): string => hexadecimal(random, 32);

/** Amazon's: base64 of JSON that says itself when it ends, 12 hours after it was made. */
export const ecrPassword = (random: () => number, madeAt: Date): string => {
  const token = { payload: hexadecimal(random, 64), datakey: hexadecimal(random, 64), version: "2", type: "DATA_KEY" };
  const expiration = Math.floor(madeAt.getTime() / 1000) + 43_200;
  return Buffer.from(JSON.stringify({ ...token, expiration })).toString("base64");
};

export interface Release {
  readonly name: string;
  readonly namespace: string;
  readonly chart: string;
  readonly chartVersion: string;
  /** What Helm rendered and applied. */
  readonly manifest: string;
}

/**
 * What Helm keeps of a release that it installed: JSON, gzip, base64, in a Secret, whose values are base64 again. Source: helm
 * pkg/storage/driver/secrets.go and util.go, pkg/release/release.go.
 */
export function releaseSecret({ name, namespace, chart, chartVersion, manifest }: Release, at: Date): KubeObject {
  const time = at.toISOString();
  const release = {
    name,
    info: {
      first_deployed: time,
      last_deployed: time,
      deleted: "",
      description: "Install complete",
      status: "deployed",
    },
    chart: {
      metadata: { name: chart, version: chartVersion, apiVersion: "v2", type: "application" },
      lock: null,
      templates: [],
      values: {},
      schema: null,
      files: null,
    },
    config: {},
    manifest,
    version: 1,
    namespace,
  };
  const packed = gzipSync(JSON.stringify(release)).toString("base64");
  const modifiedAt = String(Math.floor(at.getTime() / 1000));
  return {
    apiVersion: "v1",
    kind: "Secret",
    metadata: {
      name: `sh.helm.release.v1.${name}.v1`,
      namespace,
      labels: { modifiedAt, name, owner: "helm", status: "deployed", version: "1" },
    },
    type: "helm.sh/release.v1",
    data: { release: Buffer.from(packed).toString("base64") },
  };
}
