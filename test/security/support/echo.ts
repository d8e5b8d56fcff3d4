import { once } from "node:events";
import { createServer, type IncomingMessage } from "node:http";
import type { KubeObject } from "../../support/fake-api.ts";
import { pod } from "../../support/kube-objects.ts";
import { base64, type Canaries } from "./canaries.ts";

export interface Echo {
  /** `127.0.0.1:PORT`. */
  readonly host: string;
  /** All that it was sent, and the token that it gave. */
  readonly heard: () => string;
  stop(): Promise<void>;
}

/** What a request was sent, as it came and unpacked. */
function sent({ url = "", headers: { authorization = "" } }: IncomingMessage): string {
  const value = authorization.replace(/^\w+ /, "");
  return `${url} ${authorization} ${Buffer.from(value, "base64").toString("utf8")}`;
}

/** A registry on loopback that says back what it is sent, in every place of its answers. Repositories under `bearer/` want a token, others a password. */
export async function startEcho(token: string): Promise<Echo> {
  let heard = "";
  const server = createServer((request, response) => {
    const host = request.headers.host ?? "";
    heard += `${sent(request)}\n`;
    if (request.url?.startsWith("/token") === true) {
      heard += `${token}\n`;
      response.end(JSON.stringify({ token, access_token: token }));
      return;
    }
    const isAsked = request.headers.authorization !== undefined;
    const isBearer = request.url?.includes("/bearer/") === true;
    // Whom it never gave the token, it cannot make give it away.
    const given = isBearer && isAsked ? token : "nothing";
    const words = `refused: ${sent(request)} token ${given}`;
    const challenge = isBearer
      ? `Bearer realm="http://${host}/token",service="echo",error_description="${given}"`
      : `Basic realm="echo"`;
    response.writeHead(isAsked ? 403 : 401, {
      "content-type": "application/json",
      "www-authenticate": challenge,
      "ratelimit-limit": `100;w=21600;${given}`,
      "docker-ratelimit-source": given,
      warning: `299 - "${encodeURIComponent(words)}"`,
    });
    response.end(JSON.stringify({ errors: [{ code: `DENIED ${given}`, message: words, detail: words }] }));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("it listens on no port");
  return {
    host: `127.0.0.1:${address.port}`,
    heard: () => heard,
    async stop() {
      server.close();
      server.closeAllConnections();
      await once(server, "close");
    },
  };
}

/** Pods whose images lie there, each with a pull secret of its own. */
export function echoed(
  canaries: Canaries,
  host: string,
): { readonly objects: readonly KubeObject[]; readonly targets: readonly string[] } {
  const made = ["basic", "bearer"].map((way) => {
    const name = `echo-${way}`;
    const image = `${host}/${way}/checkout:1`;
    const password = canaries.of(`pull secret: sent to a registry that says it back (${way})`);
    const auths = { [host]: { auth: base64(`shop-bot-control:${password}`) } };
    const secret: KubeObject = {
      kind: "Secret",
      metadata: { name, namespace: "shop", uid: `uid-${name}`, creationTimestamp: "2026-11-24T10:00:00Z" },
      type: "kubernetes.io/dockerconfigjson",
      data: { ".dockerconfigjson": base64(JSON.stringify({ auths })) },
    };
    const user: KubeObject = {
      ...pod(name, { waiting: "ErrImagePull", secrets: [name], labels: { app: name } }),
      spec: { nodeName: "node-1", imagePullSecrets: [{ name }], containers: [{ name: "app", image }] },
      status: {
        phase: "Pending",
        containerStatuses: [{ name: "app", image, state: { waiting: { reason: "ImagePullBackOff", message: "" } } }],
      },
    };
    return { objects: [secret, user], target: `shop/pod/${name}` };
  });
  return { objects: made.flatMap(({ objects }) => objects), targets: made.map(({ target }) => target) };
}
