import { readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Places } from "./registries/places.ts";

/** What `up.sh` says of the cluster that it has started. */
export interface Cluster {
  readonly kubeconfig: string;
  /** The administrator's context, and one for each user who may do less: `repuller` may see all, and change what a re-pull changes. */
  readonly context: string;
  readonly contexts: { readonly [user in "reader" | "no-secrets" | "no-nodes" | "no-events" | "repuller"]: string };
  readonly server: string;
  /** The same CA as in the kubeconfig, as a file. */
  readonly certificateAuthority: string;
  readonly tokens: Readonly<Record<string, string>>;
  readonly auditLog: string;
  readonly kubectl: string;
  readonly versions: { readonly kubernetes: string; readonly containerRuntime: string | null };
  /** Null where only an API server was started. */
  readonly node: TestNode | null;
}

export interface TestNode {
  readonly name: string;
  readonly containerdSocket: string;
  readonly registries: Places;
  /** Of the basic registry, and of repositories that ask for a password or a token. */
  readonly account: { readonly user: string; readonly password: string };
  /** For NODE_EXTRA_CA_CERTS: the authority of the trusted TLS registry. */
  readonly registryAuthority: string;
}

export const stateFolder = (environment: Readonly<Record<string, string | undefined>> = process.env): string =>
  environment["IMAGEPULL_TEST_STATE"] || join(tmpdir(), "imagepull-test-cluster");

/** The running cluster, as its `cluster.json` says. */
export function readCluster(file: string = join(stateFolder(), "cluster.json")): Cluster {
  return JSON.parse(readFileSync(file, "utf8")) as Cluster;
}
