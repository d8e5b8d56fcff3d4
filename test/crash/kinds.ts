import * as z from "zod";

/** A request of the bot, as it passes. */
export interface Passing {
  readonly method: string;
  /** With its query. */
  readonly url: string;
  readonly body: string;
}

const verbs: Readonly<Record<string, string>> = { POST: "create", PUT: "update", PATCH: "patch", DELETE: "delete" };
const status = z.object({ status: z.object({ phase: z.string() }) });

/** What a write to the API server is; null for what changes nothing. */
export function kindAtApiServer({ method, url, body }: Passing): string | null {
  const path = url.replace(/\?.*$/u, "");
  const verb = verbs[method];
  const isReview = /^\/apis\/auth(orization|entication)\.k8s\.io\//u.test(path);
  if (verb === undefined || isReview || url.includes("dryRun=All") || /"dryRun":\s*\["All"\]/u.test(body)) return null;
  const [, resource = path, subresource] = /\/namespaces\/[^/]+\/([^/]+)(?:\/[^/]+(?:\/([^/]+))?)?$/u.exec(path) ?? [];
  if (resource === "repullrequests" && subresource === "status")
    return `status ${status.safeParse(parsed(body)).data?.status.phase ?? "without a phase"}`;
  return `${verb} ${resource}${subresource === undefined ? "" : `/${subresource}`}`;
}

const parsed = (body: string): unknown => {
  try {
    return JSON.parse(body);
  } catch {
    return null;
  }
};

const seen = /^(?:chat\.|views\.)(?!getPermalink)/u;

/** What a call to Slack is that somebody sees; null for what only reads. */
export function kindAtSlack({ method, url }: Passing): string | null {
  const [, place, name = ""] = url.replace(/\?.*$/u, "").split("/");
  if (method !== "POST") return null;
  if (place !== "api") return "response_url";
  return seen.test(name) ? name : null;
}
