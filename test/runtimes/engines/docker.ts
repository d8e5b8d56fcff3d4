import { execFileSync } from "node:child_process";
import { mkdirSync } from "node:fs";
import { request } from "node:http";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import type { PullCase, Setting } from "../cases.ts";
import { refusedPushes } from "../pushes.ts";
import { hosts } from "../hosts.ts";
import type { World } from "../world.ts";
import { credentials } from "./containerd.ts";
import { daemon, eachOf, type Engine, environmentOf, makeReadOnly, type Said, stop } from "./engine.ts";

/** Docker's daemon, asked through its API as cri-dockerd and the kubelets before 1.24 ask. */
export class Docker implements Engine {
  readonly runtime = "docker";
  readonly family = "docker";
  readonly version: string;
  readonly #program: string;
  readonly #world: World;

  constructor(version: string, program: string, world: World) {
    this.version = version;
    this.#program = program;
    this.#world = world;
  }

  get folders(): Engine["folders"] {
    return (["plain", "small-disk", "read-only", "proxy-closed", "proxy-unknown"] as const).map(
      (setting) => [join(this.#home(setting), "data"), "/var/lib/docker"] as const,
    );
  }

  #home(setting: Setting): string {
    return join(this.#world.folder, "docker", setting);
  }

  async pull(setting: Setting, cases: readonly PullCase[]): Promise<readonly Said[]> {
    return await this.#with(setting, (socket) =>
      eachOf(cases, 12, async ({ id, image, credentials: sent, seconds }) => {
        // Without a tag the daemon would pull all of them; a digest counts as one.
        const [, name = image, tag = ""] = /^([^@]+?)(?::([\w.-]+)|@(?<digest>\w+:\w+))?$/.exec(image) ?? [];
        const end = tag === "" ? image.slice(name.length + 1) : tag;
        const query = new URLSearchParams(end === "" ? { fromImage: image } : { fromImage: name, tag: end });
        return { id, text: await post(socket, `/images/create?${query.toString()}`, sent, seconds) };
      }),
    );
  }

  async others(): Promise<readonly (Said & { kind: string })[]> {
    return await this.#with("plain", async (socket) => {
      const image = `${hosts.good}/shop/runs`;
      await post(socket, `/images/create?fromImage=${image}&tag=2.4.1`, "none", 60);
      const targets = [
        ...Object.keys(refusedPushes).map((name) => `${hosts.good}/${name}`),
        ...[hosts.closed, hosts.unknown, hosts.stranger].map((host) => `${host}/push/app`),
      ];
      // The daemon tries again for a while before it says what is wrong.
      return await eachOf(targets, targets.length, async (target) => {
        await post(socket, `/images/${image}:2.4.1/tag?repo=${target}&tag=1.0.0`, "none", 10);
        return {
          kind: "push",
          id: `push/${target}`,
          text: await post(socket, `/images/${target}/push?tag=1.0.0`, "none", 120),
        };
      });
    });
  }

  async #with<T>(setting: Setting, work: (socket: string) => Promise<T>): Promise<T> {
    const home = this.#home(setting);
    const [data, socket] = [join(home, "data"), join(home, "docker.sock")];
    mkdirSync(data, { recursive: true });
    if (setting === "small-disk") execFileSync("mount", ["-t", "tmpfs", "-o", "size=2500k", "none", data]);
    const command = [
      this.#program,
      "--iptables=false",
      "--bridge=none",
      "--ip-forward=false",
      "--storage-driver=vfs",
      "--data-root",
      data,
      "--exec-root",
      join(home, "exec"),
      "--pidfile",
      join(home, "pid"),
      "--host",
      `unix://${socket}`,
    ];
    const child = await daemon(
      command,
      { ...environmentOf(this.#world, setting), SSL_CERT_FILE: this.#world.bundle },
      join(home, "log"),
      () => pings(socket),
    );
    try {
      if (setting === "read-only") makeReadOnly(join(data, "tmp"));
      return await work(socket);
    } finally {
      await stop(child);
    }
  }
}

const pings = (socketPath: string): Promise<boolean> =>
  new Promise((resolve) => {
    request({ socketPath, path: "/_ping" }, (response) => resolve(response.resume().statusCode === 200))
      .on("error", () => resolve(false))
      .end();
  });

/** What Docker's own client makes of the daemon's answer; null: all went well, or no answer came in time. */
async function post(
  socketPath: string,
  path: string,
  sent: keyof typeof credentials,
  seconds: number,
): Promise<string | null> {
  const auth = Buffer.from(JSON.stringify(credentials[sent])).toString("base64url");
  const signal = AbortSignal.timeout(seconds * 1000);
  try {
    const [status, body] = await new Promise<[number, string]>((resolve, reject) => {
      request(
        { socketPath, path: `/v1.41${path}`, method: "POST", headers: { "x-registry-auth": auth }, signal },
        (response) => {
          text(response).then((all) => resolve([response.statusCode ?? 0, all]), reject);
        },
      )
        .on("error", reject)
        .end();
    });
    if (status >= 400) return `Error response from daemon: ${(JSON.parse(body) as { message: string }).message}`;
    return transcript(body);
  } catch (error) {
    if (signal.aborted) return null;
    throw error;
  }
}

/** What the client prints of a stream that ends in an error: a push begins by saying that it is one. */
function transcript(stream: string): string | null {
  const lines = stream
    .split("\n")
    .filter((line) => line.startsWith("{"))
    .map((line) => JSON.parse(line) as { status?: string; id?: string; error?: string });
  const failed = lines.find(({ error }) => error !== undefined)?.error;
  if (failed === undefined) return null;
  const push = lines.find(({ status }) => status?.startsWith("The push refers to repository"))?.status;
  return push === undefined ? failed : `${push}\n${failed}`;
}
