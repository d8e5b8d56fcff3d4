import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { formatReference, parseImageReference, showImage } from "../../src/diagnosis/image-reference.ts";

const digest = `sha256:${"0123456789abcdef".repeat(4)}`;

/** The sentence that says what is wrong with an image. */
function refusal(image: string): string {
  const parsed = parseImageReference(image);
  return parsed.ok ? `taken as ${formatReference(parsed.value)}` : parsed.error.sentence;
}

// Source: distribution/reference, normalize.go; all of it is held against that code in test/oracles.
describe("an image reference in full", () => {
  it.each([
    ["nginx", "docker.io/library/nginx:latest"],
    ["nginx:1.27", "docker.io/library/nginx:1.27"],
    ["shop/web", "docker.io/shop/web:latest"],
    ["docker.io/nginx", "docker.io/library/nginx:latest"],
    ["index.docker.io/shop/web:1", "docker.io/shop/web:1"],
    ["ghcr.io/shop/web:2.4.1", "ghcr.io/shop/web:2.4.1"],
    ["localhost/web", "localhost/web:latest"],
    ["localhost:5000", "docker.io/library/localhost:5000"],
    ["registry:5000/web", "registry:5000/web:latest"],
    ["[2001:db8::1]:5000/web:1", "[2001:db8::1]:5000/web:1"],
    ["UPPER/web:1", "UPPER/web:1"],
    ["ghcr.io/a--b/c__d", "ghcr.io/a--b/c__d:latest"],
    ["my_registry.io/web:1", "my_registry.io/web:1"],
    [`ghcr.io/shop/web@${digest}`, `ghcr.io/shop/web@${digest}`],
    [`ghcr.io/shop/web:1@${digest}`, `ghcr.io/shop/web:1@${digest}`],
  ])("%s is %s", (image, full) => {
    const parsed = parseImageReference(image);
    expect(parsed.ok && formatReference(parsed.value)).toBe(full);
  });
});

describe("the parts of an image reference", () => {
  it.each([
    [
      "nginx",
      { domain: "docker.io", path: "library/nginx", tag: null, digest: null, effectiveTag: "latest", short: true },
    ],
    ["shop/web:1", { domain: "docker.io", path: "shop/web", tag: "1", digest: null, effectiveTag: "1", short: true }],
    ["docker.io/web", { domain: "docker.io", path: "library/web", tag: null, effectiveTag: "latest", short: false }],
    ["a.io:5000/t/web", { domain: "a.io:5000", path: "t/web", repository: "a.io:5000/t/web", short: false }],
    [`web@${digest}`, { tag: null, digest, effectiveTag: null }],
    // The digest decides; runtimes drop the tag.
    [`web:1@${digest}`, { tag: "1", digest, effectiveTag: null }],
    ["my_registry.io/web", { domain: "my_registry.io", path: "web", repository: "my_registry.io/web", short: false }],
  ])("of %s", (image, parts) => {
    expect(parseImageReference(image)).toMatchObject({ ok: true, value: parts });
  });
});

describe("an image that cannot be read is refused with a sentence that says what is wrong", () => {
  it.each([
    ["", "the image is empty"],
    [" nginx", "a space or a line break"],
    ["nginx\n", "a space or a line break"],
    ["Shop/Web:1", 'must be in lower case: "shop/web"'],
    ["ghcr.io/Shop/web", 'must be in lower case: "ghcr.io/shop/web"'],
    ["nginx:", 'the tag after ":" is empty'],
    ["nginx:-1", 'the tag "-1" begins with "-"'],
    ["nginx:1+2", 'has "+" in it'],
    [`nginx:${"x".repeat(129)}`, "129 characters long: at most 128"],
    ["nginx:latest/web", "not a number"],
    ["https://ghcr.io/a/b:1", "no scheme"],
    [`nginx@${digest.slice(0, -1)}`, "has 63 digits instead of 64"],
    [`nginx@sha512:${"a".repeat(64)}`, "has 64 digits instead of 128"],
    [`nginx@${digest.toUpperCase().replace("SHA", "sha")}`, "only hold 0-9 and a-f"],
    ["nginx@latest", 'what follows "@" is not a digest'],
    ["nginx@md5:00", '"md5" is none of'],
    ["nginx@constructor:00", '"constructor" is none of'],
    [digest.slice(7), "an image's id"],
    ["a//b", "an empty part"],
    ["ghcr.io/", "the name of the repository is missing"],
    [":1", "the name of the repository is missing"],
    ["ghcr.io/a..b", '"a..b" is not a part of a repository'],
    ["-a.io/web", '"-a.io" is not a registry'],
    ["a-.io/web", '"a-.io" is not a registry'],
    [`my_reg.io/${"x".repeat(250)}`, "260 characters long: at most 255"],
    [`a/${"x".repeat(254)}`, "256 characters long: at most 255"],
    ["ghcr.io/web:${TAG}", '"${" is a placeholder'],
    ["{{ .Values.image }}", '"{{" is a placeholder'],
  ])("%j: %s", (image, words) => {
    expect(refusal(image)).toContain(words);
  });

  it("and without a password that was written before the host", () => {
    const sentence = refusal("robot:hunter2@ghcr.io/shop/web:1");
    expect(sentence).toContain("[hidden]@ghcr.io/shop/web:1");
    expect(sentence).not.toMatch(/hunter2|robot/);
  });

  it("in at most 400 characters, however long the image", () => {
    expect(refusal(`ghcr.io/${"A/".repeat(100_000)}`).length).toBeLessThan(400);
  });
});

describe("any text", () => {
  const almost = fc.stringMatching(/^[a-zA-Z0-9._:/@[\]-]{0,60}$/);

  it("is taken or refused, never a crash; what is taken stays the same when it is written in full", () => {
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: "binary" }), almost), (text) => {
        const parsed = parseImageReference(text);
        if (!parsed.ok) return parsed.error.sentence.length > 10;
        const again = parseImageReference(formatReference(parsed.value));
        expect(again.ok && formatReference(again.value)).toBe(formatReference(parsed.value));
        expect(again.ok && again.value.repository).toBe(parsed.value.repository);
        return true;
      }),
      { numRuns: 5000 },
    );
  });

  it.each(["a", "a.", "a-", "a_", "a/", ":", "@", "[", "a:1/", "://"])(
    "of a million characters %j takes no time",
    (part) => {
      const began = performance.now();
      parseImageReference(part.repeat(1_000_000 / part.length));
      expect(performance.now() - began).toBeLessThan(2000);
    },
  );
});

describe("an image is shown without a secret", () => {
  it.each([
    ["user info", "bot:s3cr3t@ghcr.io/shop/web:1", "[hidden]@ghcr.io/shop/web:1"],
    ["a user alone", "s3cr3t@ghcr.io/shop/web:1", "[hidden]@ghcr.io/shop/web:1"],
    ["a URL with user info", "https://bot:s3/cr3t@ghcr.io/shop/web:1", "https://[hidden]@ghcr.io/shop/web:1"],
    ["a query", "ghcr.io/shop/web:1?token=s3cr3t", "ghcr.io/shop/web:1?token=[hidden]"],
  ])("%s: %s", (_what, image, shown) => {
    expect(showImage(image)).toBe(shown);
    expect(showImage(shown)).toBe(shown);
  });

  it.each([
    "ghcr.io/shop/api-key:1.2.3",
    "ghcr.io/shop/auth:3f2a9c1d7e8b0",
    `ghcr.io/shop/web:1@sha256:${"a".repeat(64)}`,
    `docker-pullable://ghcr.io/shop/web@sha256:${"a".repeat(64)}`,
    "Shop/Web",
    "",
  ])("and %j as it is", (image) => expect(showImage(image)).toBe(image));
});
