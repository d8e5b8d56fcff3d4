import { describe, expect, it } from "vitest";
import {
  anonymously,
  asStranger,
  badCertificate,
  cannotSay,
  failsItself,
  found,
  foundIndex,
  helmChart,
  limited,
  linux,
  noAnswer,
  noConnection,
  noName,
  notFound,
  plainHttp,
  rejects,
  wantsCredential,
  webPage,
} from "../diagnosis/checks.ts";
import { event, read } from "../support/evidence.ts";
import { type Case, image, preflight } from "./case.ts";

const always = { strategy: "restart", policy: "Always" } as const satisfies Case;
const ofNode = (answer: Parameters<NonNullable<Case["check"]>>[0], of: string) =>
  anonymously(answer, { image: of, nodeMayHoldCredential: true, service: "ecr" });

describe("would the pull work: what the registry says to the kubelet's credential", () => {
  it.each<[string, Partial<Case>, string, RegExp]>([
    ["it is there, for this platform", {}, "possible", /accepted by ghcr\.io, for the node's platform too/],
    [
      "nobody needs a credential",
      { check: (answer, of) => anonymously(answer, { image: of }) },
      "possible",
      /asks for no credential/,
    ],
    [
      "the tag is not there",
      { registry: { ":2.4.1": notFound() } },
      "impossible",
      /has no such tag. Nearest: 2\.4\.0, 2\.4\.1-rc1/,
    ],
    [
      "the repository is not there",
      { registry: { ":2.4.1": notFound({ what: "repository", nearestTags: [] }) } },
      "impossible",
      /no such repository/,
    ],
    [
      "it wants a credential, and none is there",
      { registry: { ":2.4.1": wantsCredential() } },
      "impossible",
      /wants one/,
    ],
    [
      "it wants one, which the node may hold",
      { registry: { ":2.4.1": wantsCredential() }, check: ofNode },
      "unproven",
      /node may hold a credential/,
    ],
    [
      "it hides from one without a credential, which the node may hold",
      { registry: { ":2.4.1": notFound() }, check: ofNode },
      "unproven",
      /node may hold a credential/,
    ],
    [
      "the password is refused",
      { registry: { ":2.4.1": rejects("login") } },
      "impossible",
      /refuses its user or password/,
    ],
    ["the token has expired", { registry: { ":2.4.1": rejects("expired") } }, "impossible", /expired/],
    [
      "the secret is refused, and the node may hold another",
      { registry: { ":2.4.1": rejects("login") }, check: ofNode },
      "unproven",
      /node may hold/,
    ],
    [
      "the secret is refused, and yet the node has pulled it",
      {
        registry: { ":2.4.1": rejects("login") },
        evidence: { events: read([event("Pulled", `Successfully pulled image "${image}" in 1s`)]) },
      },
      "unproven",
      /yet its node has pulled it/,
    ],
    [
      "the secrets could not be read",
      { check: (answer, of) => asStranger(answer, { image: of }) },
      "unproven",
      /not all pull secrets could be read/,
    ],
    [
      "the limit of the account is used up",
      { registry: { ":2.4.1": limited("account") } },
      "impossible",
      /too many pulls/,
    ],
    [
      "the limit of this address is used up",
      { registry: { ":2.4.1": limited("address") } },
      "unproven",
      /a budget of its own/,
    ],
    [
      "the limit of this address is used up, and the node's as well",
      { registry: { ":2.4.1": limited("address") }, cause: "rate-limited" },
      "impossible",
      /the node says the same/,
    ],
    ["its name is not resolved from here", { registry: { ":2.4.1": noName } }, "unproven", /what the node would see/],
    [
      "its name is not resolved, and the node says so too",
      { registry: { ":2.4.1": noName }, cause: "registry-dns" },
      "impossible",
      /the node says the same/,
    ],
    ["it is not reached from here", { registry: { ":2.4.1": noConnection } }, "unproven", /what the node would see/],
    ["it does not answer here", { registry: { ":2.4.1": noAnswer } }, "unproven", /what the node would see/],
    [
      "its certificate is not accepted here",
      { registry: { ":2.4.1": badCertificate } },
      "unproven",
      /what the node would see/,
    ],
    [
      "its certificate is accepted nowhere",
      { registry: { ":2.4.1": badCertificate }, cause: "registry-tls" },
      "impossible",
      /the node says the same/,
    ],
    ["it speaks plain HTTP", { registry: { ":2.4.1": plainHttp } }, "unproven", /what the node would see/],
    ["it fails itself", { registry: { ":2.4.1": failsItself } }, "unproven", /fails with 503/],
    ["a Helm chart is there", { registry: { ":2.4.1": helmChart } }, "impossible", /is no image/],
    ["a web page is there", { registry: { ":2.4.1": webPage } }, "impossible", /is no image/],
    ["it was not judged", { registry: { ":2.4.1": cannotSay } }, "unproven", /not trusted/],
    ["no registry is asked", { isSilent: true }, "unproven", /no registry was asked/],
    [
      "it is not for this platform",
      { registry: { ":2.4.1": found({ fits: false, platforms: [linux("arm64")] }) } },
      "impossible",
      /linux\/arm64 is all that there is/,
    ],
    [
      "whether it is for this platform is not known",
      { registry: { ":2.4.1": found({ fits: null }) } },
      "unproven",
      /could not be told/,
    ],
    ["it is no reference", { image: "ghcr.io/Shop/checkout:1" }, "impossible", /lower case/],
  ])("%s", (_what, over, answer, why) => {
    const told = preflight({ ...always, ...over });
    expect(told.answer).toBe(answer);
    expect(told.why).toMatch(why);
  });
});

describe("would the pull work: on every node, and by what the kubelet says now", () => {
  const two = { ...always, pods: ["b", "b"] };
  it.each<[string, Case, string, RegExp]>([
    ["another node is of the same platform", two, "possible", /accepted/],
    [
      "another node is of a platform that is offered too",
      { ...two, registry: { ":2.4.1": foundIndex() }, nodes: { "node-2": { architecture: "arm64" } } },
      "possible",
      /accepted/,
    ],
    [
      "another node is of another platform",
      { ...two, nodes: { "node-2": { architecture: "arm64" } } },
      "impossible",
      /not offered for linux\/arm64, the platform of node node-2/,
    ],
    [
      "another node runs what is older of its family",
      {
        ...two,
        registry: { ":2.4.1": foundIndex({ platforms: [linux("amd64"), linux("arm")] }) },
        nodes: { "node-2": { architecture: "arm64" } },
      },
      "unproven",
      /could not be told/,
    ],
    [
      "the kubelet cannot pull for want of disk",
      { ...always, pods: [null], cause: "disk-full" },
      "unproven",
      /and yet/,
    ],
    [
      "a mirror is in the way",
      { ...always, pods: [null], cause: "mirror-or-proxy-misconfigured" },
      "unproven",
      /and yet/,
    ],
    [
      "the runtime refuses its signature",
      { ...always, pods: [null], cause: "signature-rejected" },
      "unproven",
      /and yet/,
    ],
    [
      "the tag was missing, and is there now",
      { ...always, pods: [null], cause: "image-not-found" },
      "possible",
      /accepted/,
    ],
    [
      "the container crashes",
      { ...always, cause: "not-an-image-pull-failure" },
      "possible",
      /another pull does not help/,
    ],
    [
      "new pods would get a secret that was not tried, for all that is known of the template",
      {
        ...always,
        workload: { newPods: null },
        evidence: {
          serviceAccount: read({
            name: "default",
            createdAt: "2026-11-24T10:00:00Z",
            imagePullSecrets: ["new"],
            change: null,
          }),
        },
      },
      "unproven",
      /ServiceAccount default lists now \(new\)/,
    ],
  ])("%s", (_what, asked, answer, why) => {
    const told = preflight(asked);
    expect(told.answer).toBe(answer);
    expect(told.why).toMatch(why);
  });
});
