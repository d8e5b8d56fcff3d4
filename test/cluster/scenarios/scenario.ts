import type { CauseId } from "../../../src/diagnosis/causes/catalogue.ts";
import type { ContainerStatus, Event, Manifest, Node, Pod } from "../kubernetes.ts";
import type { ImageKind } from "../registries/images.ts";
import type { Places } from "../registries/places.ts";
import type { Repository } from "../registries/registry.ts";
import type { Words } from "../words.ts";

/** What a scenario is made in. */
export interface World {
  readonly words: Words;
  readonly at: Places;
  readonly namespace: string;
}

/** An image that has to lie in one of the two real registries. */
export interface Pushed {
  readonly registry: string;
  readonly repository: string;
  readonly tag: string;
  readonly kind: ImageKind;
}

/** One failure, ready to be put into a cluster. */
export interface Placed {
  readonly objects: readonly Manifest[];
  /** What our misbehaving registry is told before. */
  readonly serves?: readonly Repository[];
  readonly pushes?: readonly Pushed[];
  /** What it is told once the pod has settled: the world moves on behind the pod's back. */
  readonly servesLater?: readonly Repository[];
  /** As a person would type it: `deploy/fern`. */
  readonly target: string;
  /** Every pod of this scenario bears it. */
  readonly app: string;
  /** The container that fails; null where none does, or all do. */
  readonly container: string | null;
  /** `--validate=false`: the API server drops unknown fields in silence. */
  readonly unchecked?: boolean;
}

/** What else there is to look at. */
export interface Seen {
  readonly now: number;
  readonly node: Node | undefined;
}

export interface Scenario {
  /** For people and recordings; never a part of a name in the cluster. */
  readonly id: string;
  readonly cause: CauseId;
  /** What an honest answer may say as well, where the evidence does not settle it. */
  readonly orElse?: readonly CauseId[];
  make(world: World): Placed;
  /** Whether the state that the scenario is about has been reached. */
  settled(pod: Pod, events: readonly Event[], seen: Seen): boolean;
}

export const statuses = ({ status }: Pod): readonly ContainerStatus[] => [
  ...(status.initContainerStatuses ?? []),
  ...(status.containerStatuses ?? []),
];
const waitsFor = (pod: Pod, reason: string): boolean =>
  statuses(pod).some(({ state }) => state.waiting?.reason === reason);

const isFailedPull = ({ reason, message }: Event): boolean =>
  reason === "Failed" && message.startsWith("Failed to pull image");
const times = (events: readonly Event[]): number => events.reduce((sum, { count = 1 }) => sum + count, 0);

/** The kubelet has failed, told why, and backed off. */
export const backsOff: Scenario["settled"] = (pod, events) =>
  waitsFor(pod, "ImagePullBackOff") && events.some(isFailedPull) && events.some(({ reason }) => reason === "BackOff");

/**
 * The same with secrets that are there. On a busy node the kubelet may not have them at hand yet when it first pulls: it warns, as of one that is missing, and tries
 * without. Only the next try is about the secret.
 */
export const backsOffWithSecrets: Scenario["settled"] = (pod, events, seen) =>
  backsOff(pod, events, seen) &&
  times(events.filter(isFailedPull)) >
    times(events.filter(({ reason }) => reason === "FailedToRetrieveImagePullSecret").slice(0, 1));

/** Events come a moment after the state that they explain. */
export const waits =
  (reason: string): Scenario["settled"] =>
  (pod, events) =>
    waitsFor(pod, reason) && events.some(({ type, source }) => type === "Warning" && source?.component === "kubelet");
export const warns =
  (reason: string, words = ""): Scenario["settled"] =>
  (_, events) =>
    events.some((event) => event.reason === reason && event.message.includes(words));
export const runs: Scenario["settled"] = (pod, events) =>
  (pod.status.containerStatuses ?? []).length > 0 &&
  statuses(pod).every(({ ready }) => ready) &&
  times(events.filter(({ reason }) => reason === "Started")) >= statuses(pod).length;
/** It pulls, and nothing has come of it for so long. */
export const pullsFor =
  (seconds: number): Scenario["settled"] =>
  (_, events, { now }) =>
    events.some(
      ({ reason, firstTimestamp, eventTime }) =>
        reason === "Pulling" && now - Date.parse(firstTimestamp ?? eventTime ?? "") >= seconds * 1000,
    );

/** Tag that the images of the scenarios bear. */
export const version = "1.4.2";

export const serves = (name: string, behaviour: Repository["behaviour"], kind: ImageKind = "app"): Repository => ({
  name,
  behaviour,
  tags: { [version]: kind },
});

export interface PodOptions {
  readonly secrets?: readonly string[];
  readonly policy?: "Always" | "IfNotPresent" | "Never";
  readonly serviceAccount?: string;
  /** What else the pod's spec and its one container say. */
  readonly spec?: Readonly<Record<string, unknown>>;
  readonly container?: Readonly<Record<string, unknown>>;
}

/** A pod's spec with one container. */
export function specOf(
  container: string,
  image: string,
  { secrets, policy, serviceAccount, spec, container: more }: PodOptions = {},
): Record<string, unknown> {
  return {
    terminationGracePeriodSeconds: 0,
    automountServiceAccountToken: false,
    ...(secrets && { imagePullSecrets: secrets.map((name) => ({ name })) }),
    ...(serviceAccount !== undefined && { serviceAccountName: serviceAccount }),
    containers: [{ name: container, image, ...(policy && { imagePullPolicy: policy }), ...more }],
    ...spec,
  };
}

export const podOf = (app: string, spec: Readonly<Record<string, unknown>>): Manifest =>
  ({ apiVersion: "v1", kind: "Pod", metadata: { name: app, labels: { app } }, spec }) as Manifest;

/** Any workload that keeps pods of a template. */
export function workloadOf(
  kind: "Deployment" | "StatefulSet" | "DaemonSet",
  app: string,
  template: Readonly<Record<string, unknown>>,
  replicas = 1,
): Manifest {
  return {
    apiVersion: "apps/v1",
    kind,
    metadata: { name: app },
    spec: {
      ...(kind !== "DaemonSet" && { replicas }),
      ...(kind === "StatefulSet" && { serviceName: app }),
      selector: { matchLabels: { app } },
      template: { metadata: { labels: { app } }, spec: template },
    },
  };
}

/** The commonest scenario: one bare pod with one container. */
export function onePod(world: World, image: string, options: PodOptions = {}, rest: Partial<Placed> = {}): Placed {
  const app = world.words.pair();
  const container = world.words.next();
  return {
    app,
    container,
    target: `pod/${app}`,
    ...rest,
    objects: [...(rest.objects ?? []), podOf(app, specOf(container, image, options))],
  };
}
