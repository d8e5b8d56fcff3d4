import { describe, expect, it } from "vitest";
import { diagnose } from "../../src/diagnosis/diagnose.ts";
import type { Evidence } from "../../src/diagnosis/evidence.ts";
import { bytesPerSecond, megabytes } from "../../src/diagnosis/pull-speed.ts";
import { container, event, evidenceOf, image, podWith, read, waiting } from "../support/evidence.ts";
import { plain } from "../support/plain.ts";
import { anonymously, found, foundIndex } from "./checks.ts";

const pulled = (time: string, bytes = 50_000_000) =>
  event("Pulled", `Successfully pulled image "a.io/x:1" in ${time}. Image size: ${bytes} bytes.`, {
    fieldPath: "spec.initContainers{setup}",
  });
const with_ = (...messages: ReturnType<typeof event>[]): Evidence =>
  evidenceOf(read(podWith([])), { events: read(messages) });

// Texts of kubelet 1.29 to 1.37: pkg/kubelet/images/image_manager.go.
describe("how fast this pod's other pulls were", () => {
  it.each([
    [with_(pulled("10s (12s including waiting)")), 5_000_000],
    [with_(pulled("1m40.5s (1m41s including waiting)", 100_500_000)), 1_000_000],
    [with_(pulled("500ms (500ms including waiting)", 1_000_000)), 2_000_000],
    [with_(pulled("10s (10s including waiting)"), pulled("30s (50s including waiting)")), 2_500_000],
    [with_(event("Pulled", 'Successfully pulled image "a.io/x:1" in 10s')), null],
    [with_(event("Pulled", 'Container image "a.io/x:1" already present on machine')), null],
    [with_(event("Failed", "pulled in 10s. Image size: 5 bytes.")), null],
    [with_(), null],
  ])("%#", (evidence, speed) => expect(bytesPerSecond(evidence)).toBe(speed));

  it.each([
    [312_000_000, "312 MB"],
    [4_130_000, "4.1 MB"],
    [12, "0.1 MB"],
  ])("%i bytes are %s", (bytes, text) => expect(megabytes(bytes)).toBe(text));
});

describe("a pull that has begun", () => {
  const begun = (...events: ReturnType<typeof event>[]): Evidence =>
    evidenceOf(read(podWith([container(waiting("ContainerCreating"))])), {
      events: read([...events, event("Pulling", `Pulling image "${image}"`)]),
    });
  const said = (evidence: Evidence): string => (diagnose(evidence).findings[0]?.evidence ?? []).map(plain).join("\n");

  it("has so much to load, until about then", () => {
    const evidence = { ...begun(pulled("10s (12s including waiting)")), registry: [anonymously(found())] };
    expect(said(evidence)).toContain(
      "312 MB to load for `ghcr.io/shop/checkout:2.4.1`; at 5 MB a second, as this pod's other pulls, until about 2026-11-24T10:31:02.400Z",
    );
    expect(plain(diagnose(evidence).headline)).toContain("is pulling `ghcr.io/shop/checkout:2.4.1` (312 MB)");
  });
  it("is late by the pace of others", () => {
    expect(said({ ...begun(pulled("1s (1s including waiting)")), registry: [anonymously(found())] })).toContain(
      "it should have ended at about 2026-11-24T10:30:06.240Z",
    );
  });
  it.each<[string, Evidence]>([
    ["the registry was not asked", begun()],
    [
      "the node's manifest was not read",
      { ...begun(), registry: [anonymously(foundIndex({ forNode: null, fits: null }))] },
    ],
  ])("says nothing of sizes where %s", (_where, evidence) => expect(said(evidence)).not.toContain("MB"));
});
