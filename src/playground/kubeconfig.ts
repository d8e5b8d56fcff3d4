import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

export interface TemporaryKubeconfig {
  readonly path: string;
  remove(): Promise<void>;
}

/** Writes a kubeconfig of one context for a server, where only this user can read it; removed when the playground stops. */
export async function writeKubeconfig(server: string, token: string, context: string): Promise<TemporaryKubeconfig> {
  const folder = await mkdtemp(join(tmpdir(), "imagepull-playground-"));
  const path = join(folder, "kubeconfig");
  const config = {
    apiVersion: "v1",
    kind: "Config",
    "current-context": context,
    clusters: [{ name: context, cluster: { server } }],
    users: [{ name: "imagepull", user: { token } }],
    contexts: [{ name: context, context: { cluster: context, user: "imagepull", namespace: "default" } }],
  };
  await writeFile(path, JSON.stringify(config), { mode: 0o600 });
  return { path, remove: () => rm(folder, { recursive: true, force: true }) };
}
