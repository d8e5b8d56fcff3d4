import type { KubeObject } from "../../support/fake-api.ts";
import { pod } from "../../support/kube-objects.ts";
import { base64, type Canaries } from "./canaries.ts";

const created = "2026-11-24T10:00:00Z";
const json = "kubernetes.io/dockerconfigjson";
const cfg = "kubernetes.io/dockercfg";

function secret(name: string, type: string, data: Readonly<Record<string, string>>, annotations = {}): KubeObject {
  return {
    kind: "Secret",
    metadata: { name, namespace: "shop", uid: `uid-${name}`, creationTimestamp: created, annotations },
    type,
    data,
  };
}

const dockerConfigJson = (name: string, auths: unknown, more: object = {}): KubeObject =>
  secret(name, json, { ".dockerconfigjson": base64(JSON.stringify({ auths, ...more })) });

/** Secrets that parse: an entry for each kind of credential. */
function sound(canaries: Canaries, host: string): KubeObject[] {
  const of = (what: string): string => canaries.of(`pull secret: ${what}`);
  const userInfo = `https://bot:${of("user info of a registry")}@other.example/v1/`;
  const fitting = dockerConfigJson(
    "json",
    {
      [host]: {
        username: "shop-bot-control",
        password: of("password"),
        email: of("email"),
        other: of("unknown field"),
      },
      "auth.example": { auth: base64(`bot:${of("auth")}`) },
      "identity.example": { username: "bot", identitytoken: of("identitytoken") },
      "registry.example": { registrytoken: of("registrytoken") },
      // Git hosts take a token for the user, and a fixed word for the password.
      "git.example": { auth: base64(`${of("token as user name").padEnd(40, "x")}:x-oauth-basic`) },
      [userInfo]: { auth: base64("bot:x") },
      [`query.example/?token=${of("query of a registry")}`]: { auth: base64("bot:x") },
    },
    { HttpHeaders: { "X-Meta-Token": of("HttpHeaders") }, credHelpers: { "a.example": of("credHelpers") } },
  );
  return [
    { ...fitting, metadata: { ...fitting.metadata, annotations: { note: of("annotation") } } },
    secret("cfg", cfg, {
      ".dockercfg": base64(JSON.stringify({ [host]: { auth: base64(`shop-bot-control:${of(".dockercfg")}`) } })),
    }),
    dockerConfigJson("later", { [host]: { username: "later", password: of("of the service account only") } }),
  ];
}

/** Secrets with one mistake each, and the value where the mistake is. */
const malformed: Readonly<Record<string, (value: string, host: string) => KubeObject>> = {
  "not JSON": (value) => secret("m", json, { ".dockerconfigjson": base64(`auths: ${value}`) }),
  "JSON that breaks off": (value, host) =>
    secret("m", json, { ".dockerconfigjson": base64(`{"auths":{"${host}":{"password":"${value}`) }),
  "not base64": (value) => secret("m", json, { ".dockerconfigjson": `%${value}` }),
  "auth that is not base64": (value, host) => dockerConfigJson("m", { [host]: { auth: `%${value}` } }),
  "auth without a colon": (value, host) => dockerConfigJson("m", { [host]: { auth: base64(value) } }),
  "a password that is a list": (value, host) => dockerConfigJson("m", { [host]: { password: [value] } }),
  "an entry that is text": (value, host) => dockerConfigJson("m", { [host]: value }),
  "auths that is text": (value) => dockerConfigJson("m", value),
  "a list for the file": (value) => secret("m", json, { ".dockerconfigjson": base64(JSON.stringify([value])) }),
  "a registry that is a URL with user info": (value, host) =>
    dockerConfigJson("m", { [`https://bot:${value}@${host}:port/`]: { auth: 7 } }),
  "headers that are none": (value) => dockerConfigJson("m", {}, { HttpHeaders: { Authorization: [value] } }),
  "the wrong type": (value, host) =>
    secret("m", "Opaque", {
      ".dockerconfigjson": base64(`{"auths":{"${host}":{"password":"${value}"}}}`),
      password: base64(value),
    }),
  "a type with a URL": (value) => secret("m", `https://bot:${value}@example.com`, {}),
  "no file": (value) => secret("m", json, { password: base64(value) }),
};

/** A pod that fails for want of credentials, and names one pull secret. */
function user(name: string, image: string): KubeObject {
  const made = pod(name, { waiting: "ErrImagePull", secrets: [name], labels: { app: name } });
  const message = `Failed to pull image "${image}": failed to authorize: failed to fetch anonymous token: unexpected status: 401 Unauthorized`;
  return {
    ...made,
    spec: { nodeName: "node-1", imagePullSecrets: [{ name }], containers: [{ name: "app", image }] },
    status: {
      phase: "Pending",
      containerStatuses: [{ name: "app", image, state: { waiting: { reason: "ErrImagePull", message } } }],
    },
  };
}

/** Pull secrets that hold canaries, pods that use the malformed ones, and secrets that are none of ours. */
export function pullSecrets(
  canaries: Canaries,
  host: string,
  image: string,
): { readonly secrets: KubeObject[]; readonly users: KubeObject[]; readonly targets: readonly string[] } {
  const broken = Object.entries(malformed).map(([what, make], index) => {
    const made = make(canaries.of(`malformed pull secret: ${what}`), host);
    return { ...made, metadata: { ...made.metadata, name: `malformed-${index}` } };
  });
  const names = broken.map(({ metadata }) => metadata.name);
  return {
    secrets: [
      ...sound(canaries, host),
      ...broken,
      secret("database", "Opaque", { password: base64(canaries.of(unread)) }),
    ],
    users: names.map((name) => user(name, image)),
    targets: names.map((name) => `shop/pod/${name}`),
  };
}

/** The one place that is never even asked for. */
export const unread = "data of a secret that is no pull secret";
