import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, writeFileSync } from "node:fs";
import { createServer, type RequestListener } from "node:http";
import { createServer as createTlsServer, type ServerOptions } from "node:https";
import { createServer as createTcpServer, type Server, type Socket } from "node:net";
import { join } from "node:path";
import { MisbehavingRegistry } from "../cluster/registries/registry.ts";
import { Authority } from "./certificates.ts";
import { makeMirrors } from "./client-settings.ts";
import { hosts, mirrorClosed, mirrored, mirrorHost, nameServer, proxyAddress, proxyUrl } from "./hosts.ts";
import { serveNames } from "./name-server.ts";
import { oddImages, serveOdd } from "./odd-images.ts";
import { pushes } from "./pushes.ts";
import { play, realmOf, vendors } from "./vendors/play.ts";

export interface World {
  readonly registry: MisbehavingRegistry;
  readonly folder: string;
  /** A bundle of certificates that holds ours alone. */
  readonly bundle: string;
  /** containerd's folder of mirrors. */
  readonly mirrors: string;
  /** For every process that pulls. */
  readonly environment: NodeJS.ProcessEnv;
}

/** Builds the network that the runtimes live in. Only within a mount and a network namespace of our own. */
export async function makeWorld(folder: string): Promise<World> {
  mkdirSync(folder, { recursive: true });
  const run = (command: string, ...parts: string[]) =>
    execFileSync(command, parts, { stdio: ["ignore", "ignore", "inherit"] });
  run("ip", "link", "set", "lo", "up");
  for (const [kind, net] of [
    ["local", "203.0.113.0/24"],
    ["unreachable", "198.51.100.0/25"],
    ["prohibit", "198.51.100.128/26"],
  ] as const)
    run("ip", "route", "add", kind, net, ...(kind === "local" ? ["dev", "lo"] : []));
  const authority = new Authority(join(folder, "certificates"));
  const bundle = join(folder, "bundle.crt");
  writeFileSync(bundle, authority.certificate);
  run("mount", "--bind", bundle, "/etc/ssl/certs/ca-certificates.crt");
  bindFile(folder, "/etc/resolv.conf", `nameserver ${nameServer}\noptions timeout:2 attempts:1\n`);
  bindFile(folder, "/etc/hosts", "127.0.0.1 localhost\n");

  const net = new Network(authority);
  const registry = new MisbehavingRegistry();
  await openRegistries(net, registry);
  for (const vendor of vendors) {
    const realm = realmOf(vendor);
    const api = vendor.api ?? vendor.host;
    await net.tls(api, play(vendor));
    if (realm !== null && realm.hostname !== api) await net.tls(realm.hostname, play(vendor));
  }
  net.at(hosts.dropped);
  run("iptables", "-A", "OUTPUT", "-d", net.addresses.get(hosts.dropped) ?? "", "-p", "tcp", "-j", "DROP");
  net.addresses
    .set(hosts.unreachable, "198.51.100.5")
    .set(hosts.forbidden, "198.51.100.133")
    .set(hosts.noRoute, "192.0.2.9");
  await openProxy();
  await serveNames(nameServer, (name) => {
    if (name === hosts.nameServerFails) return "serverFailure";
    if (name === hosts.nameServerRefuses) return "refused";
    if (name === hosts.nameServerSilent) return "silence";
    const address = net.addresses.get(name);
    return address === undefined ? "noSuchName" : { address };
  });
  const noProxy = [
    "localhost",
    "127.0.0.1",
    // Of hosts that nobody knows too: a proxy would take them to be its own trouble.
    ".thistle.example",
    ...net.addresses.keys(),
    ...Object.values(hosts),
    ...Object.keys(mirrored),
    mirrorClosed,
  ].join(",");
  const environment = {
    PATH: `${process.env["PATH"] ?? ""}:/usr/sbin:/sbin`,
    HOME: folder,
    LANG: "C.UTF-8",
    HTTPS_PROXY: proxyUrl,
    NO_PROXY: noProxy,
  };
  return { registry, folder, bundle, mirrors: makeMirrors(folder), environment };
}

function bindFile(folder: string, path: string, text: string): void {
  const own = join(folder, path.replaceAll("/", "-").slice(1));
  writeFileSync(own, text);
  execFileSync("mount", ["--bind", own, path]);
}

/** Gives each name an address of its own, as the registries of the world have. */
class Network {
  readonly addresses = new Map<string, string>();
  readonly authority: Authority;

  constructor(authority: Authority) {
    this.authority = authority;
  }

  at(name: string): string {
    const address = this.addresses.get(name) ?? `203.0.113.${this.addresses.size + 1}`;
    this.addresses.set(name, address);
    return address;
  }

  async open(name: string, server: Server, port = 443): Promise<void> {
    server.on("connection", (socket: Socket) => socket.on("error", () => {}));
    server.listen(port, this.at(name));
    await once(server, "listening");
  }

  tls(
    name: string,
    listener: RequestListener,
    certificate = this.authority.issue(name),
    more: ServerOptions = {},
  ): Promise<void> {
    // A TLS socket cannot be reset, the connection under it can.
    const under = new Map<number | undefined, Socket>();
    const server = createTlsServer({ ...certificate, ...more }, (request, response) => {
      const { socket } = request;
      const raw = under.get(socket.remotePort);
      socket.resetAndDestroy = () => (raw?.resetAndDestroy(), socket);
      listener(request, response);
    });
    server.on("tlsClientError", () => {});
    server.on("connection", (raw: Socket) => {
      const { remotePort } = raw;
      under.set(remotePort, raw);
      raw.once("close", () => under.delete(remotePort));
    });
    return this.open(name, server);
  }
}

async function openRegistries(net: Network, registry: MisbehavingRegistry): Promise<void> {
  const { authority } = net;
  const odd = serveOdd(oddImages());
  const serve: RequestListener = (request, response) => {
    if (!pushes(request, response) && !odd(request, response)) registry.handle(request, response);
  };
  for (const name of [hosts.good, hosts.unsigned, hosts.rejected, mirrorHost]) await net.tls(name, serve);
  for (const [name, challenge] of [
    [hosts.tokens, `Bearer realm="https://${hosts.tokens}/token",service="registry"`],
    [hosts.passwords, 'Basic realm="registry"'],
  ] as const) {
    await net.tls(name, (request, response) => {
      if (request.url !== "/v2/" || request.headers.authorization !== undefined) return serve(request, response);
      response.writeHead(401, { "www-authenticate": challenge, "content-type": "application/json" });
      response.end(JSON.stringify({ errors: [{ code: "UNAUTHORIZED", message: "authentication required" }] }));
    });
  }
  const plain = createServer(serve).listen(5000, "127.0.0.1");
  await once(plain, "listening");

  await net.tls(hosts.selfSigned, serve, authority.issue(hosts.selfSigned, { by: "itself" }));
  await net.tls(hosts.stranger, serve, authority.issue(hosts.stranger, { by: "stranger" }));
  await net.tls(hosts.expired, serve, authority.issue(hosts.expired, { days: -1 }));
  await net.tls(hosts.otherName, serve, authority.issue("elsewhere.example"));
  await net.tls(hosts.oldName, serve, authority.issue(hosts.oldName, { names: [] }));
  await net.tls(hosts.wrongUsage, serve, authority.issue(hosts.wrongUsage, { usage: "clientAuth" }));
  await net.tls(hosts.wantsClient, serve, undefined, { requestCert: true, rejectUnauthorized: true });
  await net.tls(hosts.oldTls, serve, undefined, {
    minVersion: "TLSv1",
    maxVersion: "TLSv1.1",
    ciphers: "DEFAULT@SECLEVEL=0",
  });

  await net.open(hosts.plainHttp, createServer(serve));
  await net.open(
    hosts.silent,
    createTcpServer(() => {}),
  );
  await net.tls(hosts.silentAfterTls, () => {});
  await net.open(
    hosts.cut,
    createTcpServer((socket) => socket.once("data", () => socket.resetAndDestroy())),
  );
  await net.open(
    hosts.closes,
    createTcpServer((socket) => socket.once("data", () => socket.end())),
  );
  await net.tls(hosts.closesAfterTls, (request) => request.socket.destroy());
  net.at(hosts.closed);

  const challenge =
    (realm: string): RequestListener =>
    (request, response) => {
      response.writeHead(401, {
        "www-authenticate": `Bearer realm="${realm}",service="registry"`,
        "content-type": "application/json",
      });
      response.end(
        request.method === "HEAD"
          ? undefined
          : JSON.stringify({ errors: [{ code: "UNAUTHORIZED", message: "authentication required" }] }),
      );
    };
  await net.tls(hosts.tokenElsewhere, challenge(`https://${hosts.closed}/token`));
  await net.tls(hosts.tokenUnknown, challenge("https://login.thistle.example/token"));
  await net.tls(hosts.tokenPlain, challenge(`https://${hosts.plainHttp}/sign-in`));
  const moved =
    (to: string): RequestListener =>
    (request, response) =>
      void response.writeHead(302, { location: `https://${to}${request.url ?? "/"}` }).end();
  await net.tls(hosts.redirects, moved(hosts.redirects));
  await net.tls(hosts.movedToBadName, moved("storage.thistle.example"));
}

async function openProxy(): Promise<void> {
  const proxy = createServer((_, response) => response.writeHead(403).end());
  const answers: Record<string, string> = {
    refuses: "403 Forbidden",
    asks: "407 Proxy Authentication Required",
    fails: "502 Bad Gateway",
    unresolved: "503 Service Unavailable",
  };
  proxy.on("connect", (request, socket) => {
    socket.on("error", () => {});
    const name = (request.url ?? "").split(".")[0] ?? "";
    const answer = answers[name];
    if (answer !== undefined) socket.end(`HTTP/1.1 ${answer}\r\ncontent-length: 0\r\n\r\n`);
    else if (name === "closes") socket.destroy();
  });
  proxy.listen(3128, proxyAddress);
  await once(proxy, "listening");
}
