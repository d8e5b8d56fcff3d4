import type { Image } from "./images.ts";

export interface Destination {
  /** host:port of a registry that speaks plain HTTP. */
  readonly registry: string;
  readonly repository: string;
  readonly tag: string;
  readonly credentials?: { readonly user: string; readonly password: string };
  /** Instead of credentials: the header that carries what a token server has given. */
  readonly authorization?: string;
}

/** Pushes an image to a real registry, blob by blob. */
export async function push(image: Image, destination: Destination): Promise<void> {
  const {
    registry,
    repository,
    tag,
    credentials,
    authorization = credentials && basicHeader(credentials),
  } = destination;
  const base = `http://${registry}/v2/${repository}`;
  const send = async (
    method: string,
    url: string | URL,
    body?: Buffer,
    type = "application/octet-stream",
  ): Promise<Response> => {
    const response = await fetch(url, {
      method,
      headers: { ...(authorization && { authorization }), "content-type": type },
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

export const basicHeader = ({ user, password }: { readonly user: string; readonly password: string }): string =>
  `Basic ${Buffer.from(`${user}:${password}`).toString("base64")}`;
