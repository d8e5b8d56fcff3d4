import { existsSync, readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { causePages } from "../../../scripts/docs-causes.ts";
import { type CauseId, causeIds } from "../../../src/diagnosis/causes/catalogue.ts";
import type { CauseContext } from "../../../src/diagnosis/causes/cause.ts";
import { causes } from "../../../src/diagnosis/causes/index.ts";
import type { CauseFacts } from "../../../src/diagnosis/diagnosis.ts";
import type { Line } from "../../../src/diagnosis/say.ts";
import { commands, shop, withFacts } from "./shop.ts";

const text = (line: Line): string =>
  line
    .map((part) =>
      typeof part === "string" ? part : "code" in part ? `\`${part.code}\`` : "at" in part ? part.at : part.since,
    )
    .join("");

/** Nothing is known but that something fails. */
const nothing: CauseContext = { ...shop, facts: {}, pod: null, container: null, image: null };

describe("headlines name who, what and why", () => {
  it.each<[CauseId, CauseFacts, string]>([
    ["image-not-found", {}, "`checkout` cannot pull `ghcr.io/shop/checkout:2.4.1`: the tag does not exist"],
    [
      "image-not-found",
      { words: "name unknown: no such name" },
      "`checkout` cannot pull `ghcr.io/shop/checkout:2.4.1`: the repository does not exist",
    ],
    [
      "auth-rejected",
      { user: "shop-bot" },
      "`checkout` cannot pull `ghcr.io/shop/checkout:2.4.1`: `ghcr.io` refuses the credentials of `shop-bot`",
    ],
    [
      "pull-secret-missing",
      { secrets: ["ghcr"] },
      "`checkout` cannot pull `ghcr.io/shop/checkout:2.4.1`: pull secret `ghcr` does not exist in namespace `shop`",
    ],
    [
      "pull-secret-missing",
      { secrets: ["a", "b"] },
      "`checkout` cannot pull `ghcr.io/shop/checkout:2.4.1`: pull secrets `a`, `b` do not exist in namespace `shop`",
    ],
    [
      "pull-secret-wrong-registry",
      { secrets: ["ghcr"], secretHosts: ["quay.io"] },
      "`checkout` cannot pull `ghcr.io/shop/checkout:2.4.1`: pull secret `ghcr` holds only `quay.io`, not `ghcr.io`",
    ],
    [
      "registry-dns",
      { host: "auth.ghcr.io" },
      "`checkout` cannot pull `ghcr.io/shop/checkout:2.4.1`: `auth.ghcr.io` cannot be resolved",
    ],
    [
      "registry-server-error",
      { status: 503 },
      "`checkout` cannot pull `ghcr.io/shop/checkout:2.4.1`: `ghcr.io` fails with HTTP 503",
    ],
    [
      "mirror-or-proxy-misconfigured",
      { host: "mirror.local" },
      "`checkout` cannot pull `ghcr.io/shop/checkout:2.4.1`: the node asks `mirror.local` in the place of `ghcr.io`, and that fails",
    ],
    [
      "platform-mismatch",
      { nodePlatform: "linux/arm64" },
      "`checkout` cannot pull `ghcr.io/shop/checkout:2.4.1`: it is not built for `linux/arm64`",
    ],
    [
      "platform-mismatch",
      { node: "worker-3", nodePlatform: "linux/arm64", platforms: ["linux/amd64", "linux/s390x", "windows/amd64"] },
      "`checkout` cannot pull `ghcr.io/shop/checkout:2.4.1`: it is built for `linux/amd64`, `linux/s390x` and 1 more, and `worker-3` is `linux/arm64`",
    ],
    [
      "auth-rejected",
      { user: "shop-bot", rejected: "expired", expiredAt: "2026-11-24T09:00:00Z" },
      "`checkout` cannot pull `ghcr.io/shop/checkout:2.4.1`: `ghcr.io` refuses the credentials of `shop-bot`, expired at 2026-11-24T09:00:00Z",
    ],
    [
      "auth-rejected",
      { rejected: "scope" },
      "`checkout` cannot pull `ghcr.io/shop/checkout:2.4.1`: `ghcr.io` refuses the credentials for this repository",
    ],
    [
      "image-not-found",
      { absent: "repository" },
      "`checkout` cannot pull `ghcr.io/shop/checkout:2.4.1`: the repository does not exist",
    ],
    [
      "backoff-only",
      { since: "2026-11-24T10:30:30Z" },
      "`checkout` cannot pull `ghcr.io/shop/checkout:2.4.1` so far: the image is newer than the last try, and is there now",
    ],
    [
      "unsupported-manifest",
      { value: "a Helm chart" },
      "`checkout` cannot use `ghcr.io/shop/checkout:2.4.1`: it is a Helm chart, no image",
    ],
    [
      "stale-image",
      { runningDigest: `sha256:${"e".repeat(64)}`, digest: `sha256:${"a".repeat(64)}` },
      "`checkout` runs `sha256:eeeeeeeeeeee`, and `ghcr.io/shop/checkout:2.4.1` means `sha256:aaaaaaaaaaaa` now",
    ],
    [
      "registry-tls",
      { node: "worker-3", certificate: "it has expired" },
      "`checkout` cannot pull `ghcr.io/shop/checkout:2.4.1`: the certificate of `ghcr.io` is not accepted by `worker-3` (it has expired)",
    ],
    [
      "sandbox-image",
      { node: "worker-3", repository: "registry.k8s.io/pause", tag: "3.10" },
      "`checkout` cannot start: `worker-3` cannot pull the sandbox (pause) image `registry.k8s.io/pause:3.10`",
    ],
    [
      "undetermined",
      { words: "the moon is full" },
      "`checkout` cannot pull `ghcr.io/shop/checkout:2.4.1`: `the moon is full`",
    ],
    ["undetermined", {}, "`checkout`: what could be read does not tell why"],
    [
      "not-an-image-pull-failure",
      { instead: "container app crashes (exit 1)" },
      "`checkout`: no image pull failure; `container app crashes (exit 1)`",
    ],
    [
      "slow-pull",
      { since: "2026-11-24T10:00:00Z" },
      "`checkout` is pulling `ghcr.io/shop/checkout:2.4.1`, for 2026-11-24T10:00:00Z now",
    ],
  ])("%s with %j", (id, facts, headline) => {
    expect(text(causes[id].headline(withFacts(facts)))).toBe(headline);
  });

  it("a digest is no tag", () => {
    const image = `ghcr.io/shop/checkout@sha256:${"5d".repeat(32)}`;
    expect(text(causes["image-not-found"].headline({ ...shop, image }))).toContain("this digest does not exist");
  });
});

describe("every cause", () => {
  it.each(causeIds)("%s reads well with everything known and with nothing", (id) => {
    const known = withFacts({
      secrets: ["ghcr"],
      secretHosts: ["quay.io"],
      node: "worker-3",
      host: "mirror.local",
      status: 503,
      path: "/var/lib/x",
      nodePlatform: "linux/arm64",
      runtime: "containerd",
      retryAt: "2026-11-24T10:00:00Z",
    });
    for (const context of [known, nothing]) {
      const lines = [
        causes[id].headline(context),
        causes[id].explain(context),
        ...causes[id].fixes(context).map((fix) => fix.text),
      ];
      for (const line of lines) {
        expect(text(line)).not.toMatch(/undefined|null|\[object| {2}|``/);
        expect(text(line).length).toBeLessThan(400);
      }
      expect(text(causes[id].headline(context))).not.toMatch(/\.$/);
      expect(text(causes[id].headline(context)).length).toBeLessThan(170);
      for (const command of commands(id, context)) expect(command).not.toMatch(/undefined|null(?!$)(?!\b)|\n/);
    }
    expect(causes[id].id).toBe(id);
    expect(causes[id].title).toMatch(/^[A-Z].{5,70}[^.]$/);
    expect(causes[id].recognised.length).toBeGreaterThan(20);
    if (id !== "healthy") expect(causes[id].fixes(known).length).toBeGreaterThan(0);
  });

  it.each(causeIds)("%s puts every name from outside apart from its own prose", (id) => {
    const canary = "canary";
    const context: CauseContext = {
      ...shop,
      target: { cluster: canary, namespace: canary, kind: "Deployment", name: canary },
      workload: { kind: "Deployment", name: canary },
      pod: canary,
      container: canary,
      image: canary,
      facts: {
        registry: canary,
        repository: canary,
        tag: canary,
        secrets: [canary],
        secretHosts: [canary],
        user: canary,
        host: canary,
        path: canary,
        value: canary,
        node: canary,
        nodePlatform: canary,
        runtime: canary,
        serviceAccount: canary,
        ahead: canary,
        instead: canary,
        words: canary,
      },
    };
    const lines = [
      causes[id].headline(context),
      causes[id].explain(context),
      ...causes[id].fixes(context).map((fix) => fix.text),
    ];
    const prose = lines.flat().filter((part) => typeof part === "string");
    expect(prose.join("")).not.toContain(canary);
  });
});

describe("the pages of the catalogue", () => {
  it("are those that node scripts/docs-causes.ts makes", () => {
    const pages = causePages();
    for (const [path, page] of pages) {
      expect(existsSync(path), `${path} is missing`).toBe(true);
      expect(readFileSync(path, "utf8"), `${path} is out of date: node scripts/docs-causes.ts`).toBe(page);
    }
    expect(
      readdirSync("docs/causes")
        .map((name) => `docs/causes/${name}`)
        .toSorted(),
    ).toEqual([...pages.keys()].toSorted());
  });
});
