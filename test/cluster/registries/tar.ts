export interface Entry {
  /** A name that ends in `/` is a folder. */
  readonly name: string;
  readonly mode: number;
  readonly bytes?: Buffer;
  /** Where a symbolic link leads. */
  readonly link?: string;
}

const octal = (value: number, width: number): string => `${value.toString(8).padStart(width - 1, "0")}\0`;

function header({ name, mode, bytes, link }: Entry): Buffer {
  const block = Buffer.alloc(512);
  block.write(name, 0);
  block.write(octal(mode, 8), 100);
  block.write(octal(0, 8), 108);
  block.write(octal(0, 8), 116);
  block.write(octal(bytes?.length ?? 0, 12), 124);
  block.write(octal(0, 12), 136);
  block.write(" ".repeat(8), 148); // the checksum counts itself as spaces
  block.write(link === undefined ? (name.endsWith("/") ? "5" : "0") : "2", 156);
  block.write(link ?? "", 157);
  block.write("ustar\x0000", 257, "latin1");
  const sum = block.reduce((total, byte) => total + byte, 0);
  block.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148);
  return block;
}

/** A tar of its entries and of nothing else: the same entries always make the same bytes. */
export function tar(entries: readonly Entry[]): Buffer {
  const parts = entries.flatMap((entry) => {
    const bytes = entry.bytes ?? Buffer.alloc(0);
    return [header(entry), bytes, Buffer.alloc((512 - (bytes.length % 512)) % 512)];
  });
  return Buffer.concat([...parts, Buffer.alloc(1024)]);
}
