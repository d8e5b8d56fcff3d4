import type { DockerConfigEvidence } from "./evidence.ts";
import { type DockerConfig, type SecretEntry, parseRegistryKey } from "./keyring.ts";
import { redact } from "./redact.ts";

/** User and password of an entry as the kubelet reads them; empty where they are not set. */
export interface Login {
  readonly username: string;
  readonly password: string;
}

/** Makes of an entry what is kept of it. The only one that ever sees the login. */
export type Keep<E extends SecretEntry> = (shown: SecretEntry, login: Login) => E;

/** A mistake in the file: where it is, and what it is, never what stands there. Thrown inside this file only. */
class Malformed extends Error {
  constructor(where: string, what: string) {
    super(where === "" ? ` ${what}` : `: ${where} ${what}`);
  }
}

/** Types of secrets that the kubelet reads, and the key of each that holds the file. */
const formats: Readonly<Record<string, string>> = {
  "kubernetes.io/dockerconfigjson": ".dockerconfigjson",
  "kubernetes.io/dockercfg": ".dockercfg",
};

/** What a pull secret holds, without its values: which registries, whose user name, what kind of credential. See `readDockerConfig`. */
export function parseDockerConfig(type: string, data: Readonly<Record<string, string>>): DockerConfigEvidence {
  return showDockerConfig(readDockerConfig(type, data, (shown) => shown));
}

/** What may be shown of a pull secret, whatever its entries carry along. */
export const showDockerConfig = (config: DockerConfig): DockerConfigEvidence =>
  config.status === "ok"
    ? { status: "ok", entries: config.entries.map(({ key, username, kind }) => ({ key, username, kind })) }
    : config;

/**
 * The entries of a pull secret, in the order of the file, each as `keep` makes it. `data` is `Secret.data`, base64 as the API server gives
 * it. Mistakes are those that the kubelet sees (`pkg/credentialprovider/config.go` and `secrets/secrets.go`, 1.34): a file that Go cannot
 * decode fails the look-up for all of the pod's secrets, one that is not there is passed over. Never throws, unless `keep` does.
 */
export function readDockerConfig<E extends SecretEntry>(
  type: string,
  data: Readonly<Record<string, string>>,
  keep: Keep<E>,
): DockerConfig<E> {
  const field = Object.hasOwn(formats, type) ? formats[type] : undefined;
  if (field === undefined) return { status: "wrong-type", problem: wrongType(type, data) };

  const passedOver = (problem: string): DockerConfig<E> => ({ status: "malformed", problem, failsAll: false });
  const encoded: unknown = Object.hasOwn(data, field) ? data[field] : undefined;
  if (encoded === undefined) return passedOver(`the secret has no ${field}`);
  const content = typeof encoded === "string" ? decodeBase64(encoded, "padded") : null;
  if (content === null) return passedOver(`${field} is not base64`);
  if (content === "") return passedOver(`${field} is empty`);

  try {
    if (!isJson(content)) throw new Malformed("", "is not JSON");
    const auths = field === ".dockercfg" ? readAuths(content, "", keep) : readConfigJson(content, keep);
    if (auths === null) return passedOver(`${field} has no "auths": registries must stand under it`);
    return { status: "ok", entries: [...auths.values()] };
  } catch (error) {
    if (!(error instanceof Malformed)) throw error;
    return { status: "malformed", problem: `${field}${error.message}`, failsAll: true };
  }
}

function wrongType(type: string, data: Readonly<Record<string, string>>): string {
  const shown = type === "" ? "Opaque" : redact(type).slice(0, 100);
  const held = Object.values(formats).find((field) => Object.hasOwn(data, field));
  const but = held === undefined ? "" : ` (it holds ${held}, but under this type nobody reads it)`;
  return `the secret's type is ${shown}${but}: the kubelet passes over all but ${Object.keys(formats).join(" and ")}`;
}

/** `{"auths": {…}, "HttpHeaders": {…}}`, null without `auths`. Go takes names of fields in any case, and merges a map that is given twice. */
function readConfigJson<E extends SecretEntry>(json: string, keep: Keep<E>): ReadonlyMap<string, E> | null {
  let auths: Map<string, E> | null = null;
  for (const [name, value] of members(json, "")) {
    if (fold(name) === "httpheaders") {
      for (const [header, text] of members(value, "HttpHeaders")) readString(text, `HttpHeaders[${place(header)}]`);
    }
    if (fold(name) !== "auths") continue;
    // A null empties the map; what follows fills it anew.
    auths = value === "null" ? new Map() : new Map([...(auths ?? []), ...readAuths(value, "auths", keep)]);
  }
  return auths;
}

function readAuths<E extends SecretEntry>(json: string, where: string, keep: Keep<E>): Map<string, E> {
  const entries = new Map<string, E>();
  for (const [registry, value] of members(json, where)) {
    const key = showKey(registry);
    entries.set(registry, readEntry(key, value, `${where}[${place(key)}]`, keep));
  }
  return entries;
}

function readEntry<E extends SecretEntry>(key: string, json: string, where: string, keep: Keep<E>): E {
  const fields: Record<string, string> = {};
  for (const [name, value] of members(json, where)) {
    const field = fold(name);
    // The kubelet does not know the two tokens, so they can be anything to it.
    const isToken = field === "identitytoken" || field === "registrytoken";
    const isKnown = ["username", "password", "email", "auth"].includes(field) || (isToken && value.startsWith('"'));
    const text = isKnown ? readString(value, `${where}.${field}`) : null;
    if (text !== null) fields[field] = text;
  }
  const { username = "", password = "", auth = "", identitytoken = "", registrytoken = "" } = fields;
  const login = auth === "" ? { username, password } : readAuth(auth, `${where}.auth`);
  const token = identitytoken !== "" ? "identity-token" : registrytoken !== "" ? "registry-token" : "empty";
  return keep({ key, username: showUser(login), kind: login.password !== "" ? "password" : token }, login);
}

/** `auth` is base64 of `user:password`; Go takes it with padding or without, and line breaks in it. */
function readAuth(auth: string, where: string): Login {
  const decoded = decodeBase64(auth, auth.trim().endsWith("=") ? "padded" : "raw");
  if (decoded === null) throw new Malformed(where, "is not base64");
  const colon = decoded.indexOf(":");
  if (colon < 0) throw new Malformed(where, "is not base64 of user:password: the colon is missing");
  return { username: decoded.slice(0, colon), password: decoded.slice(colon + 1) };
}

/** A user name is shown, unless it is the secret itself: some hosts take a token for a user, beside a fixed word or the same token as password. */
function showUser({ username, password }: Login): string | null {
  if (username === "") return null;
  if (username === password) return "[hidden]";
  if ((password === "" || password === "x-oauth-basic") && /^\w{30,}$/.test(username)) return "[hidden]";
  return redact(username).slice(0, 200);
}

/**
 * A key without user info, query and fragment, and still read by the kubelet as the written one is: what made it unreadable stands hidden
 * before the host, where it does so again.
 */
function showKey(key: string): string {
  const [, scheme = "", authority = "", path = ""] = /^(https?:\/\/)?([^/?#]*)([^?#]*)/.exec(key) ?? [];
  const host = authority.slice(authority.lastIndexOf("@") + 1);
  const shown = host.startsWith("[") ? host : host.replace(/:(?!\d*$).*$/s, ":[hidden]");
  const bare = redact(scheme + shown + path);
  if (parseRegistryKey(key) !== null || parseRegistryKey(bare) === null) return bare;
  return `${scheme}[hidden]@${bare.slice(scheme.length)}`;
}

/** A name from the file, for a sentence. */
const place = (name: string): string => JSON.stringify(name.length > 100 ? `${name.slice(0, 99)}…` : name);

/** Names of fields are compared as Go's `encoding/json` does: without case, and with the long s. */
const fold = (name: string): string => name.replaceAll("\u017f", "s").toLowerCase();

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

function readString(json: string, where: string): string | null {
  if (json === "null") return null;
  if (!json.startsWith('"')) throw new Malformed(where, "is not a text");
  return unquote(json);
}

/** Go puts U+FFFD for half a surrogate pair. */
const unquote = (json: string): string => String(JSON.parse(json)).toWellFormed();

/**
 * The members of an object with their JSON, in order and with those that are given twice, which `JSON.parse` does not tell of and Go does
 * decode. None for null. `json` is known to be valid.
 */
function members(json: string, where: string): [name: string, value: string][] {
  const text = json.trim();
  if (text === "null") return [];
  if (!text.startsWith("{")) throw new Malformed(where, "is not a map");
  const found: [string, string][] = [];
  let depth = 0;
  let name: string | null = null;
  let from = 0;
  for (let at = 0; at < text.length; at += 1) {
    const character = text.charAt(at);
    if (character === '"') {
      const start = at;
      at = endOfString(text, at);
      if (depth === 1 && name === null) name = unquote(text.slice(start, at + 1));
    } else if (character === "{" || character === "[") depth += 1;
    else if (character === ":" && depth === 1) from = at + 1;
    if (name !== null && depth === 1 && (character === "," || character === "}")) {
      found.push([name, text.slice(from, at).trim()]);
      name = null;
    }
    if (character === "}" || character === "]") depth -= 1;
  }
  return found;
}

/** The place of the quote that ends the string that begins at `start`. */
function endOfString(text: string, start: number): number {
  let at = start + 1;
  while (text.charAt(at) !== '"') at += text.charAt(at) === "\\" ? 2 : 1;
  return at;
}

/** Base64 by Go's rules: the standard alphabet, with padding or without, line breaks skipped. Null where it is not. */
function decodeBase64(text: string, padding: "padded" | "raw"): string | null {
  const digits = text.replaceAll(/[\r\n]/g, "");
  const bare = padding === "padded" ? digits.replace(/={1,2}$/, "") : digits;
  const isWhole = padding === "padded" ? digits.length % 4 === 0 : bare.length % 4 !== 1;
  return isWhole && !/[^A-Za-z0-9+/]/.test(bare) ? Buffer.from(bare, "base64").toString("utf8") : null;
}
