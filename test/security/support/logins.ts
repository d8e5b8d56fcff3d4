import { base64, type Canaries } from "./canaries.ts";

/** What a kubeconfig says of its one user and cluster. */
export interface LoginCase {
  readonly place: string;
  readonly value: string;
  readonly user: object;
  /** Changes the cluster's entry; `url` is the API server's. */
  readonly cluster?: (url: string) => object;
}

const execCredential = (value: string): string => JSON.stringify({ kind: "ExecCredential", status: { token: value } });
const exec = (script: string, more: object = {}): object => ({
  exec: { apiVersion: "client.authentication.k8s.io/v1", command: "/bin/sh", args: ["-c", script], ...more },
});
const withUser = (url: string, user: string): string => url.replace("://", `://${user}@`);

/** Every way to log in that holds a secret. */
export function logins(canaries: Canaries): readonly LoginCase[] {
  const login = (what: string, make: (value: string) => Omit<LoginCase, "place" | "value">): LoginCase => {
    const place = `kubeconfig: ${what}`;
    const value = canaries.of(place);
    return { place, value, ...make(value) };
  };
  return [
    login("token", (value) => ({ user: { token: value } })),
    login("token that no header can hold", (value) => ({ user: { token: `${value}\u0001\u20ac` } })),
    login("password", (value) => ({ user: { username: "ann", password: value } })),
    login("impersonation", (value) => ({ user: { token: "t", as: "bob", "as-user-extra": { scopes: [value] } } })),
    login("client key", (value) => ({
      user: {
        "client-certificate-data": base64("no certificate"),
        "client-key-data": base64(`-----BEGIN PRIVATE KEY-----\n${value}`),
      },
      cluster: (url) => ({ server: url.replace("http:", "https:") }),
    })),
    login("plugin's token", (value) => ({ user: exec(`echo '${execCredential(value)}'`) })),
    login("plugin that fails and says why", (value) => ({ user: exec(`echo ${value}; echo ${value} >&2; exit 3`) })),
    login("plugin that answers nonsense", (value) => ({ user: exec(`echo '{"status":"${value}"}'`) })),
    login("plugin's environment", (value) => ({
      user: exec(`exit 4 # $SECRET`, { env: [{ name: "SECRET", value }] }),
    })),
    login("auth-provider", (value) => ({
      user: {
        "auth-provider": {
          name: "oidc",
          config: {
            "id-token": value,
            "refresh-token": value,
            "client-secret": value,
            "idp-issuer-url": "http://127.0.0.1:1",
          },
        },
      },
    })),
    login("auth-provider that nobody knows", (value) => ({
      user: { "auth-provider": { name: "other", config: { "access-token": value } } },
    })),
    login("server's user info", (value) => ({
      user: {},
      cluster: (url) => ({ server: withUser(url, `ann:${value}`) }),
    })),
    login("server that is no address", (value) => ({
      user: {},
      cluster: () => ({ server: `ann:${value}@api.example` }),
    })),
    login("proxy-url", (value) => ({
      user: {},
      cluster: (url) => ({ server: url, "proxy-url": `http://ann:${value}@127.0.0.1:1` }),
    })),
    login("proxy-url of a scheme that is not supported", (value) => ({
      user: {},
      cluster: (url) => ({ server: url, "proxy-url": `socks5://ann:${value}@127.0.0.1:1` }),
    })),
    login("token of the wrong kind", (value) => ({ user: { token: [value] } })),
    login("field that is not known", (value) => ({
      user: { token: "t", secret: value, extensions: [{ name: value }] },
    })),
  ];
}

/** The kubeconfig of a case, as JSON. */
export const kubeconfigOf = ({ user, cluster }: Pick<LoginCase, "user" | "cluster">, url: string): string =>
  JSON.stringify({
    apiVersion: "v1",
    kind: "Config",
    "current-context": "test",
    clusters: [{ name: "c", cluster: cluster?.(url) ?? { server: url } }],
    users: [{ name: "u", user }],
    contexts: [{ name: "test", context: { cluster: "c", user: "u", namespace: "shop" } }],
  });
