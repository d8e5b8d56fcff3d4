import http from "node:http";
import type { AddressInfo } from "node:net";
import { describe, expect, it } from "vitest";
import { useProxyOf } from "../../src/config/proxy.ts";

describe("a proxy of the environment", () => {
  it("is asked for what lies beyond it, and not for what NO_PROXY names", async () => {
    const asked: string[] = [];
    const proxy = http.createServer().on("connect", (request, socket) => {
      asked.push(request.url ?? "");
      socket.end("HTTP/1.1 403 Forbidden\r\n\r\n");
    });
    await new Promise<void>((resolve) => proxy.listen(0, "127.0.0.1", resolve));
    useProxyOf({
      HTTPS_PROXY: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`,
      NO_PROXY: "inside.invalid",
    });
    await expect(fetch("https://slack.invalid/api/auth.test")).rejects.toThrow("fetch failed");
    await expect(fetch("https://inside.invalid/")).rejects.toThrow("fetch failed");
    proxy.close();
    expect(asked).toEqual(["slack.invalid:443"]);
  });
});
