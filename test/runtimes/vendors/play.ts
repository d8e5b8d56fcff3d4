import type { IncomingMessage, ServerResponse } from "node:http";
import { azure, ecr, google } from "./clouds.ts";
import { community, ghcr, hub, quay } from "./public.ts";
import { gitlab, harbor } from "./self-hosted.ts";
import { pull, type Reply, says, type Vendor } from "./vendor.ts";

export const vendors: readonly Vendor[] = [hub, ghcr, quay, ecr, google, azure, gitlab, harbor, community];

/** Hosts of a vendor's token server that are not the registry's. */
export const realmOf = ({ challenge }: Vendor): URL | null => {
  const realm = /^Bearer realm="([^"]+)"/.exec(challenge)?.[1];
  return realm === undefined ? null : new URL(realm);
};

function send(response: ServerResponse, { status, body, headers = {} }: Reply): void {
  const text = typeof body === "string" ? body : JSON.stringify(body);
  const kind = typeof body === "string" ? (body.startsWith("<") ? "text/html" : "text/plain") : "application/json";
  const { error: _, ...sent } = headers;
  response.writeHead(status, { "content-type": kind, "content-length": Buffer.byteLength(text), ...sent });
  response.end(text);
}

/** Plays a vendor: its token server and its registry. */
export function play(vendor: Vendor): (request: IncomingMessage, response: ServerResponse) => void {
  const byRepository = new Map(vendor.cases.map((one) => [one.repository, one]));
  const realm = realmOf(vendor);
  return (request, response) => {
    const url = new URL(request.url ?? "/", "https://registry.invalid");
    if (url.pathname === realm?.pathname) {
      if (request.method !== "GET") return send(response, says(404, "UNSUPPORTED", "no such endpoint"));
      const repository = /^repository:(.+):/.exec(url.searchParams.get("scope") ?? "")?.[1] ?? "";
      const token = { status: 200, body: { token: "t", access_token: "t", expires_in: 300 } };
      return send(response, byRepository.get(repository)?.token ?? token);
    }
    const repository = /^\/v2\/(.+)\/(?:manifests|blobs)\//.exec(url.pathname)?.[1] ?? "";
    const asked = request.headers.authorization !== undefined;
    const reply =
      byRepository.get(repository)?.manifest ?? says(404, "NAME_UNKNOWN", "repository name not known to registry");
    const error = reply.headers?.["error"];
    const scope = repository === "" || realm === null ? "" : `,scope="repository:${repository}:pull"`;
    const challenge = `${vendor.challenge}${scope}${asked && error !== undefined ? `,error="${error}"` : ""}`;
    response.setHeader("docker-distribution-api-version", "registry/2.0");
    if (vendor.challenge !== "" && (!asked || reply.status === 401)) response.setHeader("www-authenticate", challenge);
    if (vendor.challenge === "" || asked) return send(response, repository === "" ? { status: 200, body: {} } : reply);
    const unasked =
      realm === null
        ? reply
        : says(401, "UNAUTHORIZED", "authentication required", repository === "" ? null : pull(repository));
    return send(
      response,
      reply.status === 401 || realm !== null ? unasked : says(401, "UNAUTHORIZED", "authentication required"),
    );
  };
}
