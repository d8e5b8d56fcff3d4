import fc from "fast-check";
import type { RecordedPull } from "./recordings.ts";

/** Names that a registry, a repository, a tag and a user may have; some read like errors. */
const names = {
  host: fc.oneof(
    fc.constantFrom(
      "registry.acme.io",
      "ghcr.io",
      "quay.io",
      "registry.local:5000",
      "10.1.2.3:5000",
      "harbor.timeout.dev",
      "x509.example.com:8443",
      "tls-denied.example.com",
      "429.registry.io",
      "not-found.acme.dev",
      "eu.gcr.io",
    ),
    fc.stringMatching(/^[a-z][a-z0-9]{2,10}\.[a-z][a-z0-9-]{1,8}[a-z0-9]\.(?:com|io|dev|internal)(?::5\d{3})?$/),
  ),
  repository: fc.oneof(
    fc.constantFrom(
      "team/app",
      "unauthorized/denied",
      "library/x509",
      "toomanyrequests/manifest-unknown",
      "no-such-host/eof",
      "a/b/c/d",
      "shop/404",
      "platform/timeout",
      "cni/mountvolume",
      "push/pushing",
    ),
    fc.stringMatching(/^[a-z0-9]{2,9}\/[a-z0-9]{1,9}(?:[._-][a-z0-9]{1,5})?$/),
  ),
  tag: fc.oneof(
    fc.constantFrom(
      "1.0.0",
      "latest",
      "429",
      "v2-404-not-found",
      "unauthorized",
      "EOF",
      "2026.06.01-rc1",
      "toomanyrequests",
    ),
    fc.stringMatching(/^[a-z0-9][a-z0-9._-]{0,12}$/),
  ),
  user: fc.constantFrom(
    "ci",
    "robot$shop",
    "bot@example.com",
    "AWS",
    "oauth2accesstoken",
    "00000000-0000-0000-0000-000000000000",
  ),
} as const;
const digest = fc.stringMatching(/^sha256:[0-9a-f]{64}$/);

type Wrapper = (image: string, text: string) => string;
const unknown = (text: string): string =>
  text.startsWith("rpc error: ") ? text : `rpc error: code = Unknown desc = ${text}`;
const failed: Wrapper = (image, text) => `Failed to pull image "${image}": ${text}`;
const backOff: Wrapper = (image, text) => `Back-off pulling image "${image}": ErrImagePull: ${text}`;
const column = (reason: string, message: string): string =>
  `  Warning  ${reason.padEnd(8)} 2m4s (x4 over 3m31s)   kubelet            ${message}`;

/** What kubelets old and new, kubectl and people put around what a runtime said. */
const wrappers: Readonly<Record<string, Wrapper>> = {
  bare: (_, text) => text,
  kubelet: failed,
  "kubelet before 1.28": (image, text) => failed(image, unknown(text)),
  status: (_, text) => unknown(text),
  "back-off": backOff,
  "back-off before 1.28": (image, text) => backOff(image, unknown(text)),
  error: (_, text) => `Error: ErrImagePull: ${text}`,
  container: (image, text) => `spec.containers{app}: ${failed(image, text)}`,
  describe: (image, text) => column("Failed", failed(image, unknown(text))),
  events: (image, text) =>
    [
      `  Normal   Pulling  2m4s (x4 over 3m31s)   kubelet            Pulling image "${image}"`,
      column("Failed", failed(image, text)),
      column("Failed", "Error: ErrImagePull"),
      `  Normal   BackOff  82s (x6 over 3m30s)    kubelet            Back-off pulling image "${image}"`,
      column("Failed", "Error: ImagePullBackOff"),
    ].join("\n"),
  json: (image, text) => JSON.stringify({ reason: "Failed", message: failed(image, text) }),
};

/** CRI-O's prefix for registries that refuse a connection, as the kubelet passes it on (pkg/kubelet/images/image_manager.go, 1.34). */
const unavailable: Wrapper = (image, text) =>
  failed(image, `RegistryUnavailable: image pull failed for ${image} because the registry is unavailable: ${text}`);
const sandbox: Wrapper = (_, text) => `Failed to create pod sandbox: ${unknown(text)}`;

export interface Disguised {
  readonly pull: RecordedPull;
  readonly wrapper: string;
  readonly message: string;
}

interface Names {
  readonly host: string;
  readonly repository: string;
  readonly tag: string;
  readonly user: string;
  readonly digest: string;
  readonly other: string;
}

const fill = (text: string, { host, repository, tag, user, digest: own, other }: Names): string =>
  text
    .replaceAll("{host}", host)
    .replaceAll("{repository}", repository)
    .replaceAll("{repository%}", encodeURIComponent(repository))
    .replaceAll("{tag}", tag)
    .replaceAll("{user}", user)
    .replaceAll("{digest}", own)
    .replaceAll("sha256:{other}", other);

/** A recorded message with plain names, as it stood in the runtime's answer. */
export const undisguised = ({ text }: RecordedPull): string =>
  fill(text, {
    host: "registry.example.com",
    repository: "shop/app",
    tag: "1.0.0",
    user: "ci",
    digest: `sha256:${"1f".repeat(32)}`,
    other: `sha256:${"2e".repeat(32)}`,
  });

/** A recorded message as another cluster would show it: other names, another wrapper. */
export function disguised(pull: RecordedPull): fc.Arbitrary<Disguised> {
  const kinds: Readonly<Record<string, Wrapper>> =
    pull.cause === "sandbox-image"
      ? { sandbox, "sandbox in a container's line": (image, text) => `spec.containers{app}: ${sandbox(image, text)}` }
      : pull.cause === "registry-unreachable" && /podman|skopeo/.test(pull.runtime)
        ? { ...wrappers, unavailable }
        : wrappers;
  return fc
    .record({ ...names, digest, other: digest, wrapper: fc.constantFrom(...Object.keys(kinds)) })
    .map(({ wrapper, ...values }) => ({
      pull,
      wrapper,
      message: kinds[wrapper]?.(fill(pull.image, values), fill(pull.text, values)) ?? "",
    }));
}
