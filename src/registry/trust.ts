import { failure, success } from "../diagnosis/result.ts";
import type { Result } from "../diagnosis/result.ts";
import { isLoopback } from "./place.ts";
import type { RegistrySettings } from "./registry.ts";

/**
 * Registries whose token server stands on another host, as their own challenges name it. Those that are asked on their own host need no
 * entry: ghcr.io, quay.io, *.azurecr.io, *.pkg.dev, *.gcr.io, public.ecr.aws, Harbor, Gitea. registry.k8s.io redirects and asks for nothing.
 * Alibaba's is named in the challenge of registry.cn-hangzhou.aliyuncs.com, by region; nvcr.io's second one in NVIDIA/nvidia-container-toolkit#1945;
 * Red Hat's older realm is on sso.redhat.com, today's on the registry itself.
 */
const pairs: readonly (readonly [registry: RegExp, server: RegExp])[] = [
  [/^(?:docker\.io|(?:index|registry-1)\.docker\.io|registry\.hub\.docker\.com)$/, /^auth\.docker\.io$/],
  [/^registry\.gitlab\.com$/, /^gitlab\.com$/],
  [/^nvcr\.io$/, /^authn\.nvidia\.com$/],
  [/^registry\.(?:redhat\.io|connect\.redhat\.com|access\.redhat\.com)$/, /^sso\.redhat\.com$/],
  [/^docker\.elastic\.co$/, /^docker-auth\.elastic\.co$/],
  [/^registry\.digitalocean\.com$/, /^api\.digitalocean\.com$/],
  [
    /^(?:registry(?:-vpc|-internal)?\.(?:[a-z]{2}-[a-z\d-]+\.)?|[a-z\d-]+(?:\.[a-z\d-]+)*\.cr\.)aliyuncs\.com$/,
    /^dockerauth(?:-ee)?(?:-vpc)?\.(?:[a-z]{2}-[a-z\d-]+\.)?aliyuncs\.com$/,
  ],
];

/** The registry that names a token server: its domain in the image, and how it is spoken to. */
export interface Asking {
  readonly domain: string;
  readonly origin: string;
}

/**
 * The token server that a challenge names, if a request may go there: over https on the registry's own host, on a pair of the table above,
 * or on an origin from the settings. A loopback or plain-HTTP server only from the settings, or where the registry itself is spoken to on that very
 * origin. Holds for anonymous requests too: a hostile registry would aim them. The error is the sentence, without its full stop.
 */
export function tokenServer(
  realm: string | undefined,
  asking: Asking,
  configured: RegistrySettings["tokenServers"],
): Result<URL, string> {
  if (realm === undefined || realm === "") return failure(`${new URL(asking.origin).host} names no token server`);
  if (realm.length > 2_048 || !URL.canParse(realm)) return failure("the token server's address is not a URL");
  const url = new URL(realm);
  if (url.protocol !== "https:" && url.protocol !== "http:") {
    return failure(`the token server's address begins with ${url.protocol.slice(0, 20)}, not with https`);
  }
  if (url.username !== "" || url.password !== "")
    return failure(`token server ${url.host} comes with a user in its address`);
  if (realm.includes("#")) return failure(`token server ${url.host} comes with a fragment in its address`);
  return isTrusted(url, asking, configured) ? success(url) : failure(`token server ${url.origin} is not trusted`);
}

function isTrusted(url: URL, { domain, origin }: Asking, configured: RegistrySettings["tokenServers"]): boolean {
  const registry = new URL(origin);
  if (configured.some((pair) => isSameHost(pair.registry, domain, registry) && isOrigin(pair.origin, url))) return true;
  if (url.origin === registry.origin) return true;
  if (url.protocol !== "https:" || isLoopback(url.hostname)) return false;
  if (url.hostname === registry.hostname) return true;
  return (
    url.port === "" &&
    registry.protocol === "https:" &&
    registry.port === "" &&
    pairs.some(([from, to]) => from.test(registry.hostname) && to.test(url.hostname))
  );
}

const isSameHost = (written: string, domain: string, registry: URL): boolean =>
  written === domain || written === registry.host;

const isOrigin = (written: string, url: URL): boolean =>
  URL.canParse(written) && new URL(written).origin === url.origin;
