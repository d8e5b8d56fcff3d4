import type { Evidence, OwnerEvidence, PodEvidence } from "../diagnosis/evidence.ts";

/** A pod as a workload would make it now: the one that is there, or, where that has other pull secrets or is none, one that has no UID yet. */
export function newPodOf(maker: OwnerEvidence, evidence: Evidence): PodEvidence | null {
  const pod = evidence.pod.status === "ok" ? evidence.pod.value : null;
  const { newPods } = maker;
  if (newPods === null) return pod;
  if (pod === null) return standIn(maker, newPods, evidence.target.namespace);
  return hasSecretsOf(newPods, pod, evidence.serviceAccount) ? pod : { ...pod, ...newPods, uid: "" };
}

type NewPods = NonNullable<OwnerEvidence["newPods"]>;

/** Without secrets in its template a pod gets those of its ServiceAccount. Where these cannot be read, those of the pod that is there are taken. */
function hasSecretsOf(newPods: NewPods, pod: PodEvidence, account: Evidence["serviceAccount"]): boolean {
  const { serviceAccountName, imagePullSecrets } = newPods;
  if (imagePullSecrets.length > 0) return isSame(imagePullSecrets, pod.imagePullSecrets);
  if (serviceAccountName !== pod.serviceAccountName) return false;
  return account.status !== "ok" || isSame(account.value.imagePullSecrets, pod.imagePullSecrets);
}

const isSame = (a: readonly string[], b: readonly string[]): boolean =>
  a.length === b.length && a.every((name, index) => b[index] === name);

/** A pod that nobody has made yet, on no node. */
const standIn = (maker: OwnerEvidence, newPods: NewPods, namespace: string): PodEvidence => ({
  namespace,
  name: maker.name,
  uid: "",
  createdAt: maker.createdAt,
  deletedAt: null,
  phase: "",
  reason: "",
  message: "",
  nodeName: null,
  conditions: [],
  containers: maker.template.map(({ name, image, imagePullPolicy, isInit }) => ({
    name,
    kind: isInit === true ? "init" : "container",
    image,
    imagePullPolicy,
    status: null,
  })),
  owner: { apiVersion: maker.apiVersion, kind: maker.kind, name: maker.name, uid: maker.uid },
  isMirror: false,
  applied: { status: "absent", reason: `${maker.kind.toLowerCase()} ${maker.name} has no pods` },
  ...newPods,
});
