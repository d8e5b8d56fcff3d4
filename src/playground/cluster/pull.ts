import { createHash } from "node:crypto";
import * as z from "zod";
import { type ImageReference, formatReference } from "../../diagnosis/image-reference.ts";

export interface Credential {
  readonly user: string;
  readonly password: string;
}

export interface PullRequest {
  readonly image: ImageReference;
  /** As the keyring gives them; none means one anonymous try. */
  readonly credentials: readonly Credential[];
  readonly architecture: string;
  /** Where a registry's host listens: the simulated node's name resolution. Undefined: no such host. */
  readonly resolve: (host: string) => string | undefined;
  readonly fetch: typeof fetch;
}

/** How a pull ended. A failure names the recording that has the runtime's words for it. */
export type PullOutcome =
  | {
      readonly kind: "pulled";
      readonly digest: string;
      readonly size: number;
      readonly entrypoint: readonly string[];
    }
  | { readonly kind: "failed"; readonly scenario: FailedPull };

export type FailedPull =
  | "image-not-found"
  | "basic-unauthorized"
  | "denied"
  | "token-refused"
  | "token-anonymous"
  | "bearer-forbidden"
  | "insufficient-scope"
  | "rate-limited"
  | "platform-mismatch"
  | "helm-chart"
  | "layer-corrupt"
  | "server-error"
  | "bad-gateway"
  | "unavailable"
  | "dns"
  | "self-signed"
  | "unreachable";

/** Ends a pull from deep inside it: the pull's only exception, caught in `pull`. */
class PullFailure extends Error {
  readonly scenario: FailedPull;
  constructor(scenario: FailedPull) {
    super(scenario);
    this.scenario = scenario;
  }
}

const descriptor = z.object({ mediaType: z.string(), digest: z.string(), size: z.number() });
const index = z.object({
  manifests: z.array(descriptor.extend({ platform: z.object({ os: z.string(), architecture: z.string() }) })),
});
const manifest = z.object({ config: descriptor, layers: z.array(descriptor) });
const tokenAnswer = z.object({ token: z.string() });
const config = z.object({ config: z.object({ Entrypoint: z.array(z.string()) }) });

const accept = [
  "application/vnd.oci.image.index.v1+json",
  "application/vnd.docker.distribution.manifest.list.v2+json",
  "application/vnd.oci.image.manifest.v1+json",
  "application/vnd.docker.distribution.manifest.v2+json",
].join(", ");

/** Pulls an image over HTTP as a container runtime does, one credential after the other; the last failure counts. */
export async function pull(request: PullRequest): Promise<PullOutcome> {
  let outcome: PullOutcome = { kind: "failed", scenario: "unreachable" };
  const tries: readonly (Credential | undefined)[] = request.credentials.length > 0 ? request.credentials : [undefined];
  for (const credential of tries) {
    outcome = await new Pull(request, credential).run();
    if (outcome.kind === "pulled") break;
  }
  return outcome;
}

class Pull {
  readonly #request: PullRequest;
  readonly #credential: Credential | undefined;
  #authorization: string | undefined;

  constructor(request: PullRequest, credential: Credential | undefined) {
    this.#request = request;
    this.#credential = credential;
  }

  async run(): Promise<PullOutcome> {
    try {
      return await this.#all();
    } catch (error) {
      if (error instanceof PullFailure) return { kind: "failed", scenario: error.scenario };
      // fetch throws a TypeError whose cause says what became of the connection.
      if (error instanceof TypeError)
        return { kind: "failed", scenario: isUntrusted(error.cause) ? "self-signed" : "unreachable" };
      throw error;
    }
  }

  async #all(): Promise<PullOutcome> {
    const { image, architecture } = this.#request;
    const head = await this.#get("manifests", image.digest ?? image.effectiveTag ?? "latest", "HEAD");
    const digest = head.headers.get("docker-content-digest") ?? "";
    const top = await this.#content("manifests", digest);
    const listed = index.safeParse(JSON.parse(top.toString("utf8")));
    const chosen = listed.success
      ? listed.data.manifests.find(({ platform }) => platform.os === "linux" && platform.architecture === architecture)
      : undefined;
    if (listed.success && chosen === undefined) throw new PullFailure("platform-mismatch");
    const bytes = chosen === undefined ? top : await this.#content("manifests", chosen.digest);
    const { config: described, layers } = manifest.parse(JSON.parse(bytes.toString("utf8")));
    const [configBytes] = await this.#blobs([described, ...layers]);
    // What is unpacked must be an image's layers, and their sum what its config says.
    if (described.mediaType.includes(".helm.")) throw new PullFailure("helm-chart");
    const { Entrypoint: entrypoint } = config.parse(JSON.parse(configBytes?.toString("utf8") ?? "")).config;
    const size = layers.reduce((sum, layer) => sum + layer.size, described.size);
    return { kind: "pulled", digest, size, entrypoint };
  }

  async #blobs(descriptors: readonly { readonly digest: string }[]): Promise<Buffer[]> {
    const contents: Buffer[] = [];
    for (const { digest } of descriptors) contents.push(await this.#content("blobs", digest));
    return contents;
  }

  async #content(what: "manifests" | "blobs", digest: string): Promise<Buffer> {
    const response = await this.#get(what, digest, "GET");
    const bytes = Buffer.from(await response.arrayBuffer());
    if (`sha256:${createHash("sha256").update(bytes).digest("hex")}` !== digest) throw new PullFailure("layer-corrupt");
    return bytes;
  }

  async #get(what: "manifests" | "blobs", reference: string, method: "GET" | "HEAD"): Promise<Response> {
    const { image } = this.#request;
    const origin = this.#request.resolve(image.domain);
    if (origin === undefined) throw new PullFailure("dns");
    const url = `${origin}/v2/${image.path}/${what}/${reference}`;
    let response = await this.#send(url, method);
    if (response.status === 401 && this.#authorization === undefined) {
      await finish(response);
      await this.#authorize(response.headers.get("www-authenticate") ?? "");
      response = await this.#send(url, method);
    }
    if (response.ok) return response;
    await finish(response);
    throw new PullFailure(failureOf(response));
  }

  #send(url: string, method: "GET" | "HEAD"): Promise<Response> {
    const authorization = this.#authorization === undefined ? {} : { authorization: this.#authorization };
    return this.#request.fetch(url, { method, headers: { accept, ...authorization } });
  }

  async #authorize(challenge: string): Promise<void> {
    const basic =
      this.#credential === undefined
        ? undefined
        : `Basic ${Buffer.from(`${this.#credential.user}:${this.#credential.password}`).toString("base64")}`;
    if (!challenge.startsWith("Bearer ")) {
      if (basic === undefined) throw new PullFailure("basic-unauthorized");
      this.#authorization = basic;
      return;
    }
    const parameter = (name: string): string => new RegExp(`${name}="([^"]*)"`).exec(challenge)?.[1] ?? "";
    const realm = new URL(parameter("realm"));
    const origin = this.#request.resolve(realm.host);
    if (origin === undefined) throw new PullFailure("dns");
    const url = new URL(realm.pathname, origin);
    url.searchParams.set("service", parameter("service"));
    url.searchParams.set("scope", parameter("scope"));
    const response = await this.#request.fetch(url, { headers: basic === undefined ? {} : { authorization: basic } });
    if (!response.ok) {
      await finish(response);
      throw new PullFailure(tokenFailure(response.status, basic === undefined));
    }
    this.#authorization = `Bearer ${tokenAnswer.parse(await response.json()).token}`;
  }
}

/** A body that is read to its end leaves the connection for the next request. */
const finish = async (response: Response): Promise<void> => void (await response.arrayBuffer());

/** containerd tells `insufficient_scope` apart, which the challenge says; any other refusal it repeats by its status. */
function failureOf({ status, headers }: Response): FailedPull {
  if (status === 401) {
    const says = headers.get("www-authenticate")?.includes("insufficient_scope") === true;
    return says ? "insufficient-scope" : "basic-unauthorized";
  }
  const known: Readonly<Record<number, FailedPull>> = {
    403: "denied",
    404: "image-not-found",
    429: "rate-limited",
    502: "bad-gateway",
    503: "unavailable",
  };
  return known[status] ?? "server-error";
}

const tokenFailure = (status: number, isAnonymous: boolean): FailedPull => {
  if (isAnonymous) return "token-anonymous";
  return status === 403 ? "bearer-forbidden" : "token-refused";
};

const isUntrusted = (cause: unknown): boolean =>
  cause instanceof Error && "code" in cause && cause.code === "DEPTH_ZERO_SELF_SIGNED_CERT";

/** What a runtime's texts are filled in with for an image. */
export const wordsFor = (image: ImageReference, written: string): Record<string, string> => ({
  image: written,
  reference: formatReference(image),
  scheme: "https",
  // Where Docker Hub is really asked: what stands in the URLs of its errors.
  host: image.domain === "docker.io" ? "registry-1.docker.io" : image.domain,
  repository: image.path,
  tag: image.effectiveTag ?? "",
  ...(image.digest === null ? {} : { digest: image.digest }),
});
