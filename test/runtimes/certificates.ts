import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

export interface Pair {
  readonly cert: Buffer;
  readonly key: Buffer;
}

const curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-noenc"];

interface Wanted {
  /** Names that it is good for. None: it names its host as certificates did before 2017. */
  readonly names?: readonly string[];
  readonly days?: number;
  readonly usage?: string;
  /** Signed by an authority that no client knows, or by itself. */
  readonly by?: "stranger" | "itself";
}

/** An authority that the runtimes trust, one that nobody trusts, and certificates of both. */
export class Authority {
  readonly #folder: string;
  #made = 0;

  constructor(folder: string) {
    this.#folder = folder;
    mkdirSync(folder, { recursive: true });
    for (const name of ["authority", "stranger"])
      this.#openssl(
        "req",
        "-x509",
        ...curve,
        "-days",
        "30",
        "-subj",
        `/CN=${name}`,
        "-keyout",
        `${name}.key`,
        "-out",
        `${name}.crt`,
      );
  }

  /** The trusted authority's own certificate, PEM. */
  get certificate(): string {
    return readFileSync(join(this.#folder, "authority.crt"), "utf8");
  }

  issue(host: string, { names = [host], days = 30, usage, by }: Wanted = {}): Pair {
    const name = `certificate-${(this.#made += 1)}`;
    const extensions = [
      ...(names.length > 0 ? [`subjectAltName=${names.map((one) => `DNS:${one}`).join(",")}`] : []),
      ...(usage === undefined ? [] : [`extendedKeyUsage=${usage}`]),
    ];
    writeFileSync(join(this.#folder, `${name}.ext`), `${extensions.join("\n")}\n`);
    const signer = by ?? "authority";
    const signed =
      signer === "itself"
        ? ["-signkey", `${name}.key`]
        : ["-CA", `${signer}.crt`, "-CAkey", `${signer}.key`, "-CAcreateserial"];
    this.#openssl("req", "-new", ...curve, "-subj", `/CN=${host}`, "-keyout", `${name}.key`, "-out", `${name}.csr`);
    this.#openssl(
      "x509",
      "-req",
      "-in",
      `${name}.csr`,
      ...signed,
      "-extfile",
      `${name}.ext`,
      "-out",
      `${name}.crt`,
      "-days",
      String(days),
    );
    return {
      cert: readFileSync(join(this.#folder, `${name}.crt`)),
      key: readFileSync(join(this.#folder, `${name}.key`)),
    };
  }

  #openssl(...parts: string[]): void {
    execFileSync("openssl", parts, { cwd: this.#folder, stdio: ["ignore", "ignore", "pipe"] });
  }
}
