import { execFileSync } from "node:child_process";
import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { account } from "../../cluster/registries/places.ts";
import type { PullCase, Setting } from "../cases.ts";
import { refusedPushes } from "../pushes.ts";
import { hosts } from "../hosts.ts";
import type { World } from "../world.ts";
import { daemon, type Engine, environmentOf, makeReadOnly, run, type Said, stop } from "./engine.ts";

export const credentials = {
  none: { username: "", password: "" },
  wrong: { username: account.user, password: "not-the-password" },
  right: { username: account.user, password: account.password },
} as const;

interface Answer {
  readonly step: string;
  readonly error: string;
  readonly late: boolean;
}

interface Question {
  readonly image: string;
  readonly credentials?: keyof typeof credentials;
  readonly seconds?: number;
  readonly run?: "node" | "pod";
  readonly command?: readonly string[];
  readonly mounts?: readonly string[];
}

/** containerd as it is built in `bin`, asked as the kubelet asks. */
export class Containerd implements Engine {
  readonly runtime = "containerd";
  readonly family = "containerd";
  readonly version: string;
  readonly #bin: string;
  readonly #ask: string;
  readonly #world: World;

  constructor(version: string, bin: string, ask: string, world: World) {
    this.version = version;
    this.#bin = bin;
    this.#ask = ask;
    this.#world = world;
  }

  get #home(): string {
    return join(this.#world.folder, `containerd-${this.version}`);
  }

  get folders(): Engine["folders"] {
    return (
      ["plain", "small-disk", "read-only", "no-access", "proxy-closed", "proxy-unknown", "impatient"] as const
    ).flatMap((setting) => [
      [join(this.#home, setting, "root"), "/var/lib/containerd"] as const,
      [join(this.#home, setting, "state"), "/run/containerd"] as const,
    ]);
  }

  async pull(setting: Setting, cases: readonly PullCase[]): Promise<readonly Said[]> {
    const answers = await this.#with(setting, "registry.fern.example/pause:1", (socket) =>
      this.#answers(socket, cases),
    );
    return cases.map(({ id }, at) => ({
      id,
      text: answers[at]?.step === "pull" ? answers[at].error : null,
      late: answers[at]?.late ?? false,
    }));
  }

  async others(): Promise<readonly (Said & { kind: string })[]> {
    const image = `${hosts.good}/shop/runs:2.4.1`;
    const starts: readonly (readonly [string, Question])[] = [
      ["start", { image, run: "node", command: ["/bin/no-such-program"] }],
      ["start", { image, run: "node", command: ["/bin"] }],
      ["volume", { image, run: "node", mounts: ["/etc/resolv.conf/below"] }],
      ["network", { image, run: "pod" }],
      ["start", { image: `${hosts.good}/shop/foreign:2.4.1`, run: "node" }],
      ["start", { image: `${hosts.good}/shop/script:2.4.1`, run: "node" }],
    ];
    return await this.#with("plain", `${hosts.good}/shop/pause:2.4.1`, async (socket) => {
      const answers = await this.#answers(
        socket,
        starts.map(([, question]) => question),
      );
      const started = starts.map(([kind], at) => ({ kind, id: `${kind}/${at}`, text: answers[at]?.error || null }));
      return [...started, ...(await this.#pushes(socket, image))];
    });
  }

  /** Makes a sandbox's image be missing, in each of a few ways. */
  async sandboxes(images: readonly string[]): Promise<readonly Said[]> {
    const said: Said[] = [];
    for (const pause of images) {
      const [answer] = await this.#with("plain", pause, (socket) =>
        this.#answers(socket, [{ image: `${hosts.good}/shop/runs:2.4.1`, run: "node" }]),
      );
      said.push({ id: `sandbox/${pause.split("/")[0] ?? ""}`, text: answer?.error || null });
    }
    return said;
  }

  async #pushes(socket: string, image: string): Promise<(Said & { kind: string })[]> {
    const ctr = (...parts: string[]) =>
      run([join(this.#bin, "ctr"), "--address", socket, "-n", "k8s.io", ...parts], this.#world.environment);
    const targets = [
      ...Object.keys(refusedPushes).map((name) => `${hosts.good}/${name}:1.0.0`),
      ...[hosts.closed, hosts.unknown, hosts.stranger].map((host) => `${host}/push/app:1.0.0`),
    ];
    const said: (Said & { kind: string })[] = [];
    for (const target of targets) {
      const { err } = await ctr("images", "push", target, image);
      const text =
        err
          .trim()
          .split("\n")
          .findLast((line) => line.startsWith("ctr: ")) ?? null;
      said.push({ kind: "push", id: `push/${target.split(":")[0] ?? ""}`, text });
    }
    return said;
  }

  async #answers(socket: string, questions: readonly Question[]): Promise<Answer[]> {
    const lines = questions.map(({ credentials: sent = "none", ...question }) =>
      JSON.stringify({ endpoint: `unix://${socket}`, ...credentials[sent], ...question }),
    );
    const { out, err } = await run([this.#ask], this.#world.environment, { input: lines.join("\n"), seconds: 900 });
    const answers = out
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as Answer);
    if (answers.length !== questions.length)
      throw new Error(`cri-pull answered ${answers.length} of ${questions.length}: ${err}`);
    return answers;
  }

  async #with<T>(setting: Setting, pause: string, work: (socket: string) => Promise<T>): Promise<T> {
    const home = join(this.#home, setting);
    const [root, state, socket] = [join(home, "root"), join(home, "state"), join(home, "containerd.sock")];
    mkdirSync(root, { recursive: true });
    if (setting === "small-disk") execFileSync("mount", ["-t", "tmpfs", "-o", "size=2500k", "none", root]);
    writeFileSync(join(home, "config.toml"), this.#config(root, state, socket, pause, setting));
    const limited =
      setting === "no-access"
        ? ["setpriv", "--bounding-set=-dac_override,-dac_read_search", "--inh-caps=-dac_override,-dac_read_search"]
        : [];
    const env = {
      ...environmentOf(this.#world, setting),
      PATH: `${this.#bin}:${this.#world.environment["PATH"] ?? ""}`,
      SSL_CERT_FILE: this.#world.bundle,
    };
    const child = await daemon(
      [...limited, join(this.#bin, "containerd"), "--config", join(home, "config.toml")],
      env,
      join(home, "log"),
      async () => {
        const { code } = await run([this.#ask], env, {
          input: `${JSON.stringify({ endpoint: `unix://${socket}`, image: "x" })}\n`,
          seconds: 10,
        }).then(({ out }) => ({ code: out.includes('"step":"connect"') ? 1 : 0 }));
        return code === 0;
      },
    );
    try {
      // Its data base is open for writing, so not the whole of it can be closed.
      const content = join(root, "io.containerd.content.v1.content/ingest");
      if (setting === "read-only") makeReadOnly(content);
      if (setting === "no-access") {
        mkdirSync(content, { recursive: true });
        chmodSync(content, 0o000);
      }
      return await work(socket);
    } finally {
      await stop(child);
    }
  }

  #config(root: string, state: string, socket: string, pause: string, setting: Setting): string {
    return `version = 2
root = "${root}"
state = "${state}"
disabled_plugins = ["io.containerd.internal.v1.opt", "io.containerd.nri.v1.nri"]
[grpc]
  address = "${socket}"
[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = "${pause}"
  restrict_oom_score_adj = true
  disable_tcp_service = true
  netns_mounts_under_state_dir = true
  ${setting === "impatient" ? 'image_pull_progress_timeout = "5s"' : ""}
  [plugins."io.containerd.grpc.v1.cri".cni]
    bin_dir = "${dirname(root)}/cni/bin"
    conf_dir = "${dirname(root)}/cni/conf"
  [plugins."io.containerd.grpc.v1.cri".registry]
    config_path = "${this.#world.mirrors}"
`;
  }
}
