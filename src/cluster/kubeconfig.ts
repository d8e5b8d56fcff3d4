import { existsSync, readFileSync } from "node:fs";
import { delimiter, dirname, isAbsolute, join, resolve } from "node:path";
import * as z from "zod";
import { type BadInput, type Result, badInput, success } from "../diagnosis/result.ts";

/**
 * Reads kubeconfigs by kubectl's own rules: of several files the first that says something wins, files that are missing from a
 * KUBECONFIG list are passed over, and paths are relative to the file that names them.
 * Source: client-go tools/clientcmd/loader.go.
 */

const text = z.string().nullish();
const execEntry = z.object({
  apiVersion: text,
  command: text,
  args: z.array(z.string()).nullish(),
  env: z.array(z.object({ name: z.string(), value: z.string() })).nullish(),
  provideClusterInfo: z.boolean().nullish(),
});
const userEntry = z.object({
  token: text,
  tokenFile: text,
  username: text,
  password: text,
  "client-certificate": text,
  "client-certificate-data": text,
  "client-key": text,
  "client-key-data": text,
  as: text,
  "as-uid": text,
  "as-groups": z.array(z.string()).nullish(),
  "as-user-extra": z.record(z.string(), z.array(z.string())).nullish(),
  exec: execEntry.nullish(),
  "auth-provider": z.object({ name: z.string(), config: z.record(z.string(), z.unknown()).nullish() }).nullish(),
});
const clusterEntry = z.object({
  server: text,
  "certificate-authority": text,
  "certificate-authority-data": text,
  "insecure-skip-tls-verify": z.boolean().nullish(),
  "tls-server-name": text,
  "proxy-url": text,
});
const contextEntry = z.object({ cluster: text, user: text, namespace: text });
const kubeconfigFile = z.object({
  clusters: z.array(z.object({ name: z.string(), cluster: clusterEntry.nullish() })).nullish(),
  users: z.array(z.object({ name: z.string(), user: userEntry.nullish() })).nullish(),
  contexts: z.array(z.object({ name: z.string(), context: contextEntry.nullish() })).nullish(),
  "current-context": text,
});

export type UserEntry = z.output<typeof userEntry>;
export type ExecEntry = z.output<typeof execEntry>;
export type ClusterEntry = z.output<typeof clusterEntry>;

/** Everything that a connection needs; paths are absolute. */
export interface ClusterAccess {
  /** The name that answers give the cluster. */
  readonly name: string;
  readonly namespace: string;
  /** `https://host:port`, with a path where a proxy needs one; no slash at the end. */
  readonly server: string;
  readonly cluster: ClusterEntry;
  readonly user: UserEntry;
}

interface Merged {
  readonly clusters: Map<string, ClusterEntry>;
  readonly users: Map<string, UserEntry>;
  readonly contexts: Map<string, z.output<typeof contextEntry>>;
  current: string | null;
}

export interface KubeconfigOptions {
  readonly kubeconfig?: string | null;
  readonly context?: string | null;
  readonly environment: Readonly<Record<string, string | undefined>>;
}

const serviceAccountFolder = "/var/run/secrets/kubernetes.io/serviceaccount";

/** The cluster, user and namespace that a context names, or one sentence that says what is wrong with the kubeconfig. */
export async function readAccess(options: KubeconfigOptions): Promise<Result<ClusterAccess, BadInput>> {
  const files = whichFiles(options);
  if (!files.ok) return files;
  if (files.value === "in-cluster") return inCluster(options.environment);
  const merged: Merged = { clusters: new Map(), users: new Map(), contexts: new Map(), current: null };
  for (const file of files.value) {
    const read = await readFile(file);
    if (!read.ok) return read;
    merge(merged, read.value, dirname(file));
  }
  return chooseContext(merged, files.value.join(" or "), options.context ?? null);
}

function whichFiles({
  kubeconfig,
  environment,
}: KubeconfigOptions): Result<readonly string[] | "in-cluster", BadInput> {
  if (typeof kubeconfig === "string" && kubeconfig !== "")
    return existsSync(kubeconfig)
      ? success([resolve(kubeconfig)])
      : badInput(`no kubeconfig at ${kubeconfig}: give another with --kubeconfig FILE, or leave it out.`);
  const listed = (environment["KUBECONFIG"] ?? "").split(delimiter).filter((file) => file !== "");
  if (listed.length > 0) {
    const present = listed.filter((file) => existsSync(file));
    return present.length > 0
      ? success(present.map((file) => resolve(file)))
      : badInput(
          `no kubeconfig at ${listed.join(" or ")}, which KUBECONFIG names: correct it, or give one with --kubeconfig FILE.`,
        );
  }
  const home = environment["HOME"] ?? environment["USERPROFILE"];
  const usual = home === undefined || home === "" ? null : join(home, ".kube", "config");
  if (usual !== null && existsSync(usual)) return success([usual]);
  if ((environment["KUBERNETES_SERVICE_HOST"] ?? "") !== "" && existsSync(join(serviceAccountFolder, "token")))
    return success("in-cluster");
  return badInput(
    `no kubeconfig${usual === null ? "" : ` at ${usual}`}, KUBECONFIG is not set, and this is no pod in a cluster: set KUBECONFIG, or give one with --kubeconfig FILE.`,
  );
}

async function readFile(file: string): Promise<Result<z.output<typeof kubeconfigFile>, BadInput>> {
  let content: string;
  try {
    content = readFileSync(file, "utf8");
  } catch (error) {
    return badInput(`kubeconfig ${file} cannot be read (${codeOf(error)}): check its path and permissions.`);
  }
  const parsed = await parseYaml(content);
  if (!parsed.ok)
    return badInput(
      `kubeconfig ${file} is not YAML${parsed.error}: correct it, or give another with --kubeconfig FILE.`,
    );
  if (parsed.value === null || parsed.value === undefined) return success({});
  const checked = kubeconfigFile.safeParse(parsed.value);
  if (checked.success) return success(checked.data);
  // The value itself may be a credential and is not repeated.
  const issue = checked.error.issues[0];
  const where = (issue?.path ?? []).map(String).join(".");
  return badInput(
    `kubeconfig ${file} has ${where === "" ? "the wrong shape" : `the wrong kind of value at ${where}`} (${issue?.code ?? "invalid"}): correct it there.`,
  );
}

/** Where YAML is broken, as ` (line 3)`; never what stands there. JSON is read without loading the YAML parser. */
async function parseYaml(content: string): Promise<Result<unknown, string>> {
  if (content.trimStart().startsWith("{")) {
    try {
      return success<unknown>(JSON.parse(content));
    } catch {
      // JSON with comments or trailing commas is still YAML.
    }
  }
  const { parseDocument } = await import("./yaml.ts");
  const document = parseDocument(content, { logLevel: "silent" });
  const error = document.errors[0];
  if (error !== undefined)
    return { ok: false, error: error.linePos === undefined ? "" : ` (line ${error.linePos[0].line})` };
  try {
    return success<unknown>(document.toJS({ maxAliasCount: 100 }));
  } catch {
    return { ok: false, error: " (too many aliases)" };
  }
}

const codeOf = (error: unknown): string =>
  error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : "unreadable";

function merge(into: Merged, file: z.output<typeof kubeconfigFile>, folder: string): void {
  const absolute = (path: string | null | undefined): string | null =>
    path === null || path === undefined || path === "" ? null : isAbsolute(path) ? path : join(folder, path);
  for (const { name, cluster } of file.clusters ?? []) {
    if (!cluster || into.clusters.has(name)) continue;
    into.clusters.set(name, { ...cluster, "certificate-authority": absolute(cluster["certificate-authority"]) });
  }
  for (const { name, user } of file.users ?? []) {
    if (!user || into.users.has(name)) continue;
    const { exec } = user;
    into.users.set(name, {
      ...user,
      tokenFile: absolute(user.tokenFile),
      "client-certificate": absolute(user["client-certificate"]),
      "client-key": absolute(user["client-key"]),
      // A command with a separator in it is a path; a bare name is looked up in PATH.
      exec: exec && /[/\\]/.test(exec.command ?? "") ? { ...exec, command: absolute(exec.command) } : exec,
    });
  }
  for (const { name, context } of file.contexts ?? []) {
    if (context && !into.contexts.has(name)) into.contexts.set(name, context);
  }
  into.current ??= file["current-context"] || null;
}

function chooseContext(merged: Merged, where: string, wanted: string | null): Result<ClusterAccess, BadInput> {
  const names = [...merged.contexts.keys()];
  const known =
    names.length === 0
      ? "it has none"
      : `it has ${names.slice(0, 8).join(", ")}${names.length > 8 ? ` and ${names.length - 8} more` : ""}`;
  const name = wanted ?? merged.current;
  if (name === null)
    return badInput(`kubeconfig ${where} sets no current context: name one with --context (${known}).`);
  const context = merged.contexts.get(name);
  if (context === undefined)
    return badInput(
      wanted === null
        ? `kubeconfig ${where} has no context "${name}", which it names as the current one: name one with --context (${known}).`
        : `no context "${name}" in kubeconfig ${where}: name one with --context (${known}).`,
    );
  const cluster = merged.clusters.get(context.cluster ?? "");
  if (!cluster?.server)
    return badInput(
      `context "${name}" names cluster "${context.cluster ?? ""}", which kubeconfig ${where} does not define with a server: correct it there.`,
    );
  const user = merged.users.get(context.user ?? "");
  if (user === undefined && context.user)
    return badInput(
      `context "${name}" names user "${context.user}", which kubeconfig ${where} does not define: correct it there.`,
    );
  const server = cluster.server.replace(/\/+$/, "");
  if (!URL.canParse(server) || !/^https?:$/.test(new URL(server).protocol))
    return badInput(
      `cluster "${context.cluster ?? ""}" of kubeconfig ${where} has a server that is no http or https address: correct it there.`,
    );
  return success({ name, namespace: context.namespace || "default", server, cluster, user: user ?? {} });
}

function inCluster(environment: Readonly<Record<string, string | undefined>>): Result<ClusterAccess, BadInput> {
  const host = environment["KUBERNETES_SERVICE_HOST"] ?? "";
  const port = environment["KUBERNETES_SERVICE_PORT"] ?? "443";
  const namespaceFile = join(serviceAccountFolder, "namespace");
  return success({
    name: "in-cluster",
    namespace: existsSync(namespaceFile) ? readFileSync(namespaceFile, "utf8").trim() : "default",
    server: `https://${host.includes(":") ? `[${host}]` : host}:${port}`,
    cluster: { "certificate-authority": join(serviceAccountFolder, "ca.crt") },
    user: { tokenFile: join(serviceAccountFolder, "token") },
  });
}
