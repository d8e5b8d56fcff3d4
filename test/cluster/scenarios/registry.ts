import type { Places } from "../registries/places.ts";
import type { Repository } from "../registries/registry.ts";
import type { ImageKind } from "../registries/images.ts";
import {
  backsOff,
  onePod,
  podOf,
  pullsFor,
  serves,
  specOf,
  version,
  waits,
  workloadOf,
  type Scenario,
} from "./scenario.ts";

type Behaviour = Repository["behaviour"];

/** One pod whose repository is treated so, behind one of our own registries. */
const treated = (
  id: string,
  cause: Scenario["cause"],
  behaviour: Behaviour,
  more: Partial<Scenario> & { at?: keyof Places; kind?: ImageKind } = {},
): Scenario => {
  const { at = "misbehaving", kind = "app", ...rest } = more;
  return {
    id,
    cause,
    settled: backsOff,
    make: (world) => {
      const repository = `${world.words.next()}/${world.words.next()}`;
      return onePod(
        world,
        `${world.at[at]}/${repository}:${version}`,
        {},
        { serves: [serves(repository, behaviour, kind)] },
      );
    },
    ...rest,
  };
};

/** One pod that never gets as far as a registry's answer. */
const unreached = (id: string, cause: Scenario["cause"], at: keyof Places, more: Partial<Scenario> = {}): Scenario => ({
  id,
  cause,
  settled: backsOff,
  make: (world) => onePod(world, `${world.at[at]}/${world.words.next()}/${world.words.next()}:${version}`),
  ...more,
});

/** The registry answers, and the answer is the trouble; or it cannot be reached at all. */
export const registryScenarios: readonly Scenario[] = [
  {
    id: "image-not-found",
    cause: "image-not-found",
    settled: backsOff,
    make: ({ words, at }) => {
      const app = words.pair();
      const container = words.next();
      const repository = `${words.next()}/${words.next()}`;
      const template = specOf(container, `${at.misbehaving}/${repository}:1.4.3`);
      return {
        app,
        container,
        target: `deploy/${app}`,
        serves: [serves(repository, "good")],
        objects: [workloadOf("Deployment", app, template, 2)],
      };
    },
  },
  {
    id: "tag-missing-docker-registry",
    cause: "image-not-found",
    settled: backsOff,
    make: ({ words, at }) => {
      const app = words.pair();
      const container = words.next();
      const repository = `${words.next()}/${words.next()}`;
      const template = specOf(container, `${at.open}/${repository}:2.0.0`);
      return {
        app,
        container,
        target: `sts/${app}`,
        pushes: [{ registry: at.open, repository, tag: version, kind: "app" }],
        objects: [workloadOf("StatefulSet", app, template)],
      };
    },
  },
  unreached("repository-missing", "image-not-found", "open"),
  unreached("repository-missing-https", "image-not-found", "trusted"),
  {
    id: "digest-missing",
    cause: "image-not-found",
    settled: backsOff,
    make: (world) =>
      onePod(world, `${world.at.open}/${world.words.next()}/${world.words.next()}@sha256:${"5d".repeat(32)}`),
  },
  {
    id: "tag-missing-job",
    cause: "image-not-found",
    settled: backsOff,
    make: ({ words, at }) => {
      const app = words.pair();
      const container = words.next();
      const template = {
        metadata: { labels: { app } },
        spec: specOf(container, `${at.open}/${words.next()}:${version}`, { spec: { restartPolicy: "Never" } }),
      };
      return {
        app,
        container,
        target: `job/${app}`,
        objects: [
          { apiVersion: "batch/v1", kind: "Job", metadata: { name: app }, spec: { backoffLimit: 0, template } },
        ],
      };
    },
  },
  treated("rate-limited", "rate-limited", "rate-limited"),
  treated("server-error", "registry-server-error", "server-error"),
  treated("bad-gateway", "registry-server-error", "bad-gateway"),
  {
    id: "unavailable",
    cause: "registry-server-error",
    settled: backsOff,
    make: ({ words, at }) => {
      const app = words.pair();
      const container = words.next();
      const repository = words.next();
      const template = specOf(container, `${at.misbehaving}/${repository}:${version}`);
      return {
        app,
        container,
        target: `ds/${app}`,
        serves: [serves(repository, "unavailable")],
        objects: [workloadOf("DaemonSet", app, template)],
      };
    },
  },
  treated("unavailable-https", "registry-server-error", "unavailable", { at: "trusted" }),
  treated("reset-manifest", "registry-unreachable", "reset-manifest", { orElse: ["registry-server-error"] }),
  unreached("dns", "registry-dns", "unresolvable"),
  unreached("unreachable", "registry-unreachable", "closed"),
  unreached("unreachable-literal", "registry-unreachable", "closedLiteral"),
  unreached("silent-https", "registry-unreachable", "silentTls"),
  // Nothing is said of it but that it pulls: only a live check knows more.
  unreached("silent", "registry-unreachable", "silent", { settled: pullsFor(20) }),
  treated("silent-manifest", "registry-unreachable", "silent-manifest", { settled: pullsFor(20) }),
  treated("self-signed", "registry-tls", "good", { at: "selfSigned" }),
  treated("expired", "registry-tls", "good", { at: "expired" }),
  treated("other-name", "registry-tls", "good", { at: "otherName" }),
  treated("plain-http", "registry-plain-http", "good", { at: "plainHttp" }),
  unreached("mirror-refuses", "mirror-or-proxy-misconfigured", "mirrored"),
  unreached("proxy-refuses", "mirror-or-proxy-misconfigured", "proxied"),
  {
    // Docker Hub's images by their short names; nothing here leads to it but the proxy.
    id: "proxy-refuses-short-name",
    cause: "mirror-or-proxy-misconfigured",
    settled: backsOff,
    make: (world) => onePod(world, `${world.words.next()}:${version}`),
  },
  treated("web-page", "mirror-or-proxy-misconfigured", "web-page"),
  treated("platform-mismatch", "platform-mismatch", "good", { kind: "other-platform" }),
  // The kubelet does not look at the platform of an image that has no index: only its manifest tells why it does not run.
  treated("other-platform-runs", "platform-mismatch", "good", {
    kind: "other-platform-without-index",
    settled: waits("CrashLoopBackOff"),
  }),
  treated("schema-1", "unsupported-manifest", "good", { kind: "schema-1" }),
  treated("helm-chart", "unsupported-manifest", "good", { kind: "helm-chart", settled: waits("CreateContainerError") }),
  treated("layer-corrupt", "layer-corrupt", "layer-corrupt"),
  treated("layer-truncated", "layer-corrupt", "layer-truncated", {
    orElse: ["registry-unreachable", "registry-server-error"],
  }),
  treated("layer-missing", "layer-corrupt", "layer-missing", { orElse: ["registry-server-error"] }),
  treated("layer-slow", "slow-pull", "layer-slow", { kind: "large", settled: pullsFor(20) }),
  treated("layer-silent", "slow-pull", "layer-silent", {
    kind: "large",
    orElse: ["registry-unreachable"],
    settled: pullsFor(20),
  }),
  {
    id: "init-container",
    cause: "image-not-found",
    settled: backsOff,
    make: ({ words, at }) => {
      const app = words.pair();
      const [container, failing] = [words.next(), words.next()];
      const repository = `${words.next()}/${words.next()}`;
      const spec = specOf(container, `${at.misbehaving}/${repository}:${version}`, {
        spec: { initContainers: [{ name: failing, image: `${at.misbehaving}/${repository}:0.9` }] },
      });
      return {
        app,
        container: failing,
        target: `pod/${app}`,
        serves: [serves(repository, "good")],
        objects: [podOf(app, spec)],
      };
    },
  },
  {
    id: "second-container",
    cause: "registry-server-error",
    settled: backsOff,
    make: ({ words, at }) => {
      const app = words.pair();
      const [container, failing] = [words.next(), words.next()];
      const [good, bad] = [words.next(), words.next()];
      const containers = [
        { name: container, image: `${at.misbehaving}/${good}:${version}` },
        { name: failing, image: `${at.misbehaving}/${bad}:${version}` },
      ];
      const spec = specOf(container, "", { spec: { containers } });
      return {
        app,
        container: failing,
        target: `deploy/${app}`,
        serves: [serves(good, "good"), serves(bad, "server-error")],
        objects: [workloadOf("Deployment", app, spec)],
      };
    },
  },
  {
    id: "sidecar",
    cause: "rate-limited",
    settled: backsOff,
    make: ({ words, at }) => {
      const app = words.pair();
      const [container, failing] = [words.next(), words.next()];
      const [good, bad] = [words.next(), words.next()];
      const sidecar = { name: failing, image: `${at.misbehaving}/${bad}:${version}`, restartPolicy: "Always" };
      const spec = specOf(container, `${at.misbehaving}/${good}:${version}`, { spec: { initContainers: [sidecar] } });
      return {
        app,
        container: failing,
        target: `pod/${app}`,
        serves: [serves(good, "good"), serves(bad, "rate-limited")],
        objects: [podOf(app, spec)],
      };
    },
  },
];
