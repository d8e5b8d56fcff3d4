import { readFileSync } from "node:fs";
import { join } from "node:path";
import { kubeconfigFor } from "../../support/fake-api.ts";
import { startQuoting } from "./bot.ts";
import { kubeconfigOf, logins } from "./logins.ts";
import type { Run } from "./run.ts";
import { quoting } from "./scene.ts";
import { shell } from "./shell.ts";

/** Every target in every form, and evidence that is saved and read again. */
export async function diagnoseAll(run: Run): Promise<void> {
  const save = join(run.folder, "evidence.json");
  for (const target of [...run.targets, "shop/deploy/chekout", "shop/quartz"]) {
    const text = await shell(["diagnose", target, "--save", save], run.world());
    run.outputs.add("text", text.out);
    run.outputs.add("stderr", text.err);
    if (text.code === 0) run.outputs.add("--save", readFileSync(save, "utf8"));
    run.outputs.add("json", (await shell(["diagnose", target, "-o", "json"], run.world())).out);
    run.outputs.add("markdown", (await shell(["diagnose", "--from", save, "-o", "markdown"], run.world())).out);
  }
  const typed = `https://bot:${run.secret("typed: a target with user info")}@registry.example/app:1`;
  run.given.add("typed", typed);
  run.outputs.add("stderr", (await shell(["diagnose", typed], run.world())).err);
}

/** Each way to log in, at an API server that takes it, at some that refuse it and quote it, and at one that is gone. */
export async function logInEveryWay(run: Run): Promise<void> {
  const statuses = [200, 401, 403, 500];
  const servers = await Promise.all(
    statuses.map((status) => startQuoting(status, quoting(run.secret(`API server: answer ${status}`)))),
  );
  const urls = [...servers.map(({ url }) => url), "http://127.0.0.1:1"];
  for (const login of logins(run.canaries)) {
    for (const url of urls) {
      run.file("login", kubeconfigOf(login, url));
      const world = run.world({ KUBECONFIG: join(run.folder, "login") });
      for (const output of ["text", "json"] as const) {
        const ran = await shell(["diagnose", "shop/pod/web", "-o", output], world);
        run.outputs.add(output, ran.out);
        run.outputs.add("stderr", ran.err);
      }
      run.outputs.add("doctor", (await shell(["doctor"], world)).out);
      const installed = await shell(["install", "--dry-run"], world);
      run.outputs.add("install", installed.out + installed.err);
    }
  }
  const installed = await shell(
    ["install"],
    run.world({ KUBECONFIG: run.file("login", kubeconfigFor(urls[3] ?? "")) }),
  );
  run.outputs.add("install", installed.out + installed.err);
  for (const server of servers) {
    run.given.add("API servers", server.heard());
    server.stop();
  }
  run.given.add("API servers", statuses.map((status) => run.secret(`API server: answer ${status}`)).join(" "));
}
