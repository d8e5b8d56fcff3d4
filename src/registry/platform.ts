import type { Platform } from "../diagnosis/registry-evidence.ts";

const aliases: Readonly<Record<string, readonly [architecture: string, variant: string | null]>> = {
  i386: ["386", ""],
  x86_64: ["amd64", null],
  "x86-64": ["amd64", null],
  aarch64: ["arm64", null],
  armhf: ["arm", "v7"],
  armel: ["arm", "v6"],
};

/** The canonical form in which containerd compares platforms (`containerd/platforms` 1.0, `database.go`); the variant is empty for none. */
function normalize({ os, architecture, variant }: Platform): { os: string; architecture: string; variant: string } {
  const written = architecture.toLowerCase();
  const [arch, fixed] = (Object.hasOwn(aliases, written) ? aliases[written] : undefined) ?? [written, null];
  const system = os.toLowerCase() === "macos" ? "darwin" : os.toLowerCase();
  return { os: system, architecture: arch, variant: fixed ?? canonicalVariant(arch, variant?.toLowerCase() ?? "") };
}

function canonicalVariant(architecture: string, variant: string): string {
  if (architecture === "amd64") return variant === "v1" ? "" : variant;
  if (architecture === "arm64") {
    if (["8", "v8", "v8.0"].includes(variant)) return "";
    return ["9", "9.0", "v9.0"].includes(variant) ? "v9" : variant;
  }
  if (architecture !== "arm") return variant;
  return variant === "" ? "v7" : /^[5-8]$/.test(variant) ? `v${variant}` : variant;
}

/**
 * The platforms that a node's runtime takes, the best first, as containerd's `platforms.Only` (1.0, `compare.go`), which its CRI server uses
 * for pulls (`platforms.Default`, not the strict form): lower variants, 386 on amd64, arm on arm64. CRI-O takes no 386 on amd64.
 */
function accepted(node: Platform): string[] {
  const { os, architecture, variant } = normalize(node);
  const named = (arch: string, variants: readonly string[]): string[] =>
    variants.map((each) => key({ os, architecture: arch, variant: each }));

  if (architecture === "amd64") {
    const level = Number(/^v(\d)$/.exec(variant)?.[1] ?? 1);
    return [...named("amd64", [variant, ...downFrom(level - 1, 1)]), ...named("386", [""])];
  }
  if (architecture === "arm")
    return named("arm", [variant, ...downFrom(Number(/^v(\d)$/.exec(variant)?.[1] ?? 5) - 1, 5)]);
  if (architecture === "arm64") return [...named("arm64", arm64Variants(variant)), ...named("arm", downFrom(8, 5))];
  return named(architecture, [variant]);
}

/** `v3`, `v2`, `v1` from 3 down to 1. */
const downFrom = (from: number, to: number): string[] =>
  Array.from({ length: Math.max(0, from - to + 1) }, (_, at) => `v${from - at}`);

/** v9.x holds v8.(x+5) and all below. */
function arm64Variants(variant: string): string[] {
  const [, major = "8", minor = "0"] = /^v([89])(?:\.(\d))?$/.exec(variant === "" ? "v8" : variant) ?? [];
  const levels = (of: string, from: number): string[] =>
    Array.from({ length: from + 1 }, (_, at) => (from === at ? `v${of}` : `v${of}.${from - at}`));
  if (major === "8") return levels("8", Number(minor));
  return [...levels("9", Number(minor)), ...levels("8", Math.min(9, Number(minor) + 5))];
}

const key = (platform: Platform): string => {
  const { os, architecture, variant } = normalize(platform);
  return `${os}/${architecture}/${variant}`;
};

/** Which of the offered platforms the node's runtime takes; null where it takes none of them. */
export function choose<T extends { readonly platform: Platform }>(offered: readonly T[], node: Platform): T | null {
  for (const wanted of accepted(node)) {
    const found = offered.find(({ platform }) => key(platform) === wanted);
    if (found !== undefined) return found;
  }
  return null;
}

/** Whether a node can run an image of this platform. */
export const fits = (platform: Platform, node: Platform): boolean => choose([{ platform }], node) !== null;

/** Each platform once, in the order of the index. */
export function distinct(platforms: readonly Platform[]): Platform[] {
  const seen = new Map(
    platforms.map((platform) => [`${platform.os}/${platform.architecture}/${platform.variant}`, platform]),
  );
  return [...seen.values()].slice(0, 100);
}
