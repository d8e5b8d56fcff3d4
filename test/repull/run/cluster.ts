import type { EventEvidence, Read } from "../../../src/diagnosis/evidence.ts";
import type { Plan } from "../../../src/repull/plan.ts";
import type { ObjectName, ObjectNow, PodNow, World, Write, Written } from "../../../src/world.ts";
import { container, event, now, read } from "../../support/evidence.ts";

import { apply } from "./api-server.ts";
import { type Made, manifestOf, newPod, podAsObject, readyPod, workloadOf } from "./objects.ts";

/** The process ends here: nothing of it runs any more. */
export class Killed extends Error {}

/** What goes wrong with one write: nothing; it is made and the answer is lost; it is lost itself; it is made, and the process ends. */
type Fault = "answer-lost" | "write-lost" | "killed-after" | "killed-before" | null;

export interface Trouble {
  /** The n-th write of all, counted from 1. */
  readonly fault?: (count: number, write: Write) => Fault;
  /** Called before each write: what others do at that moment. */
  readonly meanwhile?: (count: number, cluster: Cluster) => void;
  readonly rehearse?: (write: Write) => Written | null;
  /** Seconds from the start in which no request is answered. */
  readonly down?: readonly [from: number, to: number];
  /** Images that no kubelet gets. */
  readonly missing?: readonly string[];
  /** Images that every kubelet gets, and whose containers end at once. */
  readonly crashing?: readonly string[];
  /** No node takes a pod. */
  readonly unscheduled?: boolean;
  /** An image's digest on the node, by a letter. Default: `a`, which is promised. */
  readonly pulls?: string;
  /** No eviction is let through before this second. */
  readonly budgetUntil?: number;
  readonly eventsForbidden?: boolean;
}

const lost: Written = { kind: "lost", reason: "connection refused" };
/**
 * A namespace with one workload (or a bare pod), its controller and its kubelets, which move when the clock does. It keeps the API server's promises:
 * UIDs, resourceVersions and preconditions hold, and an answer that is lost says nothing about the write.
 */
export class Cluster {
  readonly #start = Date.parse(now);
  #time = this.#start;
  #version = 100;
  #made = 0;
  #writes = 0;
  readonly name: ObjectName;
  object: ObjectNow | null;
  readonly pods = new Map<string, Made>();
  readonly secrets = new Map<string, Record<string, unknown>>();
  readonly events: EventEvidence[] = [];
  /** What writes have really done, in order. */
  readonly effects: string[] = [];
  trouble: Trouble;

  constructor(plan: Plan, name: ObjectName, trouble: Trouble = {}, letters: readonly (string | null)[] = ["b"]) {
    this.name = name;
    this.trouble = trouble;
    const isPod = name.kind === "Pod";
    this.object = isPod ? null : workloadOf(name, plan.template, letters.length);
    letters.forEach((letter, index) => {
      const pod = this.make(`checkout-${index}`, plan.template, null);
      const [app] = pod.containers;
      if (app === undefined) throw new Error("no container");
      const old: PodNow = {
        ...pod,
        uid: `uid-${index}`,
        createdAt: "2026-11-24T10:00:00Z",
        nodeName: `node-${index + 1}`,
      };
      const ready = letter === null ? old : readyPod(old, letter, "2026-11-24T10:01:00Z");
      this.put(ready, letter === null ? 0 : 9);
    });
  }

  /** Another one writes the object; `over` is what it changes. */
  touch(over: Partial<ObjectNow>): void {
    if (this.object !== null) this.object = { ...this.object, ...over, resourceVersion: String((this.#version += 1)) };
  }

  get seconds(): number {
    return (this.#time - this.#start) / 1000;
  }

  get writes(): number {
    return this.#writes;
  }

  isDown = (): boolean => {
    const [from, to] = this.trouble.down ?? [Infinity, Infinity];
    return this.seconds >= from && this.seconds < to;
  };

  stamp = (): string => new Date(this.#time).toISOString().replace(/\.\d+Z$/u, "Z");

  put(pod: PodNow, age: number, mark: string | null = null, manifest: Made["manifest"] = {}): void {
    this.pods.set(pod.name, { pod, age, mark, manifest, version: (this.#version += 1) });
  }

  make(name: string, template: ObjectNow["template"], restartedAt: string | null): PodNow {
    const nodeName = this.trouble.unscheduled === true ? null : "node-1";
    return newPod(template, { name, uid: `made-${this.nextId()}`, createdAt: this.stamp(), nodeName, restartedAt });
  }

  nextId = (): number => (this.#made += 1);

  /** The workload, or a pod by its name. */
  find({ kind, name }: ObjectName): ObjectNow | null {
    const made = this.pods.get(name);
    if (kind !== "Pod") return this.object;
    return made === undefined ? null : podAsObject(made);
  }

  #whole({ kind, name }: ObjectName): Read<Readonly<Record<string, unknown>>> {
    if (kind === "Secret") return orAbsent(this.secrets.get(name), name);
    const made = this.pods.get(name);
    return orAbsent(made && manifestOf(made.pod), name);
  }

  /** A second passes: kubelets and controllers do what they do. */
  #tick(): void {
    this.#time += 1000;
    for (const [name, made] of this.pods)
      if (made.pod.deletedAt !== null && (made.age += 1) > 12) this.pods.delete(name);
    for (const made of this.pods.values()) if (made.pod.deletedAt === null) this.#kubelet(made);
    if (this.object !== null && this.object.replicas !== null)
      this.#controller(this.object, this.object.replicas.desired);
  }

  #kubelet(made: Made): void {
    made.age += 1;
    const { pod } = made;
    if (pod.phase !== "Pending" || pod.nodeName === null || made.age < 2) return;
    const failing = pod.containers.find(({ image }) => this.trouble.missing?.includes(image));
    const isPull = pod.name.startsWith("imagepull-");
    if (failing !== undefined) {
      const state = {
        kind: "waiting",
        reason: "ErrImagePull",
        message: "not found: https://u:secret@ghcr.io/v2",
      } as const;
      const containers = pod.containers.map((one) => ({ ...container(state, { name: one.name, image: one.image }) }));
      this.put({ ...pod, containers }, 2, made.mark, made.manifest);
      return;
    }
    const pulled = readyPod(pod, this.trouble.pulls ?? "a", this.stamp());
    const isCrashing = pod.containers.some(({ image }) => this.trouble.crashing?.includes(image));
    const ready = isCrashing ? { ...pulled, conditions: [] } : pulled;
    this.put(isPull ? { ...ready, phase: "Failed", conditions: [] } : ready, 9, made.mark, made.manifest);
    for (const { name, image } of pod.containers)
      this.events.push(
        event("Pulled", `Successfully pulled image "${image}" in 1s`, {
          fieldPath: `spec.containers{${name}}`,
          involved: { kind: "Pod", namespace: "shop", name: pod.name, uid: pod.uid },
        }),
      );
  }

  #controller(object: ObjectNow, desired: number): void {
    this.touch({ observedGeneration: object.generation });
    const own = [...this.pods.values()].filter(({ pod }) => !pod.name.startsWith("imagepull-"));
    const live = own.filter(({ pod }) => pod.deletedAt === null);
    const isCurrent = ({ pod }: Made): boolean =>
      pod.restartedAt === object.restartedAt &&
      object.template.every(({ name, image, policy }) =>
        pod.containers.some((one) => one.name === name && one.image === image && one.imagePullPolicy === policy),
      );
    const isOrdered = this.name.kind === "StatefulSet";
    const isReady = ({ pod }: Made): boolean => pod.phase === "Running";
    if (isOrdered) {
      for (let index = 0; index < desired; index += 1)
        if (!this.pods.has(`checkout-${index}`))
          return this.put(this.make(`checkout-${index}`, object.template, object.restartedAt), 0);
    } else
      for (let count = live.length; count < desired; count += 1)
        this.put(this.make(`checkout-n${this.#made}`, object.template, object.restartedAt), 0);
    if (this.name.kind === "ReplicaSet" || object.updateStrategy === "OnDelete") return;
    const stale = live.filter((made) => !isCurrent(made));
    if (stale.length === 0 || !live.every(isReady) || own.length > live.length) return;
    const [last] = stale.toReversed();
    if (last !== undefined) this.end(last);
  }

  end({ pod, mark, manifest }: Made): void {
    this.put({ ...pod, deletedAt: this.stamp() }, 10, mark, manifest);
  }

  /** A process that runs on this cluster. */
  world(): World {
    const unread = <T>(get: () => Read<T>): Promise<Read<T>> =>
      Promise.resolve(this.isDown() ? { status: "timeout", reason: "no answer within 10 s" } : get());
    const gone = (name: string): Read<never> => ({ status: "absent", reason: `${name} does not exist` });
    return {
      object: (name) =>
        unread(() => {
          const found = this.find(name);
          return found === null ? gone(name.name) : read(found);
        }),
      pods: (name) =>
        unread(() =>
          read(
            [...this.pods.values()]
              .map(({ pod }) => pod)
              .filter((pod) => (name.kind === "Pod" ? pod.name === name.name : !pod.name.startsWith("imagepull-"))),
          ),
        ),
      pod: (_namespace, name) => unread(() => orAbsent(this.pods.get(name)?.pod, name)),
      events: (pod) =>
        unread(() =>
          this.trouble.eventsForbidden === true
            ? { status: "forbidden", reason: "events may not be read" }
            : read(this.events.filter(({ involved }) => involved.uid === pod.uid)),
        ),
      manifest: (name) => unread(() => this.#whole(name)),
      write: (write) => this.#write(write),
      rehearse: (write) =>
        Promise.resolve(this.isDown() ? lost : (this.trouble.rehearse?.(write) ?? apply(this, write, true))),
      clock: () => new Date(this.#time),
      sleep: async (milliseconds, signal) => {
        const seconds = signal?.aborted === true ? 0 : Math.ceil(milliseconds / 1000);
        for (let second = 0; second < seconds; second += 1) this.#tick();
        await Promise.resolve();
      },
    };
  }

  async #write(write: Write): Promise<Written> {
    await Promise.resolve();
    this.#writes += 1;
    this.trouble.meanwhile?.(this.#writes, this);
    const fault = this.trouble.fault?.(this.#writes, write) ?? null;
    if (fault === "killed-before") throw new Killed();
    if (fault === "write-lost" || this.isDown()) return lost;
    const answer = apply(this, write, false);
    if (fault === "killed-after") throw new Killed();
    return fault === "answer-lost" ? lost : answer;
  }
}

const orAbsent = <T>(value: T | undefined, name: string): Read<T> =>
  value === undefined ? { status: "absent", reason: `${name} does not exist` } : read(value);
