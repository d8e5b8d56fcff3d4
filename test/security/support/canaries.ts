import { createHash } from "node:crypto";

/** What canaries are made of: `letters` look like words, which rules for tokens pass over; `mixed` have digits in them. */
export type Alphabet = "mixed" | "letters";

const letters = "bcdfghjklmnpqrstvwxz";
const alphabets: Readonly<Record<Alphabet, string>> = { mixed: `${letters}0123456789`, letters };

/** Values that stand in one place each, and must stand in no output. The same place always has the same value. */
export class Canaries {
  readonly #alphabet: string;
  readonly #values = new Map<string, string>();

  constructor(alphabet: Alphabet) {
    this.#alphabet = alphabets[alphabet];
  }

  /** The canary of a place, in words that a table can show. */
  of(place: string): string {
    const known = this.#values.get(place);
    if (known !== undefined) return known;
    const digest = [...createHash("sha256").update(place).digest()].slice(0, 18);
    const value = digest.map((byte) => this.#alphabet[byte % this.#alphabet.length]).join("");
    this.#values.set(place, value);
    return value;
  }

  /** A value that is given from outside, such as a token that a double made. */
  set(place: string, value: string): void {
    this.#values.set(place, value);
  }

  get all(): ReadonlyMap<string, string> {
    return this.#values;
  }
}

export const base64 = (text: string): string => Buffer.from(text).toString("base64");

/** The base64 characters that a value has for certain, wherever in the encoded text it begins. */
const base64Inside = (value: string): readonly string[] =>
  [0, 1, 2].map((before) =>
    base64(" ".repeat(before) + value).slice(
      Math.ceil((before * 8) / 6),
      Math.floor(((before + value.length) * 8) / 6),
    ),
  );

/** The forms in which a value may leak: its halves, so that a cut does not hide it, base64 (twice: a pull secret's `auth`), base64url, percent codes, hex. */
function formsOf(value: string): readonly string[] {
  const once = base64Inside(value);
  const whole = [...once, ...once.flatMap(base64Inside)];
  const hex = Buffer.from(value).toString("hex");
  const forms = [
    value.slice(0, 9),
    value.slice(-9),
    ...whole.flatMap((text) => [text, text.replaceAll("+", "-").replaceAll("/", "_"), encodeURIComponent(text)]),
    hex,
    hex.replaceAll(/../g, "%$&"),
  ];
  return [...new Set(forms.map((form) => form.toLowerCase()))].filter((form) => form.length >= 9);
}

export interface Hit {
  readonly place: string;
  readonly output: string;
  /** What stands around it. */
  readonly excerpt: string;
}

/** Every output that holds a canary in any form, once for each place. Letters' case does not count: some texts are lowered. */
export function search(places: ReadonlyMap<string, string>, outputs: ReadonlyMap<string, string>): readonly Hit[] {
  return [...outputs].flatMap(([output, text]) => {
    const lowered = text.toLowerCase();
    return [...places].flatMap(([place, value]) => {
      const at = formsOf(value)
        .map((form) => lowered.indexOf(form))
        .find((index) => index >= 0);
      return at === undefined ? [] : [{ place, output, excerpt: text.slice(Math.max(0, at - 120), at + 60) }];
    });
  });
}

/** What the product has written, by the way it came out. */
export class Outputs {
  readonly #texts = new Map<string, string>();

  add(output: string, text: string): void {
    this.#texts.set(output, `${this.#texts.get(output) ?? ""}${text}\n`);
  }

  get all(): ReadonlyMap<string, string> {
    return this.#texts;
  }
}

/** Places down, outputs across, hits where they cross; a dot is none. */
export function table(places: readonly string[], outputs: readonly string[], hits: readonly Hit[]): string {
  const widest = Math.max(...places.map((place) => place.length));
  const row = (name: string, cell: (output: string) => string): string =>
    `${name.padEnd(widest)}  ${outputs.map((output) => cell(output).padEnd(output.length)).join("  ")}`.trimEnd();
  const count = (place: string, output: string): string => {
    const found = hits.filter((hit) => hit.place === place && hit.output === output).length;
    return found === 0 ? "·" : String(found);
  };
  return [
    row("", (output) => output),
    ...places.map((place) => row(place, (output) => count(place, output))),
    `${places.length} places × ${outputs.length} outputs: ${hits.length} hits`,
    "",
  ].join("\n");
}
