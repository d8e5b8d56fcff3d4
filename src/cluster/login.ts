import { readFileSync } from "node:fs";
import type { OutgoingHttpHeaders } from "node:http";
import type { RequestOptions } from "node:https";
import type { PluginCredential } from "./exec-plugin.ts";
import type { ClusterAccess, UserEntry } from "./kubeconfig.ts";

/** What one request to the API server is signed with. */
export interface Credentials {
  readonly headers: Readonly<Record<string, string | readonly string[]>>;
  readonly certificate: string | Buffer | null;
  readonly key: string | Buffer | null;
}

/** Gives the credentials for the next request. `refused`: what the API server has just answered 401 to, so it is not given again. */
export type Login = (signal: AbortSignal, refused: Credentials | null) => Promise<Credentials>;

/** Why there are no credentials, as a sentence without its full stop. */
export class LoginError extends Error {}

/** Projected tokens rotate while the process runs; client-go reads them anew each minute too. */
const tokenFileLifetime = 60_000;

/** Plugins talk to identity providers, and may take longer than any read of ours. */
const pluginDeadline = 30_000;

interface Kept {
  plugin: PluginCredential | null;
  file: { token: string; readAt: number } | null;
  running: Promise<PluginCredential> | null;
}

/** The kubeconfig user's ways to log in, as kubectl ranks them: token file before token, plugin, user name and password; client certificates with any of them. */
export function createLogin(
  access: ClusterAccess,
  environment: Readonly<Record<string, string | undefined>>,
  clock: () => Date,
): Login {
  const { user } = access;
  const kept: Kept = { plugin: null, file: null, running: null };
  return async (signal, refused) => {
    const headers = impersonation(user);
    const certificate = fileOrData(user["client-certificate"], user["client-certificate-data"]);
    const key = fileOrData(user["client-key"], user["client-key-data"]);
    const token = bearer(user, kept, clock().getTime(), refused !== null);
    if (token !== null) return { headers: { ...headers, authorization: `Bearer ${token}` }, certificate, key };
    if (user.exec) {
      const isRefused = (known: PluginCredential): boolean =>
        refused?.headers["authorization"] === authorization(known) &&
        (known.certificate === null || known.certificate === refused?.certificate);
      const known = kept.plugin;
      const isUsable =
        known !== null && !isRefused(known) && (known.expiresAt === null || known.expiresAt > clock().getTime());
      const credential = isUsable ? known : await plugin(access, kept, environment, signal);
      return {
        headers: {
          ...headers,
          ...(credential.token === null ? {} : { authorization: authorization(credential) ?? "" }),
        },
        certificate: credential.certificate ?? certificate,
        key: credential.key ?? key,
      };
    }
    if (user["auth-provider"]) return { headers: { ...headers, ...(await legacyProvider(access)) }, certificate, key };
    if (user.username) {
      const basic = Buffer.from(`${user.username}:${user.password ?? ""}`).toString("base64");
      return { headers: { ...headers, authorization: `Basic ${basic}` }, certificate, key };
    }
    return { headers, certificate, key };
  };
}

function bearer(user: UserEntry, kept: Kept, now: number, renew: boolean): string | null {
  if (!user.tokenFile) return user.token?.trim() || null;
  if (kept.file !== null && !renew && now - kept.file.readAt < tokenFileLifetime) return kept.file.token;
  try {
    kept.file = { token: readFileSync(user.tokenFile, "utf8").trim(), readAt: now };
  } catch {
    if (kept.file === null) throw new LoginError(`the token file ${user.tokenFile} cannot be read`);
  }
  return kept.file.token || null;
}

const authorization = ({ token }: PluginCredential): string | undefined =>
  token === null ? undefined : `Bearer ${token}`;

/** Runs the plugin, once for all reads that wait for it. */
async function plugin(
  access: ClusterAccess,
  kept: Kept,
  environment: Readonly<Record<string, string | undefined>>,
  signal: AbortSignal,
): Promise<PluginCredential> {
  const { exec } = access.user;
  if (!exec) throw new LoginError("the kubeconfig names no credential plugin");
  const { PluginError, runPlugin } = await import("./exec-plugin.ts");
  try {
    // The plugin outlives the read that started it: who asks next finds it done.
    kept.running ??= runPlugin(exec, access, environment, AbortSignal.timeout(pluginDeadline))
      .then((credential) => (kept.plugin = credential))
      .finally(() => {
        kept.running = null;
      });
    return await untilAborted(kept.running, signal);
  } catch (error) {
    if (error instanceof PluginError) throw new LoginError(error.message);
    throw error;
  }
}

function untilAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const stop = (): void => {
      reject(signal.reason instanceof Error ? signal.reason : new Error("aborted"));
    };
    if (signal.aborted) stop();
    signal.addEventListener("abort", stop, { once: true });
    promise.then(resolve, reject).finally(() => {
      signal.removeEventListener("abort", stop);
    });
  });
}

/** `auth-provider` (oidc, gcp, azure) is what kubeconfigs used before plugins: client-node still knows it, and is loaded for it alone. */
async function legacyProvider({ server, user }: ClusterAccess): Promise<Record<string, string>> {
  const { KubeConfig } = await import("@kubernetes/client-node");
  const config = new KubeConfig();
  config.loadFromOptions({
    clusters: [{ name: "cluster", server, skipTLSVerify: true }],
    users: [{ name: "user", authProvider: user["auth-provider"] }],
    contexts: [{ name: "context", cluster: "cluster", user: "user" }],
    currentContext: "context",
  });
  const options: RequestOptions & { headers?: OutgoingHttpHeaders } = {};
  try {
    await config.applyToHTTPSOptions(options);
  } catch {
    throw new LoginError(
      `the kubeconfig's auth-provider ${user["auth-provider"]?.name ?? ""} gives no token: log in again`,
    );
  }
  return Object.fromEntries(
    Object.entries(options.headers ?? {}).map(([name, value]) => [name.toLowerCase(), String(value)]),
  );
}

function fileOrData(file: string | null | undefined, data: string | null | undefined): Buffer | null {
  if (data) return Buffer.from(data, "base64");
  if (!file) return null;
  try {
    return readFileSync(file);
  } catch {
    throw new LoginError(`${file}, which the kubeconfig names, cannot be read`);
  }
}

function impersonation(user: UserEntry): Record<string, string | readonly string[]> {
  const extra = Object.entries(user["as-user-extra"] ?? {}).map(
    ([name, values]) => [`impersonate-extra-${encodeURIComponent(name)}`, values] as const,
  );
  return {
    ...(user.as ? { "impersonate-user": user.as } : {}),
    ...(user["as-uid"] ? { "impersonate-uid": user["as-uid"] } : {}),
    ...(user["as-groups"]?.length ? { "impersonate-group": user["as-groups"] } : {}),
    ...Object.fromEntries(extra),
  };
}
