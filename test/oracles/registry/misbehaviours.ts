import type { RegistryAnswer } from "../../../src/diagnosis/registry-evidence.ts";
import type { BehaviourName } from "../../cluster/registries/behaviours.ts";
import { type ImageKind, otherArchitecture } from "../../cluster/registries/images.ts";
import { account, type Places } from "../../cluster/registries/places.ts";
import { login as realLogin, type RealName } from "./real-registries.ts";

interface Login {
  readonly user: string;
  readonly password: string;
}

/** A pull that fails, or one that does not, and what has to be said of it. */
export interface Case {
  readonly what: string;
  /** One of the cluster's registries, or one of the real ones. */
  readonly at: keyof Places | RealName;
  /** How the registry treats the repository; null: it has none of this name. */
  readonly behaviour: BehaviourName | null;
  readonly image: ImageKind;
  /** The tag asked for; the repository has 1.0. */
  readonly tag: string;
  /** Below the user's own name, or below somebody else's. */
  readonly repository: "own" | "foreign";
  readonly login: Login | null;
  /** Whether the registry's authority is known to who asks. */
  readonly trusted: boolean;
  /** What our client has to say. */
  readonly says: { readonly kind: RegistryAnswer["kind"] } & Readonly<Record<string, unknown>>;
  /** Who takes it all the same. */
  readonly takenBy: readonly ("crane" | "skopeo")[];
}

const wrong: Login = { user: account.user, password: "not-this-one" };

const treated = (
  what: string,
  behaviour: BehaviourName | null,
  says: Case["says"],
  more: Partial<Case> = {},
): Case => ({
  what,
  at: "misbehaving",
  behaviour,
  image: "app",
  tag: "1.0",
  repository: "own",
  login: null,
  trusted: true,
  says,
  takenBy: [],
  ...more,
});

const at = (what: string, place: Case["at"], says: Case["says"], more: Partial<Case> = {}): Case =>
  treated(what, "good", says, { at: place, ...more });

/** What registries that work say to those whom they do not serve. */
const refusals: readonly Case[] = [
  ...(["open-2", "passwords-2", "tokens-2", "open-3", "passwords-3"] as const).flatMap((place) => {
    const login = place.startsWith("open") ? null : realLogin;
    return [
      at(
        `${place}: no such tag`,
        place,
        { kind: "not-found", what: "tag", nearestTags: ["1.0"] },
        { tag: "1.0.1", login },
      ),
      at(`${place}: no such repository`, place, { kind: "not-found", what: "repository" }, { behaviour: null, login }),
    ];
  }),
  ...(["passwords-2", "passwords-3"] as const).flatMap((place) => [
    at(`${place}: nobody logs in`, place, { kind: "auth-missing", scheme: "Basic" }),
    at(`${place}: a wrong password`, place, { kind: "auth-rejected", why: "login", by: "registry" }, { login: wrong }),
  ]),
  at("tokens-2: nobody logs in", "tokens-2", { kind: "auth-missing", scheme: "Bearer" }),
  at(
    "tokens-2: a wrong password",
    "tokens-2",
    { kind: "auth-rejected", why: "login", by: "token-server" },
    { login: wrong },
  ),
  at(
    "tokens-2: a repository of somebody else",
    "tokens-2",
    { kind: "auth-rejected", why: "scope", by: "registry" },
    { login: realLogin, repository: "foreign", behaviour: null },
  ),
];

/** Everything that our own registry can do wrong before a layer is loaded. */
const misbehaviours: readonly Case[] = [
  treated("no such repository", null, { kind: "not-found", what: "repository" }),
  treated("no such tag", "good", { kind: "not-found", what: "tag", nearestTags: ["1.0"] }, { tag: "1.0.1" }),
  treated("asks for a password, none is sent", "basic", { kind: "auth-missing", scheme: "Basic" }),
  treated("asks for a token, nobody logs in", "bearer", { kind: "auth-missing", scheme: "Bearer" }),
  treated("no token for anybody", "bearer-forbidden", { kind: "auth-missing" }),
  treated("an anonymous token that is not good here", "bearer-out-of-scope", { kind: "auth-missing" }),
  treated("refuses everybody, asks for no password", "denied", { kind: "auth-missing" }),
  treated("the pull limit is used up", "rate-limited", { kind: "rate-limited", budget: { limit: 100, remaining: 0 } }),
  treated("500", "server-error", { kind: "server-error", status: 500, by: "registry" }),
  treated("502 and a web page", "bad-gateway", { kind: "server-error", status: 502, by: "registry" }),
  treated("503", "unavailable", { kind: "server-error", status: 503, by: "registry" }),
  treated("cuts the connection", "reset-manifest", { kind: "unknown" }),
  treated("takes the request, never answers", "silent-manifest", { kind: "timeout", waitedFor: "answer" }),
  treated("a web page instead of a manifest", "web-page", { kind: "not-an-image", what: "html" }),
  treated("schema 1", "good", { kind: "not-an-image", what: "schema1" }, { image: "schema-1", takenBy: ["skopeo"] }),
  treated(
    "a helm chart",
    "good",
    { kind: "not-an-image", what: "helm-chart" },
    { image: "helm-chart", takenBy: ["crane"] },
  ),
  treated(
    "an index for another architecture",
    "good",
    { kind: "found", fits: false, platforms: [{ architecture: otherArchitecture }] },
    { image: "other-platform" },
  ),
  // Nobody but the node minds: an image without an index is taken as it is.
  treated(
    "an image for another architecture",
    "good",
    { kind: "found", fits: false, platforms: [{ architecture: otherArchitecture }] },
    { image: "other-platform-without-index", takenBy: ["crane", "skopeo"] },
  ),
];

/** What goes wrong on the way. */
const unreached: readonly Case[] = [
  at("answers in plain HTTP", "plainHttp", { kind: "plain-http" }),
  at("a self-signed certificate", "selfSigned", { kind: "tls", problem: "self-signed" }),
  at("a certificate that has ended", "expired", { kind: "tls", problem: "expired" }),
  at("a certificate for another name", "otherName", { kind: "tls", problem: "wrong-host" }),
  at(
    "a certificate of an unknown authority",
    "trusted",
    { kind: "tls", problem: "unknown-authority" },
    { trusted: false },
  ),
  at("takes the connection, says nothing", "silent", { kind: "timeout" }),
  at("takes the connection, says nothing of TLS", "silentTls", { kind: "timeout", waitedFor: "answer" }),
  at("nobody listens, by name", "closed", { kind: "refused" }),
  at("nobody listens, by address", "closedLiteral", { kind: "refused" }),
  at("a name that nobody knows", "unresolvable", { kind: "dns" }),
];

/** What only shows when layers are loaded, which our client never does: it says what the manifest says. */
const behindTheManifest: readonly Case[] = (
  ["layer-missing", "layer-truncated", "layer-corrupt", "layer-silent", "layer-slow"] as const
).map((behaviour) =>
  treated(behaviour.replace("-", " "), behaviour, { kind: "found", fits: true }, { image: "large" }),
);

/** What is well: nobody may call it wrong. */
const wellBehaved: readonly Case[] = [
  treated("all is well", "good", { kind: "found", fits: true }),
  treated("counts pulls", "counting", { kind: "found", budget: { limit: 100, remaining: 57, windowSeconds: 21_600 } }),
  treated("an index for this machine", "good", { kind: "found", fits: true }, { image: "multi-platform" }),
  at("a certificate of a known authority", "trusted", { kind: "found", fits: true }),
  at("passwords-2: the right password", "passwords-2", { kind: "found", fits: true }, { login: realLogin }),
  at("tokens-2: the right password", "tokens-2", { kind: "found", fits: true }, { login: realLogin }),
  at("passwords-3: the right password", "passwords-3", { kind: "found", fits: true }, { login: realLogin }),
].map((row) => ({ ...row, takenBy: ["crane", "skopeo"] as const }));

/**
 * crane and skopeo ask `/v2/` whether a login is wanted, where our test registry, which decides by repository, never wants one; runtimes send
 * what they have when they are asked for it. So these show our client alone.
 */
const alone: readonly Case[] = [
  treated(
    "a wrong password",
    "basic",
    { kind: "auth-rejected", why: "login", by: "registry", status: 401 },
    { login: wrong },
  ),
  treated("the right password", "basic", { kind: "found", fits: true }, { login: account }),
  treated(
    "the right password, and no right",
    "basic-forbidden",
    { kind: "auth-rejected", why: "scope", by: "registry", status: 403 },
    { login: account },
  ),
  treated(
    "a wrong password for a token",
    "bearer",
    { kind: "auth-rejected", why: "login", by: "token-server", status: 401 },
    { login: wrong },
  ),
  treated("the right password for a token", "bearer", { kind: "found", fits: true }, { login: account }),
  treated(
    "no token for this account",
    "bearer-forbidden",
    { kind: "auth-rejected", by: "token-server", status: 403 },
    { login: account },
  ),
  treated(
    "a token that is not good here",
    "bearer-out-of-scope",
    { kind: "auth-rejected", why: "scope", by: "registry" },
    { login: account },
  ),
  treated("a token for everybody", "bearer-public", { kind: "found", fits: true }),
];

export const groups: readonly (readonly [title: string, cases: readonly Case[], withPartners: boolean])[] = [
  ["a registry that works refuses", refusals, true],
  ["a registry does not work", misbehaviours, true],
  ["nothing is reached", unreached, true],
  ["layers are missing or broken: not ours to see", behindTheManifest, true],
  ["all is well", wellBehaved, true],
  ["our client alone", alone, false],
];
