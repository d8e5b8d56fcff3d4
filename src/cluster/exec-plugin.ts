import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import * as z from "zod";
import type { ClusterAccess, ExecEntry } from "./kubeconfig.ts";

/**
 * Credential plugins of a kubeconfig (`exec`), as client-go runs them: KUBERNETES_EXEC_INFO tells the plugin which API version is
 * expected, and the answer is kept until it expires or is refused.
 * Source: client-go plugin/pkg/client/auth/exec/exec.go.
 */

const execCredential = z.object({
  status: z.object({
    token: z.string().nullish(),
    clientCertificateData: z.string().nullish(),
    clientKeyData: z.string().nullish(),
    expirationTimestamp: z.string().nullish(),
  }),
});

export interface PluginCredential {
  readonly token: string | null;
  readonly certificate: string | null;
  readonly key: string | null;
  /** Milliseconds; null where it does not expire. */
  readonly expiresAt: number | null;
}

/** A failure that says what the plugin is and how it ended; its own words may hold a credential and are not repeated. */
export class PluginError extends Error {}

const maxOutput = 1_000_000;

/** Runs the plugin once. Throws `PluginError`, or the signal's reason. */
export async function runPlugin(
  exec: ExecEntry,
  access: ClusterAccess,
  environment: Readonly<Record<string, string | undefined>>,
  signal: AbortSignal,
): Promise<PluginCredential> {
  const command = exec.command ?? "";
  if (command === "") throw new PluginError("the kubeconfig names a credential plugin without a command");
  const output = await run(command, exec.args ?? [], pluginEnvironment(exec, access, environment), signal);
  const parsed = execCredential.safeParse(parseJson(output));
  if (!parsed.success)
    throw new PluginError(`the credential plugin ${command} did not answer with an ExecCredential that has a status`);
  const { token, clientCertificateData, clientKeyData, expirationTimestamp } = parsed.data.status;
  const expires = Date.parse(expirationTimestamp ?? "");
  return {
    token: token ?? null,
    certificate: clientCertificateData ?? null,
    key: clientKeyData ?? null,
    expiresAt: Number.isNaN(expires) ? null : expires,
  };
}

function parseJson(output: string): unknown {
  try {
    return JSON.parse(output);
  } catch {
    return null;
  }
}

function pluginEnvironment(
  exec: ExecEntry,
  { server, cluster }: ClusterAccess,
  environment: Readonly<Record<string, string | undefined>>,
): NodeJS.ProcessEnv {
  const info = {
    kind: "ExecCredential",
    apiVersion: exec.apiVersion ?? "client.authentication.k8s.io/v1",
    spec: {
      interactive: false,
      ...(exec.provideClusterInfo ? { cluster: clusterInfo(server, cluster) } : {}),
    },
  };
  return {
    ...environment,
    KUBERNETES_EXEC_INFO: JSON.stringify(info),
    ...Object.fromEntries((exec.env ?? []).map(({ name, value }) => [name, value])),
  };
}

function clusterInfo(server: string, cluster: ClusterAccess["cluster"]): Record<string, unknown> {
  const file = cluster["certificate-authority"];
  const data = cluster["certificate-authority-data"] ?? (file ? readFileSync(file).toString("base64") : null);
  return {
    server,
    ...(data === null ? {} : { "certificate-authority-data": data }),
    ...(cluster["tls-server-name"] ? { "tls-server-name": cluster["tls-server-name"] } : {}),
    ...(cluster["insecure-skip-tls-verify"] ? { "insecure-skip-tls-verify": true } : {}),
    ...(cluster["proxy-url"] ? { "proxy-url": cluster["proxy-url"] } : {}),
  };
}

function run(command: string, args: readonly string[], env: NodeJS.ProcessEnv, signal: AbortSignal): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { env, signal, stdio: ["ignore", "pipe", "ignore"], windowsHide: true });
    let output = "";
    child.stdout.setEncoding("utf8").on("data", (chunk: string) => {
      output += chunk;
      if (output.length > maxOutput) child.kill();
    });
    child.once("error", (error) => {
      if (signal.aborted) reject(signal.reason instanceof Error ? signal.reason : error);
      else if ("code" in error && error.code === "ENOENT")
        reject(new PluginError(`the credential plugin ${command}, which the kubeconfig names, is not installed here`));
      else reject(new PluginError(`the credential plugin ${command} cannot be started`));
    });
    child.once("close", (code) => {
      if (code === 0) resolve(output);
      else
        reject(
          new PluginError(
            `the credential plugin ${command} failed (exit ${code ?? "by a signal"}): run it by hand to see why, or log in again`,
          ),
        );
    });
  });
}
