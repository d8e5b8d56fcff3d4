import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type FakeApi, kubeconfigFor, startFakeApi } from "../../support/fake-api.ts";
import type { Bot } from "./bot.ts";
import { type Alphabet, Canaries, Outputs } from "./canaries.ts";
import { type Echo, echoed, startEcho } from "./echo.ts";
import { scene } from "./scene.ts";
import { shell } from "./shell.ts";
import { type Tap, tap } from "./tap.ts";

/** The product from end to end, with a secret in every place that may hold one. */
export class Run {
  readonly canaries: Canaries;
  /** What went into the product. */
  readonly given = new Outputs();
  readonly outputs = new Outputs();
  readonly folder = mkdtempSync(join(tmpdir(), "canaries-"));
  targets: readonly string[] = [];
  #api: FakeApi | null = null;
  #tap: Tap | null = null;
  #echo: Echo | null = null;

  constructor(alphabet: Alphabet) {
    this.canaries = new Canaries(alphabet);
  }

  async begin(): Promise<void> {
    this.#echo = await startEcho(this.canaries.of("token of a registry's token server"));
    const told = echoed(this.canaries, this.#echo.host);
    const seen = scene(this.canaries);
    const objects = [...seen.objects, ...told.objects];
    this.targets = [...seen.targets, ...told.targets];
    // Nobody is asked on loopback unless he is told to.
    this.file("imagepull.yaml", "registry:\n  allow: [127.0.0.0/8]\n");
    const allow = (text: string) => (_request: unknown, response: { end(text: string): void }) => response.end(text);
    this.#api = await startFakeApi(() => objects, {
      tokens: () => [this.canaries.of("kubeconfig: token of the bot")],
      answers: {
        "/version": allow('{"gitVersion":"v1.34.4"}'),
        "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews": allow('{"status":{"allowed":true}}'),
      },
    });
    this.#tap = await tap(this.#api.url);
    this.file("config", kubeconfigFor(this.#tap.url, { token: this.canaries.of("kubeconfig: token of the bot") }));
  }

  async end(): Promise<void> {
    this.given.add("wire", this.#tap?.heard() ?? "");
    this.given.add("registry", this.#echo?.heard() ?? "");
    await this.#echo?.stop();
    await this.#tap?.stop();
    await this.#api?.stop();
    rmSync(this.folder, { recursive: true });
  }

  file(name: string, content: string): string {
    this.given.add("files", content);
    writeFileSync(join(this.folder, name), content);
    return join(this.folder, name);
  }

  world(more: Readonly<Record<string, string>> = {}) {
    const environment = { KUBECONFIG: join(this.folder, "config"), ...more };
    this.given.add("environment", JSON.stringify(environment));
    return { environment, folder: this.folder };
  }

  /** A canary's value, for a text that is given to the product. */
  secret(place: string): string {
    return this.canaries.of(place);
  }
}

/** `doctor` with these settings, in both forms. */
export async function checkWithDoctor(run: Run, environment: Readonly<Record<string, string>>): Promise<void> {
  for (const output of ["text", "json"]) {
    const ran = await shell(["doctor", "-o", output], run.world(environment));
    run.outputs.add(output === "text" ? "doctor" : "doctor json", ran.out + ran.err);
  }
}

/** What a running bot tells whoever asks over HTTP. */
export const lookAtHttp = async (run: Run, bot: Bot): Promise<void> => {
  for (const path of ["/readyz", "/healthz", `/none/${run.secret("path that nobody knows")}`])
    run.outputs.add("http", await bot.get(path));
  run.given.add("paths", run.secret("path that nobody knows"));
  run.outputs.add("metrics", await bot.get("/metrics"));
};
