import type { PodEvidence } from "../diagnosis/evidence.ts";
import type { ObjectName } from "../world.ts";
import type { NewContainer } from "./subject.ts";

/** A device is no folder: nothing can ever stand below it. */
const nowhere = "/dev/null/imagepull-never-runs-this";

interface PullPod {
  readonly name: string;
  /** Null: the scheduler chooses, among the nodes that the workload's pod may be on. */
  readonly node: string | null;
  /** Whose credentials the kubelet is to use. */
  readonly pod: PodEvidence;
  readonly owner: ObjectName;
  readonly containers: readonly NewContainer[];
  readonly annotations: Readonly<Record<string, string>>;
  /** After which the API server's own clock ends it. */
  readonly seconds: number;
}

/**
 * A pod that makes its kubelet pull and runs nothing: the command is a path that cannot exist. It has no labels, so that no Service and no
 * controller takes it for its own, no token, and nothing that PodSecurity "restricted" forbids. It ends when the time of the re-pull is
 * over, and goes with its owner at the latest. Success is the kubelet's `Pulled` event, not the exit.
 */
export function pullPod({ name, node, pod, owner, containers, annotations, seconds }: PullPod): object {
  const { apiVersion, kind, name: ownerName, uid } = owner;
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: {
      name,
      namespace: pod.namespace,
      annotations,
      ownerReferences: [{ apiVersion, kind, name: ownerName, uid, controller: false, blockOwnerDeletion: false }],
    },
    spec: {
      ...(node === null ? { nodeSelector: pod.nodeSelector } : { nodeName: node }),
      tolerations: [{ operator: "Exists" }],
      restartPolicy: "Never",
      activeDeadlineSeconds: seconds,
      terminationGracePeriodSeconds: 0,
      serviceAccountName: pod.serviceAccountName,
      automountServiceAccountToken: false,
      enableServiceLinks: false,
      imagePullSecrets: pod.imagePullSecrets.map((secret) => ({ name: secret })),
      securityContext: {
        runAsNonRoot: true,
        runAsUser: 65_532,
        runAsGroup: 65_532,
        seccompProfile: { type: "RuntimeDefault" },
      },
      containers: containers.map(({ name, image }) => ({
        name,
        image,
        imagePullPolicy: "Always",
        command: [nowhere],
        securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ["ALL"] } },
      })),
    },
  };
}
