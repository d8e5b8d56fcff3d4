import { describe, expect, it } from "vitest";
import type { CauseId } from "../../src/diagnosis/causes/catalogue.ts";
import { explain, type Explanation } from "../../src/diagnosis/explain.ts";
import { recognise } from "../../src/diagnosis/messages/recognise.ts";
import { plain } from "../support/plain.ts";
import { absence } from "./messages/rows/absence.ts";
import { authorization } from "./messages/rows/authorization.ts";
import { between } from "./messages/rows/between.ts";
import { hidden } from "./messages/rows/hidden.ts";
import { kubelet } from "./messages/rows/kubelet.ts";
import { manifest } from "./messages/rows/manifest.ts";
import { network } from "./messages/rows/network.ts";
import { node } from "./messages/rows/node.ts";
import { registry } from "./messages/rows/registry.ts";

function explained(text: string): Explanation {
  const result = explain(text);
  if (!result.ok) throw new Error(result.error.sentence);
  return result.value;
}

/** Names read as in the shell. */
const said = ({ headline }: Explanation): string => plain(headline).replaceAll("`", "");

const image = "ghcr.io/shop/web:1";
const failed = (words: string, of = image): string =>
  `Failed to pull image "${of}": rpc error: code = Unknown desc = failed to pull and unpack image "${of}": failed to resolve reference "${of}": ${words}`;
const notFound = failed(`${image}: not found`);
const dns = failed(
  'failed to do request: Head "https://ghcr.io/v2/shop/web/manifests/1": dial tcp: lookup ghcr.io on 10.0.0.2:53: no such host',
);

const rows = [absence, authorization, between, hidden, kubelet, manifest, network, node, registry].flat();

describe("every message of the catalogue", () => {
  it.each(rows)("%s (%s): %s", (_cause, _confidence, message) => {
    const { headline, fixes, ...told } = explained(message);
    const { cause, confidence } = recognise(message) ?? { cause: "undetermined", confidence: "possible" };
    expect(told).toMatchObject({ cause, confidence });
    // Nobody knows a pod, a workload or a namespace here.
    const lines = [headline, told.explain, ...fixes.map(({ text }) => text)];
    expect(lines.flat().filter((part) => typeof part === "object" && "code" in part && part.code === "")).toEqual([]);
    expect(lines.map(plain).join("\n")).not.toMatch(/in namespace|undefined/);
    for (const { command = "" } of fixes) expect(command).not.toMatch(/''|undefined/);
    expect(told.words).not.toBeNull();
    if (confidence === "confirmed") expect(told.also).toEqual([]);
  });
});

describe("the headline", () => {
  it.each<[string, string, string]>([
    ["begins with the image", notFound, "ghcr.io/shop/web:1 cannot be pulled: the tag does not exist"],
    [
      "says so where no image is named",
      "manifest unknown: manifest unknown",
      "The image cannot be pulled: the tag does not exist",
    ],
    [
      "speaks of the pod where the pull is not what fails",
      'Container image "web:1" is not present with pull policy of Never',
      "The pod may not pull web:1: its policy is Never, and its node does not have the image",
    ],
    [
      "names no namespace",
      "Unable to retrieve some image pull secrets (ghcr); attempting to pull the image may not succeed.",
      "The image cannot be pulled: pull secret ghcr does not exist in its namespace",
    ],
    [
      "quotes what nobody knows, without its wrappers",
      `Failed to pull image "web:1": rpc error: code = Unknown desc = the moon is full`,
      "web:1 cannot be pulled: the moon is full",
    ],
  ])("%s", (_, text, expected) => expect(said(explained(text))).toBe(expected));
});

const describePod = (...events: string[]): string => `Name:             web-7d4f9c-x2k8p
Namespace:        shop
Containers:
  app:
    Image:          ${image}
    State:          Waiting
      Reason:       ImagePullBackOff
    Last State:     Terminated
      Exit Code:    1
Events:
  Type     Reason     Age                From               Message
  ----     ------     ----               ----               -------
  Normal   Scheduled  10m                default-scheduler  Successfully assigned shop/web-7d4f9c-x2k8p to node-1
${events.join("\n")}
`;
const event = (age: string, message: string, type = "Warning", reason = "Failed"): string =>
  `  ${type}  ${reason}     ${age}  kubelet            spec.containers{app}: ${message}`;
const backOff = event("12s (x30 over 10m)", `Back-off pulling image "${image}"`, "Normal", "BackOff");

describe("what decides in a text of many lines", () => {
  it.each<[string, string, CauseId]>([
    ["the error, not the back-off after it", describePod(event("2m", notFound), backOff), "image-not-found"],
    ["the newest of two errors, by its age", describePod(event("9m", notFound), event("2m5s", dns)), "registry-dns"],
    [
      "also where it stands above",
      describePod(event("2m5s", dns), event("9m (x2 over 10m)", notFound)),
      "registry-dns",
    ],
    [
      "the error, not the reason that follows it",
      describePod(event("2m", notFound), event("2m", "Error: ErrImagePull")),
      "image-not-found",
    ],
    [
      "the error, not that a secret is missing, which another secret may make up for",
      describePod(
        event("2m", notFound),
        event("1m", "Unable to retrieve some image pull secrets (old); attempting to pull the image may not succeed."),
      ),
      "image-not-found",
    ],
    ["the back-off where nothing else is left", describePod(backOff), "backoff-only"],
    [
      "the reason in a table of pods",
      "NAME    READY   STATUS             RESTARTS   AGE\nweb-1   0/1     ImagePullBackOff   0          5m",
      "backoff-only",
    ],
    ["the reason of an init container there", "web-1   0/1     Init:ErrImagePull   0          5m", "backoff-only"],
    [
      "a row of kubectl get events",
      `LAST SEEN   TYPE      REASON    OBJECT      MESSAGE\n9m    Warning   Failed    pod/web-1   ${notFound}\n3m12s       Warning   Failed    pod/web-1   ${dns}`,
      "registry-dns",
    ],
    [
      "the last line of a log",
      `I0101 10:00:00 ${notFound}\nI0101 10:05:00 ${dns}\nI0101 10:06:00 done`,
      "registry-dns",
    ],
    [
      "a status in JSON",
      JSON.stringify(
        { waiting: { reason: "ImagePullBackOff", message: `Back-off pulling image "${image}": ErrImagePull: ${dns}` } },
        null,
        2,
      ),
      "registry-dns",
    ],
    ["JSON in JSON", JSON.stringify({ log: JSON.stringify({ message: dns }) }), "registry-dns"],
    [
      "an answer of the registry in several lines",
      'Failed to pull image "shop/web:1": rpc error: code = Unknown desc = reading manifest 1 in docker.io/shop/web: errors:\ndenied: requested access to the resource is denied\nunauthorized: authentication required\n',
      "image-not-found-or-auth",
    ],
    ["a message that a terminal has broken anywhere", dns.replace(/(.{40})/g, "$1\n"), "registry-dns"],
    ["one that a chat has broken between words", dns.replaceAll(" = ", "\n= "), "registry-dns"],
    [
      "the pull, beside trouble of other kinds",
      describePod(event("3m", 'MountVolume.SetUp failed for volume "x": timed out'), event("5m", notFound)),
      "image-not-found",
    ],
    [
      "the error of Docker's command",
      "Unable to find image 'web:1' locally\ndocker: Error response from daemon: manifest for web:1 not found: manifest unknown",
      "image-not-found",
    ],
  ])("%s", (_, text, cause) => expect(explained(text).cause).toBe(cause));

  it("the image comes from the pod where the message names none", () =>
    expect(
      explained(`    Image:          ${image}\nError: ErrImagePull: x509: certificate signed by unknown authority`)
        .facts.registry,
    ).toBe("ghcr.io"));
});

describe("what is no failed pull", () => {
  it.each<[string, string, Explanation["confidence"]]>([
    ["hello", "This text tells of no failed image pull", "possible"],
    [
      "Error response from daemon: Conflict. The container name is in use",
      "This text tells of no failed image pull",
      "possible",
    ],
    ["denied: failed to push ghcr.io/shop/web:1", "No image pull failure: an image is pushed, not pulled", "likely"],
    [
      'plugin type="calico" failed (add): networkPlugin cni failed to set up pod',
      "No image pull failure: the pod's network cannot be set up (CNI)",
      "likely",
    ],
    [
      'MountVolume.SetUp failed for volume "x": connection refused',
      "No image pull failure: a volume cannot be attached or mounted",
      "likely",
    ],
    [
      "Readiness probe failed: HTTP probe failed with statuscode: 401",
      "No image pull failure: a probe fails, so the container runs",
      "likely",
    ],
    [
      "Back-off restarting failed container app in pod web-1",
      "No image pull failure: a container starts and ends again",
      "likely",
    ],
    ["0/3 nodes are available: 3 Insufficient memory.", "No image pull failure: no node fits the pod", "likely"],
    ['Successfully pulled image "web:1" in 2s', "No image pull failure: the image has arrived", "likely"],
  ])("%j", (text, headline, confidence) => {
    const told = explained(text);
    expect(told).toMatchObject({ cause: "not-an-image-pull-failure", confidence, words: null, rule: null });
    expect(said(told)).toBe(headline);
  });

  it.each(["", "  \n\t", "\u0000\u202e\u200b"])("an empty text %j gets a sentence", (text) =>
    expect(explain(text)).toEqual({
      ok: false,
      error: { sentence: "there is no message to explain: paste the pull error, or what kubectl describe pod shows." },
    }),
  );
});

describe("what the words cannot tell apart", () => {
  const unauthorized = failed(
    "unexpected status from HEAD request to https://ghcr.io/v2/shop/web/manifests/1: 401 Unauthorized",
  );
  it.each<[string, string, readonly CauseId[]]>([
    [
      "an absent image and one that is hidden",
      failed("pull access denied, repository does not exist or may require authorization"),
      ["image-not-found", "auth-missing", "auth-rejected"],
    ],
    [
      "no credentials, wrong ones and a wrong secret",
      unauthorized,
      ["auth-rejected", "pull-secret-missing", "pull-secret-wrong-registry", "pull-secret-malformed"],
    ],
  ])("%s", (_, text, also) => expect(explained(text).also).toEqual(expect.arrayContaining([...also])));
});

describe("secrets", () => {
  it.each([
    ["a password in a URL", failed('Get "https://bot:hunter2hunter@ghcr.io/v2/": EOF')],
    [
      "a password before a host",
      'Failed to pull image "bot:hunter2hunter@ghcr.io/shop/web:1": invalid reference format',
    ],
    ["a bearer token", failed("Authorization: Bearer hunter2hunter rejected: 401 Unauthorized")],
    ["a token in a query", failed('Get "https://ghcr.io/token?token=hunter2hunter&scope=x": 403 Forbidden')],
    ["a password before the words that decide", failed("password: hunter2hunter not found")],
    ["a decoded auth", "invalid decoded auth: hunter2hunter"],
  ])("%s is not shown", (_, text) => expect(JSON.stringify(explained(text))).not.toContain("hunter2"));
});
