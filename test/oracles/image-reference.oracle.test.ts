import { describe, expect, it } from "vitest";
import { parseImageReference } from "../../src/diagnosis/image-reference.ts";
import { defaultPullPolicy } from "../../src/diagnosis/pull-policy.ts";
import { askOracle, Dice } from "./oracle.ts";

const count = 10_000;
const hex = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

/** Parts as they are written, and as they are written wrong. */
const domains = [
  "ghcr.io",
  "docker.io",
  "index.docker.io",
  "localhost",
  "localhost:5000",
  "registry:5000",
  "10.0.0.1",
  "127.0.0.1:5000",
]
  .concat([
    "[::1]",
    "[2001:db8::1]:5000",
    "A",
    "UPPER",
    "Reg.Example.com",
    "a-b.c",
    "registry-1.docker.io",
    "xn--bcher-kva.example",
  ])
  .concat([
    "",
    "-a.io",
    "a-.io",
    "a..b",
    "a.b:",
    "a.b:x",
    "a.b:1:2",
    "my_reg.io",
    "my_reg:80",
    "[::1",
    "[]:1",
    "[g]",
    "u:p@h.io",
    "é.io",
  ])
  .concat(["https:", "a.b.c.d.e.f:1", "registry", "shop", "a__b.io", "host.", ".host", "[::1]x"]);
const names = [
  "nginx",
  "library",
  "web",
  "a",
  "a-b",
  "a--b",
  "a_b",
  "a__b",
  "a.b",
  "app2",
  "0",
  "x".repeat(120),
  "team",
  "pause",
].concat([
  "",
  "Web",
  "a___b",
  "a..b",
  ".a",
  "a.",
  "-a",
  "a-",
  "_a",
  "a_-b",
  "a b",
  "ä",
  "a+b",
  "@",
  "%41",
  "x".repeat(256),
  "x".repeat(250),
  "x".repeat(250),
  "latest",
]);
const tags = ["latest", "1", "1.27", "v1.2.3-rc.1", "1.2_x", "_", "A", "x".repeat(128), "Latest"].concat([
  "",
  "-1",
  ".1",
  "x".repeat(129),
  "1+2",
  "a:b",
  "1/2",
  "ß",
  " ",
  "latest ",
]);
const digests = [`sha256:${hex}`, `sha384:${hex}${hex.slice(32)}`, `sha512:${hex}${hex}`]
  .concat([
    "",
    "sha256",
    "sha256:",
    `sha256:${hex.slice(1)}`,
    `sha256:${hex}0`,
    `sha256:${hex.toUpperCase()}`,
    `SHA256:${hex}`,
  ])
  .concat([
    `md5:${hex.slice(32)}`,
    `sha256+b64:${hex}`,
    `sha256:${hex}@sha256:${hex}`,
    `sha256:${hex.replace("a", "g")}`,
    hex,
    `sha512:${hex}`,
  ]);
const letters = "abz09AZ._-:/@[]+~ %\\\t\né\u0000".split("");

function generate(dice: Dice): string {
  if (dice.once(200))
    return dice.pick(["", hex, `${hex}0`, hex.toUpperCase(), "/", ":", "@", "a//b", `nginx@${hex}`, "a/b/c/d/e:f"]);
  const path = Array.from({ length: dice.pick([1, 1, 2, 2, 3, 4]) }, () =>
    dice.once(8) ? dice.pick(names) : dice.pick(names.slice(0, 14)),
  );
  let image = path.join("/");
  if (!dice.once(3)) image = `${dice.once(3) ? dice.pick(domains) : dice.pick(domains.slice(0, 16))}/${image}`;
  if (dice.once(2)) image += `:${dice.once(5) ? dice.pick(tags) : dice.pick(tags.slice(0, 9))}`;
  if (dice.once(3)) image += `@${dice.once(3) ? dice.pick(digests) : dice.pick(digests.slice(0, 3))}`;
  for (let changes = dice.pick([0, 0, 0, 0, 0, 1, 1, 2, 5]); changes > 0; changes -= 1) image = change(image, dice);
  return image;
}

function change(image: string, dice: Dice): string {
  const at = dice.below(image.length + 1);
  const what = dice.below(4);
  if (what === 0) return image.slice(0, at) + dice.pick(letters) + image.slice(at);
  if (what === 1) return image.slice(0, at) + image.slice(at + 1);
  if (what === 2) return image.slice(0, at) + image.slice(at).toUpperCase().slice(0, 1) + image.slice(at + 1);
  return image.slice(0, at) + dice.pick(letters) + image.slice(at + 1);
}

interface Answer {
  readonly error?: string;
  readonly domain: string;
  readonly path: string;
  readonly tag: string;
  readonly digest: string;
  readonly repository: string;
  readonly effectiveTag: string;
  readonly pullPolicy: string;
}

/**
 * The one exception: a registry with an underscore (`my_reg.io/web`) is no host by the reference grammar, which then counts it as the
 * first part of the path. Runtimes and the kubelet's keyring take it for the host, and so do we; the repository is the same text.
 */
const underscoreHost = "a host with an underscore is a host here";

function compare(image: string, answer: Answer): string {
  const ours = parseImageReference(image);
  if (defaultPullPolicy(image) !== answer.pullPolicy) return "the default policy differs";
  if (answer.error !== undefined) return ours.ok ? "only we accept it" : "both refuse it";
  if (!ours.ok) return "only we refuse it";
  const { domain, path, repository, tag, digest, effectiveTag } = ours.value;
  if (repository !== answer.repository) return "the repository differs";
  if ((tag ?? "") !== answer.tag) return "the tag differs";
  if ((digest ?? "") !== answer.digest) return "the digest differs";
  if ((effectiveTag ?? "") !== answer.effectiveTag) return "the effective tag differs";
  if (domain === answer.domain && path === answer.path) return "both accept it, with equal parts";
  return answer.domain === "" && domain.includes("_") ? underscoreHost : "domain or path differ";
}

describe("image references are read as distribution/reference and the kubelet read them", () => {
  it(`on ${count} generated images`, () => {
    const dice = new Dice();
    const images = Array.from({ length: count }, () => generate(dice));
    const answers = askOracle<Answer>(
      "reference-oracle",
      images.map((image) => ({ image })),
    );
    const outcomes: Record<string, number> = {};
    const different: string[] = [];
    for (const [index, answer] of answers.entries()) {
      const image = images[index]!;
      const outcome = compare(image, answer);
      outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
      if (!outcome.startsWith("both") && outcome !== underscoreHost)
        different.push(`${outcome}: ${JSON.stringify(image)}`);
    }
    console.log(`image references, seed ${dice.seed}, ${new Set(images).size} distinct of ${count}`);
    console.table(outcomes);
    expect(different).toEqual([]);
    // Neither side of the comparison may have become empty.
    expect(outcomes["both accept it, with equal parts"]).toBeGreaterThan(count / 5);
    expect(outcomes["both refuse it"]).toBeGreaterThan(count / 5);
  });
});
