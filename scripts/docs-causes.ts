import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { type CauseId, causeIds } from "../src/diagnosis/causes/catalogue.ts";
import type { Cause, CauseContext } from "../src/diagnosis/causes/cause.ts";
import { causes } from "../src/diagnosis/causes/index.ts";
import type { CauseFacts } from "../src/diagnosis/diagnosis.ts";
import { rules } from "../src/diagnosis/messages/rules.ts";
import type { Line } from "../src/diagnosis/say.ts";

const folder = "docs/causes";

/** The one case that every page shows: a Deployment in namespace shop. */
const example: CauseContext = {
  facts: {
    registry: "ghcr.io",
    repository: "ghcr.io/shop/checkout",
    tag: "2.4.1",
    secrets: ["ghcr"],
    secretHosts: ["quay.io"],
    node: "worker-3",
    nodePlatform: "linux/arm64",
  },
  target: { cluster: "prod", namespace: "shop", kind: "Deployment", name: "checkout" },
  workload: { kind: "Deployment", name: "checkout" },
  pod: "checkout-5d8f7c-x2k8p",
  container: "app",
  containerKind: "container",
  image: "ghcr.io/shop/checkout:2.4.1",
  repull: {
    kind: "Deployment",
    name: "checkout",
    containers: [
      {
        name: "app",
        image: "ghcr.io/shop/checkout:2.4.1",
        policy: "IfNotPresent",
        isInit: false,
        isInjected: false,
      },
    ],
    pods: [{ name: "checkout-5d8f7c-x2k8p", waits: true }],
    hasPod: true,
    keeper: null,
    maker: null,
    origin: "workload",
    isPaused: false,
    isHeld: false,
    isOnDelete: false,
  },
};

/** Where a cause needs other particulars to make sense. */
const particulars: { readonly [Id in CauseId]?: { readonly image?: string; readonly facts?: CauseFacts } } = {
  "auth-rejected": { facts: { user: "shop-bot", rejected: "login", service: "ghcr" } },
  "auth-missing": { facts: { service: "ghcr" } },
  "image-not-found": { facts: { nearestTags: ["2.4.0", "2.4.1-rc1"], absent: "tag" } },
  "invalid-reference": { image: "ghcr.io/shop/Checkout:2.4.1" },
  "mirror-or-proxy-misconfigured": { facts: { host: "mirror.example.com" } },
  "not-an-image-pull-failure": { facts: { instead: "container app crashes (exit 1)" } },
  "platform-mismatch": { facts: { platforms: ["linux/amd64"] } },
  "policy-misplaced": { facts: { path: "spec.template.spec.imagePullPolicy" } },
  "pull-queued": { facts: { ahead: "ghcr.io/shop/model:7" } },
  "registry-server-error": { facts: { status: 503 } },
  "sandbox-image": { facts: { registry: "registry.k8s.io", repository: "registry.k8s.io/pause", tag: "3.10" } },
  "short-name": { image: "redis:7" },
  "slow-pull": { facts: { size: 312_000_000 } },
  "stale-image": { facts: { runningDigest: `sha256:${"5d".repeat(32)}`, digest: `sha256:${"a7".repeat(32)}` } },
};

/** The pages of the catalogue by their path from the root of the repository. */
export function causePages(): ReadonlyMap<string, string> {
  const pages = new Map<string, string>([[`${folder}/README.md`, overview()]]);
  for (const id of causeIds) pages.set(causes[id].docs, page(causes[id]));
  return pages;
}

function page(cause: Cause): string {
  const special = particulars[cause.id];
  const context = {
    ...example,
    image: special?.image ?? example.image,
    facts: { ...example.facts, ...special?.facts },
  };
  const fixes = cause
    .fixes(context)
    .map(
      ({ text, command }) =>
        `- ${markdown(text)}${command === undefined ? "" : `\n\n  \`\`\`sh\n  ${command}\n  \`\`\`\n`}`,
    );
  const sources = rules.filter((rule) => rule.cause === cause.id).map((rule) => `- \`${rule.id}\`: ${rule.source}`);
  return `${[
    `# ${cause.title}`,
    `Cause \`${cause.id}\`. An answer reads like this:`,
    `> ${markdown(cause.headline(context))}`,
    "## Why",
    markdown(cause.explain(context)),
    "## How it is recognised",
    cause.recognised,
    ...(sources.length === 0
      ? []
      : [["In messages, by these rules and the sources of their words:", "", ...sources].join("\n")]),
    ...(fixes.length === 0 ? [] : ["## What to do", fixes.join("\n")]),
    "[All causes](README.md)",
  ]
    .join("\n\n")
    .replaceAll(/\n{3,}/g, "\n\n")}\n`;
}

function overview(): string {
  const rows = causeIds.map((id) => `| [\`${id}\`](${id}.md) | ${causes[id].title} |`);
  return `${[
    "# Causes",
    "Every diagnosis names one of these as its root cause. The ids are stable: alerts are routed by them and saved answers hold them.",
    ["| cause | in short |", "| --- | --- |", ...rows].join("\n"),
    "These pages are made from the catalogue by `node scripts/docs-causes.ts`.",
  ].join("\n\n")}\n`;
}

const markdown = (line: Line): string =>
  line
    .map((part) =>
      typeof part === "string" ? part : "code" in part ? `\`${part.code}\`` : "at" in part ? part.at : part.since,
    )
    .join("");

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  mkdirSync(folder, { recursive: true });
  for (const [path, text] of causePages()) writeFileSync(join(process.cwd(), path), text);
}
