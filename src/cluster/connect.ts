import { redact } from "../diagnosis/redact.ts";
import { type BadInput, type Result, badInput, success } from "../diagnosis/result.ts";
import { readAccess } from "./kubeconfig.ts";
import { LoginError, createLogin } from "./login.ts";
import { type ClusterReader, createReader } from "./reader.ts";
import { createTransport } from "./transport.ts";
import type { Writer } from "./writer.ts";

export interface ConnectOptions {
  /** `--kubeconfig`; else `KUBECONFIG` (a list), else `~/.kube/config`, else in-cluster. */
  readonly kubeconfig?: string | null;
  /** `--context`; else the current one. */
  readonly context?: string | null;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly clock: () => Date;
}

export interface Connection {
  readonly reader: ClusterReader;
  /** Over the same connections; loaded only by who writes. */
  readonly writer: () => Promise<Writer>;
  /** The context's namespace; in the cluster, the pod's own. */
  readonly namespace: string;
  /** Closes the connections that are kept open. */
  readonly close: () => void;
}

/**
 * From a kubeconfig to a reader. The API server is not asked anything: one that is gone shows at the first read. A credential plugin
 * is run now, since it may take longer than a read may. The error is one sentence.
 */
export async function connect(options: ConnectOptions): Promise<Result<Connection, BadInput>> {
  const access = await readAccess(options);
  if (!access.ok) return access;
  const login = createLogin(access.value, options.environment, options.clock);
  if (access.value.user.exec) {
    try {
      await login(AbortSignal.timeout(60_000), null);
    } catch (error) {
      if (error instanceof LoginError) return badInput(`${error.message}.`);
      throw error;
    }
  }
  const transport = createTransport(access.value, login, options.environment);
  const server = (): string => redact(access.value.server);
  return success({
    reader: createReader(transport, access.value.name, server),
    writer: async () => (await import("./writer.ts")).createWriter(transport, server),
    namespace: access.value.namespace,
    close: transport.close,
  });
}
