import { execFileSync } from "node:child_process";

/** A cluster of the user's own, as IMAGEPULL_TEST_CONTEXT names it. */
export interface OwnCluster {
  readonly kubeconfig: string | null;
  readonly context: string;
}

/**
 * The user's own cluster, where one is named: it has to be named twice, since pods are made there. Null: the project starts one itself. Throws one
 * sentence where the name is not confirmed or not known.
 */
export function ownCluster(environment: NodeJS.ProcessEnv): OwnCluster | null {
  const context = environment["IMAGEPULL_TEST_CONTEXT"];
  if (!context) return null;
  if (environment["IMAGEPULL_TEST_CONFIRM"] !== context) {
    throw new Error(
      `IMAGEPULL_TEST_CONTEXT names ${context}: the tests make pods there, in namespaces that begin with imagepull-test-. Confirm it with IMAGEPULL_TEST_CONFIRM=${context}.`,
    );
  }
  const kubeconfig = environment["KUBECONFIG"] || null;
  const known = execFileSync("kubectl", ["config", "get-contexts", "-o", "name"], { encoding: "utf8" }).split("\n");
  if (!known.includes(context))
    throw new Error(`the kubeconfig has no context ${context}: kubectl config get-contexts names those it has.`);
  return { kubeconfig, context };
}
