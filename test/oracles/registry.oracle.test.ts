import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pLimit from "p-limit";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Platform, RegistryAnswer } from "../../src/diagnosis/registry-evidence.ts";
import { stage } from "../cluster/stage.ts";
import { Dice } from "./oracle.ts";
import { type Facts, factsOfCrane, factsOfOurs, factsOfSkopeo } from "./registry/facts.ts";
import { type Generated, generateImages } from "./registry/generated-images.ts";
import { ourClient, type Ours } from "./registry/ours.ts";
import { buildPartners, type Clients, clients, written } from "./registry/partners.ts";
import { login, type RealRegistries, type RealRegistry, startRegistries } from "./registry/real-registries.ts";

const partners = buildPartners();
const folder = mkdtempSync(join(tmpdir(), "imagepull-oracle-"));
const atOnce = pLimit(3);
let registries: RealRegistries;
let theirs: Clients;
let ours: Ours;

beforeAll(async () => {
  registries = await stage("five registries started", () => startRegistries(partners));
  const logins = Object.fromEntries(registries.all.filter(({ guarded }) => guarded).map(({ host }) => [host, login]));
  theirs = clients({ crane: partners.get("crane") ?? "crane", folder, logins, environment: {}, seconds: 60 });
  const tokenServers = registries.all.flatMap(({ host, tokenServer }) =>
    tokenServer === null ? [] : [{ registry: host, origin: tokenServer }],
  );
  ours = ourClient({ plainHttp: registries.all.map(({ host }) => host), tokenServers }, null);
});

afterAll(async () => {
  ours?.close();
  await registries?.stop();
  rmSync(folder, { recursive: true, force: true });
});

interface Compared {
  readonly image: Generated;
  readonly node: Platform;
  readonly answer: RegistryAnswer;
  readonly crane: Facts;
  readonly skopeo: Facts;
}

async function compare(registry: RealRegistry, image: Generated, index: number): Promise<Compared[]> {
  const repository = `${login.user}/app-${index}`;
  await registry.push(image.image, repository, "1.0");
  const name = `${registry.host}/${repository}:1.0`;
  const rows: Compared[] = [];
  for (const node of image.nodes) {
    const [answer, crane, skopeo] = await Promise.all([
      ours.ask(name, registry.guarded ? login : null, node),
      factsOfCrane(theirs, name, node),
      factsOfSkopeo(theirs, name, node),
    ]);
    rows.push({ image, node, answer, crane, skopeo });
  }
  return rows;
}

/** crane knows no older variant that a node could run instead, and neither looks at the platform of an image that has no index. */
const takesNothing = ({ image, node, crane, skopeo }: Compared): boolean =>
  crane.forNode === null &&
  skopeo.forNode === null &&
  !crane.platforms?.includes(written(node)) &&
  image.image.manifests.length > 0;

/** Where ours differs from what they say, by name. A node that is not served gets no manifest from us. */
function differences(row: Compared): string[] {
  const { image, answer, crane, skopeo } = row;
  if (image.shape === "helm chart")
    return answer.kind === "not-an-image" && answer.what === "helm-chart" ? [] : ["kind"];
  const facts = factsOfOurs(answer);
  if (facts === null || answer.kind !== "found") return [`answer ${JSON.stringify(answer)}`];
  const found: string[] = [];
  const differ = (what: string, one: unknown, other: unknown): void => {
    if (JSON.stringify(one) !== JSON.stringify(other))
      found.push(`${what}: ${JSON.stringify(one)}, not ${JSON.stringify(other)}`);
  };
  for (const [name, theirFacts] of Object.entries({ crane, skopeo })) {
    differ(`digest by ${name}`, facts.digest, theirFacts.digest);
    differ(`platforms by ${name}`, facts.platforms, theirFacts.platforms);
    if (theirFacts.forNode === null || answer.fits === false) continue;
    for (const key of ["digest", "config", "size", "layers", "createdAt"] as const) {
      differ(`the node's ${key} by ${name}`, facts.forNode?.[key], theirFacts.forNode[key]);
    }
  }
  const single = image.image.manifests.length === 0;
  // For an index, both choose as a runtime does, so that what they refuse must be refused.
  if (!single) differ("fits", answer.fits, !takesNothing(row));
  return found;
}

describe("our client says of real registries what crane and skopeo say", () => {
  it("of images of every shape", async () => {
    const dice = new Dice();
    const table: Record<string, Record<string, number>> = {};
    const different: string[] = [];
    for (const registry of registries.all) {
      const images = generateImages(dice);
      const rows = await stage(registry.name, async () =>
        (await Promise.all(images.map((image, index) => atOnce(() => compare(registry, image, index))))).flat(),
      );
      const wrong = rows.flatMap((row) =>
        differences(row).map((what) => `${registry.name}, ${row.image.shape} for ${written(row.node)}: ${what}`),
      );
      different.push(...wrong);
      const found = rows.filter(({ answer }) => answer.kind === "found");
      table[registry.name] = {
        images: images.length,
        "asked (image and node)": rows.length,
        "digests compared": found.length * 2,
        "manifests, sizes and configs compared": found.reduce(
          (sum, { crane, skopeo }) => sum + (crane.forNode ? 1 : 0) + (skopeo.forNode ? 1 : 0),
          0,
        ),
        differ: wrong.length,
      };
    }
    console.log(`registry client against crane and skopeo, seed ${dice.seed}`);
    console.table(table);
    expect(different).toEqual([]);
    const rows = Object.values(table);
    expect(rows.reduce((sum, row) => sum + (row["images"] ?? 0), 0)).toBeGreaterThanOrEqual(50);
    expect(rows.every((row) => (row["manifests, sizes and configs compared"] ?? 0) > 20)).toBe(true);
  }, 600_000);
});
