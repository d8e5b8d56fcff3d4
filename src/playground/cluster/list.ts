import * as z from "zod";
import { type Result, failure, success } from "../../diagnosis/result.ts";
import { type Resource, apiVersionOf } from "./resources.ts";
import { parseFieldSelector, parseLabelSelector } from "./selectors.ts";
import { type Failure, badRequest } from "./status.ts";
import type { KubeObject, Store } from "./store.ts";

const continueToken = z.object({ v: z.literal("meta.k8s.io/v1"), rv: z.number(), start: z.string().min(1) });
type Continue = z.infer<typeof continueToken>;

const encode = (token: Continue): string => Buffer.from(JSON.stringify(token)).toString("base64url");

function decode(text: string): Continue | undefined {
  try {
    return continueToken.safeParse(JSON.parse(Buffer.from(text, "base64url").toString("utf8"))).data;
  } catch {
    return undefined;
  }
}

const position = ({ metadata }: KubeObject): string => `${metadata.namespace ?? ""}/${metadata.name}\u0000`;

/** What a client gets that wants names, labels and owners only. */
const metadataOnly = ({ metadata }: KubeObject): Record<string, unknown> => ({
  kind: "PartialObjectMetadata",
  apiVersion: "meta.k8s.io/v1",
  metadata,
});

/** Items of a list of built-in kinds carry no `kind` and no `apiVersion`: the list says it once. Those of custom resources do. */
function bare(object: KubeObject): Record<string, unknown> {
  const { kind: _kind, apiVersion: _apiVersion, ...rest } = object;
  return rest;
}

/** Answers a list: selectors first, then pages. The error is the `Status` for a query that cannot be read. */
export function list(
  store: Store,
  resource: Resource,
  namespace: string | undefined,
  query: URLSearchParams,
  as: "objects" | "metadata",
): Result<Record<string, unknown>, Failure> {
  const labelSelector = query.get("labelSelector") ?? "";
  const fieldSelector = query.get("fieldSelector") ?? "";
  const labels = parseLabelSelector(labelSelector);
  if (!labels.ok) return failure(badRequest(labels.error));
  const fields = parseFieldSelector(resource, fieldSelector);
  if (!fields.ok) return failure(badRequest(fields.error));
  const limitText = query.get("limit") ?? "0";
  const limit = Number(limitText);
  if (!Number.isInteger(limit))
    return failure(badRequest(`strconv.ParseInt: parsing ${JSON.stringify(limitText)}: invalid syntax`));
  const from = query.get("continue") ?? "";
  const token = from === "" ? undefined : decode(from);
  if (from !== "" && token === undefined)
    return failure(badRequest("continue key is not valid: illegal base64 or JSON data"));

  const all = store
    .list(resource, namespace)
    .filter((object) => labels.value(object) && fields.value(object))
    .filter((object) => token === undefined || position(object) > token.start);
  const items = limit > 0 ? all.slice(0, limit) : all;
  const last = items.at(-1);
  const more = all.length - items.length;
  const selected = labelSelector !== "" || fieldSelector !== "";
  return success({
    kind: as === "metadata" ? "PartialObjectMetadataList" : `${resource.kind}List`,
    apiVersion: as === "metadata" ? "meta.k8s.io/v1" : apiVersionOf(resource),
    metadata: {
      resourceVersion: token === undefined ? store.resourceVersion : String(token.rv),
      ...(resource.isCustom === true && as === "objects" ? { continue: "" } : {}),
      ...(more > 0 && last !== undefined
        ? {
            continue: encode({
              v: "meta.k8s.io/v1",
              rv: token?.rv ?? Number(store.resourceVersion),
              start: position(last),
            }),
            // The real server cannot count what a selector has yet to look at.
            ...(selected ? {} : { remainingItemCount: more }),
          }
        : {}),
    },
    items: resource.isCustom === true && as === "objects" ? items : items.map(as === "metadata" ? metadataOnly : bare),
  });
}
