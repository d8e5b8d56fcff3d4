import { execFileSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Platform } from "../../../src/diagnosis/registry-evidence.ts";
import { run, type Ran } from "../../cluster/programs.ts";

interface Login {
  readonly user: string;
  readonly password: string;
}

/** Whom registries are asked as: host and login, or nobody. */
export type Logins = Readonly<Record<string, Login>>;

/** Paths of the programs that `partners.sh` builds: crane, registry-v3, token-server. */
export function buildPartners(): ReadonlyMap<string, string> {
  const script = join(import.meta.dirname, "../../cluster/partners.sh");
  const lines = execFileSync("bash", [script], { encoding: "utf8" }).trim().split("\n");
  return new Map(lines.map((line) => line.split(" ", 2) as [string, string]));
}

/** crane and skopeo, as a person with these logins, and with no other, would run them. */
export interface Clients {
  readonly crane: (args: readonly string[]) => Promise<Ran>;
  /** `on`: the machine that it is to take itself to be on. */
  readonly skopeo: (args: readonly [verb: string, ...rest: string[]], on?: Platform) => Promise<Ran>;
}

interface ClientParts {
  readonly crane: string;
  /** Where configuration is written and images are copied to. */
  readonly folder: string;
  readonly logins: Logins;
  readonly environment: Readonly<Record<string, string>>;
  /** What has not ended by then has failed. */
  readonly seconds: number;
}

/** Both read the one `config.json`, and trust the authorities of the environment alone. */
export function clients({ crane, folder, logins, environment, seconds }: ClientParts): Clients {
  mkdirSync(folder, { recursive: true });
  const auths = Object.entries(logins).map(([host, { user, password }]) => [
    host,
    { auth: Buffer.from(`${user}:${password}`).toString("base64") },
  ]);
  const config = join(folder, "config.json");
  writeFileSync(config, JSON.stringify({ auths: Object.fromEntries(auths) }));
  const surroundings = { folder, home: folder, env: { DOCKER_CONFIG: folder, ...environment } };
  const ended = ["--kill-after=1", String(seconds)];
  return {
    crane: (args) => run("timeout", [...ended, crane, ...args], surroundings),
    skopeo: ([verb, ...rest], on) => {
      const words = [
        "--insecure-policy",
        ...(on === undefined ? [] : elsewhere(on)),
        verb,
        "--authfile",
        config,
        ...rest,
      ];
      return run("timeout", [...ended, "skopeo", ...words], surroundings);
    },
  };
}

const elsewhere = ({ os, architecture, variant }: Platform): string[] => {
  const words = ["--override-os", os, "--override-arch", architecture];
  return variant === null ? words : [...words, "--override-variant", variant];
};

/** `linux/arm/v7`. */
export const written = ({ os, architecture, variant }: Platform): string =>
  [os, architecture, ...(variant === null ? [] : [variant])].join("/");
