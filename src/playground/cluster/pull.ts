import { createHash } from "node:crypto";
import { z } from "zod";
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
  | { readonly kind: "pulled"; readonly digest: string; readonly size: number }
  | { readonly kind: "failed"; readonly scenario: FailedPull };

export type FailedPull =
  | "image-not-found"
  | "basic-unauthorized"
  | "token-refused"
  | "token-anonymous"
  | "insufficient-scope"
  | "rate-limited"
  | "platform-mismatch"
  | "layer-corrupt"
  | "server-error"
  | "dns"
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
      // fetch says no more than that the connection failed.
      if (error instanceof TypeError) return { kind: "failed", scenario: "unreachable" };
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
    const { config, layers } = manifest.parse(JSON.parse(bytes.toString("utf8")));
    for (const blob of [config, ...layers]) await this.#content("blobs", blob.digest);
    return { kind: "pulled", digest, size: layers.reduce((sum, layer) => sum + layer.size, config.size) };
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
      await this.#authorize(response.headers.get("www-authenticate") ?? "");
      response = await this.#send(url, method);
    }
    if (response.ok) return response;
    await response.body?.cancel();
    throw new PullFailure(failureOf(response.status, this.#authorization?.startsWith("Bearer ") === true));
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
    realm.searchParams.set("service", parameter("service"));
    realm.searchParams.set("scope", parameter("scope"));
    const response = await this.#request.fetch(realm, { headers: basic === undefined ? {} : { authorization: basic } });
    if (!response.ok) throw new PullFailure(basic === undefined ? "token-anonymous" : "token-refused");
    this.#authorization = `Bearer ${tokenAnswer.parse(await response.json()).token}`;
  }
}

function failureOf(status: number, bearer: boolean): FailedPull {
  if (status === 401 || status === 403) return bearer ? "insufficient-scope" : "basic-unauthorized";
  if (status === 404) return "image-not-found";
  return status === 429 ? "rate-limited" : "server-error";
}

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
