/** Standard input as it comes in: bytes, or text. */
export type Input = AsyncIterable<Uint8Array | string> & { readonly isTTY?: boolean };

/** Reads all of it; null where it is longer than so many characters: no more of it is kept. */
export async function readAll(input: Input, most: number): Promise<string | null> {
  const decoder = new TextDecoder();
  const pieces: string[] = [];
  let length = 0;
  for await (const chunk of input) {
    const text = typeof chunk === "string" ? chunk : decoder.decode(chunk, { stream: true });
    length += text.length;
    if (length > most) return null;
    pieces.push(text);
  }
  return pieces.join("") + decoder.decode();
}

/** A line without its end; `text` is null where it is longer than is kept. */
export interface InputLine {
  readonly number: number;
  readonly text: string | null;
}

/**
 * The lines of a stream, each as soon as its end has come. Of a line that is longer than so many characters nothing is kept, however long
 * it goes on. What stands behind the last line break is a line too, unless it is empty.
 */
export async function* linesOf(input: Input, most: number): AsyncGenerator<InputLine> {
  const decoder = new TextDecoder();
  let number = 1;
  let pieces: string[] = [];
  let length = 0;
  const take = (piece: string): void => {
    length += piece.length;
    if (length > most) pieces = [];
    else if (piece !== "") pieces.push(piece);
  };
  const line = (): InputLine => {
    const read: InputLine = { number, text: length > most ? null : pieces.join("").replace(/\r$/, "") };
    number += 1;
    pieces = [];
    length = 0;
    return read;
  };
  for await (const chunk of input) {
    const text = typeof chunk === "string" ? chunk : decoder.decode(chunk, { stream: true });
    let from = 0;
    for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n", from)) {
      take(text.slice(from, at));
      yield line();
      from = at + 1;
    }
    take(text.slice(from));
  }
  take(decoder.decode());
  if (length > 0) yield line();
}
