import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { imageFacts } from "../../src/diagnosis/image-facts.ts";
import { formatReference, parseImageReference } from "../../src/diagnosis/image-reference.ts";
import { fuzzTimeout, runs } from "./runs.ts";

const hex = (length: number) => fc.stringMatching(new RegExp(`^[a-f0-9]{${length}}$`));
/** References by the grammar of distribution/reference. */
const component = fc.stringMatching(/^[a-z0-9]{1,8}(?:(?:[._]|__|-{1,3})[a-z0-9]{1,8}){0,2}$/);
const host = fc.oneof(
  fc.constantFrom(
    "docker.io",
    "index.docker.io",
    "localhost",
    "localhost:5000",
    "ghcr.io",
    "[::1]:5000",
    "10.0.0.1:80",
  ),
  fc.stringMatching(/^[a-z0-9]{1,8}(?:\.[a-z0-9]{1,6}){1,3}(?::[0-9]{1,5})?$/),
);
const reference = fc
  .tuple(
    fc.option(host, { nil: null }),
    fc.array(component, { minLength: 1, maxLength: 4 }),
    fc.option(fc.stringMatching(/^[A-Za-z0-9_][A-Za-z0-9_.-]{0,20}$/), { nil: null }),
    fc.option(hex(64), { nil: null }),
  )
  .map(
    ([domain, path, tag, digest]) =>
      `${domain === null ? "" : `${domain}/`}${path.join("/")}${tag === null ? "" : `:${tag}`}${digest === null ? "" : `@sha256:${digest}`}`,
  )
  // 64 hexadecimal digits are an id, and no name.
  .filter((text) => !/^[a-f0-9]{64}$/.test(text));

/** References with something wrong in them, and what is none at all. */
const anything = fc.oneof(
  reference,
  fc.string({ unit: "binary", maxLength: 80 }),
  fc.string({
    unit: fc.constantFrom("a", "A", "/", ":", "@", ".", "-", "_", "[", "]", "sha256:", " ", "$", "{", "é"),
    maxLength: 30,
  }),
  fc.tuple(reference, fc.nat(), fc.string({ maxLength: 2 })).map(([text, at, piece]) => {
    const place = at % (text.length + 1);
    return text.slice(0, place) + piece + text.slice(place);
  }),
);

describe("image references", { timeout: fuzzTimeout }, () => {
  it("written by the grammar are read", () => {
    fc.assert(
      fc.property(reference, (text) => {
        expect(parseImageReference(text)).toMatchObject({ ok: true });
      }),
      runs(),
    );
  });

  it("read, written in full and read again mean the same", () => {
    fc.assert(
      fc.property(anything, (text) => {
        const first = parseImageReference(text);
        if (!first.ok) return;
        const full = formatReference(first.value);
        const second = parseImageReference(full);
        if (!second.ok) throw new Error(`${full}: ${second.error.sentence}`);
        expect(formatReference(second.value)).toBe(full);
        const { domain, path, repository, digest, effectiveTag } = first.value;
        expect(second.value).toMatchObject({ domain, path, repository, digest, effectiveTag });
      }),
      runs(),
    );
  });

  it("that cannot be read get one sentence on one line, of a length to be read", () => {
    fc.assert(
      fc.property(anything, (text) => {
        const read = parseImageReference(text);
        if (read.ok) return;
        expect(read.error.sentence).toMatch(/^(?:image "|the image is empty)/);
        expect(read.error.sentence).not.toMatch(/[\n\r]/);
        expect(read.error.sentence.length).toBeLessThan(600);
      }),
      runs(),
    );
  });

  it("give facts that hold no more than the reference does", () => {
    fc.assert(
      fc.property(anything, (text) => {
        const { registry = "", tag = "", repository = "" } = imageFacts(text);
        if (parseImageReference(text).ok) expect(repository.startsWith(`${registry}/`)).toBe(true);
        else expect([registry, tag, repository]).toEqual(["", "", ""]);
      }),
      runs(),
    );
  });

  it("of 1 MB are refused at once", () => {
    for (const unit of ["a", "a/", "a:", "a@", ".", "-", "A", "_a", "[", "sha256:"]) {
      const begun = performance.now();
      expect(parseImageReference(unit.repeat(1e6 / unit.length)).ok).toBe(false);
      expect(performance.now() - begun).toBeLessThan(1_000);
    }
  });
});
