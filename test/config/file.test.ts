import { describe, expect, it } from "vitest";
import { readConfig, readSettings } from "../../src/config.ts";
import { parseSettings } from "../../src/config/file.ts";
import { usualRegistrySettings } from "../../src/registry/registry.ts";

describe("what imagepull.yaml decides", () => {
  it.each([
    [
      "the defaults, when it is empty",
      "",
      { cluster: null, access: { look: "members" }, deadlines: { read: 2500, answer: 4500 } },
    ],
    [
      "the defaults of a group, when only the group stands there",
      "deadlines: {}",
      { deadlines: { read: 2500, answer: 4500 } },
    ],
    ["one deadline, and the other's default", "deadlines: {read: 500ms}", { deadlines: { read: 500, answer: 4500 } }],
    ["the cluster's name", "cluster: production", { cluster: "production" }],
    ["who may look", "access: {look: members}", { access: { look: "members" } }],
    ["that Kubernetes decides who may look", "access: {look: rbac}", { access: { look: "rbac" } }],
    [
      "a channel's namespace",
      "channels:\n  C0123ABCD: {namespace: shop}",
      { namespaces: new Map([["C0123ABCD", "shop"]]) },
    ],
  ])("%s", (_, text, decided) =>
    expect(parseSettings(text, "imagepull.yaml")).toMatchObject({ ok: true, value: decided }),
  );
});

describe("a mistake in imagepull.yaml is one sentence with its place", () => {
  it.each([
    ["cluster: a\nchanels: {}", "f.yaml:2 chanels is no setting. Did you mean channels?"],
    ["access:\n  lok: rbac", "f.yaml:2 access.lok is no setting. Did you mean look?"],
    [
      "frobnicate: 1",
      "f.yaml:1 frobnicate is no setting. There are cluster, access, channels, deadlines, registry, approvals.",
    ],
    ["access:\n  look: everybody", 'f.yaml:2 access.look is "everybody", not "members" or "rbac".'],
    ["cluster: 7", "f.yaml:1 cluster is 7, not a text."],
    ["cluster: ''", "f.yaml:1 cluster is empty."],
    ["\n\ndeadlines:\n  read: 3", "f.yaml:4 deadlines.read is not a duration: write it with its unit, 4s or 500ms."],
    ["deadlines:\n  read: 0s", "f.yaml:2 deadlines.read is a duration out of bounds: 100ms to 600s."],
    ["channels:\n  ops: {namespace: shop}", "f.yaml:2 channels.ops is not a channel's id (C0123ABCD)."],
    [
      "channels:\n  C0123ABCD:\n    namespace: Shop_1",
      "f.yaml:3 channels.C0123ABCD.namespace is no namespace: small letters, digits and -, at most 63 (RFC 1123).",
    ],
    ["channels:\n  C0123ABCD: {}", "f.yaml:2 channels.C0123ABCD.namespace is missing."],
    ["- a", "f.yaml:1 the file is a list, not a mapping."],
    ["cluster: a\n  b: c", "f.yaml:1 is not YAML: Nested mappings are not allowed in compact mappings."],
    ["cluster: a\ncluster: b", "f.yaml:2 is not YAML: Map keys must be unique."],
  ])("%j", (text, sentence) => expect(parseSettings(text, "f.yaml")).toEqual({ ok: false, error: [{ sentence }] }));
});

describe("how registries are asked", () => {
  it.each([
    ["by the defaults, when nothing is said", "", usualRegistrySettings],
    ["by the defaults, when only the group stands there", "registry: {}", usualRegistrySettings],
    ["not at all", "registry: {check: off}", { check: false }],
    [
      "in plain HTTP at these hosts",
      "registry: {plainHttp: ['registry.shop:5000', '[::1]:5000', Localhost]}",
      { plainHttp: ["registry.shop:5000", "[::1]:5000", "localhost"] },
    ],
    [
      "with a token server of another host",
      "registry:\n  tokenServers:\n    - {registry: registry.shop, server: 'https://Auth.shop/'}",
      { tokenServers: [{ registry: "registry.shop", origin: "https://auth.shop" }] },
    ],
    [
      "at these addresses, and never at those",
      "registry: {allow: [127.0.0.0/8, '::1'], deny: [10.0.0.1, '2001:db8::/32']}",
      { allow: ["127.0.0.0/8", "::1/128"], deny: ["10.0.0.1/32", "2001:db8::/32"] },
    ],
    ["at no private address", "registry: {privateAddresses: off}", { privateAddresses: false }],
    [
      "so many at once, for so long, and not from memory",
      "registry: {checksAtOnce: 2, deadline: 900ms, cache: 0s}",
      { checksAtOnce: 2, deadlineMs: 900, cacheMs: 0 },
    ],
  ])("%s", (_, text, registry) =>
    expect(parseSettings(text, "imagepull.yaml")).toMatchObject({ ok: true, value: { registry } }),
  );

  const anchor = "f.yaml:1 registry.";
  it.each([
    ["{plainhttp: []}", "plainhttp is no setting. Did you mean plainHttp?"],
    ["{check: maybe}", 'check is "maybe", not "on" or "off".'],
    ["{check: true}", 'check is a boolean, not "on" or "off".'],
    [
      "{plainHttp: ['http://registry.shop']}",
      "plainHttp[0] is not a registry's host: write it as in an image, registry.example.com:5000.",
    ],
    [
      "{tokenServers: [{registry: a.io, server: https://b.io, sever: x}]}",
      "tokenServers[0].sever is no setting. Did you mean server?",
    ],
    ["{tokenServers: [{server: https://b.io}]}", "tokenServers[0].registry is missing."],
    ...["b.io", "ftp://b.io", "https://b.io/token", "https://u:p@b.io", "https://b.io/?a=b"].map((server) => [
      `{tokenServers: [{registry: a.io, server: '${server}'}]}`,
      "tokenServers[0].server is not a server: write scheme and host alone, https://auth.example.com.",
    ]),
    ...["10.0.0.0/33", "2001:db8::/129", "10.0.0/8", "example.com", "fe80::1%eth0", "10.0.0.0/"].map((range) => [
      `{deny: ['${range}']}`,
      "deny[0] is not a range of addresses: write 10.0.0.0/8, 2001:db8::/32 or one address.",
    ]),
    ["{allow: 10.0.0.0/8}", "allow is a string, not a list."],
    ["{checksAtOnce: 0}", "checksAtOnce is 0, which is too small (at least 1)."],
    ["{deadline: 0s}", "deadline is a duration out of bounds: 100ms to 600s."],
    ["{cache: 601s}", "cache is a duration out of bounds: 0s to 600s."],
  ])("a mistake is one sentence: %s", (text, sentence) =>
    expect(parseSettings(`registry: ${text}`, "f.yaml")).toEqual({
      ok: false,
      error: [{ sentence: `${anchor}${sentence}` }],
    }),
  );
});

describe("where the file is looked for", () => {
  const missing = (path: string): string => {
    throw Object.assign(new Error(path), { code: "ENOENT" });
  };
  const slack = { SLACK_BOT_TOKEN: "xoxb-1", SLACK_APP_TOKEN: "xapp-1" };
  const files = (there: Record<string, string>) => (path: string) => there[path] ?? missing(path);

  it.each([
    ["the working folder's, when nothing names one", {}, undefined, { "/w/imagepull.yaml": "cluster: here" }, "here"],
    ["none at all is fine, when nothing names one", {}, undefined, {}, null],
    [
      "the variable's before the folder's",
      { IMAGEPULL_CONFIG: "/etc/i.yaml" },
      undefined,
      { "/etc/i.yaml": "cluster: named", "/w/imagepull.yaml": "cluster: here" },
      "named",
    ],
    [
      "the option's before the variable's",
      { IMAGEPULL_CONFIG: "/etc/i.yaml" },
      "o.yaml",
      { "o.yaml": "cluster: option", "/etc/i.yaml": "cluster: named" },
      "option",
    ],
  ])("%s", (_, environment, path, there, cluster) =>
    expect(readSettings({ environment, path, folder: "/w", read: files(there) })).toMatchObject({
      ok: true,
      value: { cluster },
    }),
  );

  it("says which setting names a file that is not there, together with the mistakes of the environment", () => {
    const read = readConfig({
      environment: { ...slack, IMAGEPULL_CONFIG: "/gone.yaml", PORT: "x" },
      folder: "/w",
      read: missing,
    });
    expect(read).toMatchObject({
      ok: false,
      error: [
        { sentence: /^PORT is/ },
        { sentence: "/gone.yaml: there is no such file; IMAGEPULL_CONFIG names it." },
      ].map((entry) => ({ sentence: expect.stringMatching(entry.sentence) as string })),
    });
  });

  it("joins both places into one", () => {
    expect(
      readConfig({ environment: slack, folder: "/w", read: files({ "/w/imagepull.yaml": "cluster: prod" }) }),
    ).toMatchObject({ ok: true, value: { cluster: "prod", port: 8080, slack: { mode: "socket" } } });
  });
});
