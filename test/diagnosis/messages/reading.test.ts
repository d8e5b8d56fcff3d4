import { describe, expect, it } from "vitest";
import { isPullMessage, recognise } from "../../../src/diagnosis/messages/recognise.ts";

const image = "ghcr.io/shop/checkout:2.4.1";
const notFound = `failed to pull and unpack image "${image}": failed to resolve reference "${image}": ${image}: not found`;

describe("what is no pull error", () => {
  it.each([
    // CNI: containerd, CRI-O, and the old kubelet
    'Failed to create pod sandbox: rpc error: code = Unknown desc = failed to setup network for sandbox "3ae2": plugin type="calico" failed (add): error getting ClusterInformation: connection is unauthorized: Unauthorized',
    'Failed to create pod sandbox: rpc error: code = Unknown desc = failed to setup network for sandbox "3ae2": plugin type="flannel" failed (add): open /run/flannel/subnet.env: no such file or directory',
    'network: failed to set bridge addr: "cni0" already has an IP address different from 10.244.1.1/24',
    // volumes; recorded: volume-missing
    'MountVolume.SetUp failed for volume "config" : configmap "checkout" not found',
    'MountVolume.MountDevice failed for volume "pvc-1" : rpc error: code = Internal desc = mkdir /mnt/x: permission denied',
    'MountVolume.SetUp failed for volume "data" : mount failed: mount.nfs: Connection timed out',
    "Unable to attach or mount volumes: unmounted volumes=[data], unattached volumes=[data]: timed out waiting for the condition",
    // probes; recorded: probe-fails
    'Readiness probe failed: Get "http://10.1.2.3:8080/healthz": dial tcp 10.1.2.3:8080: connect: connection refused',
    "Liveness probe failed: HTTP probe failed with statuscode: 401",
    'Startup probe failed: Get "https://10.1.2.3:8443/v2/ready": x509: certificate signed by unknown authority',
    // crashes and configuration; recorded: crash-loop, config-map-missing, no-such-command
    "Back-off restarting failed container app in pod checkout-x_shop(8bfe15a0)",
    "back-off 5m0s restarting failed container=app pod=checkout-x_shop(8bfe15a0)",
    'Error: secret "db" not found',
    'Error: configmap "sunset" not found',
    'Error: failed to create containerd task: failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: exec: "/bin/serve": permission denied: unknown',
    // scheduling; recorded: unschedulable, claim-missing
    "0/3 nodes are available: 1 node(s) had untolerated taint {node.kubernetes.io/not-ready: }, 2 Insufficient cpu.",
    '0/1 nodes are available: persistentvolumeclaim "cherry" not found.',
    // admission
    'Internal error occurred: failed calling webhook "x.example.com": failed to call webhook: Post "https://x.shop.svc:443/mutate": dial tcp 10.96.1.1:443: connect: connection refused',
    // pushes read like pulls
    "failed to push ghcr.io/shop/checkout:2.4.1: failed to authorize: failed to fetch oauth token: unexpected status from POST request to https://ghcr.io/token: 401 Unauthorized",
    "unexpected status from POST request to https://ghcr.io/v2/shop/checkout/blobs/uploads/: 401 Unauthorized",
    // Docker's client; recorded: docker-20.10.24, push/registry.pepper.example/push/app
    'The push refers to repository [ghcr.io/shop/checkout]\nGet "https://ghcr.io/v2/": dial tcp 10.0.0.12:443: connect: connection refused',
    // what goes well
    `Pulling image "${image}"`,
    `Successfully pulled image "${image}" in 393ms (393ms including waiting). Image size: 64753325 bytes.`,
    `Container image "${image}" already present on machine and can be accessed by the pod`,
    "Created container: app",
    "kubelet is posting ready status",
    "",
  ])("%s", (message) => {
    expect(recognise(message)).toBeNull();
    expect(isPullMessage(message)).toBe(false);
  });

  it("knows a pull by the kubelet's wrapper even where it cannot tell the error", () => {
    for (const message of [
      `Failed to pull image "${image}": rpc error: code = Unknown desc = the moon is full`,
      `Back-off pulling image "${image}": ErrImagePull: the moon is full`,
    ]) {
      expect(recognise(message)).toBeNull();
      expect(isPullMessage(message)).toBe(true);
    }
  });
});

describe("whatever stands around a message", () => {
  it.each([
    ["an event", `Failed to pull image "${image}": ${notFound}`],
    ["gRPC's code", `Failed to pull image "${image}": rpc error: code = NotFound desc = ${notFound}`],
    ["a status in back-off", `Back-off pulling image "${image}": ErrImagePull: ${notFound}`],
    [
      "a row of kubectl describe",
      `  Warning  Failed     12s (x3 over 40s)  kubelet            spec.containers{app}: Failed to pull image "${image}": ${notFound}`,
    ],
    ["the bare runtime", notFound],
    ["JSON with its quotes escaped", JSON.stringify(`Failed to pull image "${image}": ${notFound}`)],
    [
      "all rows of kubectl describe",
      `  Normal   Pulling    40s   kubelet  Pulling image "${image}"\n  Warning  Failed     40s   kubelet  Failed to pull image "${image}": ${notFound}\n  Warning  Failed     40s   kubelet  Error: ErrImagePull\n  Normal   BackOff    12s   kubelet  Back-off pulling image "${image}"\n  Warning  Failed     12s   kubelet  Error: ImagePullBackOff\n  Warning  Unhealthy  10s   kubelet  Readiness probe failed: Get "http://10.1.2.3/": dial tcp 10.1.2.3:80: connect: connection refused`,
    ],
    [
      "noise beside it",
      `Failed to pull image "${image}": pull QPS exceeded\nUnable to retrieve some image pull secrets (ghcr); attempting to pull the image may not succeed.\nFailed to pull image "${image}": ${notFound}`,
    ],
  ])("%s does not change what it says", (_around, message) => {
    expect(recognise(message)).toMatchObject({
      cause: "image-not-found",
      facts: { registry: "ghcr.io", repository: "ghcr.io/shop/checkout", tag: "2.4.1" },
    });
  });

  it.each([
    "registry.local/x509:429",
    "registry.local/no-such-host/unauthorized:404",
    "registry.local:5000/toomanyrequests/manifest-unknown:no-space-left-on-device",
    "docker.io/library/insufficient_scope:denied",
    "401:forbidden",
  ])("an image called %s is not taken for the error", (name) => {
    const full = name.includes("/") ? name : `docker.io/library/${name}`;
    const message = (error: string): string =>
      `Failed to pull image "${name}": failed to pull and unpack image "${full}": failed to resolve reference "${full}": ${error}`;
    expect(
      recognise(
        message('failed to do request: Head "https://mirror": dial tcp 10.0.0.1:443: connect: connection refused'),
      )?.cause,
    ).toBe("registry-unreachable");
    expect(recognise(message(`${full}: not found`))?.cause).toBe("image-not-found");
    expect(recognise(message("the moon is full"))).toBeNull();
  });
});

it.each([
  // Docker 20.10.24; recorded: tokenUnknown/tag, europe-docker.pkg.dev/shop-1/shop/app, harbor.shop.example/shop/private
  [
    "registry-dns",
    'Error response from daemon: Get "https://ghcr.io/v2/cni/mountvolume/manifests/1": dial tcp: lookup ghcr.io: no such host',
  ],
  [
    "image-not-found",
    'Error response from daemon: manifest for pkg.dev/x:1 not found: manifest unknown: Failed to fetch "toomanyrequests"',
  ],
  [
    "auth-missing",
    "Error response from daemon: unauthorized: unauthorized to access repository: toomanyrequests/app, action: pull",
  ],
  // containers/image; Amazon ECR and Harbor in their own words
  ["image-not-found", "reading manifest EOF in ghcr.io/library/x509: manifest unknown"],
  [
    "image-not-found",
    "Error response from daemon: name unknown: The repository with name 'toomanyrequests/x' does not exist in the registry with id '123456789012'",
  ],
  ["image-not-found", "Error response from daemon: unknown: artifact library/x509:EOF not found"],
])("%s is not hidden by names in a runtime's own words: %s", (cause, message) => {
  expect(recognise(message)?.cause).toBe(cause);
});

describe("what is read beside the cause", () => {
  it.each([
    [
      "whether credentials were sent",
      "failed to authorize: failed to fetch oauth token: unexpected status: 401 Unauthorized",
      { credentials: "sent", facts: { status: 401 } },
    ],
    [
      "that none were",
      "failed to authorize: failed to fetch anonymous token: unexpected status: 401 Unauthorized",
      { credentials: "none" },
    ],
    [
      "that nobody can tell",
      "pulling from host ghcr.io failed with status code [manifests 2.4.1]: 401 Unauthorized",
      {
        credentials: "unknown",
        words: "pulling from host ghcr.io failed with status code [manifests 2.4.1]: 401 Unauthorized",
      },
    ],
    [
      "the host that has no address",
      'failed to do request: Head "https://ghcr.io/v2/": dial tcp: lookup Pkg.ghcr.io on 10.0.0.2:53: no such host',
      { facts: { host: "pkg.ghcr.io" }, words: "lookup Pkg.ghcr.io on 10.0.0.2:53: no such host" },
    ],
    [
      "a status without a phrase",
      "unexpected status from HEAD request to https://ghcr.io/v2/shop/checkout/manifests/2.4.1: 503 ",
      { facts: { status: 503 } },
    ],
    [
      "the path that may not be written",
      "mkdir /var/lib/containerd/x: permission denied",
      { facts: { path: "/var/lib/containerd/x" } },
    ],
    [
      "the platform that is missing",
      "no matching manifest for linux/arm64/v8 in the manifest list entries",
      { facts: { nodePlatform: "linux/arm64/v8" } },
    ],
    [
      "the runtime that is down",
      "dial unix /run/containerd/containerd.sock: connect: connection refused",
      { facts: { runtime: "containerd" } },
    ],
  ])("%s", (_what, error, expected) => {
    expect(recognise(`Failed to pull image "${image}": ${error}`)).toMatchObject(expected);
  });

  it("the names of missing secrets, and where a policy is misplaced", () => {
    expect(
      recognise(
        "Unable to retrieve some image pull secrets (ghcr, quay); attempting to pull the image may not succeed.",
      )?.facts.secrets,
    ).toEqual(["ghcr", "quay"]);
    expect(recognise('strict decoding error: unknown field "spec.template.spec.imagePullPolicy"')?.facts.path).toBe(
      "spec.template.spec.imagePullPolicy",
    );
    expect(recognise('strict decoding error: unknown field "spec.replica"')).toBeNull();
  });

  it("the pause image, and why it did not come", () => {
    const message =
      'Failed to create pod sandbox: rpc error: code = Unknown desc = failed to get sandbox image "registry.k8s.io/pause:3.6": failed to do request: Head "https://registry.k8s.io/v2/pause/manifests/3.6": dial tcp: lookup registry.k8s.io: no such host';
    expect(recognise(message)).toMatchObject({
      facts: { repository: "registry.k8s.io/pause", tag: "3.6" },
      words: "lookup registry.k8s.io: no such host",
      rule: "kubelet.sandbox-image+network.dns",
    });
  });

  it("never a secret from a URL", () => {
    const said = recognise(
      `Failed to pull image "${image}": failed to do request: Get "https://bob:hunter2@ghcr.io/v2/x?token=canary": Forbidden`,
    );
    expect(JSON.stringify(said)).not.toMatch(/hunter2|canary/);
    expect(said?.cause).toBe("mirror-or-proxy-misconfigured");
  });
});

describe("hostile messages", () => {
  const million = 1_000_000;
  it.each([
    ["one letter", "a".repeat(million)],
    ["spaces", " ".repeat(million)],
    ["open quotes", 'failed to pull image "'.repeat(million / 22)],
    ["URLs", "https://a/v2/".repeat(million / 13)],
    ["lookups", "failed to pull image: lookup ".repeat(million / 29)],
    ["status codes", "failed to pull image: status code ".repeat(million / 34)],
    ["half a media type", `Failed to pull image "x": ${'architecture "a'.repeat(million / 15)}`],
    ["file operations", `Failed to pull image "x": ${"mkdir permission denied".repeat(million / 23)}`],
    ["painted names", `Failed to pull image "x/y:1": ${"artifact x/y:1".repeat(million / 14)}`],
    ["lines", "Error: \n".repeat(million / 8)],
  ])("a megabyte of %s is read in linear time", { timeout: 20_000 }, (_what, message) => {
    expect(() => [recognise(message), isPullMessage(message)]).not.toThrow();
  });
});
