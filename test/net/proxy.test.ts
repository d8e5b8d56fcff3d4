import { describe, expect, it } from "vitest";
import { proxyFor } from "../../src/net/proxy.ts";

describe("which proxy requests go through, by the rules of Go programs", () => {
  // Facts: golang.org/x/net/http/httpproxy, Config.ProxyFunc and its tests.
  it.each<[string, Record<string, string>, string | null]>([
    ["https://api.example:6443", {}, null],
    ["https://api.example:6443", { HTTPS_PROXY: "http://proxy:3128" }, "http://proxy:3128"],
    ["https://api.example:6443", { https_proxy: "proxy:3128" }, "http://proxy:3128"],
    ["https://api.example:6443", { HTTP_PROXY: "http://proxy:3128" }, null],
    ["http://api.example", { HTTP_PROXY: "http://proxy:3128" }, "http://proxy:3128"],
    ["https://127.0.0.1:6443", { HTTPS_PROXY: "http://proxy:3128" }, null],
    ["https://[::1]:6443", { HTTPS_PROXY: "http://proxy:3128" }, null],
    ["https://localhost:6443", { HTTPS_PROXY: "http://proxy:3128" }, null],
    ["https://10.96.0.1", { HTTPS_PROXY: "http://proxy:3128", NO_PROXY: "10.0.0.0/8" }, null],
    ["https://11.96.0.1", { HTTPS_PROXY: "http://proxy:3128", NO_PROXY: "10.0.0.0/8" }, "http://proxy:3128"],
    ["https://[fd00::1]", { HTTPS_PROXY: "http://proxy:3128", NO_PROXY: "fd00::/8" }, null],
    ["https://10.1.2.3", { HTTPS_PROXY: "http://proxy:3128", NO_PROXY: "10.1.2.3" }, null],
    ["https://api.example:6443", { HTTPS_PROXY: "http://proxy:3128", NO_PROXY: "*" }, null],
    ["https://api.corp.example", { HTTPS_PROXY: "http://proxy:3128", no_proxy: "other, corp.example" }, null],
    ["https://corp.example", { HTTPS_PROXY: "http://proxy:3128", NO_PROXY: ".corp.example" }, "http://proxy:3128"],
    ["https://api.corp.example", { HTTPS_PROXY: "http://proxy:3128", NO_PROXY: "*.corp.example" }, null],
    ["https://notcorp.example", { HTTPS_PROXY: "http://proxy:3128", NO_PROXY: "corp.example" }, "http://proxy:3128"],
    ["https://api.example:6443", { HTTPS_PROXY: "http://proxy:3128", NO_PROXY: "api.example:6443" }, null],
    [
      "https://api.example:6443",
      { HTTPS_PROXY: "http://proxy:3128", NO_PROXY: "api.example:443" },
      "http://proxy:3128",
    ],
    ["https://api.example", { HTTPS_PROXY: "http://proxy:3128", NO_PROXY: "api.example:443" }, null],
  ])("%s with %j: %s", (server, environment, expected) => {
    expect(proxyFor(new URL(server), environment)).toBe(expected);
  });
});
