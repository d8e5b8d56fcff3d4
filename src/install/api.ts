import { setTimeout as pause } from "node:timers/promises";
import {
  ApiException,
  KubernetesObjectApi,
  PatchStrategy,
  V1JSONSchemaProps,
  VersionApi,
} from "@kubernetes/client-node";
import type { KubeConfig, V1CustomResourceDefinition, V1Deployment } from "@kubernetes/client-node";
import { redact } from "../diagnosis/redact.ts";
import { badInput, success } from "../diagnosis/result.ts";
import type { BadInput, Result } from "../diagnosis/result.ts";
import type { InstallTarget } from "./install.ts";
import type { Manifest } from "./manifests.ts";

const fieldManager = "imagepull-install";
const deadlineMs = 10_000;
/** The API server takes about a second to serve what is newly defined. */
const establishedMs = 30_000;
const pauseMs = 200;

/** The cluster of a kubeconfig as something to install into. */
export function installTarget(config: KubeConfig): InstallTarget {
  const api = KubernetesObjectApi.makeApiClient(config);
  const server = config.getCurrentCluster()?.server ?? "the API server";
  return {
    cluster: config.getCurrentContext(),
    async version() {
      const read = await attempt(
        () => config.makeApiClient(VersionApi).getCode(),
        server,
        "read the API server's version",
      );
      return read.ok ? success(read.value.gitVersion) : read;
    },
    async installedImage(namespace) {
      const header = { apiVersion: "apps/v1", kind: "Deployment", metadata: { name: "imagepull", namespace } };
      // Nothing there, nothing allowed or nobody answers: in each case nothing is known to be kept.
      const read = await attempt(() => api.read<V1Deployment>(header), server, "read deployments");
      return read.ok
        ? (read.value.spec?.template.spec?.containers.find(({ name }) => name === "imagepull")?.image ?? null)
        : null;
    },
    async apply(manifest: Manifest) {
      const what = `apply ${manifest.kind} ${manifest.metadata.name}`;
      const applied = await attempt(
        () => api.patch(forClient(manifest), undefined, undefined, fieldManager, true, PatchStrategy.ServerSideApply),
        server,
        what,
      );
      return applied.ok ? success(undefined) : applied;
    },
    established: (definition) => established(api, definition, server),
  };
}

async function established(api: KubernetesObjectApi, name: string, server: string): Promise<Result<void>> {
  const header = { apiVersion: "apiextensions.k8s.io/v1", kind: "CustomResourceDefinition", metadata: { name } };
  for (let waited = 0; ; waited += pauseMs) {
    const read = await attempt(
      () => api.read<V1CustomResourceDefinition>(header),
      server,
      `read ${header.kind} ${name}`,
    );
    if (!read.ok) return read;
    const conditions = read.value.status?.conditions ?? [];
    if (conditions.some(({ type, status }) => type === "Established" && status === "True")) return success(undefined);
    const refused = conditions.find(({ type, status }) => type === "NamesAccepted" && status === "False");
    if (refused !== undefined || waited >= establishedMs)
      return badInput(
        `${header.kind} ${name} is not served${refused === undefined ? ` after ${establishedMs / 1000} s` : `: ${refused.message ?? "its names are taken"}`}. kubectl describe crd ${name} tells why.`,
      );
    await pause(pauseMs);
  }
}

/** Client-node takes mutable objects, and a definition by the names of its own model. */
const forClient = ({ metadata, ...manifest }: Manifest) => ({
  ...manifest,
  ...(manifest.kind === "CustomResourceDefinition" ? { spec: byModelsNames(manifest["spec"]) } : {}),
  metadata: { ...metadata, labels: { ...metadata.labels } },
});

/** Of a schema: `enum` is `_enum`, `x-kubernetes-validations` is `x_kubernetes_validations`. What has another name is dropped without a word. */
const modelsNames = new Map(V1JSONSchemaProps.getAttributeTypeMap().map(({ name, baseName }) => [baseName, name]));
/** The model leaves these as they are. */
const untyped: ReadonlySet<string> = new Set(["items", "additionalProperties"]);

function byModelsNames(value: unknown, under = ""): unknown {
  if (Array.isArray(value)) return value.map((one) => byModelsNames(one));
  if (typeof value !== "object" || value === null || untyped.has(under)) return value;
  // Below `properties` stand names of fields, not words of a schema.
  const isNames = under === "properties";
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [
      isNames ? key : (modelsNames.get(key) ?? key),
      byModelsNames(inner, isNames ? "" : key),
    ]),
  );
}

class Late extends Error {}

/** A call with a deadline, whose failure is one sentence. */
export async function attempt<T>(call: () => Promise<T>, server: string, what: string): Promise<Result<T, BadInput>> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => late.reject(new Late(`no answer within ${deadlineMs / 1000} s`)), deadlineMs);
  try {
    return success(await Promise.race([call(), late.promise]));
  } catch (error) {
    return badInput(`cannot ${what}: ${explain(error, server)}`);
  } finally {
    clearTimeout(timer);
  }
}

/** The API server's own words where it answered; otherwise where it was not reached. */
function explain(error: unknown, server: string): string {
  if (error instanceof ApiException) {
    const words = bodyMessage(error.body) ?? `HTTP ${error.code}`;
    const mend = error.code === 403 ? " Ask somebody who may, or print it for them with --dry-run." : "";
    return `${redact(words).replace(/\.?$/, ".")}${mend}`;
  }
  const { cause } = error instanceof Error ? error : {};
  const isOurs = error instanceof Error && (error instanceof Late || "code" in error);
  const reason = cause instanceof Error ? cause.message : isOurs ? error.message : null;
  if (reason !== null) return `${redact(server)} does not answer (${redact(reason)}).`;
  // No code and no cause: not the network, but client-node's login, whose words may be a plugin's output with a credential in it.
  return `the kubeconfig's login for ${redact(server)} failed: kubectl get namespaces tells why.`;
}

function bodyMessage(body: unknown): string | null {
  if (typeof body === "object" && body !== null && "message" in body && typeof body.message === "string")
    return body.message;
  if (typeof body !== "string") return null;
  try {
    return bodyMessage(JSON.parse(body));
  } catch {
    return null;
  }
}
