import { afterEach, beforeEach } from "vitest";
import { type EmptyCluster, startEmptyCluster } from "../../../src/playground/cluster/empty-cluster.ts";
import type { KubeObject } from "../../../src/playground/cluster/store.ts";

const start = Date.parse("2026-11-24T10:00:00Z");
export const image = "registry.example/shop/web:1";

export interface Status {
  readonly phase: string;
  readonly containerStatuses: readonly {
    readonly imageID: string;
    readonly ready: boolean;
    readonly restartCount: number;
    readonly state: Record<string, { readonly reason?: string; readonly message?: string }>;
  }[];
}

/** An empty cluster of three nodes for each test, and a clock that stands until it is moved. */
export interface Workbench {
  readonly cluster: EmptyCluster;
  /** Lets seconds go by, and everything happen that does in them. */
  pass(seconds: number): Promise<void>;
  send(method: string, path: string, body: object, type?: string): Promise<Response>;
  /** A strategic merge, of an object below its namespace: `pods/web`. */
  patch(path: string, body: object): Promise<Response>;
  pods(): readonly KubeObject[];
  /** What each pod's first container runs, as its status says. */
  running(): string[];
  statusOf(apiVersion: string, kind: string, name: string): unknown;
}

export function workbench(): Workbench {
  let now = start;
  let cluster: EmptyCluster;
  beforeEach(async () => {
    now = start;
    cluster = await startEmptyCluster({ clock: () => new Date(now), nodes: ["a", "b", "c"] });
  });
  afterEach(() => cluster.stop());
  const send = (method: string, path: string, body: object, type = "application/json"): Promise<Response> =>
    fetch(`${cluster.url}${path}`, {
      method,
      headers: { authorization: "Bearer admin", "content-type": type },
      body: JSON.stringify(body),
    });
  const pods = (): readonly KubeObject[] => cluster.list("v1", "Pod");
  return {
    get cluster() {
      return cluster;
    },
    pass: async (seconds) => {
      now += seconds * 1000;
      await cluster.advance();
    },
    send,
    patch: (path, body) => {
      const base = path.startsWith("pods/") ? "/api/v1" : "/apis/apps/v1";
      return send("PATCH", `${base}/namespaces/shop/${path}`, body, "application/strategic-merge-patch+json");
    },
    pods,
    running: () => pods().map((pod) => podStatus(pod).containerStatuses[0]?.imageID ?? ""),
    statusOf: (apiVersion, kind, name) => cluster.get(apiVersion, kind, name)?.["status"],
  };
}

export const podStatus = (pod: KubeObject | undefined): Status => pod?.["status"] as Status;
export const podSpec = (more: object = {}): object => ({ containers: [{ name: "app", image, ...more }] });
