import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { readAccess } from "../../src/cluster/kubeconfig.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "kubeconfig-"));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

const file = (name: string, content: string): string => {
  writeFileSync(join(folder, name), content);
  return join(folder, name);
};
const sentence = async (content: string | null, context?: string): Promise<string> => {
  const path = content === null ? join(folder, "none") : file("config", content);
  const result = await readAccess({ kubeconfig: path, context: context ?? null, environment: {} });
  return result.ok ? "taken" : result.error.sentence.replaceAll(folder, "…");
};

const config = `
apiVersion: v1
kind: Config
current-context: dev
clusters:
- name: dev
  cluster: { server: "https://dev.example:6443/", certificate-authority: ca.crt }
- name: prod
  cluster: { server: "https://prod.example" }
users:
- name: ann
  user: { client-certificate: pki/ann.crt, client-key: /abs/ann.key, exec: { command: ./bin/login } }
contexts:
- name: dev
  context: { cluster: dev, user: ann, namespace: shop }
- name: prod
  context: { cluster: prod, user: ann }
- name: lost
  context: { cluster: nowhere, user: ann }
- name: nobody
  context: { cluster: prod, user: bob }
`;

describe("which cluster, user and namespace", () => {
  it("the current context, with paths relative to the file", async () => {
    const result = await readAccess({ kubeconfig: file("config", config), environment: {} });
    expect(result).toMatchObject({
      ok: true,
      value: {
        name: "dev",
        namespace: "shop",
        server: "https://dev.example:6443",
        cluster: { "certificate-authority": join(folder, "ca.crt") },
        user: {
          "client-certificate": join(folder, "pki/ann.crt"),
          "client-key": "/abs/ann.key",
          exec: { command: join(folder, "bin/login") },
        },
      },
    });
  });

  it("--context, with the namespace default where it names none", async () => {
    const result = await readAccess({ kubeconfig: file("config", config), context: "prod", environment: {} });
    expect(result).toMatchObject({
      ok: true,
      value: { name: "prod", namespace: "default", server: "https://prod.example" },
    });
  });

  it("of a KUBECONFIG list the first that says something wins, and missing files are passed over", async () => {
    const first = file(
      "first",
      `{"current-context": "prod", "clusters": [{"name": "dev", "cluster": {"server": "https://first.example"}}]}`,
    );
    const list = [join(folder, "none"), first, file("second", config)].join(":");
    const current = await readAccess({ environment: { KUBECONFIG: list } });
    expect(current).toMatchObject({ ok: true, value: { name: "prod" } });
    const dev = await readAccess({ context: "dev", environment: { KUBECONFIG: list } });
    expect(dev).toMatchObject({
      ok: true,
      value: { server: "https://first.example", user: { "client-key": "/abs/ann.key" } },
    });
  });

  it("~/.kube/config where nothing is set", async () => {
    mkdirSync(join(folder, ".kube"));
    file(".kube/config", config);
    expect(await readAccess({ environment: { HOME: folder } })).toMatchObject({ ok: true, value: { name: "dev" } });
  });
});

describe("a kubeconfig that cannot be used says what is wrong in one sentence", () => {
  it.each<[string, string | null, string | undefined, string]>([
    ["no such file", null, undefined, "no kubeconfig at …/none: give another with --kubeconfig FILE, or leave it out."],
    [
      "not YAML",
      "a: [1\nb: }",
      undefined,
      "kubeconfig …/config is not YAML (line 2): correct it, or give another with --kubeconfig FILE.",
    ],
    [
      "an empty file",
      "",
      undefined,
      "kubeconfig …/config sets no current context: name one with --context (it has none).",
    ],
    [
      "another kind of value",
      "clusters: 7",
      undefined,
      "kubeconfig …/config has the wrong kind of value at clusters (invalid_type): correct it there.",
    ],
    ["text", "hello", undefined, "kubeconfig …/config has the wrong shape (invalid_type): correct it there."],
    [
      "an unknown context",
      config,
      "staging",
      'no context "staging" in kubeconfig …/config: name one with --context (it has dev, prod, lost, nobody).',
    ],
    [
      "no current context",
      config.replace("current-context: dev", ""),
      undefined,
      "kubeconfig …/config sets no current context: name one with --context (it has dev, prod, lost, nobody).",
    ],
    [
      "a current context that is gone",
      config.replace("current-context: dev", "current-context: old"),
      undefined,
      'kubeconfig …/config has no context "old", which it names as the current one: name one with --context (it has dev, prod, lost, nobody).',
    ],
    [
      "a context without its cluster",
      config,
      "lost",
      'context "lost" names cluster "nowhere", which kubeconfig …/config does not define with a server: correct it there.',
    ],
    [
      "a context without its user",
      config,
      "nobody",
      'context "nobody" names user "bob", which kubeconfig …/config does not define: correct it there.',
    ],
    [
      "a server that is none",
      config.replace("https://prod.example", "prod.example:6443"),
      "prod",
      'cluster "prod" of kubeconfig …/config has a server that is no http or https address: correct it there.',
    ],
  ])("%s", async (_what, content, context, expected) => {
    expect(await sentence(content, context)).toBe(expected);
  });

  it("names KUBECONFIG where that is wrong", async () => {
    const result = await readAccess({ environment: { KUBECONFIG: join(folder, "none") } });
    expect(result.ok ? "" : result.error.sentence).toContain("which KUBECONFIG names");
  });

  it("says what to set where there is nothing", async () => {
    const result = await readAccess({ environment: { HOME: folder } });
    expect(result.ok ? "" : result.error.sentence).toContain("set KUBECONFIG, or give one with --kubeconfig FILE");
  });

  it("repeats no value of a malformed file", async () => {
    expect(await sentence("users: [{name: u, user: {token: [canary-token]}}]")).not.toContain("canary");
    expect(await sentence('token: "canary-token\n bad: [')).not.toContain("canary");
  });
});
