import { createHash } from "node:crypto";
import { parseImageReference } from "../../src/diagnosis/image-reference.ts";
import type { Platform, RegistryAnswer, RegistryCheck } from "../../src/diagnosis/registry-evidence.ts";
import { createRegistry } from "../../src/registry/client.ts";
import { Credential } from "../../src/registry/credential.ts";
import type { Http, HttpAnswer, HttpRequest } from "../../src/registry/http.ts";
import { usualRegistrySettings } from "../../src/registry/registry.ts";
import type { Offer, RegistryQuestion, RegistrySettings } from "../../src/registry/registry.ts";

/** What a server says: a status with headers and a body (an object is sent as JSON), or one of the ways in which a request fails. */
export type Said =
  | { status: number; headers?: Record<string, string>; body?: string | Buffer | object }
  | Exclude<HttpAnswer, { kind: "answer" }>;
type Server = (request: HttpRequest) => Said | Promise<Said>;

/** Servers by `METHOD https://host/path` (without the query), or without the method; a list is said one after the other, its last for ever. */
export type Script = Readonly<Record<string, Said | readonly Said[] | Server>>;

export interface ScriptedHttp extends Http {
  readonly requests: HttpRequest[];
}

export function scripted(script: Script): ScriptedHttp {
  const requests: HttpRequest[] = [];
  const said = new Map<string, number>();
  return {
    requests,
    async send(request) {
      requests.push(request);
      const place = request.url.origin + request.url.pathname;
      const key = [`${request.method} ${place}`, place].find((each) => each in script);
      if (key === undefined) return toAnswer({ status: 404, body: "no such page" }, request);
      const entry = script[key]!;
      if (typeof entry === "function") return toAnswer(await entry(request), request);
      const at = said.get(key) ?? 0;
      said.set(key, at + 1);
      return toAnswer("length" in entry ? entry[Math.min(at, entry.length - 1)]! : entry, request);
    },
    close() {},
  };
}

function toAnswer(said: Said, { method }: HttpRequest): HttpAnswer {
  if ("kind" in said) return said;
  const { status, headers = {}, body = "" } = said;
  const bytes = Buffer.isBuffer(body) ? body : Buffer.from(typeof body === "string" ? body : JSON.stringify(body));
  return { kind: "answer", status, headers, body: method === "HEAD" ? Buffer.alloc(0) : bytes };
}

export const digest = (body: string | Buffer | object): string =>
  `sha256:${createHash("sha256")
    .update(typeof body === "string" || Buffer.isBuffer(body) ? body : JSON.stringify(body))
    .digest("hex")}`;

export const types = {
  index: "application/vnd.oci.image.index.v1+json",
  manifest: "application/vnd.oci.image.manifest.v1+json",
  config: "application/vnd.oci.image.config.v1+json",
  layer: "application/vnd.oci.image.layer.v1.tar+gzip",
};

/** An answer with a manifest, as a registry gives it. */
export const manifestAnswer = (
  body: object | string,
  type = types.manifest,
  headers: Record<string, string> = {},
): Said => ({
  status: 200,
  headers: { "content-type": type, "docker-content-digest": digest(body), ...headers },
  body,
});

/** A small image: its config, its manifest, and their digests. */
export function image(
  config: object = { os: "linux", architecture: "amd64", created: "2024-05-01T10:00:00.123456789Z" },
) {
  const manifest = {
    schemaVersion: 2,
    mediaType: types.manifest,
    config: { mediaType: types.config, digest: digest(config), size: JSON.stringify(config).length },
    layers: [
      { mediaType: types.layer, digest: digest("one"), size: 700 },
      { mediaType: types.layer, digest: digest("two"), size: 300 },
    ],
  };
  return { config, manifest, digest: digest(manifest), configDigest: digest(config) };
}

export const secretPassword = "s3cr3t-passw0rd!";
export const login = (password = secretPassword, user = "shop-bot"): Offer => ({
  source: { kind: "secret", secret: "regcred", key: "registry.example.com", username: user },
  credential: new Credential(user, password),
  byKubelet: true,
});
export const anonymous: Offer = { source: { kind: "anonymous" }, credential: null, byKubelet: true };
export const anonymousBeside: Offer = { ...anonymous, byKubelet: false };

export const now = new Date("2026-11-20T12:00:00Z");
export const amd64: Platform = { os: "linux", architecture: "amd64", variant: null };

export function question(
  image: string,
  offers: readonly Offer[] = [anonymous],
  platform: Platform | null = amd64,
): RegistryQuestion {
  const parsed = parseImageReference(image);
  if (!parsed.ok) throw new Error(parsed.error.sentence);
  return { image, reference: parsed.value, offers, platform: Promise.resolve(platform) };
}

export const registryOf = (http: Http, settings: Partial<RegistrySettings> = {}, clock = (): Date => now) =>
  createRegistry({ http, settings: { ...usualRegistrySettings, ...settings }, clock });

/** One check by a new client. */
export const check = (
  http: Http,
  asked: RegistryQuestion,
  settings: Partial<RegistrySettings> = {},
): Promise<RegistryCheck> => registryOf(http, settings).check(asked, new AbortController().signal);

/** The answer to the first credential. */
export async function answerOf(
  http: Http,
  asked: RegistryQuestion,
  settings: Partial<RegistrySettings> = {},
): Promise<RegistryAnswer> {
  const { attempts } = await check(http, asked, settings);
  return attempts[0]!.answer;
}

/** What was asked, one line a request: method, address, and the scheme of the credential that went along. */
export const asked = ({ requests }: ScriptedHttp): string[] =>
  requests.map(({ method, url, headers }) =>
    [method, url.href, headers["authorization"]?.split(" ")[0]].filter((part) => part !== undefined).join(" "),
  );
