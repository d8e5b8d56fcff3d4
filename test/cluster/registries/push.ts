import type { Image } from "./images.ts";

export interface Destination {
  /** host:port of a registry that speaks plain HTTP. */
  readonly registry: string;
  readonly repository: string;
  readonly tag: string;
  readonly credentials?: { readonly user: string; readonly password: string };
}

/** Pushes an image to a real registry, blob by blob. */
export async function push(image: Image, { registry, repository, tag, credentials }: Destination): Promise<void> {
  const base = `http://${registry}/v2/${repository}`;
  const authorization = credentials && {
    authorization: `Basic ${Buffer.from(`${credentials.user}:${credentials.password}`).toString("base64")}`,
  };
  const send = async (
    method: string,
    url: string | URL,
    body?: Buffer,
    type = "application/octet-stream",
  ): Promise<Response> => {
    const response = await fetch(url, {
      method,
      headers: { ...authorization, "content-type": type },
      ...(body && { body: new Uint8Array(body) }),
    });
    if (!response.ok) throw new Error(`${method} ${String(url)}: ${response.status} ${await response.text()}`);
    return response;
  };
  for (const { digest, bytes } of image.blobs) {
    const location = (await send("POST", `${base}/blobs/uploads/`)).headers.get("location");
    if (location === null) throw new Error(`${registry} names no place for a blob`);
    const to = new URL(location, base);
    to.searchParams.set("digest", digest);
    await send("PUT", to, bytes);
  }
  for (const manifest of image.manifests)
    await send("PUT", `${base}/manifests/${manifest.digest}`, manifest.bytes, manifest.mediaType);
  await send("PUT", `${base}/manifests/${tag}`, image.manifest.bytes, image.manifest.mediaType);
}
