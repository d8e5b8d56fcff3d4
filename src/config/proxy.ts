import http from "node:http";
import type { Environment } from "./environment.ts";

/** Sends what goes to Slack (fetch and WebSockets) through the proxy of the environment, where this Node can: 25.4 and later. Older ones do so by NODE_USE_ENV_PROXY=1. */
export function useProxyOf(environment: Environment): void {
  if (environment["HTTPS_PROXY"] || environment["https_proxy"]) http.setGlobalProxyFromEnv?.({ ...environment });
}
