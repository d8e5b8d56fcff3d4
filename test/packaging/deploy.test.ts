import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { parseAllDocuments } from "yaml";
import { manifests } from "../../src/install/manifests.ts";

const root = join(import.meta.dirname, "../..");
const read = (file: string): string => readFileSync(join(root, file), "utf8");

describe("deploy/kubernetes.yaml", () => {
  it("is what install prints", () => {
    const documents = parseAllDocuments(read("deploy/kubernetes.yaml")).map((document) => document.toJS() as unknown);
    const printed = manifests({
      namespace: "imagepull",
      image: "registry.example/team/imagepull:0.1.0",
      secrets: true,
    });
    expect(documents).toEqual(JSON.parse(JSON.stringify(printed)));
  });
});

describe("the Dockerfile", () => {
  const lines = read("Dockerfile")
    .split("\n")
    .filter((line) => /^[A-Z]+ /.test(line));
  const last = lines.slice(lines.findLastIndex((line) => line.startsWith("FROM ")));

  it.each([
    ["lets the base be chosen", lines, /^ARG BASE=/],
    ["begins its last stage with nothing", last, /^FROM scratch$/],
    ["ends as a user that is a number and not root", last, /^USER [1-9]\d*:[1-9]\d*$/],
    ["listens beyond loopback", lines.concat(read("Dockerfile").split("\n")), /^\s*HOST=0\.0\.0\.0/],
    [
      "starts the bot without a shell, so that SIGTERM reaches it",
      last,
      /^ENTRYPOINT \["node", "\/opt\/imagepull\/bin\/imagepull\.cjs"\]$/,
    ],
  ])("%s", (_, where, pattern) => expect(where).toEqual(expect.arrayContaining([expect.stringMatching(pattern)])));

  it("is given nothing but the bundle", () => {
    expect(read(".dockerignore").trim().split("\n")).toEqual(["*", "!dist"]);
    expect(lines.filter((line) => /^(COPY|ADD) (?!--from)/.test(line))).toEqual(["COPY dist /opt/imagepull"]);
  });
});
