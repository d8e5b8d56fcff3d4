import { AuthorizationV1Api, VersionApi } from "@kubernetes/client-node";
import type { KubeConfig } from "@kubernetes/client-node";
import { success } from "../diagnosis/result.ts";
import { attempt } from "../install/api.ts";
import type { ClusterProbe } from "./cluster.ts";

/** A kubeconfig's cluster, asked what the bot would be told. */
export function clusterProbe(config: KubeConfig): ClusterProbe {
  const server = config.getCurrentCluster()?.server ?? "the API server";
  const reviews = config.makeApiClient(AuthorizationV1Api);
  return {
    cluster: config.getCurrentContext(),
    async version() {
      const read = await attempt(
        () => config.makeApiClient(VersionApi).getCode(),
        server,
        "read the API server's version",
      );
      return read.ok ? success(read.value.gitVersion) : read;
    },
    async may(verb, group, resource) {
      const body = {
        apiVersion: "authorization.k8s.io/v1",
        kind: "SelfSubjectAccessReview",
        spec: { resourceAttributes: { verb, group, resource } },
      };
      const review = await attempt(
        () => reviews.createSelfSubjectAccessReview({ body }),
        server,
        `ask whether ${resource} may be read`,
      );
      return review.ok ? success(review.value.status?.allowed === true) : review;
    },
  };
}
