import {
  backsOff,
  onePod,
  podOf,
  runs,
  serves,
  specOf,
  version,
  waits,
  warns,
  workloadOf,
  type PodOptions,
  type Scenario,
  type World,
} from "./scenario.ts";
import type { ImageKind } from "../registries/images.ts";
import { account } from "../registries/places.ts";
import { pullSecret } from "./secrets.ts";

/** A pod whose image is no trouble. */
const pulled = (world: World, options: PodOptions = {}, kind: ImageKind = "app") => {
  const repository = `${world.words.next()}/${world.words.next()}`;
  return onePod(world, `${world.at.misbehaving}/${repository}:${version}`, options, {
    serves: [serves(repository, "good", kind)],
  });
};

const notAPull = (id: string, settled: Scenario["settled"], make: Scenario["make"]): Scenario => ({
  id,
  cause: "not-an-image-pull-failure",
  settled,
  make,
});

/** What the manifest or the container itself is the reason of, and pods that are well. */
export const workloadScenarios: readonly Scenario[] = [
  {
    id: "invalid-reference",
    cause: "invalid-reference",
    settled: waits("InvalidImageName"),
    make: (world) => onePod(world, `${world.at.misbehaving}/${world.words.next()}/Service:${version}`),
  },
  {
    id: "never-policy",
    cause: "never-policy",
    settled: waits("ErrImageNeverPull"),
    make: (world) => pulled(world, { policy: "Never" }),
  },
  {
    id: "policy-misplaced",
    cause: "policy-misplaced",
    settled: runs,
    make: ({ words, at }) => {
      const app = words.pair();
      const container = words.next();
      const repository = words.next();
      const template = {
        ...specOf(container, `${at.misbehaving}/${repository}:${version}`),
        imagePullPolicy: "Always",
      };
      return {
        app,
        container,
        target: `deploy/${app}`,
        unchecked: true,
        serves: [serves(repository, "good")],
        objects: [workloadOf("Deployment", app, template)],
      };
    },
  },
  {
    id: "stale",
    cause: "stale-image",
    // What the tag means now, only the registry knows.
    settled: runs,
    make: (world) => {
      const repository = `${world.words.next()}/${world.words.next()}`;
      return onePod(
        world,
        `${world.at.misbehaving}/${repository}:${version}`,
        {},
        { serves: [serves(repository, "good")], servesLater: [serves(repository, "good", "large")] },
      );
    },
  },
  {
    // It runs, and nowhere else could it be pulled any more.
    id: "gone-from-registry",
    cause: "healthy",
    settled: runs,
    make: (world) => {
      const repository = `${world.words.next()}/${world.words.next()}`;
      return onePod(
        world,
        `${world.at.misbehaving}/${repository}:${version}`,
        {},
        {
          serves: [serves(repository, "good")],
          servesLater: [{ name: repository, behaviour: "good", tags: { "2.0.0": "large" } }],
        },
      );
    },
  },
  {
    // A neighbour with the pull secret brings the image to the node; this pod could not have.
    id: "hitch-hiker",
    cause: "healthy",
    settled: runs,
    make: (world) => {
      const { words, at } = world;
      const repository = `${words.next()}/${words.next()}`;
      const image = `${at.basic}/${repository}:${version}`;
      const [name, neighbour] = [words.pair(), words.pair()];
      return onePod(
        world,
        image,
        {},
        {
          pushes: [{ registry: at.basic, repository, tag: version, kind: "app" }],
          objects: [
            pullSecret(name, at.basic, account),
            podOf(neighbour, specOf(words.next(), image, { secrets: [name] })),
          ],
        },
      );
    },
  },
  { id: "healthy", cause: "healthy", settled: runs, make: (world) => pulled(world) },
  {
    // The main container's image has come with the init container's.
    id: "present",
    cause: "healthy",
    settled: runs,
    make: (world) => {
      const { words, at } = world;
      const repository = `${words.next()}/${words.next()}`;
      const image = `${at.misbehaving}/${repository}:${version}`;
      const initContainers = [{ name: words.next(), image, command: ["/bin/true"] }];
      return onePod(world, image, { spec: { initContainers } }, { serves: [serves(repository, "good")] });
    },
  },
  { id: "healthy-index", cause: "healthy", settled: runs, make: (world) => pulled(world, {}, "multi-platform") },
  {
    id: "healthy-deployment",
    cause: "healthy",
    settled: runs,
    make: ({ words, at }) => {
      const app = words.pair();
      const container = words.next();
      const repository = `${words.next()}/${words.next()}`;
      const template = specOf(container, `${at.trusted}/${repository}:${version}`, { policy: "Always" });
      return {
        app,
        container: null,
        target: `deploy/${app}`,
        serves: [serves(repository, "good")],
        objects: [workloadOf("Deployment", app, template, 3)],
      };
    },
  },
  notAPull("crash-loop", waits("CrashLoopBackOff"), (world) => pulled(world, {}, "crashing")),
  notAPull("not-a-program", waits("CrashLoopBackOff"), (world) => pulled(world, {}, "not-a-program")),
  notAPull("no-such-command", waits("CrashLoopBackOff"), (world) =>
    pulled(world, { container: { command: ["/bin/serve"] } }),
  ),
  notAPull("config-map-missing", waits("CreateContainerConfigError"), (world) =>
    pulled(world, { container: { envFrom: [{ configMapRef: { name: world.words.pair() } }] } }),
  ),
  notAPull("unschedulable", warns("FailedScheduling"), (world) =>
    pulled(world, { spec: { nodeSelector: { [world.words.next()]: world.words.next() } } }),
  ),
  notAPull("volume-missing", warns("FailedMount"), (world) => {
    const name = world.words.next();
    return pulled(world, {
      spec: { volumes: [{ name, secret: { secretName: world.words.pair() } }] },
      container: { volumeMounts: [{ name, mountPath: `/${name}` }] },
    });
  }),
  notAPull("claim-missing", warns("FailedScheduling", "persistentvolumeclaim"), (world) => {
    const name = world.words.next();
    return pulled(world, {
      spec: { volumes: [{ name, persistentVolumeClaim: { claimName: world.words.pair() } }] },
      container: { volumeMounts: [{ name, mountPath: `/${name}` }] },
    });
  }),
  notAPull("probe-fails", warns("Unhealthy"), (world) =>
    pulled(world, { container: { readinessProbe: { exec: { command: ["/bin/false"] }, periodSeconds: 2 } } }),
  ),
  {
    // A second failure in one pod: the pull is what keeps it from starting.
    id: "pull-and-crash",
    cause: "image-not-found",
    settled: (pod, events, seen) => backsOff(pod, events, seen) && waits("CrashLoopBackOff")(pod, events, seen),
    make: (world) => {
      const { words, at } = world;
      const app = words.pair();
      const [crashing, failing] = [words.next(), words.next()];
      const repository = `${words.next()}/${words.next()}`;
      const containers = [
        { name: crashing, image: `${at.misbehaving}/${repository}:${version}` },
        { name: failing, image: `${at.misbehaving}/${repository}:${version}-rc1` },
      ];
      return {
        app,
        container: failing,
        target: `deploy/${app}`,
        serves: [serves(repository, "good", "crashing")],
        objects: [workloadOf("Deployment", app, specOf(crashing, "", { spec: { containers } }))],
      };
    },
  },
];
