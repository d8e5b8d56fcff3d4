import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { hostOf, type Places } from "./places.ts";

export interface Pair {
  readonly cert: Buffer;
  readonly key: Buffer;
}

const curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-noenc"];

/** Makes the certificates that the TLS listeners show. Only `trusted` is one that a client of ours accepts: its authority lies in `folder/trusted`. */
export function makeCertificates(
  folder: string,
  at: Places,
): { [name in "trusted" | "selfSigned" | "expired" | "otherName"]: Pair } {
  const trustedFolder = join(folder, "trusted");
  mkdirSync(trustedFolder, { recursive: true });
  const openssl = (...parts: string[]) =>
    execFileSync("openssl", parts, { cwd: folder, stdio: ["ignore", "ignore", "pipe"] });
  const read = (name: string): Pair => ({
    cert: readFileSync(join(folder, `${name}.crt`)),
    key: readFileSync(join(folder, `${name}.key`)),
  });

  openssl(
    "req",
    "-x509",
    ...curve,
    "-days",
    "30",
    "-subj",
    "/CN=imagepull-test-authority",
    "-keyout",
    "authority.key",
    "-out",
    "trusted/authority.crt",
  );
  const issue = (name: string, host: string, ...validity: string[]): Pair => {
    openssl("req", "-new", ...curve, "-subj", `/CN=${host}`, "-keyout", `${name}.key`, "-out", `${name}.csr`);
    writeFileSync(join(folder, `${name}.ext`), `subjectAltName=DNS:${host}\n`);
    const authority = ["-CA", "trusted/authority.crt", "-CAkey", "authority.key", "-CAcreateserial"];
    openssl(
      "x509",
      "-req",
      "-in",
      `${name}.csr`,
      ...authority,
      "-extfile",
      `${name}.ext`,
      "-out",
      `${name}.crt`,
      ...validity,
    );
    return read(name);
  };
  const selfSigned = hostOf(at.selfSigned);
  openssl(
    "req",
    "-x509",
    ...curve,
    "-days",
    "30",
    "-subj",
    `/CN=${selfSigned}`,
    "-addext",
    `subjectAltName=DNS:${selfSigned}`,
    "-keyout",
    "selfSigned.key",
    "-out",
    "selfSigned.crt",
  );

  return {
    trusted: issue("trusted", hostOf(at.trusted), "-days", "30"),
    selfSigned: read("selfSigned"),
    // openssl 3.0 takes no dates here: days below zero make one that ended yesterday.
    expired: issue("expired", hostOf(at.expired), "-days", "-1"),
    otherName: issue("otherName", "elsewhere.imagepull.test", "-days", "30"),
  };
}
