import * as z from "zod";
import type { ImageReference } from "../../diagnosis/image-reference.ts";
import type { Credential } from "./pull.ts";
import type { KubeObject } from "./store.ts";

const secretSchema = z.object({ data: z.record(z.string(), z.string()) });
const dockerConfig = z.object({
  auths: z.record(
    z.string(),
    z.object({ username: z.string().optional(), password: z.string().optional(), auth: z.string().optional() }),
  ),
});

/**
 * What the simulated kubelet sends for an image: entries of the pod's secrets for the image's host, or its host and a prefix of its
 * path, in reverse order of their keys. Enough for the secrets of the playground's own scene, which hold no wildcards.
 */
export function credentialsFor(image: ImageReference, secrets: readonly KubeObject[]): Credential[] {
  const entries = secrets.flatMap((secret) => entriesOf(secret));
  return entries
    .filter(({ key }) => {
      const plain = key.replace(/^https?:\/\//, "").replace(/\/$/, "");
      return plain === image.domain || image.repository.startsWith(`${plain}/`);
    })
    .toSorted((a, b) => (a.key < b.key ? 1 : -1))
    .map(({ user, password }) => ({ user, password }));
}

function entriesOf(secret: KubeObject): (Credential & { readonly key: string })[] {
  const { data } = secretSchema.parse(secret);
  const text = Buffer.from(data[".dockerconfigjson"] ?? "", "base64").toString("utf8");
  const { auths } = dockerConfig.parse(JSON.parse(text));
  return Object.entries(auths).map(([key, entry]) => {
    const [user = "", ...rest] = Buffer.from(entry.auth ?? "", "base64")
      .toString("utf8")
      .split(":");
    return { key, user: entry.username ?? user, password: entry.password ?? rest.join(":") };
  });
}
