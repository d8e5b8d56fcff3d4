import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort } from "../../cluster/programs.ts";
import { basicHeader, push } from "../../cluster/registries/push.ts";
import type { Image } from "../../cluster/registries/images.ts";
import { until } from "../../cluster/stage.ts";

/** A user may touch only what lies below the own name: so the token server of `distribution` has it. */
export const login = { user: "harvest", password: "eleven-quiet-lamps" } as const;

export type RealName = "open-2" | "passwords-2" | "tokens-2" | "open-3" | "passwords-3";

export interface RealRegistry {
  readonly id: RealName;
  readonly name: string;
  /** `localhost:40123`, in plain HTTP. */
  readonly host: string;
  /** Whether it asks for the login above. */
  readonly guarded: boolean;
  /** The origin that hands out tokens, where it is another. */
  readonly tokenServer: string | null;
  push(image: Image, repository: string, tag: string): Promise<void>;
}

export interface RealRegistries {
  readonly all: readonly RealRegistry[];
  stop(): Promise<void>;
}

/** Starts a program and waits until it answers at a URL. */
type Start = (command: string, args: readonly string[], url: string) => Promise<void>;
type Auth = "open" | "basic" | "token";

/** Debian's registry of version 2, open, with passwords and with tokens, and distribution's of version 3, open and with passwords. */
export async function startRegistries(partners: ReadonlyMap<string, string>): Promise<RealRegistries> {
  const folder = mkdtempSync(join(tmpdir(), "imagepull-registries-"));
  const running: ChildProcess[] = [];
  const start: Start = async (command, args, url) => {
    const child = spawn(command, args, { cwd: folder, env: { PATH: process.env["PATH"] }, stdio: "ignore" });
    running.push(child);
    await until(command, () => {
      if (child.exitCode !== null) throw new Error(`${command} ${args.join(" ")} ends with ${child.exitCode}`);
      return answers(url);
    });
  };
  const stop = async (): Promise<void> => {
    await Promise.all(running.map(end));
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    writeFileSync(join(folder, "htpasswd"), execFileSync("htpasswd", ["-Bbn", login.user, login.password]));
    const tokens = await startTokenServer(folder, partners.get("token-server") ?? "token-server", start);
    const v3 = partners.get("registry-v3") ?? "registry";
    const kinds: readonly (readonly [id: RealName, name: string, command: string, auth: Auth])[] = [
      ["open-2", "docker-registry 2, open", "docker-registry", "open"],
      ["passwords-2", "docker-registry 2, passwords", "docker-registry", "basic"],
      ["tokens-2", "docker-registry 2, tokens", "docker-registry", "token"],
      ["open-3", "distribution 3, open", v3, "open"],
      ["passwords-3", "distribution 3, passwords", v3, "basic"],
    ];
    const all: RealRegistry[] = [];
    for (const [id, name, command, auth] of kinds) {
      const host = `localhost:${await freePort()}`;
      const config = join(folder, `${all.length}.yaml`);
      writeFileSync(config, configOf(host, join(folder, `data-${all.length}`), auth, tokens));
      await start(command, ["serve", config], `http://${host}/v2/`);
      all.push({ id, name, ...described(host, auth, tokens) });
    }
    return { all, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

interface TokenServer {
  readonly origin: string;
  readonly realm: string;
  readonly certificate: string;
}

const service = "imagepull-test-registry";
const issuer = "imagepull-test";

/** The realm is written as `localhost`: crane refuses realms on loopback literals. */
async function startTokenServer(folder: string, command: string, start: Start): Promise<TokenServer> {
  const port = await freePort();
  const [key, certificate] = [join(folder, "token.key"), join(folder, "token.crt")];
  const openssl = (...words: string[]): Buffer =>
    execFileSync("openssl", words, { stdio: ["ignore", "pipe", "ignore"] });
  // Its library reads no other form of keys.
  openssl("ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", key);
  openssl("req", "-x509", "-new", "-key", key, "-days", "2", "-subj", `/CN=${issuer}`, "-out", certificate);
  const origin = `http://localhost:${port}`;
  const realm = `${origin}/token/`;
  const options = { addr: `127.0.0.1:${port}`, issuer, realm, passwd: join(folder, "htpasswd"), key };
  const words = Object.entries(options).flatMap(([name, value]) => [`-${name}`, value]);
  await start(command, words, realm);
  return { origin, realm, certificate };
}

function configOf(host: string, data: string, auth: Auth, { realm, certificate }: TokenServer): string {
  mkdirSync(data);
  const guards = {
    open: {},
    basic: { auth: { htpasswd: { realm: "registry", path: join(data, "..", "htpasswd") } } },
    token: { auth: { token: { realm, service, issuer, rootcertbundle: certificate } } },
  };
  // JSON is YAML, too.
  return JSON.stringify({
    version: 0.1,
    log: { level: "error", accesslog: { disabled: true } },
    storage: { filesystem: { rootdirectory: data } },
    http: { addr: host.replace("localhost", "127.0.0.1"), secret: "imagepull-test" },
    ...guards[auth],
  });
}

function described(host: string, auth: Auth, { origin, realm }: TokenServer): Omit<RealRegistry, "id" | "name"> {
  const authorize = async (repository: string): Promise<string> => {
    const query = new URLSearchParams({ service, scope: `repository:${repository}:pull,push` });
    const response = await fetch(`${realm}?${query}`, { headers: { authorization: basicHeader(login) } });
    return `Bearer ${((await response.json()) as { access_token: string }).access_token}`;
  };
  return {
    host,
    guarded: auth !== "open",
    tokenServer: auth === "token" ? origin : null,
    async push(image, repository, tag) {
      const destination = { registry: host, repository, tag };
      if (auth === "token") return push(image, { ...destination, authorization: await authorize(repository) });
      return push(image, auth === "basic" ? { ...destination, credentials: login } : destination);
    },
  };
}

const answers = (url: string): Promise<true | null> =>
  fetch(url).then(
    () => true,
    () => null,
  );

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill();
  await once(child, "exit");
}
