import type { IncomingMessage, ServerResponse } from "node:http";

/** By repository: what a registry says to who wants to push. */
export const refusedPushes = {
  "push/unauthorized": [401, "UNAUTHORIZED", "authentication required"],
  "push/denied": [403, "DENIED", "requested access to the resource is denied"],
  "push/absent": [404, "NAME_UNKNOWN", "repository name not known to registry"],
  "push/limited": [429, "TOOMANYREQUESTS", "too many requests"],
  "push/broken": [500, "UNKNOWN", "unknown error"],
  "push/quota": [
    412,
    "DENIED",
    "adding 5 MiB of storage resource, which when updated to 20 MiB will exceed the configured upper limit of 15 MiB",
  ],
  "push/immutable": [
    400,
    "TAG_INVALID",
    "The image tag '1.0.0' already exists in the 'push/immutable' repository and cannot be overwritten because the repository is immutable",
  ],
} as const;

/** Answers what belongs to a push; false: it is something else. */
export function pushes(request: IncomingMessage, response: ServerResponse): boolean {
  const path = request.url ?? "";
  const name = /^\/v2\/(push\/[a-z]+)\/(?:blobs|manifests)\//.exec(path)?.[1];
  if (name === undefined) return false;
  const [status, code, message] = refusedPushes[name as keyof typeof refusedPushes] ?? refusedPushes["push/denied"];
  // Nothing is there yet: clients ask before they send.
  const asks = request.method === "HEAD" || request.method === "GET";
  const headers: Record<string, string> = { "content-type": "application/json" };
  if (status === 401) headers["www-authenticate"] = 'Basic realm="registry"';
  response.writeHead(asks && status !== 401 ? 404 : status, headers);
  request.resume();
  response.end(
    request.method === "HEAD"
      ? undefined
      : JSON.stringify({ errors: [{ code: asks && status !== 401 ? "NAME_UNKNOWN" : code, message, detail: null }] }),
  );
  return true;
}
