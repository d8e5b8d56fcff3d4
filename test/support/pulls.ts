import type { Evidence } from "../../src/diagnosis/evidence.ts";
import { container, event, evidenceOf, image, podWith, read, waiting } from "./evidence.ts";

// Texts of kubelet 1.34.4 with containerd 1.6.20, as seen on a real node.
export const wrap = (words: string): string => `Failed to pull image "${image}": ${words}`;
export const notFound = `rpc error: code = NotFound desc = failed to pull and unpack image "${image}": failed to resolve reference "${image}": ${image}: not found`;
export const unauthorized = `failed to pull and unpack image "${image}": failed to resolve reference "${image}": failed to authorize: failed to fetch oauth token: unexpected status: 401 Unauthorized`;
export const anonymous = `failed to pull and unpack image "${image}": failed to resolve reference "${image}": failed to authorize: failed to fetch anonymous token: unexpected status: 401 Unauthorized`;
export const basic = `failed to pull and unpack image "${image}": failed to resolve reference "${image}": pulling from host ghcr.io failed with status code [manifests 2.4.1]: 401 Unauthorized`;
export const bareBackOff = `Back-off pulling image "${image}"`;

const failing = (words: string): ReturnType<typeof container> =>
  container(waiting("ImagePullBackOff", `Back-off pulling image "${image}": ErrImagePull: ${words}`));
export const failedEvents = (words: string) => [
  event("Pulling", `Pulling image "${image}"`, { type: "Normal", count: 4 }),
  event("Failed", wrap(words), { count: 4 }),
  event("Failed", "Error: ErrImagePull", { count: 4 }),
  event("BackOff", bareBackOff, { count: 9 }),
];
export const pullFails = (words: string, over: Partial<Evidence> = {}, secrets: readonly string[] = []): Evidence =>
  evidenceOf(read(podWith([failing(words)], { imagePullSecrets: [...secrets] })), {
    events: read(failedEvents(words)),
    ...over,
  });
