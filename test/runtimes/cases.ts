import type { CauseId } from "../../src/diagnosis/causes/catalogue.ts";
import type { BehaviourName } from "../cluster/registries/behaviours.ts";
import type { ImageKind } from "../cluster/registries/images.ts";
import { digestOf, kinds } from "../cluster/registries/images.ts";
import type { Repository } from "../cluster/registries/registry.ts";
import { oddImages } from "./odd-images.ts";
import { vendors } from "./vendors/play.ts";
import { hosts, literal, mirrorClosed, mirrored, proxied } from "./hosts.ts";
import { faults } from "./faults.ts";

/** In which surroundings of its own a runtime has to be for a case. */
export type Setting =
  | "plain"
  | "small-disk"
  | "read-only"
  | "no-access"
  | "proxy-closed"
  | "proxy-unknown"
  | "impatient";
export type Family = "containerd" | "docker" | "containers-image";

/** One pull that is made to fail. */
export interface PullCase {
  readonly id: string;
  /** What was really made to happen. */
  readonly cause: CauseId;
  /** What it may be called as well: the same fault by another name of the catalogue. */
  readonly also: readonly CauseId[];
  readonly image: string;
  readonly credentials: "none" | "wrong" | "right";
  readonly setting: Setting;
  /** The name of the registry says nothing: any other may stand in its place. */
  readonly anyHost: boolean;
  /** Nor do repository and tag. */
  readonly anyName: boolean;
  /** When whoever asked gives up; needed where nothing comes of itself. */
  readonly seconds: number;
  readonly only?: readonly Family[];
}

type Draft = Pick<PullCase, "id" | "cause" | "image"> & Partial<PullCase>;
const toCase = (draft: Draft): PullCase => ({
  also: [],
  credentials: "none",
  setting: "plain",
  anyHost: true,
  anyName: true,
  seconds: 60,
  ...draft,
});

const tag = "2.4.1";
const repositories: Repository[] = [];

/** A repository of our registry that treats everybody in one way. */
function repository(behaviour: BehaviourName, kind: ImageKind = "app"): { name: string; digest: string } {
  const name = `shop/app-${repositories.length + 1}`;
  repositories.push({ name, behaviour, tags: { [tag]: kind } });
  return { name, digest: kinds[kind](`${name}:${tag}`).manifest.digest };
}

/** What each behaviour of our registry amounts to, by the credentials that are sent. Left out: the pull would work, or nothing new is shown. */
const treated: readonly (readonly [
  behaviour: BehaviourName,
  credentials: PullCase["credentials"],
  cause: CauseId,
  also?: readonly CauseId[],
  kind?: ImageKind,
])[] = [
  ["basic", "none", "auth-missing"],
  ["basic", "wrong", "auth-rejected"],
  ["bearer", "none", "auth-missing"],
  ["bearer", "wrong", "auth-rejected"],
  ["bearer-forbidden", "none", "auth-missing", ["auth-rejected", "image-not-found-or-auth"]],
  ["bearer-forbidden", "right", "auth-rejected"],
  ["bearer-out-of-scope", "none", "auth-missing", ["image-not-found-or-auth"]],
  ["bearer-out-of-scope", "right", "auth-rejected", ["image-not-found-or-auth"]],
  ["denied", "none", "auth-missing", ["auth-rejected", "image-not-found-or-auth"]],
  ["denied", "right", "auth-rejected", ["image-not-found-or-auth"]],
  ["rate-limited", "none", "rate-limited"],
  ["rate-limited", "right", "rate-limited"],
  ["server-error", "none", "registry-server-error"],
  ["bad-gateway", "none", "registry-server-error"],
  ["unavailable", "none", "registry-server-error"],
  ["reset-manifest", "none", "registry-unreachable", ["registry-server-error"]],
  ["silent-manifest", "none", "registry-unreachable", ["pull-deadline"]],
  ["web-page", "none", "mirror-or-proxy-misconfigured", ["unsupported-manifest"]],
  ["layer-missing", "none", "layer-corrupt", ["registry-server-error"]],
  ["layer-truncated", "none", "layer-corrupt", ["registry-unreachable", "registry-server-error"]],
  ["layer-corrupt", "none", "layer-corrupt"],
  ["layer-silent", "none", "pull-deadline", ["registry-unreachable", "slow-pull"]],
  ["good", "none", "platform-mismatch", [], "other-platform"],
  ["good", "none", "unsupported-manifest", [], "helm-chart"],
  ["good", "none", "unsupported-manifest", [], "schema-1"],
];

const silent: ReadonlySet<BehaviourName> = new Set(["silent-manifest", "layer-silent"]);

const doorOf = (behaviour: BehaviourName): string =>
  behaviour.startsWith("bearer") ? hosts.tokens : behaviour === "basic" ? hosts.passwords : hosts.good;

function ofBehaviours(): Draft[] {
  return treated.flatMap(([behaviour, credentials, cause, also = [], kind]) =>
    [doorOf(behaviour), literal].flatMap((host) => {
      const { name, digest } = repository(behaviour, kind);
      // Docker and containers/image ask at the door what is wanted, and there is one door for all here.
      const only = host === literal && doorOf(behaviour) !== hosts.good ? { only: ["containerd" as const] } : {};
      const kept = { ...only, cause, also, credentials, seconds: silent.has(behaviour) ? 25 : 60 };
      const id = `${kind ?? behaviour}/${credentials}/${host === literal ? "http" : "https"}`;
      return [
        { ...kept, id: `${id}/tag`, image: `${host}/${name}:${tag}` },
        { ...kept, id: `${id}/digest`, image: `${host}/${name}@${digest}` },
      ];
    }),
  );
}

function ofAbsence(): Draft[] {
  const cause = "image-not-found";
  const absent = digestOf(Buffer.from("absent"));
  return [hosts.good, literal].flatMap((host) => {
    const at = { cause } as const;
    const [secretHost, tokenHost] = host === literal ? [host, host] : [hosts.passwords, hosts.tokens];
    const containerd = host === literal ? { only: ["containerd" as const] } : {};
    const way = host === literal ? "http" : "https";
    const open = repository("good").name;
    const anybody = repository("bearer-public").name;
    const secret = repository("basic").name;
    const tokens = repository("bearer").name;
    return [
      { ...at, id: `absent/tag/${way}`, image: `${host}/${open}:9.9.9` },
      { ...at, id: `absent/digest/${way}`, image: `${host}/${open}@${absent}` },
      { ...at, id: `absent/repository/${way}`, image: `${host}/shop/no-such-app:${tag}` },
      { ...at, ...containerd, id: `absent/tag-public/${way}`, image: `${tokenHost}/${anybody}:9.9.9` },
      { ...at, ...containerd, id: `absent/digest-public/${way}`, image: `${tokenHost}/${anybody}@${absent}` },
      {
        ...at,
        ...containerd,
        id: `absent/tag-basic/${way}`,
        image: `${secretHost}/${secret}:9.9.9`,
        credentials: "right" as const,
      },
      {
        ...at,
        ...containerd,
        id: `absent/tag-bearer/${way}`,
        image: `${tokenHost}/${tokens}:9.9.9`,
        credentials: "right" as const,
      },
    ];
  });
}

function ofFaults(): Draft[] {
  const { name, digest } = repository("good");
  return faults.flatMap(([key, cause, also = [], more = {}]) => [
    { id: `${key}/tag`, cause, also, image: `${hosts[key]}/${name}:${tag}`, ...more },
    { id: `${key}/digest`, cause, also, image: `${hosts[key]}/${name}@${digest}`, ...more },
  ]);
}

function between(): Draft[] {
  const cause = "mirror-or-proxy-misconfigured";
  const { name } = repository("good");
  const through = proxied.map(
    (host) =>
      ({
        id: `proxy/${host.split(".")[0] ?? ""}`,
        cause,
        also: ["registry-unreachable"],
        image: `${host}/${name}:${tag}`,
        seconds: 25,
      }) as const,
  );
  const out = (["proxy-closed", "proxy-unknown"] as const).map(
    (setting) => ({ id: setting, cause, also: [], image: `refuses.through.example/${name}:${tag}`, setting }) as const,
  );
  const mirrors = Object.entries(mirrored).map(([host, behaviour]) => {
    const { name: kept } = repository(behaviour);
    return {
      id: `mirror/${behaviour}`,
      cause,
      also: ["registry-dns"],
      image: `${host}/${kept}:${tag}`,
      only: ["containerd", "containers-image"],
    } as const;
  });
  const closed = {
    id: "mirror/closed",
    cause,
    also: ["registry-dns"],
    image: `${mirrorClosed}/${name}:${tag}`,
    only: ["containerd", "containers-image"],
  } as const;
  return [...through, ...out, ...mirrors, closed];
}

function ofNodes(): Draft[] {
  const large = repository("good", "large").name;
  const image = `${hosts.good}/${large}:${tag}`;
  return [
    { id: "disk/small", cause: "disk-full", image, setting: "small-disk" },
    { id: "disk/read-only", cause: "permission-denied-on-node", image, setting: "read-only" },
    { id: "disk/no-access", cause: "permission-denied-on-node", image, setting: "no-access", only: ["containerd"] },
    {
      id: "deadline/layer",
      cause: "pull-deadline",
      also: ["registry-unreachable", "slow-pull"],
      image: `${hosts.good}/${repository("layer-silent").name}:${tag}`,
      setting: "impatient",
      only: ["containerd"],
    },
    {
      id: "deadline/slow",
      cause: "pull-deadline",
      also: ["registry-unreachable", "slow-pull"],
      image: `${hosts.good}/${repository("layer-slow").name}:${tag}`,
      setting: "plain",
      seconds: 15,
    },
  ];
}

function ofReferences(): Draft[] {
  const cause = "invalid-reference";
  const written = {
    upper: `${hosts.good}/Shop/App:${tag}`,
    space: `${hosts.good}/shop/my app:1`,
    digest: `${hosts.good}/shop/app@sha256:12ab`,
    algorithm: `${hosts.good}/shop/app@md5:d41d8cd98f00b204e9800998ecf8427e`,
    scheme: `https://${hosts.good}/shop/app:1`,
    dash: `${hosts.good}/shop/-app:1`,
    long: `${hosts.good}/${"a".repeat(260)}/app:1`,
    tag: `${hosts.good}/shop/app:${"t".repeat(140)}`,
  };
  return [
    ...Object.entries(written).map(([id, image]) => ({ id: `reference/${id}`, cause, image, anyName: false }) as const),
    // Docker takes it for the name without the colon.
    {
      id: "reference/colon",
      cause,
      image: `${hosts.good}/shop/app:`,
      anyName: false,
      only: ["containerd", "containers-image"],
    },
    {
      id: "reference/short",
      cause: "short-name",
      also: ["image-not-found", "registry-dns"],
      image: `app:${tag}`,
      anyHost: false,
      anyName: false,
      only: ["containers-image"],
    },
  ];
}

const ofVendors = (): Draft[] =>
  vendors.flatMap(({ host, cases }) =>
    cases.map(({ repository: name, tag: wanted = tag, cause, also = [], credentials = "none" as const }) => ({
      id: `${host}/${name}`,
      cause,
      also,
      credentials,
      image: `${host}/${name}:${wanted}`,
      anyHost: false,
    })),
  );

const ofImages = (): Draft[] =>
  Object.entries(oddImages()).map(([name, { cause, also = [], digest }]) => ({
    id: `image/${name}`,
    cause,
    also,
    image: `${hosts.good}/${name}${digest === undefined ? `:${tag}` : `@${digest}`}`,
  }));

/** Every pull that is made to fail, and the repositories of our registry that they need. */
export function allCases(): { cases: readonly PullCase[]; repositories: readonly Repository[] } {
  repositories.length = 0;
  const drafts = [
    ofBehaviours(),
    ofAbsence(),
    ofFaults(),
    between(),
    ofNodes(),
    ofReferences(),
    ofVendors(),
    ofImages(),
  ].flat();
  return { cases: drafts.map(toCase), repositories: [...repositories] };
}
