/** What else a text may tell of: in words of our own, and the words by which kubelet, runtime or Docker tell it, in lower case. */
const others: readonly (readonly [instead: string, words: readonly string[]])[] = [
  [
    "an image is pushed, not pulled",
    ["failed to push", "push access denied", "error pushing", "pushing image", "/blobs/uploads", "the push refers to"],
  ],
  [
    "the pod's network cannot be set up (CNI)",
    ["failed to setup network", "failed to set up sandbox", "networkplugin", "cni plugin", "cni config"],
  ],
  [
    "a volume cannot be attached or mounted",
    [
      "mountvolume",
      "unmountvolume",
      "attachvolume",
      "failedmount",
      "failedattachvolume",
      "unable to attach or mount",
      "failed to mount",
    ],
  ],
  ["a probe fails, so the container runs", ["probe failed", "probe errored"]],
  ["a lifecycle hook fails, so the container runs", ["hook failed", "poststarthook", "prestophook"]],
  [
    "a container starts and ends again",
    ["back-off restarting failed", "crashloopbackoff", "oomkilled", "exit code", "exited with code"],
  ],
  [
    "what a container needs is missing (config map, secret or key)",
    ["createcontainerconfigerror", "couldn't find key", 'configmap "', 'secret "'],
  ],
  ["no node fits the pod", ["nodes are available", "failedscheduling", "didn't match pod"]],
  [
    "the image is on the node, and the container does not start",
    [
      "failed to create containerd task",
      "failed to create shim",
      "failed to start container",
      "oci runtime create failed",
      "runcontainererror",
      "createcontainererror",
      "exec format error",
    ],
  ],
  ["an admission webhook refuses the object", ["admission webhook", "calling webhook"]],
  ["a quota or a policy forbids the pod", ["exceeded quota", "violates podsecurity"]],
  ["the image has arrived", ["successfully pulled image", "already present on machine", "download newer image for"]],
];

/** What a text that is about no failed pull tells of instead; null where nothing is known. The first entry whose words stand in it counts. */
export function tellsOf(text: string): string | null {
  const searched = text.toLowerCase();
  return others.find(([, words]) => words.some((word) => searched.includes(word)))?.[0] ?? null;
}
