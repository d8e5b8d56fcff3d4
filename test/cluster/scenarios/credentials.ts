import { account, type Places } from "../registries/places.ts";
import type { Repository } from "../registries/registry.ts";
import type { Manifest } from "../kubernetes.ts";
import { brokenPullSecret, pullSecret } from "./secrets.ts";
import {
  backsOff,
  backsOffWithSecrets,
  onePod,
  runs,
  serves,
  version,
  warns,
  type Scenario,
  type World,
} from "./scenario.ts";

const wrong = { user: account.user, password: "not-this-one" };

const part = (content: object): string => Buffer.from(JSON.stringify(content)).toString("base64url");
/** A JSON Web Token, as several registries give for passwords, that ended in 2024. */
const expiredToken = [part({ alg: "none" }), part({ sub: "test", exp: Date.UTC(2024, 1, 1) / 1000 }), "x"].join(".");

/** The kubelet pulls nothing at all: the parser's words are all there is, as event and as reason. */
const garbled = warns("Failed", "illegal base64");

interface Case extends Partial<Omit<Scenario, "make">> {
  readonly behaviour?: Repository["behaviour"];
  readonly at?: keyof Places;
  /** What stands in the namespace, and what the pod names; the registry is the image's. */
  readonly secrets?: (
    names: readonly [string, string],
    registry: string,
    world: World,
  ) => { readonly objects: readonly Manifest[]; readonly named?: readonly string[] };
}

/** A pod whose image is there, for whoever may have it. */
const guarded = (
  id: string,
  cause: Scenario["cause"],
  { behaviour, at = behaviour ? "misbehaving" : "basic", secrets, ...rest }: Case,
): Scenario => ({
  id,
  cause,
  settled: backsOffWithSecrets,
  make: (world) => {
    const { words } = world;
    const repository = `${words.next()}/${words.next()}`;
    const registry = world.at[at];
    const names = [words.pair(), words.pair()] as const;
    const { objects, named = [names[0]] } = secrets?.(names, registry, world) ?? { objects: [], named: [] };
    return onePod(world, `${registry}/${repository}:${version}`, named.length > 0 ? { secrets: named } : {}, {
      objects,
      ...(behaviour
        ? { serves: [serves(repository, behaviour)] }
        : { pushes: [{ registry, repository, tag: version, kind: "app" as const }] }),
    });
  },
  ...rest,
});

/** Basic authentication says the same words to all of these: only the secrets tell them apart. Tokens tell more. */
export const credentialScenarios: readonly Scenario[] = [
  guarded("basic-unauthorized", "auth-missing", {}),
  guarded("token-anonymous", "auth-missing", { behaviour: "bearer" }),
  guarded("basic-wrong-password", "auth-rejected", {
    secrets: ([name], registry) => ({ objects: [pullSecret(name, registry, wrong)] }),
  }),
  guarded("token-refused", "auth-rejected", {
    behaviour: "bearer",
    secrets: ([name], registry) => ({ objects: [pullSecret(name, registry, wrong)] }),
  }),
  guarded("token-refused-https", "auth-rejected", {
    behaviour: "bearer",
    at: "trusted",
    secrets: ([name], registry) => ({ objects: [pullSecret(name, registry, wrong)] }),
  }),
  guarded("bearer-forbidden", "auth-rejected", {
    behaviour: "bearer-forbidden",
    secrets: ([name], registry) => ({ objects: [pullSecret(name, registry, account)] }),
  }),
  guarded("bearer-out-of-scope", "auth-rejected", {
    behaviour: "bearer-out-of-scope",
    // A token that is not enough: for want of a right, or of the repository.
    orElse: ["image-not-found-or-auth"],
    secrets: ([name], registry) => ({ objects: [pullSecret(name, registry, account)] }),
  }),
  // What Docker Hub says of a repository that is private or is not there.
  guarded("insufficient-scope", "image-not-found-or-auth", { behaviour: "bearer-out-of-scope" }),
  // Refused before a login could be shown.
  guarded("denied", "auth-rejected", {
    behaviour: "denied",
    orElse: ["image-not-found-or-auth"],
    secrets: ([name], registry) => ({ objects: [pullSecret(name, registry, account)] }),
  }),
  guarded("denied-anonymous", "auth-missing", {
    behaviour: "denied",
    orElse: ["image-not-found-or-auth", "auth-rejected"],
  }),
  // A token that says of itself when it ended: no registry has to be asked for that.
  guarded("token-expired", "auth-rejected", {
    secrets: ([name], registry) => ({
      objects: [pullSecret(name, registry, { user: account.user, password: expiredToken })],
    }),
  }),
  guarded("missing-secret", "pull-secret-missing", {
    settled: backsOff,
    secrets: ([name]) => ({ objects: [], named: [name] }),
  }),
  guarded("missing-secret-bearer", "pull-secret-missing", {
    settled: backsOff,
    behaviour: "bearer",
    secrets: ([name]) => ({ objects: [], named: [name] }),
  }),
  // The right one, one namespace away.
  guarded("secret-elsewhere", "pull-secret-missing", {
    settled: backsOff,
    secrets: ([name], registry) => {
      const secret = pullSecret(name, registry, account);
      return { objects: [{ ...secret, metadata: { ...secret.metadata, namespace: "default" } }] };
    },
  }),
  guarded("secret-of-other-registry", "pull-secret-wrong-registry", {
    secrets: ([name], _, { at }) => ({ objects: [pullSecret(name, at.trusted, account)] }),
  }),
  guarded("secret-of-other-port", "pull-secret-wrong-registry", {
    secrets: ([name], registry) => ({ objects: [pullSecret(name, registry.replace(/:\d+$/, ""), account)] }),
  }),
  guarded("secret-malformed", "pull-secret-malformed", {
    settled: garbled,
    secrets: ([name], registry) => ({ objects: [brokenPullSecret(name, registry)] }),
  }),
  // One that cannot be read spoils the good one beside it.
  guarded("secret-malformed-beside-good", "pull-secret-malformed", {
    settled: garbled,
    secrets: ([good, bad], registry) => ({
      objects: [pullSecret(good, registry, account), brokenPullSecret(bad, registry)],
      named: [good, bad],
    }),
  }),
  // The kubelet takes no notice of a secret of another type.
  guarded("secret-opaque", "pull-secret-malformed", {
    orElse: ["auth-missing"],
    secrets: ([name], registry) => ({ objects: [pullSecret(name, registry, account, "Opaque")] }),
  }),
  {
    id: "service-account-wrong-password",
    cause: "auth-rejected",
    settled: backsOffWithSecrets,
    make: (world) => {
      const { words, at } = world;
      const repository = `${words.next()}/${words.next()}`;
      const [secret, serviceAccount] = [words.pair(), words.pair()];
      return onePod(
        world,
        `${at.basic}/${repository}:${version}`,
        { serviceAccount },
        {
          pushes: [{ registry: at.basic, repository, tag: version, kind: "app" }],
          objects: [
            pullSecret(secret, at.basic, wrong),
            {
              apiVersion: "v1",
              kind: "ServiceAccount",
              metadata: { name: serviceAccount },
              imagePullSecrets: [{ name: secret }],
            },
          ],
        },
      );
    },
  },
  guarded("healthy-basic", "healthy", {
    settled: runs,
    secrets: ([name], registry) => ({ objects: [pullSecret(name, registry, account)] }),
  }),
  guarded("healthy-bearer", "healthy", {
    behaviour: "bearer",
    at: "trusted",
    settled: runs,
    secrets: ([name], registry) => ({ objects: [pullSecret(name, registry, account)] }),
  }),
  guarded("healthy-bearer-public", "healthy", { behaviour: "bearer-public", settled: runs }),
];
