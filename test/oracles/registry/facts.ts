import { createHash } from "node:crypto";
import type { Platform, RegistryAnswer } from "../../../src/diagnosis/registry-evidence.ts";
import type { Ran } from "../../cluster/programs.ts";
import { type Clients, written } from "./partners.ts";

/** What somebody says of an image, in a form that can be compared. */
export interface Facts {
  readonly digest: string;
  /** Offered platforms, in order; one for a single image; null where it is not said. */
  readonly platforms: readonly string[] | null;
  /** What a node would get; null where it would get nothing, or it is not said. */
  readonly forNode: {
    readonly digest: string;
    readonly config: string;
    /** Bytes of all layers, as they travel. */
    readonly size: number;
    readonly layers: number;
    /** To the second; null for the epoch of reproducible builds. */
    readonly createdAt: string | null;
  } | null;
}

interface Manifest {
  readonly config?: { readonly digest: string };
  readonly layers?: readonly { readonly size: number }[];
  readonly manifests?: readonly { readonly digest: string; readonly platform: Wire }[];
}
interface Wire {
  readonly os: string;
  readonly architecture: string;
  readonly variant?: string;
  readonly created?: string;
}

export const digestOf = (text: string): string => `sha256:${createHash("sha256").update(text).digest("hex")}`;

const platformText = ({ os, architecture, variant }: Wire): string =>
  written({ os, architecture, variant: variant ?? null });

/** Attestations stand in an index as `unknown/unknown`: nobody's platform. */
const offered = ({ manifests }: Manifest, config: Wire | null): string[] | null =>
  manifests
    ? manifests.map(({ platform }) => platformText(platform)).filter((text) => text !== "unknown/unknown")
    : config && [platformText(config)];

const second = (created: string | undefined): string | null =>
  created === undefined || created.startsWith("1970") ? null : `${created.slice(0, 19)}Z`;

function nodeFacts(digest: string, manifest: string, config: string): Facts["forNode"] {
  const { layers = [] } = JSON.parse(manifest) as Manifest;
  return {
    digest,
    config: digestOf(config),
    size: layers.reduce((sum, layer) => sum + layer.size, 0),
    layers: layers.length,
    createdAt: second((JSON.parse(config) as Wire).created),
  };
}

const succeeded = ({ code, stdout, stderr }: Ran): string => {
  if (code !== 0) throw new Error(stderr.trim());
  return stdout;
};

/** crane takes a platform only if it is offered as it is written. */
export async function factsOfCrane({ crane }: Clients, image: string, node: Platform): Promise<Facts> {
  const platform = ["--platform", written(node)];
  const digest = succeeded(await crane(["digest", image])).trim();
  const top = succeeded(await crane(["manifest", image]));
  const isIndex = (JSON.parse(top) as Manifest).manifests !== undefined;
  const chosen = isIndex ? await crane(["digest", ...platform, image]) : { code: 0, stdout: digest, stderr: "" };
  if (chosen.code !== 0) return { digest, platforms: offered(JSON.parse(top) as Manifest, null), forNode: null };
  const manifest = isIndex ? succeeded(await crane(["manifest", ...platform, image])) : top;
  const config = succeeded(await crane(["config", ...(isIndex ? platform : []), image]));
  return {
    digest,
    platforms: offered(JSON.parse(top) as Manifest, JSON.parse(config) as Wire),
    forNode: nodeFacts(chosen.stdout.trim(), manifest, config),
  };
}

/** skopeo has no word for the manifest that it chooses: it is the one that refers to the config that it shows. */
export async function factsOfSkopeo({ skopeo }: Clients, image: string, node: Platform): Promise<Facts> {
  const plain = ["--tls-verify=false", `docker://${image}`];
  const top = succeeded(await skopeo(["inspect", "--raw", ...plain]));
  const { manifests } = JSON.parse(top) as Manifest;
  const read = await skopeo(["inspect", "--config", "--raw", ...plain], node);
  if (read.code !== 0)
    return { digest: digestOf(top), platforms: offered(JSON.parse(top) as Manifest, null), forNode: null };
  const platforms = offered(JSON.parse(top) as Manifest, JSON.parse(read.stdout) as Wire);
  if (!manifests) return { digest: digestOf(top), platforms, forNode: nodeFacts(digestOf(top), top, read.stdout) };
  for (const entry of manifests) {
    const at = `${image.replace(/:[^:/]*$/, "")}@${entry.digest}`;
    const manifest = succeeded(await skopeo(["inspect", "--raw", "--tls-verify=false", `docker://${at}`]));
    if ((JSON.parse(manifest) as Manifest).config?.digest === digestOf(read.stdout)) {
      return { digest: digestOf(top), platforms, forNode: nodeFacts(entry.digest, manifest, read.stdout) };
    }
  }
  throw new Error(`${image}: no manifest has the config that skopeo shows`);
}

/** What our client says, and null where it says that this is no image or that it cannot be had. */
export function factsOfOurs(answer: RegistryAnswer): Facts | null {
  if (answer.kind !== "found") return null;
  const { digest, platforms, forNode } = answer;
  return {
    digest,
    platforms: platforms?.map(written) ?? null,
    forNode: forNode && {
      digest: forNode.digest,
      config: forNode.config ?? "not read",
      size: forNode.size ?? -1,
      layers: forNode.layers ?? -1,
      createdAt: forNode.createdAt && second(new Date(forNode.createdAt).toISOString()),
    },
  };
}
