import { createServer, request as httpRequest } from "node:http";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import type { Http, HttpAnswer } from "../../src/registry/http.ts";
import { amd64, check, digest, image, login, question, secretPassword, types } from "./scripted.ts";

/** The smallest HTTP client that keeps the contract, for a server on loopback. */
const plainHttp: Http = {
  send: ({ method, url, headers, maxBytes }, signal) =>
    new Promise<HttpAnswer>((resolve) => {
      const broken = (error: Error): void => resolve({ kind: "broken", host: url.host, words: error.message });
      if (url.protocol !== "http:") return resolve({ kind: "plain-http", host: url.host });
      const sent = httpRequest(url, { method, headers, signal }, (answer) => {
        const pieces: Buffer[] = [];
        answer.on("data", (piece: Buffer) => {
          pieces.push(piece);
          if (Buffer.concat(pieces).length > maxBytes) resolve({ kind: "too-large", host: url.host, limit: maxBytes });
        });
        answer.on("error", broken);
        answer.on("end", () => {
          const named = Object.entries(answer.headers).map(([name, value]) => [name, [value].flat().join(", ")]);
          resolve({
            kind: "answer",
            status: answer.statusCode ?? 0,
            headers: Object.fromEntries(named),
            body: Buffer.concat(pieces),
          });
        });
      });
      sent.on("error", broken);
      sent.end();
    }),
  close() {},
};

const arm = image({ os: "linux", architecture: "arm64" });
const intel = image();
const index = {
  schemaVersion: 2,
  mediaType: types.index,
  manifests: [arm, intel].map(({ digest, config }) => ({ mediaType: types.manifest, digest, platform: config })),
};
const blobs = new Map([arm, intel].map(({ config, configDigest }) => [configDigest, config] as const));
const manifests = new Map<string, object>([
  ["2.4.0", index],
  [digest(index), index],
  [arm.digest, arm.manifest],
  [intel.digest, intel.manifest],
]);

/** A registry with a token server of its own. The token says for which repository it is. */
function registry(request: IncomingMessage, response: ServerResponse): void {
  const url = new URL(request.url ?? "/", `http://${request.headers.host}`);
  const say = (status: number, body: object, headers: Record<string, string> = {}): void =>
    void response.writeHead(status, { "content-type": "application/json", ...headers }).end(JSON.stringify(body));
  const refuse = (status: number, code: string, headers = {}): void =>
    say(status, { errors: [{ code, message: code.toLowerCase() }] }, headers);

  if (url.pathname === "/token") {
    const wanted = `Basic ${Buffer.from(`shop-bot:${secretPassword}`).toString("base64")}`;
    const scope = url.searchParams.get("scope") ?? "";
    if (request.headers.authorization !== wanted) return refuse(401, "UNAUTHORIZED");
    return say(200, { token: Buffer.from(scope).toString("base64url") });
  }
  const [, path, kind = "", name = ""] = /^\/v2\/(.+)\/(manifests|blobs|tags)\/(.+)$/.exec(url.pathname) ?? [];
  const token = Buffer.from(`repository:${path}:pull`).toString("base64url");
  if (request.headers.authorization !== `Bearer ${token}`) {
    const realm = `http://${request.headers.host}/token`;
    return refuse(401, "UNAUTHORIZED", {
      "www-authenticate": `Bearer realm="${realm}",service="test",scope="repository:${path}:pull,push"`,
    });
  }
  if (path !== "shop/web") return refuse(404, "NAME_UNKNOWN");
  if (kind === "tags") return say(200, { name: path, tags: ["2.4.0", "2.4.1-rc1"] });
  const found = kind === "blobs" ? blobs.get(name) : manifests.get(name);
  if (found === undefined) return refuse(404, "MANIFEST_UNKNOWN");
  const type = kind === "blobs" ? "application/octet-stream" : found === index ? types.index : types.manifest;
  return say(200, found, { "content-type": type, "docker-content-digest": digest(found) });
}

const servers: ReturnType<typeof createServer>[] = [];
afterEach(() => servers.splice(0).forEach((server) => server.close()));
async function listen(): Promise<string> {
  const server = createServer(registry);
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}

describe("over real HTTP on loopback", () => {
  it.each([
    [
      "an image of an index",
      "shop/web:2.4.0",
      login(),
      {
        kind: "found",
        digest: digest(index),
        fits: true,
        forNode: { digest: intel.digest, config: intel.configDigest, size: 1_000 },
      },
    ],
    [
      "a tag that is missing",
      "shop/web:2.4.1",
      login(),
      { kind: "not-found", what: "tag", nearestTags: ["2.4.1-rc1", "2.4.0"], tagsListed: 2 },
    ],
    [
      "a repository that is missing",
      "shop/wep:2.4.0",
      login(),
      { kind: "not-found", what: "repository", words: "name_unknown" },
    ],
    [
      "a wrong password",
      "shop/web:2.4.0",
      login("wr0ng-passw0rd"),
      { kind: "auth-rejected", why: "login", by: "token-server", words: "unauthorized" },
    ],
  ])("%s", async (_, written, offer, expected) => {
    const host = await listen();
    const result = await check(plainHttp, question(`${host}/${written}`, [offer], amd64), { deadlineMs: 15_000 });
    expect(result.host).toBe(host);
    expect(result.attempts[0]!.answer).toMatchObject(expected);
  });
});
