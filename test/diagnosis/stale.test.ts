import { describe, expect, it } from "vitest";
import { diagnose } from "../../src/diagnosis/diagnose.ts";
import { compareDigests, meaningOf, readImageId } from "../../src/diagnosis/digests.ts";
import type { ContainerEvidence, Evidence, SiblingEvidence } from "../../src/diagnosis/evidence.ts";
import type { RegistryAnswer } from "../../src/diagnosis/registry-evidence.ts";
import { container, evidenceOf, image, owner, podWith, read, running, waiting } from "../support/evidence.ts";
import { plain } from "../support/plain.ts";
import {
  anonymously,
  asStranger,
  digest,
  found,
  foundIndex,
  notFound,
  rejects,
  wantsCredential,
  withSecret,
} from "./checks.ts";

const repo = "ghcr.io/shop/checkout";
const indexed = foundIndex();
const noManifest = foundIndex({ forNode: null, fits: null });
const noConfig = found({ forNode: { ...found().forNode, config: null } as never });

// Forms of status.imageID: kubernetes/kubernetes#115199, containerd/containerd#8408, dockershim's docker-pullable.
describe("whether what runs is what the tag means", () => {
  it.each([
    // imageID, what the registry says, same | other | unknown
    [`${repo}@${digest("1")}`, indexed, "same"],
    [`${repo}@${digest("a")}`, indexed, "same"],
    [`${repo}@${digest("c")}`, indexed, "same"],
    [`docker-pullable://${repo}@${digest("1")}`, indexed, "same"],
    [`docker://${digest("c")}`, indexed, "same"],
    [digest("c"), indexed, "same"],
    [`${repo}@${digest("e")}`, indexed, "other"],
    [`docker-pullable://${repo}@${digest("e")}`, indexed, "other"],
    [digest("e"), indexed, "other"],
    [`docker://${digest("e")}`, indexed, "other"],
    [`${repo}@${digest("e")}`, found(), "other"],
    // A config that the registry did not show
    [digest("e"), noConfig, "unknown"],
    [`${repo}@${digest("e")}`, noConfig, "unknown"],
    // A manifest of the node's platform that the registry did not show
    [`${repo}@${digest("e")}`, noManifest, "unknown"],
    [`${repo}@${digest("1")}`, noManifest, "same"],
    // The same content pulled under another name
    [`mirror.local/checkout@${digest("e")}`, indexed, "unknown"],
    [`mirror.local/checkout@${digest("1")}`, indexed, "same"],
    ["", indexed, "unknown"],
    ["checkout:2.4.1", indexed, "unknown"],
    [`${repo}@sha256:12`, indexed, "unknown"],
  ] as const)("%s is %#", (imageId, answer, kind) => {
    expect(compareDigests(imageId, repo, meaningOf(answer)).kind).toBe(kind);
  });

  it("reads the forms apart", () => {
    expect(readImageId(`docker-pullable://nginx@${digest("a")}`)).toEqual({
      digest: digest("a"),
      form: "manifest",
      repository: "docker.io/library/nginx",
    });
    expect(readImageId(`docker://${digest("a")}`)?.form).toBe("config");
  });
});

const runsDigest = (letter: string, over: Partial<ContainerEvidence> = {}): ContainerEvidence => {
  const base = container(running, over);
  return base.status === null ? base : { ...base, status: { ...base.status, imageID: `${repo}@${digest(letter)}` } };
};
const pod = (of: ContainerEvidence, over: Partial<Evidence> = {}): Evidence => evidenceOf(read(podWith([of])), over);
const sibling = (name: string, letter: string, of = image): SiblingEvidence => ({
  name,
  uid: name,
  createdAt: "2026-11-24T10:00:00Z",
  nodeName: name,
  phase: "Running",
  ready: true,
  trouble: null,
  running: [{ container: "app", image: of, imageID: `${repo}@${digest(letter)}`, since: null }],
});

describe("the root is a stale image", () => {
  it.each<[string, Evidence, string]>([
    ["where the tag means another digest", pod(runsDigest("e"), { registry: [anonymously(found())] }), "confirmed"],
    ["where the kubelet's credential shows it", pod(runsDigest("e"), { registry: [withSecret(found())] }), "confirmed"],
    [
      "where anyone is told, though the credential is refused",
      pod(runsDigest("e"), { registry: [withSecret(rejects("login"), found())] }),
      "confirmed",
    ],
    [
      "where the secrets cannot be read and anyone is told",
      pod(runsDigest("e"), { registry: [asStranger(found())] }),
      "confirmed",
    ],
    [
      "where pods of the workload run different ones, one of them the tag's",
      pod(runsDigest("a"), {
        registry: [anonymously(found())],
        siblings: read([sibling("a", "a"), sibling("b", "e")]),
      }),
      "likely",
    ],
  ])("%s", (_where, evidence, confidence) => {
    expect(diagnose(evidence)).toMatchObject({ cause: "stale-image", confidence });
  });

  const other = anonymously(found());
  it.each<[string, Evidence]>([
    ["where it is the same", pod(runsDigest("a"), { registry: [other] })],
    ["where the registry was not asked", pod(runsDigest("e"))],
    ["where it cannot be compared", pod(runsDigest("e"), { registry: [anonymously(noManifest)] })],
    [
      "where a digest pins it",
      pod(runsDigest("e", { image: `${repo}@${digest("e")}` }), {
        registry: [anonymously(found(), { image: `${repo}@${digest("e")}` })],
      }),
    ],
    ["where nobody is let in", pod(runsDigest("e"), { registry: [anonymously(wantsCredential())] })],
    [
      "where pods differ and nothing can be compared with the tag",
      pod(runsDigest("a"), { siblings: read([sibling("a", "a"), sibling("b", "e")]) }),
    ],
    [
      "where other pods have another tag",
      pod(runsDigest("a"), {
        registry: [other],
        siblings: read([sibling("a", "a"), sibling("b", "e", `${repo}:2.4.0`)]),
      }),
    ],
  ])("not %s", (_where, evidence) => {
    const { cause, steps } = diagnose(evidence);
    expect([cause, steps.find(({ id }) => id === "node")?.status]).toEqual(["healthy", "ok"]);
  });

  it("not where something else is wrong", () => {
    const late = podWith([
      runsDigest("e"),
      container(waiting("ImagePullBackOff", "Back-off"), { name: "proxy", image: "ghcr.io/shop/proxy:1" }),
    ]);
    const evidence = evidenceOf(read(late), {
      registry: [other, anonymously(notFound(), { image: "ghcr.io/shop/proxy:1" })],
    });
    const { cause, findings } = diagnose(evidence);
    expect(cause).toBe("image-not-found");
    expect(findings.map((finding) => finding.cause)).toContain("stale-image");
  });
});

describe("why it was not pulled", () => {
  const said = (of: ContainerEvidence, policy: string | null): string => {
    const template = [{ name: "app", image: of.image, imagePullPolicy: of.imagePullPolicy }];
    const applied = read({ containers: [{ path: "spec", name: "app", imagePullPolicy: policy }], misplaced: [] });
    const evidence = pod(of, {
      registry: [anonymously(found(), { image: of.image })],
      owners: [owner({ template, applied, templateChange: { at: "2026-11-20T10:00:00Z", by: "kubectl" } })],
    });
    return (diagnose(evidence).findings[0]?.evidence ?? []).map(plain).join("\n");
  };
  it.each([
    [
      runsDigest("e"),
      null,
      "its policy is IfNotPresent (defaulted at creation): a node that has the name does not ask again",
    ],
    [
      runsDigest("e", { image: `${repo}:latest` }),
      null,
      "IfNotPresent (defaulted at creation, for an earlier tag; Always would be today's default)",
    ],
    [
      runsDigest("e", { imagePullPolicy: "Always" }),
      "Always",
      "its policy is Always (set), but only a new container is pulled for",
    ],
    [runsDigest("e"), null, "the template has not changed since 2026-11-20T10:00:00Z, so no new pods were made"],
  ])("%#: %s", (of, policy, line) => {
    expect(said(of, policy)).toContain(line);
  });

  it("pins what the tag means now", () => {
    const { fixes } = diagnose(pod(runsDigest("e"), { registry: [anonymously(found())] }));
    expect(fixes[0]?.command).toBe("imagepull repull deploy/checkout -n shop --context test --strategy pin-digest");
  });
});

describe("what cannot be compared", () => {
  it.each<[string, RegistryAnswer, string]>([
    ["a manifest", noManifest, "the manifest of its own platform, which the registry did not show"],
    ["a config", noConfig, "that of the config, which the registry did not show"],
  ])("is said in the node step: %s", (_what, answer, why) => {
    const step = diagnose(pod(runsDigest("e"), { registry: [anonymously(answer)] })).steps.find(
      ({ id }) => id === "node",
    );
    expect(plain(step?.summary ?? [])).toContain(why);
    expect(step?.findings).toEqual([]);
  });
});
