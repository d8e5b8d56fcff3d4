/** Where the test registries are. Names and ports say nothing of what is wrong behind them: a diagnosis has to find out. */
export interface Places {
  /** Debian's docker-registry, open: plain HTTP on a loopback literal, as containerd takes it. */
  readonly open: string;
  /** The same behind basic authentication. */
  readonly basic: string;
  /** Ours: serves by repository what it is told to. */
  readonly misbehaving: string;
  /** Ours again, by a name, so that containerd expects HTTPS and gets HTTP. */
  readonly plainHttp: string;
  readonly selfSigned: string;
  readonly expired: string;
  readonly otherName: string;
  /** Ours with a certificate that containerd trusts. */
  readonly trusted: string;
  /** Takes the connection and never says a word; the first by HTTP, the second by TLS. */
  readonly silent: string;
  readonly silentTls: string;
  /** Nobody listens. */
  readonly closed: string;
  readonly closedLiteral: string;
  /** A name that no name server knows. */
  readonly unresolvable: string;
  /** A name that containerd reaches through a mirror which refuses, and not at all without it. */
  readonly mirrored: string;
  /** A name that containerd reaches through a proxy which refuses. */
  readonly proxied: string;
  /** Not registries: the mirror, the proxy, and the door by which the tests tell ours what to do. */
  readonly mirror: string;
  readonly proxy: string;
  readonly control: string;
}

const domain = "imagepull.test";

export function places(portBase: number): Places {
  const on = (host: string, offset: number) => `${host}:${portBase + offset}`;
  const loopback = "127.0.0.1";
  return {
    open: on(loopback, 10),
    basic: on(loopback, 11),
    control: on(loopback, 20),
    misbehaving: on(loopback, 21),
    plainHttp: on(`juniper.${domain}`, 21),
    selfSigned: on(`marble.${domain}`, 22),
    expired: on(`saffron.${domain}`, 23),
    otherName: on(`cobalt.${domain}`, 24),
    trusted: on(`willow.${domain}`, 25),
    silent: on(loopback, 26),
    silentTls: on(`lantern.${domain}`, 26),
    closed: on(`pepper.${domain}`, 27),
    closedLiteral: on(loopback, 27),
    unresolvable: `thistle.${domain}`,
    mirrored: `orchid.${domain}`,
    mirror: on(loopback, 28),
    proxied: "fennel.imagepull-proxied.test",
    proxy: on(loopback, 29),
  };
}

/** The names that have to lead to loopback: the rest of `places` needs none. */
export const loopbackNames: readonly string[] = [
  "juniper",
  "marble",
  "saffron",
  "cobalt",
  "willow",
  "lantern",
  "pepper",
].map((name) => `${name}.${domain}`);

export const portOf = (place: string): number => Number(place.slice(place.lastIndexOf(":") + 1));
export const hostOf = (place: string): string => place.replace(/:\d+$/, "");

/** Of the registries with passwords: this user is let in, everybody else is not. */
export const account = { user: "harvest", password: "eleven-quiet-lamps" } as const;
