import type { Kubelet } from "./kubelet.ts";
import { type KubeObject, type Store, microTime, timestamp } from "./store.ts";
import type { Voice } from "./voice.ts";

export interface NodeInput {
  readonly name: string;
  readonly address: string;
  readonly voice: Voice;
  readonly kubelet: Kubelet;
  readonly bootedAt: Date;
  /** Where it is another than the recording's. */
  readonly architecture?: string | undefined;
  /** Somebody has cordoned it: nothing new is scheduled there. */
  readonly isCordoned?: boolean | undefined;
}

/** Writes the node as its kubelet reports it, and renews its lease. */
export function reportNode(
  store: Store,
  { name, address, voice, kubelet, bootedAt, architecture, isCordoned = false }: NodeInput,
  at: Date,
): void {
  const { conditions } = voice.node;
  const nodeInfo = { ...voice.node.nodeInfo, ...(architecture === undefined ? {} : { architecture }) };
  const capacity = { cpu: "4", memory: "16384000Ki", pods: "110", "ephemeral-storage": "101430960Ki" };
  const labels = {
    "kubernetes.io/hostname": name,
    "kubernetes.io/os": nodeInfo.operatingSystem,
    "kubernetes.io/arch": nodeInfo.architecture,
  };
  const images = [...kubelet.images].map(
    ([
      written,
      {
        digest,
        size,
        reference: { repository },
      },
    ]) => ({
      names: [`${repository}@${digest}`, written],
      sizeBytes: size,
    }),
  );
  store.put(
    {
      apiVersion: "v1",
      kind: "Node",
      metadata: { name, labels },
      spec: { podCIDR: "10.244.0.0/24", ...(isCordoned ? cordoned : {}) },
      status: {
        capacity,
        allocatable: capacity,
        conditions: conditions.map((condition) => ({
          type: condition.type,
          status: condition.status,
          lastHeartbeatTime: timestamp(at),
          lastTransitionTime: timestamp(bootedAt),
          reason: condition.reason,
          message: condition.message,
        })),
        addresses: [
          { type: "InternalIP", address },
          { type: "Hostname", address: name },
        ],
        nodeInfo: {
          ...nodeInfo,
          kubeletVersion: voice.versions.kubernetes,
          containerRuntimeVersion: voice.versions.containerRuntime,
        },
        images,
      },
    },
    bootedAt,
    { manager: "kubelet", subresource: "status" },
  );
  store.put(lease(name, at), bootedAt, { manager: "kubelet" });
}

/** As `kubectl cordon` leaves it, with the taint that the node's controller adds. */
const cordoned = {
  unschedulable: true,
  taints: [{ key: "node.kubernetes.io/unschedulable", effect: "NoSchedule" }],
};

const lease = (name: string, at: Date): KubeObject => ({
  apiVersion: "coordination.k8s.io/v1",
  kind: "Lease",
  metadata: { name, namespace: "kube-node-lease" },
  spec: { holderIdentity: name, leaseDurationSeconds: 40, renewTime: microTime(at) },
});
