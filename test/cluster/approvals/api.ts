import { readFileSync } from "node:fs";
import https from "node:https";
import { type Cluster } from "../cluster.ts";

/** Somebody whom the API server knows: impersonated by the administrator, or with a token of their own. */
export type Who =
  | { readonly name: string; readonly groups?: readonly string[] }
  | { readonly name: string; readonly token: string };

export interface Call {
  readonly as: Who;
  readonly method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  readonly path: string;
  readonly body?: unknown;
  /** The body's `Content-Type`. */
  readonly type?: string;
}

export interface Reply {
  readonly status: number;
  /** The API server's own words where it refuses. */
  readonly message: string;
  readonly body: unknown;
}

export interface Api {
  call(call: Call): Promise<Reply>;
  close(): void;
}

export const patches = {
  merge: "application/merge-patch+json",
  json: "application/json-patch+json",
  apply: "application/apply-patch+yaml",
} as const;

/** The API server's own answers, without a client between that would drop or add a word. */
export function openApi(cluster: Cluster): Api {
  const ca = readFileSync(cluster.certificateAuthority);
  const agent = new https.Agent({ ca, keepAlive: true, maxSockets: 4 });
  const admin = cluster.tokens["admin"] ?? "";
  const loginOf = (who: Who): Record<string, string | readonly string[]> => {
    if ("token" in who) return { authorization: `Bearer ${who.token}` };
    const impersonated = { "impersonate-user": who.name, ...(who.groups ? { "impersonate-group": who.groups } : {}) };
    return { authorization: `Bearer ${admin}`, ...impersonated };
  };
  return {
    call: ({ as, method, path, body, type = "application/json" }) =>
      new Promise((resolve, reject) => {
        const text = body === undefined ? undefined : JSON.stringify(body);
        const headers = {
          accept: "application/json",
          ...loginOf(as),
          ...(text === undefined ? {} : { "content-type": type, "content-length": Buffer.byteLength(text) }),
        };
        const request = https.request(new URL(path, cluster.server), { agent, method, headers }, (response) => {
          let answer = "";
          response.setEncoding("utf8").on("data", (chunk: string) => (answer += chunk));
          response.on("end", () => resolve(replyOf(response.statusCode ?? 0, answer)));
        });
        request.on("error", reject);
        request.end(text);
      }),
    close: () => agent.destroy(),
  };
}

function replyOf(status: number, answer: string): Reply {
  try {
    const body = JSON.parse(answer) as { message?: string };
    return { status, message: status < 300 ? "" : (body.message ?? ""), body };
  } catch {
    return { status, message: answer.trim(), body: null };
  }
}

/** What has to be let through: its answer, or an error that names it. */
export async function must<T>(api: Api, call: Call): Promise<T> {
  const { status, message, body } = await api.call(call);
  if (status >= 300) throw new Error(`${call.as.name}: ${call.method} ${call.path} answers ${status}: ${message}`);
  return body as T;
}

/** Runs tasks, a few at a time, and answers in their order. */
export async function inTurn<T, R>(items: readonly T[], atOnce: number, run: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = Array.from({ length: items.length });
  let next = 0;
  const work = async (): Promise<void> => {
    for (let index = next++; index < items.length; index = next++) {
      const item = items[index];
      if (item !== undefined) results[index] = await run(item);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, work));
  return results;
}
