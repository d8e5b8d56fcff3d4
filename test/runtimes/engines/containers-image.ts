import { execFileSync } from "node:child_process";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { PullCase, Setting } from "../cases.ts";
import { refusedPushes } from "../pushes.ts";
import { hosts, literal } from "../hosts.ts";
import type { World } from "../world.ts";
import { credentials } from "./containerd.ts";
import { eachOf, type Engine, environmentOf, run, type Said } from "./engine.ts";

/** podman and skopeo: the image library of CRI-O, which adds little to its words. */
export class ContainersImage implements Engine {
  readonly family = "containers-image";
  readonly runtime: "podman" | "skopeo";
  readonly version: string;
  readonly #program: string;
  readonly #world: World;
  /** podman does nothing without it, though a pull has no use for it. */
  readonly #conmon: readonly string[];
  #made = 0;

  constructor(runtime: "podman" | "skopeo", version: string, program: string, world: World, conmon?: string) {
    this.#conmon = conmon === undefined ? [] : ["--conmon", conmon];
    this.runtime = runtime;
    this.version = version;
    this.#program = program;
    this.#world = world;
  }

  get folders(): Engine["folders"] {
    return (["plain", "small-disk", "read-only", "proxy-closed", "proxy-unknown"] as const).flatMap((setting) => [
      [this.#home(setting), "/var/lib/containers"] as const,
    ]);
  }

  #home(setting: Setting): string {
    return join(this.#world.folder, this.runtime, setting);
  }

  async pull(setting: Setting, cases: readonly PullCase[]): Promise<readonly Said[]> {
    const home = this.#home(setting);
    mkdirSync(home, { recursive: true });
    const limited = setting === "small-disk" || setting === "read-only";
    if (limited) execFileSync("mount", ["-t", "tmpfs", "-o", "size=1m", "none", home]);
    // The first run makes the folders, which nobody can on a disk that is read-only.
    if (setting === "read-only") {
      await run(
        this.#pullCommand(home, { image: `${literal}/shop/none:1`, credentials: "none", seconds: 5 }),
        this.#environment(setting),
      );
      execFileSync("mount", ["-o", "remount,ro", home]);
    }
    return await eachOf(cases, 12, async (one) => {
      const began = Date.now();
      const { code, err } = await run(this.#pullCommand(home, one), this.#environment(setting), {
        seconds: one.seconds + 30,
      });
      return {
        id: one.id,
        text: code === 0 || code === null ? null : this.#error(err),
        late: Date.now() - began >= one.seconds * 1000 - 200,
      };
    });
  }

  async others(): Promise<readonly (Said & { kind: string })[]> {
    const home = this.#home("plain");
    const env = this.#environment("plain");
    const source = join(home, "source");
    mkdirSync(home, { recursive: true });
    const image = `${hosts.good}/shop/runs:2.4.1`;
    await run(
      this.runtime === "skopeo"
        ? [this.#program, ...this.#options(), "copy", `docker://${image}`, `dir:${source}`]
        : this.#pullCommand(home, { image, credentials: "none", seconds: 60 }),
      env,
    );
    const targets = [
      ...Object.keys(refusedPushes).map((name) => `${hosts.good}/${name}:1.0.0`),
      ...[hosts.closed, hosts.unknown, hosts.stranger].map((host) => `${host}/push/app:1.0.0`),
    ];
    return await eachOf(targets, 2, async (target) => {
      const command =
        this.runtime === "skopeo"
          ? [this.#program, ...this.#options(), "copy", `dir:${source}`, `docker://${target}`]
          : [...this.#podman(home), "push", ...this.#policy(), image, `docker://${target}`];
      const { code, err } = await run(command, env, { seconds: 60 });
      return { kind: "push", id: `push/${target}`, text: code === 0 || code === null ? null : this.#error(err) };
    });
  }

  #environment(setting: Setting): NodeJS.ProcessEnv {
    const { folder, bundle } = this.#world;
    return {
      ...environmentOf(this.#world, setting),
      SSL_CERT_FILE: bundle,
      CONTAINERS_REGISTRIES_CONF: join(folder, "registries.conf"),
      XDG_RUNTIME_DIR: join(folder, "run"),
      TMPDIR: this.#home(setting),
    };
  }

  #options = (): string[] => [
    "--policy",
    join(this.#world.folder, "policy.json"),
    "--registries-conf",
    join(this.#world.folder, "registries.conf"),
  ];
  #policy = (): string[] => ["--signature-policy", join(this.#world.folder, "policy.json")];
  #podman = (home: string): string[] => [
    this.#program,
    "--root",
    join(home, "storage"),
    "--runroot",
    // It refuses paths of more than 50 characters here.
    join(this.#world.folder, "r"),
    ...this.#conmon,
    "--storage-driver",
    "vfs",
    "--events-backend",
    "none",
    "--cgroup-manager",
    "cgroupfs",
  ];

  #pullCommand(
    home: string,
    { image, credentials: sent, seconds }: Pick<PullCase, "image" | "credentials" | "seconds">,
  ): string[] {
    const { username, password } = credentials[sent];
    const insecure = image.startsWith(`${literal}/`);
    if (this.runtime === "podman") {
      return [
        "timeout",
        "--signal=INT",
        String(seconds),
        ...this.#podman(home),
        "pull",
        "--quiet",
        ...this.#policy(),
        ...(sent === "none" ? [] : ["--creds", `${username}:${password}`]),
        ...(insecure ? ["--tls-verify=false"] : []),
        image,
      ];
    }
    const to = `dir:${join(home, `copy-${(this.#made += 1)}`)}`;
    return [
      this.#program,
      "--command-timeout",
      `${seconds}s`,
      ...this.#options(),
      "copy",
      ...(sent === "none" ? [] : ["--src-creds", `${username}:${password}`]),
      ...(insecure ? ["--src-tls-verify=false"] : []),
      `docker://${image}`,
      to,
    ];
  }

  /** The last error, without what the program itself writes before it. */
  #error(err: string): string | null {
    const lines = err.trim().split("\n");
    if (this.runtime === "podman") {
      const from = lines.findLastIndex((line) => line.startsWith("Error: "));
      return from < 0 ? null : lines.slice(from).join("\n").slice("Error: ".length);
    }
    const quoted = /level=fatal msg=(".*")$/.exec(lines.findLast((line) => line.includes("level=fatal")) ?? "")?.[1];
    return quoted === undefined ? null : (JSON.parse(quoted.replaceAll(/\\x([0-9a-f]{2})/g, "\\u00$1")) as string);
  }
}
