import { type Parameters, parametersOf } from "../../../src/repull/strategy.ts";
import type { Manifest } from "../kubernetes.ts";
import { type ImageKind, kinds } from "../registries/images.ts";
import { account, type Places } from "../registries/places.ts";
import type { Repository } from "../registries/registry.ts";
import { podOf, specOf, workloadOf } from "../scenarios/scenario.ts";
import { brokenPullSecret, pullSecret } from "../scenarios/secrets.ts";
import type { Words } from "../words.ts";
import type { Case } from "./cases.ts";

/** A tag of one of the two real registries. What it held before stays there by its digest. */
export interface Delivery {
  readonly registry: string;
  readonly repository: string;
  readonly tag: string;
  readonly kind: ImageKind;
  /** Other words are other bytes. */
  readonly salt: string;
}

/** What stands in registries and in the namespace, in this order: at first, and when the pre-flight asks. */
interface Stage {
  readonly deliveries: readonly Delivery[];
  /** For the misbehaving registries: the shared one, and those of the test's own. */
  readonly serves: readonly Repository[];
  readonly secrets: readonly Manifest[];
}

/** A case that can be put into the cluster. */
export interface Made {
  readonly asked: Case;
  readonly namespace: string;
  /** `host/repository`: every image of the case begins so, and of no other. */
  readonly name: string;
  readonly app: string;
  readonly container: string;
  readonly parameters: Parameters;
  readonly first: Stage;
  readonly now: Stage;
  /** Names of secrets that are gone by now. */
  readonly gone: readonly string[];
  /** A pod that brings an image to the node before the workload comes. */
  readonly neighbour: Manifest | null;
  readonly workload: Manifest;
  /** The image that a new pod pulls, by its tag. */
  readonly target: string;
  /** What ran before, by its digest, where the question is whether one could come back to it. */
  readonly wayBack: string | null;
}

/** Registries of this test alone: one that stops answering, one whose token server breaks. */
export interface OwnPlaces {
  readonly falling: string;
  readonly tokens: string;
}

const [current, next, absent] = ["1.4.2", "2.0.0", "2.0.1"];

export function make(asked: Case, words: Words, at: Places, own: OwnPlaces, seed: number): Made {
  const namespace = `imagepull-test-${words.pair()}-${seed.toString(36)}`;
  const [app, container, secret, neighbour] = [words.pair(), words.next(), words.pair(), words.next()];
  const repository = `${words.next()}/${words.next()}-${seed.toString(36)}`;
  const host = hostOf(asked, at, own);
  const name = `${host}/${repository}`;
  const isNewName = asked.strategy === "set-image";
  const firstDigest = kinds.app(`${repository}:${current}`).manifest.digest;
  const image = asked.onNode === "that digest" && !isNewName ? `${name}@${firstDigest}` : `${name}:${current}`;
  const needs = asked.credential !== "none needed";
  const spec = (of: string, policy: Case["policy"]) =>
    specOf(container, of, { policy, ...(needs && { secrets: [secret] }) });
  const workload =
    asked.kind === "Pod"
      ? podOf(app, spec(image, asked.policy))
      : workloadOf(asked.kind, app, spec(image, asked.policy));
  const brought = broughtBefore(asked);
  const secrets = secretsOf(asked, secret, host, at);
  return {
    asked,
    namespace,
    name,
    app,
    container,
    parameters: parametersOf(asked.strategy, imageAsked(asked, name, firstDigest, `${host}/${words.next()}`)),
    first: { ...registryFirst(asked, host, repository, at), secrets: secrets.first },
    now: { ...registryNow(asked, host, repository, at), secrets: secrets.now ?? [] },
    gone: secrets.now === null ? [secret] : [],
    neighbour:
      brought === null ? null : podOf(neighbour, specOf(neighbour, `${name}:${brought}`, { policy: "IfNotPresent" })),
    workload,
    target: isNewName ? `${name}:${next}` : image,
    wayBack: asked.state === "old digest gone" ? `${name}@${firstDigest}` : null,
  };
}

function imageAsked(
  { strategy, state, onNode }: Case,
  name: string,
  digest: string,
  other: string,
): Partial<Parameters> {
  if (strategy !== "set-image") return {};
  if (state === "tag absent") return { tag: absent };
  if (state === "repository absent") return { image: `${other}:${next}`, allowRepository: true };
  return onNode === "that digest" ? { image: `${name}@${digest}` } : { tag: next };
}

/** The tag that has to be on the node before the workload's own pods bring it, if they do at all. */
function broughtBefore({ strategy, policy, before, onNode }: Case): string | null {
  if (policy === "Never") return before === "run" ? current : null;
  return strategy === "set-image" && (onNode === "old digest" || onNode === "new digest") ? next : null;
}

const scheme = ({ credential }: Case): "none" | "basic" | "bearer" =>
  credential === "none needed" ? "none" : credential.startsWith("basic") ? "basic" : "bearer";

/** A real registry wherever one can be in such a state. */
function hostOf(asked: Case, at: Places, own: OwnPlaces): string {
  const { state, before } = asked;
  if (state === "down") return before === "run" ? own.falling : at.closedLiteral;
  if (state === "token server down") return own.tokens;
  if (state === "unknown CA") return at.selfSigned;
  const isOurs =
    scheme(asked) === "bearer" ||
    state === "503" ||
    state === "rate-limited" ||
    state === "old digest gone" ||
    (state === "tag absent" && asked.strategy !== "set-image" && before === "run");
  if (isOurs) return at.misbehaving;
  return scheme(asked) === "basic" ? at.basic : at.open;
}

/** What stands under the name that would be pulled. */
function kindOf({ platform, state }: Case): ImageKind {
  if (state === "helm chart") return "helm-chart";
  const of = {
    fits: "app",
    "index fits": "multi-platform",
    other: "other-platform-without-index",
    "index without": "other-platform",
  } as const;
  return of[platform];
}

const isReal = (host: string, at: Places): boolean => host === at.open || host === at.basic;

function registryFirst(asked: Case, host: string, repository: string, at: Places): Omit<Stage, "secrets"> {
  const { state, before, strategy, platform } = asked;
  const nextKind = state === "tag moved" && strategy === "set-image" ? "large" : kindOf(asked);
  // A case that fails at first for want of the tag has another one, so that the repository is there.
  const isLate = before === "fail" && (state === "tag absent" || state === "tag pushed late");
  const own: ImageKind =
    strategy !== "set-image" && state === "tag there" ? (platform === "index fits" ? "multi-platform" : "app") : "app";
  const tags: Readonly<Record<string, ImageKind>> = { ...(isLate ? {} : { [current]: own }), [next]: nextKind };
  if (isReal(host, at)) {
    const deliveries = Object.entries(tags).map(([tag, kind]) => ({
      registry: host,
      repository,
      tag,
      kind,
      salt: `${repository}:${tag}`,
    }));
    return { deliveries, serves: [] };
  }
  return {
    deliveries: [],
    serves: [{ name: repository, behaviour: before === "run" ? atRest(asked) : inTrouble(asked), tags }],
  };
}

function atRest(asked: Case): "good" | "basic" | "bearer" {
  const asks = scheme(asked);
  return asks === "none" ? "good" : asks;
}

function inTrouble(asked: Case): Repository["behaviour"] {
  if (asked.state === "503") return "unavailable";
  if (asked.state === "rate-limited") return "rate-limited";
  if (asked.credential === "bearer: no scope") return "bearer-out-of-scope";
  return atRest(asked);
}

function registryNow(asked: Case, host: string, repository: string, at: Places): Omit<Stage, "secrets"> {
  const { state, strategy, before } = asked;
  if (isReal(host, at)) {
    const tag = strategy === "set-image" ? next : current;
    const isMoved = state === "tag moved" || state === "tag pushed late";
    const delivery = { registry: host, repository, tag, kind: kindOf(asked), salt: `${repository}:${tag}, moved` };
    return { deliveries: isMoved ? [delivery] : [], serves: [] };
  }
  if (before === "fail") return { deliveries: [], serves: [] };
  const tags: Readonly<Record<string, ImageKind>> =
    state === "tag absent"
      ? { [next]: "app" }
      : { [current]: state === "old digest gone" ? "large" : "app", [next]: kindOf(asked) };
  return { deliveries: [], serves: [{ name: repository, behaviour: inTrouble(asked), tags }] };
}

const part = (content: object): string => Buffer.from(JSON.stringify(content)).toString("base64url");
/** A JSON Web Token that ended in 2024. */
const expired = [part({ alg: "none" }), part({ sub: "test", exp: Date.UTC(2024, 1, 1) / 1000 }), "x"].join(".");

/** `now` null: it has been deleted. */
function secretsOf(
  { credential, before }: Case,
  name: string,
  host: string,
  at: Places,
): { readonly first: readonly Manifest[]; readonly now: readonly Manifest[] | null } {
  const right = pullSecret(name, host, account);
  const wrong = pullSecret(name, host, { user: account.user, password: "not-this-one" });
  const as: Readonly<Record<Case["credential"], Manifest | null>> = {
    "none needed": null,
    "basic: right": right,
    "basic: wrong": wrong,
    "basic: expired": pullSecret(name, host, { user: account.user, password: expired }),
    "basic: mended": right,
    "basic: no secret": null,
    "basic: other host's": pullSecret(name, at.trusted, account),
    "basic: malformed": brokenPullSecret(name, host),
    "bearer: right": right,
    "bearer: no scope": right,
  };
  if (credential === "none needed") return { first: [], now: [] };
  const now = as[credential];
  if (before === "run") return { first: [right], now: now === null ? null : [now] };
  const first = credential === "basic: mended" ? wrong : now;
  return { first: first === null ? [] : [first], now: now === null ? [] : [now] };
}
