import { readFileSync } from "node:fs";
import type Tls from "node:tls";
import type { SecureContext } from "node:tls";

// Loaded where the first connection is secured: a command that asks no registry does without.
export const tls = (): typeof Tls => process.getBuiltinModule("node:tls");

/** Authorities in PEM form. */
type Authorities = readonly string[];

/**
 * What is trusted beside Mozilla's list, which Node brings: the file of `NODE_EXTRA_CA_CERTS` (Node has read its own process's already), and what the machine trusts,
 * as OpenSSL finds it (`SSL_CERT_FILE`, /etc/ssl/certs). What cannot be read adds nothing, as with Node.
 */
export function furtherAuthorities(environment: Readonly<Record<string, string | undefined>>): Authorities {
  const file = environment["NODE_EXTRA_CA_CERTS"];
  return [
    ...(file ? orNothing(() => valid(readFileSync(file, "utf8"))) : []),
    ...orNothing(() => tls().getCACertificates("system")),
  ];
}

/** Throws where the text holds a certificate that is none. */
function valid(pem: string): Authorities {
  tls().createSecureContext({ ca: pem });
  return [pem];
}

function orNothing(read: () => Authorities): Authorities {
  try {
    return read();
  } catch {
    return [];
  }
}

/** The authorities that certificates are checked against. */
export interface Trust {
  context(): SecureContext;
  /** Trusts the further authorities too from now on; false where that changes nothing against this context. */
  widen(used: SecureContext): boolean;
}

/** Reads the further authorities, hundreds of certificates, only once one is met that Node does not know. */
export function createTrust(further: () => Authorities): Trust {
  let current: SecureContext | null = null;
  let isWide = false;
  return {
    context: () => (current ??= tls().createSecureContext()),
    widen(used) {
      if (isWide) return used !== current;
      isWide = true;
      const more = further();
      if (more.length === 0) return false;
      current = tls().createSecureContext({ ca: [...tls().getCACertificates("default"), ...more] });
      return true;
    },
  };
}
