import * as z from "zod";
import type { ImageReference } from "../diagnosis/image-reference.ts";
import type { RegistryAnswer } from "../diagnosis/registry-evidence.ts";
import { budgetOf, retryAt } from "./budget.ts";
import { parseChallenges } from "./challenge.ts";
import type { Challenge } from "./challenge.ts";
import { refused } from "./refusal.ts";
import type { Login } from "./refusal.ts";
import type { RegistrySettings } from "./registry.ts";
import { serviceOf } from "./services.ts";
import type { Reply, Session } from "./session.ts";
import { tokenServer } from "./trust.ts";
import { messageOf, parseJson, statusWords, tidy } from "./words.ts";

const maxToken = 262_144;
const token = z
  .string()
  .min(1)
  .max(65_536)
  .regex(/^[\x21-\x7e]+$/);
const tokenSchema = z.object({
  token: token.optional().catch(undefined),
  access_token: token.optional().catch(undefined),
});

/** How the next request says who asks, or the answer that ends the attempt. */
type Authorization =
  | { readonly kind: "authorization"; readonly header: string; readonly scheme: "Basic" | "Bearer" }
  | { readonly kind: "answer"; readonly answer: RegistryAnswer };

export interface Attempting {
  readonly session: Session;
  readonly reference: ImageReference;
  readonly login: Login | null;
  readonly settings: RegistrySettings;
  readonly clock: () => Date;
}

const answer = (answer: RegistryAnswer): Authorization => ({ kind: "answer", answer });
const unknown = (why: string): Authorization => answer({ kind: "unknown", why });

/**
 * What a 401 asks for: a token by `Bearer`, which comes first where both are offered, as with containerd; user and password by `Basic`.
 * One token request at most, and only where `tokenServer` lets it go.
 */
export async function authorize(reply: Reply, attempting: Attempting): Promise<Authorization> {
  const { session, login } = attempting;
  const { host, hide } = session;
  if (reply.elsewhere)
    return unknown(`${host} redirects to ${tidy(reply.url.host, hide)}, which wants a credential of its own`);

  const challenges = parseChallenges(reply.headers["www-authenticate"]);
  session.service = serviceOf(host, challenges) ?? session.service;
  const bearer = challenges.find(({ scheme }) => scheme === "bearer");
  if (bearer !== undefined) return fetchToken(bearer, attempting);

  const said = messageOf(reply.body);
  const isBasic = challenges.some(({ scheme }) => scheme === "basic");
  const words = tidy(said.text, hide) || statusWords(reply.status);
  if (isBasic && login !== null) {
    const encoded = Buffer.from(`${login.user}:${login.password}`, "utf8").toString("base64");
    return { kind: "authorization", header: `Basic ${encoded}`, scheme: "Basic" };
  }
  if (isBasic || challenges.length === 0) {
    const { status } = reply;
    const scheme = isBasic ? "Basic" : "";
    return answer(
      refused(
        { status, by: "registry", scheme, error: "", words, login: null, service: session.service },
        attempting.clock(),
      ),
    );
  }
  const schemes = challenges.slice(0, 3).map(({ scheme }) => tidy(scheme, hide));
  return unknown(`${host} wants ${schemes.join(" or ")}, which no container runtime speaks`);
}

async function fetchToken({ parameters }: Challenge, attempting: Attempting): Promise<Authorization> {
  const { session, reference, login, settings } = attempting;
  const asking = { domain: reference.domain, origin: session.origin() };
  const server = tokenServer(parameters.get("realm"), asking, settings.tokenServers);
  if (!server.ok) return unknown(tidy(server.error, session.hide));

  const url = new URL(server.value);
  const service = parameters.get("service");
  if (service !== undefined && service !== "") url.searchParams.append("service", service.slice(0, 500));
  // Never the challenge's own scope, which could ask for more than this pull.
  url.searchParams.append("scope", `repository:${reference.path}:pull`);
  const authorization =
    login === null ? null : `Basic ${Buffer.from(`${login.user}:${login.password}`, "utf8").toString("base64")}`;
  const reply = await session.ask({
    method: "GET",
    url,
    accept: "application/json",
    authorization,
    maxBytes: maxToken,
    redirects: 0,
  });
  if (reply.kind === "failure") return answer(reply.answer);
  if (reply.status !== 200) return answer(tokenRefused(reply, attempting));

  const parsed = tokenSchema.safeParse(parseJson(reply.body.toString("utf8"))).data;
  const granted = parsed?.access_token ?? parsed?.token;
  if (granted === undefined) return unknown(`token server ${tidy(url.host, session.hide)} answered without a token`);
  session.keepSecret(granted);
  return { kind: "authorization", header: `Bearer ${granted}`, scheme: "Bearer" };
}

function tokenRefused(reply: Reply, { session, login, clock }: Attempting): RegistryAnswer {
  const { status, headers } = reply;
  const said = messageOf(reply.body);
  const words = tidy(said.text, session.hide) || statusWords(status);
  if (status === 429 || said.codes.includes("TOOMANYREQUESTS")) {
    return { kind: "rate-limited", budget: budgetOf(headers, clock()), retryAt: retryAt(headers, clock()), words };
  }
  if (status >= 500)
    return { kind: "server-error", host: tidy(reply.url.host, session.hide), status, by: "token-server", words };
  if (status === 401 || status === 403 || (status === 400 && login !== null)) {
    const refusal = {
      status,
      by: "token-server",
      scheme: "Bearer",
      error: "",
      words,
      login,
      service: session.service,
    } as const;
    return refused(refusal, clock());
  }
  return { kind: "unknown", why: `token server ${tidy(reply.url.host, session.hide)} answered ${status}: ${words}` };
}
