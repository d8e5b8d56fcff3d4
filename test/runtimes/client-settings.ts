import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { hosts, mirrorClosed, mirrored, mirrorHost } from "./hosts.ts";

/** hosts.toml for containerd, and registries.conf for containers/image. The mirror tells what it stands in for by the repository. */
export function makeMirrors(folder: string): string {
  const mirrors = join(folder, "certs.d");
  const set = (host: string, mirror: string): void => {
    mkdirSync(join(mirrors, host), { recursive: true });
    writeFileSync(
      join(mirrors, host, "hosts.toml"),
      `server = "https://${host}"\n[host."https://${mirror}"]\n  capabilities = ["pull", "resolve"]\n`,
    );
  };
  const conf = [
    "unqualified-search-registries = []",
    'short-name-mode = "enforcing"',
    `[[registry]]\nlocation = "${hosts.blocked}"\nblocked = true`,
  ];
  for (const host of [...Object.keys(mirrored), mirrorClosed]) {
    const mirror = host === mirrorClosed ? hosts.closed : mirrorHost;
    set(host, mirror);
    conf.push(`[[registry]]\nlocation = "${host}"\n[[registry.mirror]]\nlocation = "${mirror}"`);
  }
  writeFileSync(join(folder, "registries.conf"), `${conf.join("\n")}\n`);
  writeFileSync(
    join(folder, "registries-two.conf"),
    'unqualified-search-registries = ["docker.io", "quay.io"]\nshort-name-mode = "enforcing"\n',
  );
  const policy = {
    default: [{ type: "insecureAcceptAnything" }],
    transports: {
      docker: {
        [hosts.rejected]: [{ type: "reject" }],
        [hosts.unsigned]: [{ type: "signedBy", keyType: "GPGKeys", keyData: "AAAA" }],
      },
    },
  };
  writeFileSync(join(folder, "policy.json"), JSON.stringify(policy));
  return mirrors;
}
