import { describe, expect, it } from "vitest";
import {
  anonymous,
  answerOf,
  asked,
  check,
  digest,
  image,
  login,
  manifestAnswer,
  question,
  scripted,
  types,
} from "./scripted.ts";
import { host, repository, web, sample, token, guarded, basicHeader, bearerHeader, details } from "./shop.ts";

describe("a pull is asked for as a runtime does it", () => {
  it("asks an open registry by one HEAD, and for the details by two GETs", async () => {
    const http = scripted({ [`${repository}/manifests/1.2.3`]: manifestAnswer(sample.manifest), ...details });
    expect(await answerOf(http, question(web))).toEqual({
      kind: "found",
      digest: sample.digest,
      mediaType: types.manifest,
      platforms: [{ os: "linux", architecture: "amd64", variant: null }],
      forNode: {
        digest: sample.digest,
        platform: { os: "linux", architecture: "amd64", variant: null },
        config: sample.configDigest,
        size: 1_000,
        layers: 2,
        createdAt: "2024-05-01T10:00:00.123Z",
      },
      fits: true,
      budget: null,
    });
    expect(asked(http)).toEqual([
      `HEAD ${repository}/manifests/1.2.3`,
      `GET ${repository}/manifests/${sample.digest}`,
      `GET ${repository}/blobs/${sample.configDigest}`,
    ]);
  });

  it("gets a token for the pull alone, and knows after three requests that the tag is there", async () => {
    const http = scripted({
      [`HEAD ${repository}/manifests/1.2.3`]: guarded(bearerHeader, manifestAnswer(sample.manifest)),
      [`${host}/token`]: token,
      ...details,
    });
    expect(await answerOf(http, question(web, [login()]))).toMatchObject({ kind: "found", digest: sample.digest });
    expect(asked(http)).toEqual([
      `HEAD ${repository}/manifests/1.2.3`,
      `GET ${host}/token?service=registry.example.com&scope=repository%3Ashop%2Fweb%3Apull Basic`,
      `HEAD ${repository}/manifests/1.2.3 Bearer`,
      `GET ${repository}/manifests/${sample.digest} Bearer`,
      `GET ${repository}/blobs/${sample.configDigest} Bearer`,
    ]);
  });

  it("sends user and password to a registry that asks for Basic, with every request", async () => {
    const http = scripted({
      [`HEAD ${repository}/manifests/1.2.3`]: guarded(basicHeader, manifestAnswer(sample.manifest), 'Basic realm="r"'),
      ...details,
    });
    expect(await answerOf(http, question(web, [login()]))).toMatchObject({ kind: "found" });
    expect(
      asked(http)
        .slice(1)
        .every((line) => line.endsWith(" Basic")),
    ).toBe(true);
  });

  it("reads an index, the node's manifest and its config by three GETs", async () => {
    const arm = image({ os: "linux", architecture: "arm64" });
    const index = {
      schemaVersion: 2,
      mediaType: types.index,
      manifests: [
        {
          mediaType: types.manifest,
          digest: arm.digest,
          platform: { os: "linux", architecture: "arm64", variant: "v8" },
        },
        { mediaType: types.manifest, digest: sample.digest, platform: { os: "linux", architecture: "amd64" } },
        { mediaType: types.manifest, digest: digest("att"), platform: { os: "unknown", architecture: "unknown" } },
      ],
    };
    const http = scripted({
      [`HEAD ${repository}/manifests/1.2.3`]: manifestAnswer(index, types.index),
      [`GET ${repository}/manifests/${digest(index)}`]: manifestAnswer(index, types.index),
      ...details,
    });
    expect(await answerOf(http, question(web))).toMatchObject({
      kind: "found",
      digest: digest(index),
      mediaType: types.index,
      platforms: [
        { os: "linux", architecture: "arm64", variant: "v8" },
        { os: "linux", architecture: "amd64", variant: null },
      ],
      forNode: { digest: sample.digest, config: sample.configDigest, size: 1_000, layers: 2 },
      fits: true,
    });
    expect(http.requests).toHaveLength(4);
  });

  it("says that no platform of an index fits the node, and reads no manifest for it", async () => {
    const platform = { os: "windows", architecture: "amd64" };
    const index = { schemaVersion: 2, mediaType: types.index, manifests: [{ digest: sample.digest, platform }] };
    const http = scripted({
      [`${repository}/manifests/1.2.3`]: manifestAnswer(index, types.index),
      [`${repository}/manifests/${digest(index)}`]: manifestAnswer(index, types.index),
    });
    const answer = await answerOf(http, question(web));
    expect(answer).toMatchObject({ kind: "found", fits: false, forNode: null });
    expect(http.requests).toHaveLength(2);
  });

  it("leaves out what cannot be known without the node", async () => {
    const http = scripted({ [`${repository}/manifests/1.2.3`]: manifestAnswer(sample.manifest), ...details });
    const answer = await answerOf(http, question(web, [anonymous], null));
    expect(answer).toMatchObject({ kind: "found", fits: null, forNode: { digest: sample.digest } });
  });

  it.each([
    ["cannot answer HEAD", { status: 405 }, 3],
    ["answers HEAD without a digest", { status: 200, headers: { "content-type": types.manifest } }, 3],
  ])("asks by GET a registry that %s, and computes the digest", async (_, head, requests) => {
    const http = scripted({
      [`HEAD ${repository}/manifests/1.2.3`]: head,
      [`GET ${repository}/manifests/1.2.3`]: {
        status: 200,
        headers: { "content-type": types.manifest },
        body: sample.manifest,
      },
      ...details,
    });
    expect(await answerOf(http, question(web))).toMatchObject({ kind: "found", digest: sample.digest, fits: true });
    expect(http.requests).toHaveLength(requests);
  });

  it("is refused before it could show its login: rejected, and nobody knows why", async () => {
    const refusal = { status: 403, body: { errors: [{ code: "DENIED", message: "access denied" }] } };
    const http = scripted({ [`${repository}/manifests/1.2.3`]: refusal });
    expect(await answerOf(http, question(web, [login()]))).toMatchObject({
      kind: "auth-rejected",
      why: "unknown",
      hidesAbsence: true,
    });
    expect(asked(http).filter((line) => line.endsWith("Basic"))).toEqual([]);
  });

  it("speaks to Docker Hub by the host that a runtime takes, and to its token server", async () => {
    const hub = "https://registry-1.docker.io";
    const http = scripted({
      [`HEAD ${hub}/v2/library/nginx/manifests/1.27`]: guarded(
        bearerHeader,
        manifestAnswer(sample.manifest, types.manifest, {
          "ratelimit-limit": "100;w=21600",
          "ratelimit-remaining": "3;w=21600",
          "docker-ratelimit-source": "192.0.2.1",
        }),
        'Bearer realm="https://auth.docker.io/token",service="registry.docker.io"',
      ),
      "https://auth.docker.io/token": token,
    });
    const result = await check(http, question("nginx:1.27"));
    expect(result).toMatchObject({ host: "registry-1.docker.io", service: "docker-hub", nodeMayHoldCredential: false });
    expect(result.attempts[0]!.answer).toMatchObject({
      kind: "found",
      // The last pulls of the budget are left to the nodes: a GET of a manifest is one.
      platforms: null,
      budget: { limit: 100, remaining: 3, windowSeconds: 21_600, owner: "address" },
    });
    expect(http.requests).toHaveLength(3);
  });
});
