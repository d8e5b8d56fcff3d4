import { crio, digest, docker, fetching, image, type Row } from "./wrappers.ts";

/** The node. */
export const node: readonly Row[] = [
  [
    "disk-full",
    "confirmed",
    fetching(
      "failed to copy: write /var/lib/containerd/io.containerd.content.v1.content/ingest/1/data: no space left on device",
    ),
  ],
  ["disk-full", "confirmed", docker("write /var/lib/docker/tmp/GetImageBlob123: no space left on device")],
  [
    "disk-full",
    "confirmed",
    crio(
      `copying system image from manifest list: writing blob: storing blob to file "/var/tmp/storage1/1": write /var/tmp/storage1/1: no space left on device`,
    ),
  ],
  // kubelet image_gc_manager.go
  [
    "disk-full",
    "likely",
    "Failed to garbage collect required amount of images. Attempted to free 5000000 bytes, but only found 0 bytes eligible to free.",
  ],
  [
    "permission-denied-on-node",
    "confirmed",
    fetching(
      `failed to extract layer ${digest}: failed to unpack: mkdir /var/lib/containerd/io.containerd.snapshotter.v1.overlayfs/snapshots/12: permission denied`,
    ),
  ],
  [
    "permission-denied-on-node",
    "confirmed",
    docker(
      "failed to register layer: ApplyLayer exit status 1 stdout: stderr: open /var/lib/docker/overlay2/x/diff: read-only file system",
    ),
  ],
  [
    "permission-denied-on-node",
    "confirmed",
    crio(
      "copying system image from manifest list: writing blob: adding layer: lchown /etc/shadow: operation not permitted",
    ),
  ],
  // kubelet's gRPC client
  [
    "runtime-down",
    "confirmed",
    `Failed to pull image "${image}": rpc error: code = Unavailable desc = connection error: desc = "transport: Error while dialing: dial unix /run/containerd/containerd.sock: connect: no such file or directory"`,
  ],
  [
    "runtime-down",
    "confirmed",
    'Failed to create pod sandbox: rpc error: code = Unavailable desc = connection error: desc = "transport: Error while dialing: dial unix /var/run/crio/crio.sock: connect: connection refused"',
  ],
  [
    "runtime-down",
    "confirmed",
    `Failed to pull image "${image}": rpc error: code = Unknown desc = Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker daemon running?`,
  ],
  // containerd 1.6.20 pkg/cri/server/sandbox_run.go
  [
    "sandbox-image",
    "confirmed",
    'Failed to create pod sandbox: rpc error: code = Unknown desc = failed to get sandbox image "registry.k8s.io/pause:3.6": failed to pull image "registry.k8s.io/pause:3.6": failed to pull and unpack image "registry.k8s.io/pause:3.6": failed to resolve reference "registry.k8s.io/pause:3.6": failed to do request: Head "https://registry.k8s.io/v2/pause/manifests/3.6": dial tcp 34.96.108.209:443: i/o timeout',
  ],
  // containerd 2.x internal/cri/server/podsandbox
  [
    "sandbox-image",
    "confirmed",
    'Failed to create pod sandbox: rpc error: code = NotFound desc = failed to start sandbox "3ae2": failed to get sandbox image "registry.local/pause:9": failed to pull image "registry.local/pause:9": failed to pull and unpack image "registry.local/pause:9": failed to resolve image: registry.local/pause:9: not found',
  ],
  // containerd 2.4.2, which no longer says that it is the sandbox's; recorded: sandbox/registry.fern.example
  [
    "sandbox-image",
    "confirmed",
    'Failed to create pod sandbox: rpc error: code = NotFound desc = failed to pull image "registry.local/pause:9": failed to pull and unpack image "registry.local/pause:9": failed to resolve image: registry.local/pause:9: not found',
  ],
  // CRI-O server/sandbox_run_linux.go
  [
    "sandbox-image",
    "confirmed",
    'Failed to create pod sandbox: rpc error: code = Unknown desc = creating pod sandbox with name "k8s_x_shop_0": initializing source docker://registry.k8s.io/pause:3.9: pinging container registry registry.k8s.io: Get "https://registry.k8s.io/v2/": dial tcp: lookup registry.k8s.io: no such host',
  ],
  // cri-dockerd and dockershim
  [
    "sandbox-image",
    "confirmed",
    'Failed to create pod sandbox: rpc error: code = Unknown desc = failed pulling image "k8s.gcr.io/pause:3.1": Error response from daemon: Get "https://k8s.gcr.io/v2/": net/http: request canceled while waiting for connection (Client.Timeout exceeded while awaiting headers)',
  ],
  // pkg/controller/util/node
  ["node-not-ready", "likely", "Node is not ready"],
];
