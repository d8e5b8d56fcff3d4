import * as z from "zod";

/**
 * What a registry said when it was asked as a pull would ask it: from where imagepull runs, never from the node. Plain JSON, part of the
 * evidence; no credential stands here, only where each came from.
 */

const instant = z.iso.datetime({ offset: true });

/** `linux/arm64/v8` in its parts; `variant` null where none is written. */
const platform = z.object({ os: z.string(), architecture: z.string(), variant: z.string().nullable() });

/** The budget of pulls that the registry told in its headers. Null where it told nothing. */
const budget = z
  .object({
    limit: z.number().nullable(),
    remaining: z.number().nullable(),
    windowSeconds: z.number().nullable(),
    resetsAt: instant.nullable(),
    /** Who is counted: the address that asks, or the account of the credential. */
    owner: z.enum(["address", "account", "unknown"]),
  })
  .nullable();

/** One image of an index, or the only one. */
const manifest = z.object({
  digest: z.string(),
  platform: platform.nullable(),
  /** Digest of the config blob, which some runtimes show as `imageID`; null where it was not read. */
  config: z.string().nullable(),
  /** Compressed size of the layers, in bytes: what a pull loads. Null where the manifest was not read. */
  size: z.number().nullable(),
  layers: z.number().nullable(),
  /** `created` of the config; null where it is not told, or a reproducible build has set it to the epoch. */
  createdAt: instant.nullable(),
});

const answer = z.discriminatedUnion("kind", [
  z.object({
    kind: z.literal("found"),
    /** What the reference means now: the digest of the index, or of the manifest where there is none. */
    digest: z.string(),
    mediaType: z.string(),
    /** Platforms of the index; of the config for a single image; null where neither was read. */
    platforms: z.array(platform).nullable(),
    /** Every image of an index, 200 at most; left out for a single image, and where the index was not read or has more. */
    manifests: z.array(z.object({ digest: z.string(), platform: platform.nullable() })).optional(),
    /** The manifest that this node's runtime would take; null where the platform is not offered, or not known. */
    forNode: manifest.nullable(),
    /** Whether the node's platform is offered; null where the platforms or the node are not known. */
    fits: z.boolean().nullable(),
    budget,
  }),
  z.object({
    kind: z.literal("not-found"),
    /** `either`: the registry does not say whether the repository or the tag is what it does not know. */
    what: z.enum(["repository", "tag", "digest", "either"]),
    /** Existing tags that are nearest, the best first; empty where there are none or they were not told. */
    nearestTags: z.array(z.string()),
    /** Tags that the registry listed; null where it did not. */
    tagsListed: z.number().nullable(),
    words: z.string(),
  }),
  /** The registry wants a credential and none was sent. Some registries say so of a repository that does not exist, too: `hidesAbsence`. */
  z.object({
    kind: z.literal("auth-missing"),
    scheme: z.string(),
    hidesAbsence: z.boolean(),
    words: z.string(),
  }),
  z.object({
    kind: z.literal("auth-rejected"),
    /** `expired` by the token's own `exp` or ECR's 12 hours; `scope`: valid, but not for this repository; `login`: user or password. */
    why: z.enum(["expired", "login", "scope", "disabled", "unknown"]),
    expiredAt: instant.nullable(),
    hidesAbsence: z.boolean(),
    /** HTTP status of the refusal. */
    status: z.number(),
    /** Who refused: the registry, or its token server. */
    by: z.enum(["registry", "token-server"]),
    words: z.string(),
  }),
  z.object({ kind: z.literal("rate-limited"), budget, retryAt: instant.nullable(), words: z.string() }),
  z.object({ kind: z.literal("dns"), host: z.string(), words: z.string() }),
  z.object({ kind: z.literal("refused"), host: z.string(), words: z.string() }),
  z.object({
    kind: z.literal("timeout"),
    host: z.string(),
    /** What did not happen in time: a connection, an answer, or the end of one. */
    waitedFor: z.enum(["connection", "answer", "body"]),
    seconds: z.number(),
  }),
  z.object({
    kind: z.literal("tls"),
    host: z.string(),
    problem: z.enum([
      "unknown-authority",
      "self-signed",
      "expired",
      "not-yet-valid",
      "wrong-host",
      "protocol",
      "other",
    ]),
    /** What the certificate says: its names, or its end. Empty where none was shown. */
    words: z.string(),
  }),
  z.object({ kind: z.literal("plain-http"), host: z.string() }),
  z.object({
    kind: z.literal("server-error"),
    host: z.string(),
    status: z.number(),
    by: z.enum(["registry", "token-server"]),
    words: z.string(),
  }),
  z.object({
    kind: z.literal("not-an-image"),
    /** What it is instead. */
    what: z.enum(["helm-chart", "schema1", "artifact", "html", "other"]),
    mediaType: z.string(),
  }),
  /** Nothing can be said, and the sentence (without its full stop) says why. */
  z.object({ kind: z.literal("unknown"), why: z.string() }),
]);

/** Whose credential was sent. */
const credentialSource = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("anonymous") }),
  z.object({
    kind: z.literal("secret"),
    secret: z.string(),
    /** The key of `auths` that fits the image. */
    key: z.string(),
    username: z.string().nullable(),
  }),
]);

const attempt = z.object({
  credential: credentialSource,
  /** Whether the kubelet would try this one too. Without a pull secret that fits it tries anonymously; with one it never does. */
  byKubelet: z.boolean(),
  answer,
});

export const registryCheck = z.object({
  /** As the pod spec writes it. */
  image: z.string(),
  /** The host that was asked: `registry-1.docker.io` for Docker Hub. */
  host: z.string(),
  askedAt: instant,
  /** The service behind the host, by its name: its refusals and remedies are known. Null for any other. */
  service: z.enum(["docker-hub", "ghcr", "quay", "ecr", "ecr-public", "gar", "acr", "gitlab", "harbor"]).nullable(),
  /** In the kubelet's order, up to the first that is decided; then those that the kubelet would not try. */
  attempts: z.array(attempt),
  /** Whether a node usually holds a credential for this registry that nobody sees from here (cloud providers). */
  nodeMayHoldCredential: z.boolean(),
});

export type RegistryCheck = z.infer<typeof registryCheck>;
export type RegistryAttempt = z.infer<typeof attempt>;
export type RegistryAnswer = z.infer<typeof answer>;
export type CredentialSource = z.infer<typeof credentialSource>;
export type RegistryService = NonNullable<RegistryCheck["service"]>;
export type Platform = z.infer<typeof platform>;
export type ManifestFacts = z.infer<typeof manifest>;
export type PullBudget = z.infer<typeof budget>;
