import { connect } from "../../src/cluster/connect.ts";
import { createCore } from "../../src/collect/core.ts";
import type { EmptyCluster } from "../../src/playground/cluster/empty-cluster.ts";
import { openSimulated } from "../../src/playground/internet.ts";
import { writeKubeconfig } from "../../src/playground/kubeconfig.ts";

const clock = (): Date => new Date();

/** What somebody has who logs in to a simulated cluster with this token. Everything is let go through `defer`. */
export async function logIn(
  cluster: Pick<EmptyCluster, "url" | "network">,
  token: string,
  defer: (end: () => void | Promise<void>) => void,
) {
  const kubeconfig = await writeKubeconfig(cluster.url, token, "test");
  defer(() => kubeconfig.remove());
  const connection = await connect({ kubeconfig: kubeconfig.path, environment: {}, clock });
  if (!connection.ok) throw new Error(connection.error.sentence);
  const registry = openSimulated(cluster.network, clock);
  defer(() => {
    registry.close();
    connection.value.close();
  });
  const { reader } = connection.value;
  const writer = await connection.value.writer();
  return { reader, writer, core: createCore({ clusterReader: reader, registry, clock }) };
}
