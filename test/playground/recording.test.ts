import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterEach, describe, expect, it } from "vitest";
import { startCluster } from "../../src/playground/cluster/cluster.ts";
import { resourceOf } from "../../src/playground/cluster/resources.ts";
import { fill, parseRecording, readRecordings } from "../../src/playground/recording.ts";
import { recording } from "./stage.ts";

describe("a recorded text", () => {
  it.each([
    ["Pulling {image}", { image: "web:1" }, "Pulling web:1"],
    ["spec.containers{{container}}", { container: "app" }, "spec.containers{app}"],
    ["{image} and {image}", { image: "a" }, "a and a"],
    ["{image} on {node}", { image: "a" }, "a on {node}"],
    ['json {"a": 1} stays', {}, 'json {"a": 1} stays'],
  ])("%s with %j reads %s", (text, values, expected) => {
    expect(fill(text, values)).toBe(expected);
  });
});

describe("a recording that cannot be used is refused with its name and the place", () => {
  it.each([
    ["half a file", "{", "x.json is not JSON"],
    ["one without versions", JSON.stringify({ ...recording, versions: {} }), "x.json: versions.kubernetes"],
    ["one of no date", JSON.stringify({ ...recording, recordedAt: "yesterday" }), "x.json: recordedAt"],
  ])("%s", (_what, text, sentence) => {
    expect(() => parseRecording(text, "x.json")).toThrow(sentence);
  });
});

describe("recordings of a folder", () => {
  const folders: string[] = [];
  const folderWith = (files: Record<string, unknown>): URL => {
    const folder = mkdtempSync(join(tmpdir(), "recordings-"));
    folders.push(folder);
    for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), JSON.stringify(content));
    return pathToFileURL(`${folder}/`);
  };
  afterEach(() => {
    for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
  });
  const healthy = recording.scenarios["healthy"];

  it("of two files the newer one speaks where both know a scenario", () => {
    const older = {
      ...recording,
      recordedAt: "2026-01-01T00:00:00Z",
      scenarios: { a: { ...healthy, waiting: [{ reason: "Old", message: "" }] }, b: healthy },
    };
    const newer = {
      ...recording,
      recordedAt: "2026-02-01T00:00:00Z",
      scenarios: { a: { ...healthy, waiting: [{ reason: "New", message: "" }] } },
    };
    const read = readRecordings(folderWith({ "a.json": newer, "b.json": older }));
    expect({
      names: Object.keys(read.scenarios).toSorted(),
      a: read.scenarios["a"]?.waiting[0]?.reason,
      at: read.recordedAt,
    }).toEqual({
      names: ["a", "b"],
      a: "New",
      at: "2026-02-01T00:00:00Z",
    });
  });

  it("an empty folder says how to make them", () => {
    expect(() => readRecordings(folderWith({}))).toThrow("npm run record");
  });
});

describe("the shipped recordings", () => {
  const folder = new URL("../../src/playground/recordings/", import.meta.url);
  const shipped = readRecordings(folder);

  it.each([
    "image-not-found",
    "basic-unauthorized",
    "denied",
    "token-refused",
    "token-anonymous",
    "bearer-forbidden",
    "insufficient-scope",
    "rate-limited",
    "platform-mismatch",
    "disk-full",
    "server-error",
    "bad-gateway",
    "unavailable",
    "dns",
    "self-signed",
    "unreachable",
  ])("%s says that it failed, why the container waits, and that it is not ready", (name) => {
    const scenario = shipped.scenarios[name];
    expect(scenario?.events.map(({ reason }) => reason)).toEqual(
      expect.arrayContaining(["Pulling", "Failed", "BackOff"]),
    );
    expect(scenario?.waiting.map(({ reason }) => reason)).toContain("ImagePullBackOff");
    expect(scenario?.conditions).toContainEqual(expect.objectContaining({ type: "Ready", status: "False" }));
  });

  it.each(["healthy", "present"])("%s says how the container came to run", (name) => {
    const scenario = shipped.scenarios[name];
    expect(scenario?.events.map(({ reason }) => reason)).toEqual(
      expect.arrayContaining(["Pulled", "Created", "Started"]),
    );
    expect(scenario?.conditions).toContainEqual(expect.objectContaining({ type: "Ready", status: "True" }));
  });

  it.each(["layer-silent", "pull-queued"])("%s says that the pull began, and no more", (name) => {
    const scenario = shipped.scenarios[name];
    expect(scenario?.events.map(({ reason }) => reason)).toEqual(["Scheduled", "Pulling"]);
    expect(scenario?.conditions).toContainEqual(expect.objectContaining({ type: "Ready", status: "False" }));
  });

  it.each([
    ["never-policy", "ErrImageNeverPull"],
    ["invalid-reference", "InvalidImageName"],
    ["helm-chart", "CreateContainerError"],
    ["crash-loop", "CrashLoopBackOff"],
  ])("%s says why the container waits: %s", (name, reason) => {
    expect(shipped.scenarios[name]?.waiting.map((state) => state.reason)).toContain(reason);
  });

  it("missing-secret says which secret could not be read", () => {
    const said = shipped.scenarios["missing-secret"]?.events.find(
      ({ reason }) => reason === "FailedToRetrieveImagePullSecret",
    );
    expect(said?.message).toContain("{secret}");
  });

  it("the cluster that speaks by them leaves no placeholder open, and names no host but the scene's", async () => {
    const cluster = await startCluster({ recording: shipped, clock: () => new Date(), fetch, botToken: "t" });
    const texts = ["Pod", "Event", "Node"].flatMap((kind) =>
      cluster.store
        .list(resourceOf({ apiVersion: "v1", kind }))
        .map((object) => JSON.stringify([object["status"], object["message"]])),
    );
    await cluster.stop();
    expect(texts.filter((text) => /\{[a-z]+\}/.test(text.replaceAll("spec.containers{app}", "")))).toEqual([]);
    expect(texts.filter((text) => /127\.0\.0\.1|localhost|imagepull-test/.test(text))).toEqual([]);
  });
});
