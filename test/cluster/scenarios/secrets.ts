import type { Manifest } from "../kubernetes.ts";

export interface Login {
  readonly user: string;
  readonly password: string;
}

const base64 = (text: string): string => Buffer.from(text).toString("base64");

const secret = (name: string, type: string, content: unknown): Manifest => ({
  apiVersion: "v1",
  kind: "Secret",
  metadata: { name },
  type,
  data: { ".dockerconfigjson": base64(JSON.stringify(content)) },
});

const dockerConfig = "kubernetes.io/dockerconfigjson";

/** A pull secret as `kubectl create secret docker-registry` writes it. */
export const pullSecret = (name: string, registry: string, { user, password }: Login, type = dockerConfig): Manifest =>
  secret(name, type, { auths: { [registry]: { username: user, password, auth: base64(`${user}:${password}`) } } });

/** The API server checks that the content is JSON, and never looks into `auth`. */
export const brokenPullSecret = (name: string, registry: string): Manifest =>
  secret(name, dockerConfig, { auths: { [registry]: { auth: "%%not base64%%" } } });
