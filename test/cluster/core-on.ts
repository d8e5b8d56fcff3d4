import { connect } from "../../src/cluster/connect.ts";
import { createCore } from "../../src/collect/core.ts";
import type { Core } from "../../src/core.ts";
import { createRegistry } from "../../src/registry/client.ts";
import { createHttp } from "../../src/registry/net/http.ts";
import { type Registry, type RegistrySettings, usualRegistrySettings } from "../../src/registry/registry.ts";
import type { Cluster } from "./cluster.ts";

const clock = (): Date => new Date();

/** The product's own way to registries; those of the test are on loopback, which nobody may reach unless he is told to. */
export function registryFor({ node }: Cluster, more: Partial<RegistrySettings> = {}): Registry {
  const settings = { ...usualRegistrySettings, allow: ["127.0.0.0/8"], ...more };
  const environment = node === null ? {} : { NODE_EXTRA_CA_CERTS: node.registryAuthority };
  return createRegistry({ http: createHttp({ settings, environment }), settings, clock });
}

/** The product's core on a cluster, under one of its users; asks registries unless `registry` is null. */
export async function coreOn(
  cluster: Cluster,
  context: string,
  registry: Registry | null,
): Promise<{ readonly core: Core; readonly close: () => void }> {
  const connection = await connect({ kubeconfig: cluster.kubeconfig, context, environment: {}, clock });
  if (!connection.ok) throw new Error(connection.error.sentence);
  const { reader, close } = connection.value;
  return {
    core: createCore({ clusterReader: reader, registry, clock }),
    close: () => {
      close();
      registry?.close();
    },
  };
}
