import { readFileSync } from "node:fs";
import type { IncomingMessage } from "node:http";
import { get } from "node:https";
import { createInterface } from "node:readline";
import type { Cluster } from "./cluster.ts";
import type { Pod } from "./kubernetes.ts";

type Change =
  | { readonly type: "ADDED" | "MODIFIED" | "DELETED"; readonly object: Pod }
  | { readonly type: "ERROR"; readonly object: unknown };

function ask(cluster: Cluster, query: string, signal: AbortSignal): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    get(
      `${cluster.server}/api/v1/pods?labelSelector=app&${query}`,
      {
        ca: readFileSync(cluster.certificateAuthority),
        headers: { authorization: `Bearer ${cluster.tokens["admin"] ?? ""}` },
        signal,
      },
      (response) =>
        response.statusCode === 200
          ? resolve(response)
          : reject(new Error(`pods: the API server answers ${response.statusCode}`)),
    ).once("error", reject);
  });
}

/** Hands on every state of every labelled pod from now on, also those that last a moment only. The API server ends a watch whenever it likes: it is begun anew. */
export async function watchPods(cluster: Cluster, onPod: (pod: Pod) => void): Promise<() => void> {
  const ending = new AbortController();
  const begin = () => ask(cluster, "watch=true", ending.signal);
  const follow = async (first: IncomingMessage): Promise<void> => {
    for (let response = first; ; response = await begin()) {
      for await (const line of createInterface({ input: response })) {
        const change = JSON.parse(line) as Change;
        if (change.type !== "ERROR") onPod(change.object);
      }
    }
  };
  follow(await begin()).catch((error: unknown) => {
    if (!ending.signal.aborted) throw error;
  });
  return () => ending.abort();
}
