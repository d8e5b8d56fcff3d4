import { recognise } from "../src/diagnosis/messages/recognise.ts";
import { rules } from "../src/diagnosis/messages/rules.ts";
import { readMessage } from "../src/diagnosis/messages/text.ts";
import { median, ms, printTable, type Row } from "./table.ts";

/** Texts without end that look like the beginning of what rules look for. */
const hostile: Readonly<Record<string, (length: number) => string>> = {
  "one letter": (length) => "a".repeat(length),
  "the same prefix again": (length) => fill('failed to pull image "', length),
  "open quotes": (length) => `failed to pull image ${'"'.repeat(length)}`,
  "nested colons": (length) => fill("failed to pull and unpack image: failed to resolve reference: ", length),
  "right-to-left marks": (length) => fill("failed to pull image \u202e\u200f: not found\u202c ", length),
  binary: (length) =>
    fill(
      `Failed to pull image "x": ${String.fromCharCode(...Array.from({ length: 255 }, (_, code) => code + 1))}`,
      length,
    ),
  "URLs without end": (length) => fill('Head "https://a/v2/blobs/', length),
  "one URL": (length) => `failed to pull image: Head "https://${"a".repeat(length)}`,
  lookups: (length) => fill("failed to pull image: lookup x: ", length),
  "status codes": (length) => fill("failed to pull image: status code 40", length),
  "file operations": (length) => `Failed to pull image "x": ${fill("mkdir open permission denie", length)}`,
  "refused files": (length) => `Failed to pull image "x": ${fill("permission denied: ", length)}`,
  platforms: (length) => `Failed to pull image "x": ${fill('no matching manifest for architecture "a', length)}`,
  "painted names": (length) => `Failed to pull image "x/y:1": ${fill("artifact x/y:1 ", length)}`,
  "parser's words": (length) => fill("invalid character '", length),
  mirrors: (length) => fill("(Mirrors also failed: [a: b", length),
  "unknown fields": (length) => fill('unknown field "spec.', length),
  "lines of describe": (length) => fill("  Warning  Failed  2m  kubelet  Error: ImagePullBackOff\n", length),
  sandboxes: (length) => fill("failed to create pod sandbox: ", length),
  "half a proxy": (length) => fill('failed to pull image: Head "https://a": Forbidde', length),
};

const fill = (piece: string, length: number): string => piece.repeat(Math.ceil(length / piece.length)).slice(0, length);

const runs = 5;
const short = 100_000;
const long = 1_000_000;

function time(work: () => unknown): number {
  const began = performance.now();
  work();
  return performance.now() - began;
}

/** How much longer ten times as much text takes: 10 where the time grows linearly. */
export function messageRows(): Row[] {
  return Object.entries(hostile).map(([name, make]) => {
    const [few, many] = [make(short), make(long)];
    const took = (text: string): number => median(Array.from({ length: runs }, () => time(() => recognise(text))));
    took(few);
    const [fast, slow] = [took(few), took(many)];
    const read = readMessage(many);
    const slowest = rules
      .map((rule) => ({ id: rule.id, took: time(() => rule.match(read)) }))
      .toSorted((a, b) => b.took - a.took)[0];
    return {
      measured: `1 MB of ${name}`,
      figure: ms(slow),
      against: `100 KB: ${ms(fast)}; slowest rule ${slowest?.id ?? ""} ${ms(slowest?.took ?? 0)}`,
      ratio: (slow / Math.max(fast, 0.1)).toFixed(1),
      goal: "about 10, never 100",
    };
  });
}

if (import.meta.main) printTable(messageRows());
