import { randomBytes } from "node:crypto";
import { type IncomingMessage, type ServerResponse, createServer } from "node:http";
import { close, listen } from "../listen.ts";
import { type Answer, type Dialect, errors } from "./dialect.ts";
import { type Image, type Push, makeImage } from "./images.ts";

/** An account of a registry, and the repositories that it may pull. */
export interface Account {
  readonly user: string;
  readonly password: string;
  /** `shop/*`: all below shop. */
  readonly repositories: readonly string[];
  /** From then on it is refused as one that has ended. */
  readonly endsAt?: Date;
}

export interface RegistryOptions {
  /** The host that images are named by: what a client calls it, not where it listens. */
  readonly host: string;
  readonly dialect: Dialect;
  readonly accounts: readonly Account[];
  /** Repositories that need no account. */
  readonly open: readonly string[];
  /** Pulls that are left, counted by manifests fetched, as Docker Hub counts them. Absent: not counted. */
  readonly budget?: { readonly limit: number; readonly left: number; readonly windowSeconds: number };
  /** Every answer under `/v2/` is this one: a registry that is down behind its load balancer. */
  readonly broken?: Answer;
  /** Layers are never sent: the connection stays, and nothing comes. */
  readonly silentLayers?: boolean;
  /** What a tag meant before stays, by its digest, as registries keep it until they clean up. Absent: it is gone with the tag. */
  readonly keepsUntagged?: boolean;
  readonly clock: () => Date;
}

export interface Registry {
  readonly host: string;
  readonly origin: string;
  /** What was asked, as `GET /v2/…`, in order. */
  readonly requests: readonly string[];
  /** Pushes an image under a tag, which from then on means that one; returns the digest of its manifest or index. */
  push(repository: string, tag: string, push: Push, at: Date): string;
  /** Removes a tag, or all that has a digest. */
  remove(repository: string, reference: string): void;
  /** Uses up the budget of pulls. */
  spend(): void;
  /** Resolves when the next request is left without an answer. */
  nextSilence(): Promise<void>;
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
  return {
    host: options.host,
    origin,
    requests,
    push: (repository, tag, push, at) => state.push(repository, tag, push, at),
    remove: (repository, reference) => {
      state.remove(repository, reference);
    },
    spend: () => {
      state.spend();
    },
    nextSilence: () => state.nextSilence(),
    stop: () => close(server),
  };
}

class State {
  readonly #options: RegistryOptions;
  readonly #realm: URL | null;
  readonly #images = new Map<string, Map<string, Image>>();
  readonly #tokens = new Map<string, ReadonlySet<string>>();
  /** Until somebody is left without an answer. */
  readonly #silences: (() => void)[] = [];
  #pushes = 0;
  #left: number;

  constructor(options: RegistryOptions) {
    const { budget, dialect, host } = options;
    this.#options = options;
    this.#left = budget?.left ?? Number.POSITIVE_INFINITY;
    this.#realm = dialect.realm === null ? null : new URL(dialect.realm(host));
  }

  push(repository: string, tag: string, push: Push, at: Date): string {
    this.#pushes += 1;
    const tags = this.#images.get(repository) ?? new Map<string, Image>();
    const seed = `${this.#options.host}/${repository}:${tag} push ${this.#pushes}`;
    const image = makeImage(seed, push, at);
    const before = tags.get(tag);
    if (before !== undefined && this.#options.keepsUntagged === true) tags.set(before.top.digest, before);
    this.#images.set(repository, tags.set(tag, image));
    return image.top.digest;
  }

  remove(repository: string, reference: string): void {
    const tags = this.#images.get(repository) ?? new Map<string, Image>();
    for (const [tag, { top }] of tags) if (tag === reference || top.digest === reference) tags.delete(tag);
  }

  spend(): void {
    this.#left = 0;
  }

  nextSilence(): Promise<void> {
    const isSilent = this.#options.silentLayers === true;
    return new Promise((resolve) => {
      if (isSilent) this.#silences.push(resolve);
    });
  }

  answer(exchange: Exchange): void {
    const { response, url } = exchange;
    const { broken, dialect } = this.#options;
    response.setHeader("docker-distribution-api-version", "registry/2.0");
    if (url.pathname === this.#realm?.pathname) return this.#token(exchange);
    if (!url.pathname.startsWith("/v2/")) return send(exchange, errors(404, "NOT_FOUND", "not found"));
    if (broken !== undefined) return send(exchange, broken);
    const match = /^\/v2\/(.+)\/(manifests|blobs|tags)\/([^/]+)$/.exec(url.pathname);
    const [, repository = "", what = "", reference = ""] = match ?? [];
    const refusal = this.#refusal(exchange, repository);
    if (refusal !== null) return this.#challenge(exchange, repository, refusal);
    if (url.pathname === "/v2/") return send(exchange, { status: 200, body: "{}" });
    const tags = this.#images.get(repository);
    if (match === null || tags === undefined) return send(exchange, dialect.nameUnknown(repository));
    if (what === "tags") return this.#tags(exchange, repository, tagsOf(tags));
    if (what === "blobs") return this.#blob(exchange, tags, reference);
    this.#manifest(exchange, tags, repository, reference);
  }

  /** The account behind a Basic login; undefined for one that nobody has. */
  #account(authorization: string): Account | undefined {
    const basic = /^Basic (.+)$/i.exec(authorization)?.[1] ?? "";
    const [user, ...password] = Buffer.from(basic, "base64").toString("utf8").split(":");
    return this.#options.accounts.find((one) => one.user === user && one.password === password.join(":"));
  }

  #hasEnded(account: Account): boolean {
    return account.endsAt !== undefined && account.endsAt <= this.#options.clock();
  }

  /** Why a request may not read a repository; null where it may. */
  #refusal({ request }: Exchange, repository: string): { readonly answer: Answer; readonly token: boolean } | null {
    const { dialect, open } = this.#options;
    const authorization = request.headers.authorization;
    if (this.#realm === null) {
      if (holds(open, repository)) return null;
      if (authorization === undefined) return { answer: dialect.unauthorized(repository), token: false };
      const account = this.#account(authorization);
      if (account === undefined) return { answer: dialect.wrongLogin, token: false };
      if (this.#hasEnded(account)) return { answer: dialect.ended, token: false };
      return holds(account.repositories, repository) ? null : { answer: dialect.refused(repository), token: false };
    }
    const token = /^Bearer (.+)$/i.exec(authorization ?? "")?.[1];
    if (token === undefined) return { answer: dialect.unauthorized(repository), token: false };
    return this.#tokens.get(token)?.has(repository) === true
      ? null
      : { answer: dialect.refused(repository), token: true };
  }

  #challenge(exchange: Exchange, repository: string, refusal: { answer: Answer; token: boolean }): void {
    const { host, dialect } = this.#options;
    const scope = repository === "" ? "" : `,scope="repository:${repository}:pull"`;
    const insufficient = refusal.token && dialect.saysScope ? ',error="insufficient_scope"' : "";
    const challenge =
      this.#realm === null
        ? `Basic ${dialect.service(host)}`
        : `Bearer realm="${this.#realm.href}",service="${dialect.service(host)}"${scope}${insufficient}`;
    if (refusal.answer.status === 401) exchange.response.setHeader("www-authenticate", challenge);
    send(exchange, refusal.answer);
  }

  /** The token endpoint. Where the service refuses nobody here, who may not pull gets a token that covers nothing. */
  #token(exchange: Exchange): void {
    const { dialect, open } = this.#options;
    const authorization = exchange.request.headers.authorization;
    const account = authorization === undefined ? undefined : this.#account(authorization);
    if (authorization !== undefined && account === undefined) return send(exchange, dialect.wrongLogin);
    if (account !== undefined && this.#hasEnded(account)) return send(exchange, dialect.ended);
    const scopes = exchange.url.searchParams.getAll("scope").flatMap((scope) => scope.split(" "));
    const wanted = scopes
      .map((scope) => /^repository:(.+):pull$/.exec(scope)?.[1])
      .filter((name) => name !== undefined);
    const granted = wanted.filter(
      (name) => holds(open, name) || (account !== undefined && holds(account.repositories, name)),
    );
    const refusal = account === undefined ? dialect.anonymous : dialect.noRight;
    if (wanted.length > 0 && granted.length === 0 && refusal !== null) return send(exchange, refusal);
    const token = randomBytes(24).toString("base64url");
    this.#tokens.set(token, new Set(granted));
    const issued = this.#options.clock().toISOString();
    const body = { token, access_token: token, expires_in: 300, issued_at: issued };
    send(exchange, { status: 200, body: JSON.stringify(body) });
  }

  #manifest(exchange: Exchange, tags: ReadonlyMap<string, Image>, repository: string, reference: string): void {
    const contents = [...tags.values()].flatMap((image) => [image.top, ...image.manifests]);
    const found = tags.get(reference)?.top ?? contents.find((one) => one.digest === reference);
    if (found === undefined) return send(exchange, this.#options.dialect.manifestUnknown(repository, reference));
    if (!this.#spend(exchange)) return;
    exchange.response.setHeader("docker-content-digest", found.digest);
    exchange.response.setHeader("etag", `"${found.digest}"`);
    send(exchange, { status: 200, body: found.bytes, type: found.mediaType });
  }

  /** Docker Hub's counting: a GET of a manifest is a pull, a HEAD is not; the headers tell the limit, what is left, and who is counted. */
  #spend(exchange: Exchange): boolean {
    const { budget, dialect } = this.#options;
    if (budget === undefined) return true;
    const pulls = exchange.request.method === "GET";
    const enough = !pulls || this.#left > 0;
    if (pulls && enough) this.#left -= 1;
    exchange.response.setHeader("ratelimit-limit", `${budget.limit};w=${budget.windowSeconds}`);
    exchange.response.setHeader("ratelimit-remaining", `${this.#left};w=${budget.windowSeconds}`);
    exchange.response.setHeader("docker-ratelimit-source", "203.0.113.7");
    if (!enough) send(exchange, dialect.spent);
    return enough;
  }

  /** In pages, if so asked: `n` tags after `last`, and a `Link` to the next ones. */
  #tags(exchange: Exchange, name: string, all: readonly string[]): void {
    const { searchParams } = exchange.url;
    const last = searchParams.get("last") ?? "";
    const rest = all.filter((tag) => tag > last);
    const tags = rest.slice(0, Number(searchParams.get("n") ?? rest.length));
    if (tags.length < rest.length) {
      const query = new URLSearchParams({ n: String(tags.length), last: tags.at(-1) ?? "" });
      exchange.response.setHeader("link", `</v2/${name}/tags/list?${query.toString()}>; rel="next"`);
    }
    send(exchange, { status: 200, body: JSON.stringify({ name, tags }) });
  }

  #blob(exchange: Exchange, tags: ReadonlyMap<string, Image>, digest: string): void {
    const found = [...tags.values()].flatMap((image) => image.blobs).find((one) => one.digest === digest);
    if (found === undefined) return send(exchange, errors(404, "BLOB_UNKNOWN", "blob unknown to registry", digest));
    if (this.#options.silentLayers === true && found.mediaType.includes(".layer.")) {
      for (const resolve of this.#silences.splice(0)) resolve();
      return;
    }
    exchange.response.setHeader("docker-content-digest", digest);
    send(exchange, { status: 200, body: found.bytes, type: "application/octet-stream" });
  }
}

/** Without what has no tag any more. */
const tagsOf = (images: ReadonlyMap<string, Image>): string[] =>
  [...images.keys()].filter((name) => !name.includes(":")).toSorted();

function send(
  { request, response }: Exchange,
  { status, body, type = "application/json" }: { status: number; body: string | Buffer; type?: string },
): void {
  response.writeHead(status, { "content-type": type, "content-length": Buffer.byteLength(body) });
  response.end(request.method === "HEAD" ? undefined : body);
}

/** `shop/*` holds all of shop, `*` everything. */
const holds = (list: readonly string[], repository: string): boolean =>
  list.some((one) => one === repository || (one.endsWith("*") && repository.startsWith(one.slice(0, -1))));
