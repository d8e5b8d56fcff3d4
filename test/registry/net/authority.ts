import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

export interface Pair {
  readonly cert: string;
  readonly key: string;
}

/** A certificate authority that nobody knows, made for one test file. */
export interface Authority {
  readonly folder: string;
  /** Its own certificate, as a file. */
  readonly file: string;
  /** `names` as in `DNS:a.example,IP:127.0.0.1`; times as in `20200101000000Z`. */
  readonly issue: (names: string, from?: string, until?: string) => Pair;
  readonly selfSigned: (names: string) => Pair;
  readonly remove: () => void;
}

const curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-noenc"];
const config = `
[ca]
default_ca = here
[here]
database = index.txt
new_certs_dir = .
default_md = sha256
policy = any
rand_serial = yes
unique_subject = no
[any]
commonName = optional
`;

export function makeAuthority(): Authority {
  const folder = mkdtempSync(join(tmpdir(), "authority-"));
  const openssl = (...parts: string[]) =>
    execFileSync("openssl", parts, { cwd: folder, stdio: ["ignore", "ignore", "pipe"] });
  const read = (name: string): Pair => ({
    cert: readFileSync(join(folder, `${name}.crt`), "utf8"),
    key: readFileSync(join(folder, `${name}.key`), "utf8"),
  });
  const x509 = ["req", "-x509", ...curve, "-days", "30"];
  writeFileSync(join(folder, "ca.cnf"), config);
  writeFileSync(join(folder, "index.txt"), "");
  openssl(...x509, "-subj", "/O=Shop/CN=shop-test-authority", "-keyout", "ca.key", "-out", "ca.crt");
  let made = 0;
  return {
    folder,
    file: join(folder, "ca.crt"),
    issue(names, from = "20200101000000Z", until = "20991231235959Z") {
      const name = `issued${made++}`;
      openssl("req", "-new", ...curve, "-subj", "/CN=server", "-keyout", `${name}.key`, "-out", `${name}.csr`);
      writeFileSync(join(folder, `${name}.ext`), `subjectAltName=${names}\n`);
      const signer = ["-config", "ca.cnf", "-cert", "ca.crt", "-keyfile", "ca.key", "-batch", "-notext"];
      const files = ["-in", `${name}.csr`, "-extfile", `${name}.ext`, "-out", `${name}.crt`];
      openssl("ca", ...signer, ...files, "-startdate", from, "-enddate", until);
      return read(name);
    },
    selfSigned(names) {
      const extension = ["-addext", `subjectAltName=${names}`];
      openssl(...x509, "-subj", "/CN=server", ...extension, "-keyout", "self.key", "-out", "self.crt");
      return read("self");
    },
    remove: () => rmSync(folder, { recursive: true }),
  };
}
