import { readFileSync } from "node:fs";
import { get } from "node:https";
import { createInterface } from "node:readline";
import type { Cluster } from "./cluster.ts";
import type { Pod } from "./kubernetes.ts";

/** Hands on every state of every labelled pod that the API server comes to know, also those that last a moment only. */
export async function watchPods(cluster: Cluster, onPod: (pod: Pod) => void): Promise<() => void> {
  const request = get(`${cluster.server}/api/v1/pods?watch=true&labelSelector=app`, {
    ca: readFileSync(cluster.certificateAuthority),
    headers: { authorization: `Bearer ${cluster.tokens["admin"] ?? ""}` },
  });
  await new Promise<void>((resolve, reject) => {
    request.once("error", reject);
    request.once("response", (response) => {
      if (response.statusCode !== 200)
        return reject(new Error(`the API server answers a watch with ${response.statusCode}`));
      createInterface({ input: response }).on("line", (line) => onPod((JSON.parse(line) as { object: Pod }).object));
      resolve();
    });
  });
  request.on("error", () => {}); // the end that `destroy` makes
  return () => request.destroy();
}
