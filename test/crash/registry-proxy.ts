import { createServer } from "node:http";
import { close, listen } from "../../src/playground/listen.ts";
import type { Network } from "../../src/playground/registries/network.ts";
import { forward, textOf } from "./gate.ts";

/** For HTTP_PROXY: leads the host names of the simulated registries to where they listen; other hosts do not exist. */
export async function startRegistryProxy(network: Network): Promise<{ readonly url: string; stop(): Promise<void> }> {
  const proxy = createServer((incoming, response) => {
    const url = new URL(incoming.url ?? "/", "http://nowhere");
    const route = network.route(url.host);
    if (route === null) {
      response.writeHead(502).end();
      return;
    }
    const to = `http://${route.address}:${route.port}${url.pathname}${url.search}`;
    textOf(incoming)
      .then((body) => forward(to, incoming, body))
      .then(({ status, headers, body }) => response.writeHead(status, headers).end(body))
      .catch(() => response.destroy());
  });
  const port = await listen(proxy);
  return { url: `http://127.0.0.1:${port}`, stop: () => close(proxy) };
}
