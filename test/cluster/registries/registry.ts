import type { IncomingMessage, ServerResponse } from "node:http";
import { behaviours, refuse, tokenFor, type Ask, type BehaviourName } from "./behaviours.ts";
import { kinds, type Blob, type Image, type ImageKind } from "./images.ts";

export interface Repository {
  readonly name: string;
  readonly behaviour: BehaviourName;
  /** What each tag holds; a tag that is not here does not exist. */
  readonly tags: Readonly<Record<string, ImageKind>>;
}

interface Shelf {
  readonly name: string;
  readonly behaviour: BehaviourName;
  readonly tags: ReadonlyMap<string, Image>;
}

const credentialsOf = (request: IncomingMessage, scheme: string): string | null => {
  const [name = "", value] = (request.headers.authorization ?? "").split(" ", 2);
  return name.toLowerCase() === scheme && value !== undefined ? Buffer.from(value, "base64").toString() : null;
};

/** A registry that treats each repository as it is told to: a request handler for any number of servers, and the way to tell it. */
export class MisbehavingRegistry {
  readonly #shelves = new Map<string, Shelf>();

  put({ name, behaviour, tags }: Repository): void {
    // The repository's name salts the image: no two share a layer that the node may keep.
    const images = Object.entries(tags).map(([tag, kind]) => [tag, kinds[kind](`${name}:${tag}`)] as const);
    this.#shelves.set(name, { name, behaviour, tags: new Map(images) });
  }

  readonly handle = (request: IncomingMessage, response: ServerResponse): void => {
    const scheme = "encrypted" in request.socket ? "https" : "http";
    const origin = `${scheme}://${request.headers.host ?? "localhost"}`;
    const url = new URL(request.url ?? "/", origin);
    response.setHeader("docker-distribution-api-version", "registry/2.0");
    if (url.pathname === "/token") return this.#token(request, response, url);
    if (url.pathname === "/v2/") return void response.writeHead(200, { "content-type": "application/json" }).end("{}");

    const path = /^\/v2\/(?<name>.+)\/(?<kind>manifests|blobs|tags)\/(?<reference>[^/]+)$/.exec(url.pathname)?.groups;
    if (path === undefined) return refuse(response, 404, "UNSUPPORTED", "no such endpoint");
    const name = path["name"] ?? "";
    const reference = path["reference"] ?? "";
    const shelf = this.#shelves.get(name);
    if (shelf === undefined) return refuse(response, 404, "NAME_UNKNOWN", "repository name not known to registry");
    const kind = ({ manifests: "manifest", blobs: "blob", tags: "tags" } as const)[
      path["kind"] as "manifests" | "blobs" | "tags"
    ];
    const ask: Ask = {
      repository: name,
      kind,
      reference,
      origin,
      response,
      head: request.method === "HEAD",
      basic: credentialsOf(request, "basic"),
      bearer: credentialsOf(request, "bearer"),
      content: find(shelf, kind, reference),
    };
    behaviours[shelf.behaviour](ask, answer);
  };

  #token(request: IncomingMessage, response: ServerResponse, url: URL): void {
    // Clients that try OAuth's POST first fall back to GET where there is none.
    if (request.method !== "GET") return refuse(response, 404, "UNSUPPORTED", "no such endpoint");
    const repository = /^repository:(.+):/.exec(url.searchParams.get("scope") ?? "")?.[1] ?? "";
    const found = tokenFor(
      this.#shelves.get(repository)?.behaviour ?? "bearer",
      repository,
      credentialsOf(request, "basic"),
    );
    if ("status" in found) return refuse(response, found.status, found.code, found.message);
    const token = Buffer.from(found.token).toString("base64");
    response.writeHead(200, { "content-type": "application/json" });
    response.end(JSON.stringify({ token, access_token: token, expires_in: 300, issued_at: new Date().toISOString() }));
  }
}

function find({ name, tags }: Shelf, kind: Ask["kind"], reference: string): Blob | null {
  if (kind === "tags") {
    const bytes = Buffer.from(JSON.stringify({ name, tags: [...tags.keys()].toSorted() }));
    return { digest: "", mediaType: "application/json", bytes };
  }
  const images = [...tags.values()];
  if (kind === "blob") return images.flatMap(({ blobs }) => blobs).find(({ digest }) => digest === reference) ?? null;
  return (
    tags.get(reference)?.manifest ??
    images.flatMap(({ manifest, manifests }) => [manifest, ...manifests]).find(({ digest }) => digest === reference) ??
    null
  );
}

/** What a registry that works does. */
function answer({ kind, reference, head, response, content }: Ask): void {
  if (content === null) {
    return kind === "manifest"
      ? refuse(response, 404, "MANIFEST_UNKNOWN", `manifest unknown to registry: ${reference}`)
      : refuse(response, 404, "BLOB_UNKNOWN", "blob unknown to registry");
  }
  response.writeHead(200, {
    "content-type": kind === "blob" ? "application/octet-stream" : content.mediaType,
    "content-length": content.bytes.length,
    ...(content.digest && { "docker-content-digest": content.digest }),
  });
  response.end(head ? undefined : content.bytes);
}
