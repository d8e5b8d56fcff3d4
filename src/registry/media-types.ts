export const schema1 = [
  "application/vnd.docker.distribution.manifest.v1+prettyjws",
  "application/vnd.docker.distribution.manifest.v1+json",
];
export const indexes = [
  "application/vnd.oci.image.index.v1+json",
  "application/vnd.docker.distribution.manifest.list.v2+json",
];
export const manifests = [
  "application/vnd.oci.image.manifest.v1+json",
  "application/vnd.docker.distribution.manifest.v2+json",
];
export const imageConfigs = [
  "application/vnd.oci.image.config.v1+json",
  "application/vnd.docker.container.image.v1+json",
];

/** Schema 1 too, so that it can be named: without it a registry answers that the manifest is unknown. */
export const acceptManifests = [...indexes, ...manifests, ...schema1].join(", ");

/** The type of a `Content-Type` header, without its parameters; empty where there is none that could be one. */
export function mediaTypeOf(header: string | undefined): string {
  const [type = ""] = (header ?? "").split(";");
  const clean = type.trim().toLowerCase();
  return /^[\w.+/-]{3,120}$/.test(clean) ? clean : "";
}
