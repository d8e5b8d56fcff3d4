import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { kubeconfigFor } from "../support/fake-api.ts";
import { startBot, until } from "./support/bot.ts";
import { base64, Canaries, Outputs, search, table } from "./support/canaries.ts";
import { shell } from "./support/shell.ts";

/** A proxy with a password in front of everything, that refuses and says whom: in a file of its own, since a process has one proxy. */
const canaries = new Canaries("letters");
const outputs = new Outputs();
const value = canaries.of("HTTPS_PROXY: password");
const folder = mkdtempSync(join(tmpdir(), "proxy-"));
let heard = "";
const proxy = createServer().on("connect", (request, socket) => {
  const credentials = request.headers["proxy-authorization"] ?? "";
  heard += `${request.url} ${credentials}\n`;
  const text = `Proxy-Authorization: ${credentials} for http://bot:${value}@proxy.example`;
  socket.on("error", () => undefined);
  socket.end(`HTTP/1.1 407 ${value}\r\nProxy-Authenticate: ${text}\r\ncontent-length: ${text.length}\r\n\r\n${text}`);
});

beforeAll(async () => {
  await new Promise<void>((resolve) => proxy.listen(0, "127.0.0.1", resolve));
  const address = proxy.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  writeFileSync(join(folder, "config"), kubeconfigFor("https://api.invalid:6443"));
  const environment = {
    KUBECONFIG: join(folder, "config"),
    HTTPS_PROXY: `http://bot:${value}@127.0.0.1:${port}`,
    SLACK_API_URL: "https://slack.invalid/api/",
    SLACK_BOT_TOKEN: `xoxb-${canaries.of("SLACK_BOT_TOKEN")}`,
    SLACK_APP_TOKEN: `xapp-${canaries.of("SLACK_APP_TOKEN")}`,
  };
  const world = { environment, folder };
  for (const output of ["text", "json"]) {
    const asked = await shell(["diagnose", "shop/pod/web", "-o", output], world);
    outputs.add("shell", asked.out + asked.err);
    const doctor = await shell(["doctor", "-o", output], world);
    outputs.add("doctor", doctor.out + doctor.err);
  }
  const bot = await startBot(world);
  await until(() => bot.log().includes("no socket to Slack"));
  outputs.add("readyz", await bot.get("/readyz"));
  await bot.stop();
  outputs.add("log", bot.log() + bot.err());
}, 120_000);

afterAll(() => {
  proxy.closeAllConnections();
  proxy.close();
  rmSync(folder, { recursive: true });
});

it("the password of a proxy that refuses stands nowhere, though everything goes through it", () => {
  for (const host of ["api.invalid:6443", "slack.invalid:443"])
    expect(heard).toContain(`${host} Basic ${base64(`bot:${value}`)}`);
  const hits = search(canaries.all, outputs.all);
  process.stdout.write(`\n${table([...canaries.all.keys()], [...outputs.all.keys()], hits)}\n`);
  expect(hits).toEqual([]);
});
