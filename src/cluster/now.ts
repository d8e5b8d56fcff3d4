import * as z from "zod";
import type { Change } from "../diagnosis/evidence.ts";
import type { ObjectNow, PodNow } from "../world.ts";
import { lastChange, managedFields } from "./managed-fields.ts";
import { type LabelSelector, workload } from "./objects.ts";
import { metadata, podEvidence, templateSpec, text, wirePod } from "./pod.ts";

/** Objects as a running re-pull compares them: what no schema here names never gets into the process's own data. */

/** What a re-pull notes on an object. */
const markAnnotation = "imagepull.dev/repull";
const restartAnnotation = "kubectl.kubernetes.io/restartedAt";

type Annotations = z.output<typeof metadata>["annotations"];
const annotation = (annotations: Annotations, name: string): string | null => annotations?.[name] ?? null;

const number = z
  .number()
  .nullish()
  .transform((value) => value ?? 0);
const versioned = metadata.extend({ resourceVersion: text, generation: number, managedFields });

/** An object as it stands now, and what selects its pods; null for a bare pod. */
export interface Standing {
  readonly now: ObjectNow;
  readonly selector: LabelSelector | null;
}

const template = z
  .object({
    metadata: metadata.pick({ annotations: true }).nullish(),
    spec: templateSpec,
  })
  .nullish();
const wireNow = z
  .object({
    metadata: versioned,
    spec: z.object({
      template,
      jobTemplate: z.object({ spec: z.object({ template }) }).nullish(),
      ordinals: z.object({ start: number }).nullish(),
    }),
    status: z.object({ observedGeneration: number }).nullish(),
  })
  // Beside what the other schema makes of the same object.
  .transform((wire) => ({ wire }));

const observes: ReadonlySet<string> = new Set(["Deployment", "StatefulSet", "DaemonSet", "ReplicaSet"]);

/** A workload of a kind whose pods have a template. */
export const workloadNow = (apiVersion: string, kind: string): z.ZodType<Standing> =>
  z.intersection(workload(apiVersion, kind), wireNow).transform(({ evidence, selector, wire }): Standing => {
    const { spec, status } = wire;
    const ofPods = spec.template ?? spec.jobTemplate?.spec.template;
    return {
      selector,
      now: {
        ...identity(wire.metadata),
        observedGeneration: observes.has(kind) ? (status?.observedGeneration ?? 0) : null,
        restartedAt: annotation(ofPods?.metadata?.annotations, restartAnnotation),
        template: ofPods === null || ofPods === undefined ? [] : containersOf(ofPods.spec),
        replicas: evidence.replicas,
        paused: evidence.paused,
        updateStrategy: evidence.updateStrategy,
        partition: evidence.partition,
        firstOrdinal: spec.ordinals?.start ?? 0,
        templateChange: evidence.templateChange,
      },
    };
  });

const identity = ({
  uid,
  resourceVersion,
  deletionTimestamp,
  generation,
  annotations,
}: z.output<typeof versioned>) => ({
  uid,
  resourceVersion,
  deletedAt: deletionTimestamp,
  generation,
  mark: annotation(annotations, markAnnotation),
});

const containersOf = ({ initContainers, containers }: z.output<typeof templateSpec>): ObjectNow["template"] => {
  const of = (list: "containers" | "initContainers", all: typeof containers): ObjectNow["template"] =>
    all.map(({ name, image, imagePullPolicy }) => ({ name, image, policy: imagePullPolicy, list }));
  return [...of("initContainers", initContainers), ...of("containers", containers)];
};

/** A pod that nobody makes again is its own template. */
export const barePodNow: z.ZodType<Standing> = z
  .object({ metadata: versioned, spec: templateSpec })
  .transform(({ metadata: meta, spec }): Standing => ({
    selector: null,
    now: {
      ...identity(meta),
      observedGeneration: null,
      restartedAt: null,
      template: containersOf(spec),
      replicas: null,
      paused: false,
      updateStrategy: "",
      partition: 0,
      firstOrdinal: 0,
      templateChange: changeOfSpec(meta),
    },
  }));

const changeOfSpec = ({ managedFields: fields }: z.output<typeof versioned>): Change | null =>
  lastChange(fields, ["f:spec"]);

/** A pod, and the hash that a Deployment gave the template that it is of; null where it has none. */
export interface StandingPod {
  readonly now: PodNow;
  readonly templateHash: string | null;
}

export const podNow: z.ZodType<StandingPod> = wirePod.transform((wire): StandingPod => ({
  now: { ...podEvidence(wire), restartedAt: annotation(wire.metadata.annotations, restartAnnotation) },
  templateHash: wire.metadata.labels?.["pod-template-hash"] ?? null,
}));
