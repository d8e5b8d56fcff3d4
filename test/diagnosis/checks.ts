import type { CredentialSource, RegistryAnswer, RegistryCheck } from "../../src/diagnosis/registry-evidence.ts";
import { image, now } from "../support/evidence.ts";

/** Builders of what a registry answered, for tests. */
export const digest = (letter: string): string => `sha256:${letter.repeat(64)}`;

export const linux = (architecture: string) => ({ os: "linux", architecture, variant: null });
const oneImage = "application/vnd.oci.image.manifest.v1+json";
export const index = "application/vnd.oci.image.index.v1+json";

export type Answer<Kind extends RegistryAnswer["kind"]> = Extract<RegistryAnswer, { kind: Kind }>;

/** The image is there, of one platform that fits, built long ago. `a` is its digest, `c` its config's. */
export const found = (over: Partial<Answer<"found">> = {}): Answer<"found"> => ({
  kind: "found",
  digest: digest("a"),
  mediaType: oneImage,
  platforms: [linux("amd64")],
  forNode: {
    digest: digest("a"),
    platform: linux("amd64"),
    config: digest("c"),
    size: 312_000_000,
    layers: 5,
    createdAt: "2026-11-01T00:00:00Z",
  },
  fits: true,
  budget: null,
  ...over,
});

/** The same, as an index over two platforms: `1` is the index, `a` the node's manifest, `2` that of arm64. */
export const foundIndex = (over: Partial<Answer<"found">> = {}): Answer<"found"> =>
  found({
    digest: digest("1"),
    mediaType: index,
    platforms: [linux("amd64"), linux("arm64")],
    manifests: [
      { digest: digest("a"), platform: linux("amd64") },
      { digest: digest("2"), platform: linux("arm64") },
    ],
    ...over,
  });

export const builtAt = (createdAt: string): Answer<"found"> => {
  const base = found();
  return { ...base, forNode: base.forNode === null ? null : { ...base.forNode, createdAt } };
};

export const notFound = (over: Partial<Answer<"not-found">> = {}): RegistryAnswer => ({
  kind: "not-found",
  what: "tag",
  nearestTags: ["2.4.0", "2.4.1-rc1"],
  tagsListed: 12,
  words: "manifest unknown",
  ...over,
});

export const wantsCredential = (hidesAbsence = false): RegistryAnswer => ({
  kind: "auth-missing",
  scheme: "Bearer",
  hidesAbsence,
  words: "authentication required",
});

export const rejects = (
  why: Answer<"auth-rejected">["why"],
  over: Partial<Answer<"auth-rejected">> = {},
): RegistryAnswer => ({
  kind: "auth-rejected",
  why,
  expiredAt: null,
  hidesAbsence: false,
  status: 401,
  by: "token-server",
  words: "denied",
  ...over,
});

export const limited = (owner: "address" | "account"): RegistryAnswer => ({
  kind: "rate-limited",
  budget: { limit: 100, remaining: 0, windowSeconds: 21_600, resetsAt: "2026-11-24T12:00:00Z", owner },
  retryAt: null,
  words: "toomanyrequests",
});

export const noName: RegistryAnswer = { kind: "dns", host: "ghcr.io", words: "no such host" };
export const noConnection: RegistryAnswer = { kind: "refused", host: "ghcr.io", words: "connection refused" };
export const noAnswer: RegistryAnswer = { kind: "timeout", host: "ghcr.io", waitedFor: "answer", seconds: 2.5 };
export const badCertificate: RegistryAnswer = {
  kind: "tls",
  host: "ghcr.io",
  problem: "expired",
  words: "until 2026-11-20",
};
export const plainHttp: RegistryAnswer = { kind: "plain-http", host: "ghcr.io" };
export const failsItself: RegistryAnswer = {
  kind: "server-error",
  host: "ghcr.io",
  status: 503,
  by: "registry",
  words: "",
};
export const helmChart: RegistryAnswer = {
  kind: "not-an-image",
  what: "helm-chart",
  mediaType: "application/vnd.cncf.helm.config.v1+json",
};
export const webPage: RegistryAnswer = { kind: "not-an-image", what: "html", mediaType: "text/html" };
export const cannotSay: RegistryAnswer = { kind: "unknown", why: "token server evil.example is not trusted" };

export const bySecret = (secret = "ghcr", username: string | null = "shop-bot"): CredentialSource => ({
  kind: "secret",
  secret,
  key: "ghcr.io",
  username,
});

type Over = Partial<Omit<RegistryCheck, "attempts">>;
const checkOf = (attempts: RegistryCheck["attempts"], over: Over): RegistryCheck => ({
  image,
  host: "ghcr.io",
  askedAt: now,
  service: null,
  attempts,
  nodeMayHoldCredential: false,
  ...over,
});

/** No secret fits: the kubelet asks without a credential. */
export const anonymously = (answer: RegistryAnswer, over: Over = {}): RegistryCheck =>
  checkOf([{ credential: { kind: "anonymous" }, byKubelet: true, answer }], over);

/** A secret fits; `stranger`, where given, is what one without a credential is told. */
export const withSecret = (
  answer: RegistryAnswer,
  stranger: RegistryAnswer | null = null,
  over: Over = {},
): RegistryCheck =>
  checkOf(
    [
      { credential: bySecret(), byKubelet: true, answer },
      ...(stranger === null
        ? []
        : [{ credential: { kind: "anonymous" as const }, byKubelet: false, answer: stranger }]),
    ],
    over,
  );

/** The secrets could not be read: nobody knows what the kubelet would send. */
export const asStranger = (answer: RegistryAnswer, over: Over = {}): RegistryCheck =>
  checkOf([{ credential: { kind: "anonymous" }, byKubelet: false, answer }], over);
