import { randomBytes } from "node:crypto";
import { type IncomingMessage, type ServerResponse, createServer } from "node:http";
import { close, listen } from "../listen.ts";
import { type Image, makeImage } from "./images.ts";

/** An account of a registry, and the repositories that it may pull (`*`: all). */
export interface Account {
  readonly user: string;
  readonly password: string;
  readonly repositories: readonly string[];
}

export interface RegistryOptions {
  /** The host name that images are named by: what a client calls it, not where it listens. */
  readonly host: string;
  /** Repository → tag → architectures. */
  readonly repositories: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>;
  readonly auth: {
    readonly scheme: "none" | "basic" | "bearer";
    readonly accounts: readonly Account[];
    /** Repositories that need no account. */ readonly open: readonly string[];
  };
  /** Pulls that are left, counted by manifests fetched, as Docker Hub counts them. Absent: not counted. */
  readonly budget?: { readonly limit: number; readonly left: number; readonly windowSeconds: number };
  /** Every answer under `/v2/` is this status: a registry that is down behind its load balancer. */
  readonly broken?: number;
}

export interface Registry {
  readonly host: string;
  readonly origin: string;
  /** What was asked, as `GET /v2/…`, in order. */
  readonly requests: readonly string[];
  /** Pushes another image under a tag, which from then on means that one. */
  push(repository: string, tag: string, architectures: readonly string[]): void;
  stop(): Promise<void>;
}

interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly url: URL;
}

/** Starts a registry on a free loopback port that speaks the OCI distribution protocol: challenge, token, manifests, blobs, tags. */
export async function startRegistry(options: RegistryOptions): Promise<Registry> {
  const state = new State(options);
  const requests: string[] = [];
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? "/", "http://registry");
    requests.push(`${request.method} ${url.pathname}`);
    request.resume();
    state.answer({ request, response, url });
  });
  const origin = `http://127.0.0.1:${await listen(server)}`;
  state.realm = `${origin}/token`;
  return {
    host: options.host,
    origin,
    requests,
    push: (repository, tag, architectures) => {
      state.push(repository, tag, architectures);
    },
    stop: () => close(server),
  };
}

const errorBody = (code: string, message: string, detail: unknown = null): string =>
  JSON.stringify({ errors: [{ code, message, detail }] });

class State {
  realm = "";
  readonly #options: RegistryOptions;
  readonly #images = new Map<string, Map<string, Image>>();
  #pushes = 0;
  readonly #tokens = new Map<string, ReadonlySet<string>>();
  #left: number;

  constructor(options: RegistryOptions) {
    this.#options = options;
    this.#left = options.budget?.left ?? Number.POSITIVE_INFINITY;
    for (const [repository, tags] of Object.entries(options.repositories)) {
      for (const [tag, architectures] of Object.entries(tags)) this.push(repository, tag, architectures);
    }
  }

  push(repository: string, tag: string, architectures: readonly string[]): void {
    this.#pushes += 1;
    const tags = this.#images.get(repository) ?? new Map<string, Image>();
    this.#images.set(
      repository,
      tags.set(tag, makeImage(`${this.#options.host}/${repository}:${tag} push ${this.#pushes}`, architectures)),
    );
  }

  answer(exchange: Exchange): void {
    const { response, url } = exchange;
    response.setHeader("docker-distribution-api-version", "registry/2.0");
    if (url.pathname === "/token" && this.#options.auth.scheme === "bearer") return this.#token(exchange);
    if (!url.pathname.startsWith("/v2/")) return this.#send(exchange, 404, errorBody("NOT_FOUND", "not found"));
    if (this.#options.broken !== undefined)
      return this.#send(exchange, this.#options.broken, "<html><h1>Service Unavailable</h1></html>", "text/html");
    const match = /^\/v2\/(.+)\/(manifests|blobs|tags)\/([^/]+)$/.exec(url.pathname);
    const [, repository = "", what = "", reference = ""] = match ?? [];
    if (!this.#mayPull(exchange, repository)) return this.#challenge(exchange, repository);
    if (url.pathname === "/v2/") return this.#send(exchange, 200, "{}");
    const tags = this.#images.get(repository);
    if (match === null || tags === undefined) {
      return this.#send(
        exchange,
        404,
        errorBody("NAME_UNKNOWN", "repository name not known to registry", { name: repository }),
      );
    }
    if (what === "tags") return this.#send(exchange, 200, JSON.stringify({ name: repository, tags: [...tags.keys()] }));
    if (what === "blobs") return this.#blob(exchange, tags, reference);
    this.#manifest(exchange, tags, reference);
  }

  #send(exchange: Exchange, status: number, body: string | Buffer, type = "application/json"): void {
    exchange.response.writeHead(status, { "content-type": type, "content-length": Buffer.byteLength(body) });
    exchange.response.end(exchange.request.method === "HEAD" ? undefined : body);
  }

  #account(exchange: Exchange): Account | undefined {
    const basic = /^Basic (.+)$/i.exec(exchange.request.headers.authorization ?? "")?.[1];
    if (basic === undefined) return undefined;
    const [user, ...password] = Buffer.from(basic, "base64").toString("utf8").split(":");
    return this.#options.auth.accounts.find((one) => one.user === user && one.password === password.join(":"));
  }

  #mayPull(exchange: Exchange, repository: string): boolean {
    const { scheme, open } = this.#options.auth;
    if (scheme === "none") return true;
    if (scheme === "basic") {
      const account = this.#account(exchange);
      return open.includes(repository) || (account !== undefined && covers(account, repository));
    }
    const token = /^Bearer (.+)$/i.exec(exchange.request.headers.authorization ?? "")?.[1];
    return token !== undefined && (this.#tokens.get(token)?.has(repository) ?? false);
  }

  #challenge(exchange: Exchange, repository: string): void {
    const { host, auth } = this.#options;
    const scope = repository === "" ? "" : `,scope="repository:${repository}:pull"`;
    const insufficient =
      exchange.request.headers.authorization?.startsWith("Bearer ") === true ? ',error="insufficient_scope"' : "";
    const challenge =
      auth.scheme === "basic"
        ? `Basic realm="${host}"`
        : `Bearer realm="${this.realm}",service="${host}"${scope}${insufficient}`;
    exchange.response.setHeader("www-authenticate", challenge);
    const detail = [{ Type: "repository", Class: "", Name: repository, Action: "pull" }];
    this.#send(exchange, 401, errorBody("UNAUTHORIZED", "authentication required", detail));
  }

  /** The token endpoint: wrong credentials are refused; for what may not be pulled, a token is given that does not cover it. */
  #token(exchange: Exchange): void {
    const account = this.#account(exchange);
    if (account === undefined && exchange.request.headers.authorization !== undefined) {
      return this.#send(exchange, 401, errorBody("UNAUTHORIZED", "incorrect username or password"));
    }
    const scopes = exchange.url.searchParams.getAll("scope").flatMap((scope) => scope.split(" "));
    const wanted = scopes
      .map((scope) => /^repository:(.+):pull$/.exec(scope)?.[1])
      .filter((name) => name !== undefined);
    const granted = wanted.filter(
      (name) => this.#options.auth.open.includes(name) || (account !== undefined && covers(account, name)),
    );
    if (account === undefined && wanted.length > 0 && granted.length === 0) {
      return this.#send(exchange, 401, errorBody("UNAUTHORIZED", "authentication required"));
    }
    const token = randomBytes(24).toString("base64url");
    this.#tokens.set(token, new Set(granted));
    this.#send(exchange, 200, JSON.stringify({ token, access_token: token, expires_in: 300 }));
  }

  #manifest(exchange: Exchange, tags: ReadonlyMap<string, Image>, reference: string): void {
    const contents = [...tags.values()].flatMap((image) => [image.top, ...image.manifests]);
    const found = tags.get(reference)?.top ?? contents.find((one) => one.digest === reference);
    if (found === undefined) {
      return this.#send(exchange, 404, errorBody("MANIFEST_UNKNOWN", "manifest unknown", { Tag: reference }));
    }
    if (!this.#spend(exchange)) return;
    exchange.response.setHeader("docker-content-digest", found.digest);
    this.#send(exchange, 200, found.bytes, found.mediaType);
  }

  /** Docker Hub's counting: a GET of a manifest is a pull, a HEAD is not; the headers tell the limit and what is left. */
  #spend(exchange: Exchange): boolean {
    const { budget } = this.#options;
    if (budget === undefined) return true;
    const pulls = exchange.request.method === "GET";
    const enough = !pulls || this.#left > 0;
    if (pulls && enough) this.#left -= 1;
    exchange.response.setHeader("ratelimit-limit", `${budget.limit};w=${budget.windowSeconds}`);
    exchange.response.setHeader("ratelimit-remaining", `${this.#left};w=${budget.windowSeconds}`);
    if (!enough) this.#send(exchange, 429, errorBody("TOOMANYREQUESTS", "the pull limit of this account is used up"));
    return enough;
  }

  #blob(exchange: Exchange, tags: ReadonlyMap<string, Image>, digest: string): void {
    const found = [...tags.values()].flatMap((image) => image.blobs).find((one) => one.digest === digest);
    if (found === undefined)
      return this.#send(exchange, 404, errorBody("BLOB_UNKNOWN", "blob unknown to registry", digest));
    exchange.response.setHeader("docker-content-digest", digest);
    this.#send(exchange, 200, found.bytes, "application/octet-stream");
  }
}

const covers = ({ repositories }: Account, repository: string): boolean =>
  repositories.includes("*") || repositories.includes(repository);
