import { describe, expect, it } from "vitest";
import { diagnose } from "../../src/diagnosis/diagnose.ts";
import type { Evidence } from "../../src/diagnosis/evidence.ts";
import { container, evidenceOf, forbidden, image, nodeWith, podWith, read, waiting } from "../support/evidence.ts";
import { plain } from "../support/plain.ts";
import { basic, failedEvents, notFound as absentWords, pullFails } from "../support/pulls.ts";
import {
  digest,
  index,
  found,
  foundIndex,
  notFound,
  noName,
  noConnection,
  noAnswer,
  badCertificate,
  plainHttp,
  failsItself,
  webPage,
  anonymously,
  withSecret,
} from "./checks.ts";
import { resolving, diskWords, fits, backOffOnly, pulling, told } from "./rows/situations.ts";
import { absenceRows } from "./rows/absence.ts";
import { credentialRows } from "./rows/credentials.ts";
import { formatRows } from "./rows/formats.ts";
import { wayRows } from "./rows/ways.ts";

const rows = [...absenceRows, ...credentialRows, ...formatRows, ...wayRows];

describe("what the registry answers, beside what the node was told", () => {
  it.each(rows)("%s", (_situation, evidence, check, cause, confidence, says) => {
    const diagnosis = diagnose({ ...evidence, registry: [check] });
    expect({ cause: diagnosis.cause, confidence: diagnosis.confidence }).toEqual({ cause, confidence });
    expect(diagnosis.findings[0]?.cause).toBe(cause);
    if (says !== undefined) expect(diagnosis.findings[0]?.evidence.map(plain).join("\n")).toContain(says);
  });
});

describe("a finding of the way to the registry that only imagepull has", () => {
  const alone = [noName, noConnection, noAnswer, badCertificate, plainHttp, failsItself, webPage];
  const situations: readonly [string, Evidence][] = [
    ["everything runs", evidenceOf(read(podWith([container({ kind: "running", startedAt: null })])))],
    ["refused", told(basic, fits)],
    ["absent", told(absentWords)],
    ["back-off", backOffOnly(fits)],
    ["pulling", pulling()],
    ["full disk", told(diskWords)],
  ];
  it.each(situations)("is never confirmed: %s", (_situation, evidence) => {
    for (const answer of alone) {
      const { cause, findings } = diagnose({ ...evidence, registry: [anonymously(answer)] });
      const ways = findings.filter(
        (finding) => finding.cause.startsWith("registry-") || finding.cause.startsWith("mirror"),
      );
      expect(
        ways.every(({ confidence }) => confidence !== "confirmed"),
        answer.kind,
      ).toBe(true);
      if (_situation === "everything runs") expect(cause).toBe("healthy");
    }
  });
});

describe("findings belong to the container whose image was asked for", () => {
  it("names the sidecar whose tag is gone, not the app that is well", () => {
    const proxy = "ghcr.io/shop/proxy:9";
    const pod = podWith([
      container({ kind: "running", startedAt: null }),
      container(waiting("ImagePullBackOff", `Back-off pulling image "${proxy}"`), { name: "proxy", image: proxy }),
    ]);
    const diagnosis = diagnose(
      evidenceOf(read(pod), { registry: [anonymously(found()), anonymously(notFound(), { image: proxy })] }),
    );
    expect(diagnosis).toMatchObject({ cause: "image-not-found", container: "proxy", image: proxy });
  });

  it("takes another spelling for the same image", () => {
    const evidence = told(absentWords, { registry: [anonymously(notFound(), { image: `${image}@${digest("e")}` })] });
    expect(diagnose(evidence).findings[0]?.facts.nearestTags).toBeUndefined();
    const same = told(absentWords, { registry: [anonymously(notFound(), { image })] });
    expect(diagnose(same).findings[0]?.facts.nearestTags).toEqual(["2.4.0", "2.4.1-rc1"]);
  });
});

describe("a host that stands in for the registry", () => {
  const mirror = `${resolving}unexpected status from HEAD request to https://mirror.example.com/v2/shop/checkout/manifests/2.4.1: 404 Not Found`;
  it("is suspected where it says that the image is not there, and the registry itself gives it", () => {
    const evidence = pullFails(mirror, { events: read(failedEvents(mirror)), registry: [anonymously(found())] });
    expect(diagnose(evidence)).toMatchObject({ cause: "mirror-or-proxy-misconfigured", confidence: "likely" });
  });
  it("is not, where the registry does not have it either", () => {
    expect(diagnose(pullFails(mirror, { registry: [anonymously(notFound())] })).cause).toBe("image-not-found");
  });
});

describe("an index whose node cannot be read", () => {
  it("says nothing of platforms", () => {
    const open = foundIndex({ mediaType: index, forNode: null, fits: null });
    const evidence = { ...backOffOnly(fits), node: forbidden("nodes"), registry: [withSecret(open)] };
    expect(diagnose(evidence).cause).toBe("backoff-only");
    expect(nodeWith().architecture).toBe("amd64");
  });
});
