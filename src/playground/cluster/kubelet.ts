import type { RecordedCondition } from "../recording.ts";
import { type ContainerProgress, type Ended, type Held, phaseOfPod, withStatus } from "./pod-status.ts";
import { resourceOf } from "./resources.ts";
import { type PulledImage, Runtime, type RuntimeOptions, type Starting } from "./runtime.ts";
import type { KubeObject } from "./store.ts";
import { type ContainerSpec, isEnding, isRecord, phaseOf, podSpecOf } from "./views.ts";
import type { Voice } from "./voice.ts";

export interface KubeletOptions extends RuntimeOptions {
  readonly address: string;
  /** Between 0 and 1: how far a look at a failing pod is put off, so that not all come at once. */
  readonly jitter: () => number;
  /** Milliseconds from the start of a container until it is ready; none where it is not said. */
  readonly readyAfter?: () => number;
}

interface Watched {
  readonly namespace: string | undefined;
  readonly name: string;
  readonly uid: string | undefined;
  readonly startedAt: Date;
  readonly progress: Map<string, ContainerProgress>;
  nextAt: number;
  /** When its containers have ended, once it is to be deleted. */
  endsAt: number | null;
}

const pods = resourceOf({ apiVersion: "v1", kind: "Pod" });
const secrets = resourceOf({ apiVersion: "v1", kind: "Secret" });
/** After a failure the kubelet looks at a pod again in 10 s, put off by up to a half. */
const again = 10_000;
/** How long a container takes to end when it is told to, where it may take that long. */
const ending = 1000;
const never = Number.POSITIVE_INFINITY;

/** A kubelet: pulls what its pods want over HTTP, one image at a time, and writes down what a kubelet writes, as of the time it is told. */
export class Kubelet {
  readonly #options: KubeletOptions;
  readonly #runtime: Runtime;
  readonly #watched: Watched[] = [];

  constructor(options: KubeletOptions) {
    this.#options = options;
    this.#runtime = new Runtime(options);
  }

  /** Images on the node, by their full name. */
  get images(): ReadonlyMap<string, PulledImage> {
    return this.#runtime.images;
  }

  /** Forgets an image by its full name, as `crictl rmi` does. */
  removeImage(name: string): void {
    this.#runtime.remove(name);
  }

  /** When a pod is due; undefined while nothing is to be done. */
  get nextAt(): Date | undefined {
    const next = Math.min(...this.#watched.map(({ nextAt }) => nextAt));
    return Number.isFinite(next) ? new Date(next) : undefined;
  }

  /** A pod has been given to this node. */
  admit(pod: KubeObject, at: Date): void {
    this.#record(pod, this.#options.voice.events("healthy", "scheduled", this.#runtime.podWords(pod)), at);
    this.#watch(pod, at);
  }

  /** Does all that is due until a time, in its order. */
  async advance(until: Date): Promise<void> {
    this.#notice(until);
    for (;;) {
      const [due] = this.#watched
        .filter(({ nextAt }) => nextAt <= until.getTime())
        .toSorted((a, b) => a.nextAt - b.nextAt);
      if (due === undefined) return;
      await this.#sync(due, new Date(due.nextAt));
    }
  }

  #watch(pod: KubeObject, at: Date): void {
    const { namespace, name, uid } = pod.metadata;
    const now = at.getTime();
    this.#watched.push({ namespace, name, uid, startedAt: at, progress: new Map(), nextAt: now, endsAt: null });
  }

  /** What the API server holds now that this kubelet has not acted on: pods that are new here, that are to end, or whose images were changed. */
  #notice(at: Date): void {
    const { store, nodeName } = this.#options;
    const known = new Map(this.#watched.map((watched) => [watched.uid, watched]));
    for (const pod of store.list(pods)) {
      const watched = known.get(pod.metadata.uid);
      if (watched === undefined) {
        const isOver = ["Succeeded", "Failed"].includes(phaseOf(pod));
        if (podSpecOf(pod).nodeName === nodeName && !isOver) this.#watch(pod, at);
      } else if ((isEnding(pod) && watched.endsAt === null) || isChanged(pod, watched)) {
        watched.nextAt = Math.min(watched.nextAt, at.getTime());
      }
    }
    for (const gone of this.#watched.filter((watched) => this.#podOf(watched) === undefined)) this.#forget(gone);
  }

  #podOf({ namespace, name, uid }: Watched): KubeObject | undefined {
    const pod = this.#options.store.get(pods, namespace, name);
    return pod?.metadata.uid === uid ? pod : undefined;
  }

  #forget(watched: Watched): void {
    this.#watched.splice(this.#watched.indexOf(watched), 1);
  }

  async #sync(watched: Watched, at: Date): Promise<void> {
    const pod = this.#podOf(watched);
    if (pod === undefined) return this.#forget(watched);
    if (isEnding(pod)) return this.#end(pod, watched, at);
    const { activeDeadlineSeconds } = podSpecOf(pod);
    const deadline =
      activeDeadlineSeconds === undefined ? never : watched.startedAt.getTime() + activeDeadlineSeconds * 1000;
    if (at.getTime() >= deadline) return this.#exceed(pod, watched, at);
    this.#noteMissingSecrets(pod, at);
    for (const container of podSpecOf(pod).containers) {
      const state = watched.progress.get(container.name);
      if (state?.kind === "running" && runsOther(container, state)) this.#stop(pod, container.name, "definition", at);
    }
    await this.#start(pod, watched, at);
    // Somebody may have written it, or deleted it, while it pulled.
    const now = this.#podOf(watched);
    if (now === undefined) return this.#forget(watched);
    const isOver = this.#report(now, watched, at);
    watched.nextAt = isOver ? never : Math.min(this.#nextLook(watched, at), deadline);
  }

  /** Starts what does not run, in order: an init container that has not ended holds up all after it. */
  async #start(pod: KubeObject, watched: Watched, at: Date): Promise<void> {
    const { initContainers, containers } = podSpecOf(pod);
    const all = [
      ...initContainers.map((container) => ({ container, list: "initContainers" as const })),
      ...containers.map((container) => ({ container, list: "containers" as const })),
    ];
    for (const { container, list } of all) {
      const before = watched.progress.get(container.name);
      const isAtRest = before?.kind === "running" || before?.kind === "creating" || before?.kind === "ended";
      if (!isAtRest || runsOther(container, before)) {
        const last = lastOf(before, at);
        const starting: Starting = { pod, container, list, ...(last === undefined ? {} : { last }) };
        watched.progress.set(container.name, await this.#runtime.start(starting, at));
      }
      const after = watched.progress.get(container.name);
      if (list === "initContainers" && after?.kind !== "ended" && after?.kind !== "running") return;
    }
  }

  /** Writes the pod's status; says whether it is over. */
  #report(pod: KubeObject, watched: Watched, at: Date): boolean {
    const { store, voice, address, readyAfter } = this.#options;
    const { progress, startedAt } = watched;
    const { containers } = podSpecOf(pod);
    const readyFrom = at.getTime() - (readyAfter?.() ?? 0);
    const isReady = (name: string): boolean => {
      const state = progress.get(name);
      return state?.kind === "running" && state.startedAt.getTime() <= readyFrom;
    };
    const unready = containers.filter(({ name }) => !isReady(name));
    const [waiting] = [...progress.values()].flatMap((state) => ("scenario" in state ? [state.scenario] : []));
    const words = { ...this.#runtime.podWords(pod), container: unready.map(({ name }) => name).join(" ") };
    const isUp = unready.length === 0;
    const phase = phaseOfPod(pod, progress);
    const conditions = over(phase, voice.conditions(waiting ?? (isUp ? "healthy" : "no-such-command"), words));
    store.put(withStatus({ pod, progress, conditions, startedAt, address, at, isReady, phase }), at, writer);
    return phase === "Succeeded" || phase === "Failed";
  }

  #nextLook({ progress }: Watched, at: Date): number {
    const { jitter, readyAfter } = this.#options;
    const states = [...progress.values()];
    const readyIn = readyAfter?.() ?? 0;
    const unready = states.flatMap((state) =>
      state.kind === "running" && state.startedAt.getTime() + readyIn > at.getTime()
        ? [state.startedAt.getTime() + readyIn]
        : [],
    );
    const isDone = states.every(({ kind }) => kind !== "waiting");
    return Math.min(isDone ? never : Math.floor(at.getTime() + again * (1 + jitter() / 2)), ...unready);
  }

  /** Tells its containers to end, and, once they have, that the pod is gone. */
  #end(pod: KubeObject, watched: Watched, at: Date): void {
    if (watched.endsAt === null) {
      for (const [name, state] of watched.progress) if (state.kind === "running") this.#stop(pod, name, "deletion", at);
      const grace = Number(pod.metadata["deletionGracePeriodSeconds"]) * 1000;
      const askedAt = Date.parse(String(pod.metadata["deletionTimestamp"])) - grace;
      watched.endsAt = Math.max(askedAt + Math.min(grace, ending), at.getTime());
      // Never within the same look: what ends is to be seen ending.
      if (watched.endsAt === at.getTime()) watched.endsAt += 1;
      watched.nextAt = watched.endsAt;
      return;
    }
    this.#options.store.delete(pod);
    this.#forget(watched);
  }

  /** Source of the words: kubernetes pkg/kubelet/kuberuntime, killContainer and computePodActions. */
  #stop(pod: KubeObject, container: string, why: "deletion" | "definition", at: Date): void {
    const message =
      why === "deletion"
        ? `Stopping container ${container}`
        : `Container ${container} definition changed, will be restarted`;
    const fieldPath = `spec.containers{${container}}`;
    this.#record(pod, [{ type: "Normal", reason: "Killing", message, fieldPath, component: "kubelet" }], at);
  }

  /** Source of the words: kubernetes pkg/kubelet/active_deadline.go. */
  #exceed(pod: KubeObject, watched: Watched, at: Date): void {
    const message = "Pod was active on the node longer than the specified deadline";
    const reason = "DeadlineExceeded";
    this.#record(pod, [{ type: "Normal", reason, message, fieldPath: "", component: "kubelet" }], at);
    const status = { ...(isRecord(pod["status"]) ? pod["status"] : {}), phase: "Failed", reason, message };
    this.#options.store.put({ ...pod, status }, at, writer);
    watched.nextAt = never;
  }

  #noteMissingSecrets(pod: KubeObject, at: Date): void {
    const { store, voice } = this.#options;
    const missing = podSpecOf(pod).imagePullSecrets.filter(
      ({ name }) => store.get(secrets, pod.metadata.namespace, name) === undefined,
    );
    if (missing.length === 0) return;
    const secret = missing.map(({ name }) => name).join(", ");
    this.#record(pod, voice.events("missing-secret", "sync", { ...this.#runtime.podWords(pod), secret }), at);
  }

  #record(pod: KubeObject, events: ReturnType<Voice["events"]>, at: Date): void {
    for (const event of events) {
      const host = event.component === "kubelet" ? this.#options.nodeName : undefined;
      this.#options.recorder.record(pod, { ...event, host }, at);
    }
  }
}

const writer = { manager: "kubelet", subresource: "status" } as const;

/** Whether a container was made, or tried, from another image than its pod names now. One that has ended stays ended. */
const runsOther = ({ image }: ContainerSpec, state: ContainerProgress | undefined): boolean =>
  (state?.kind === "running" || state?.kind === "waiting") && state.image !== image;

const isChanged = (pod: KubeObject, { progress }: Watched): boolean =>
  podSpecOf(pod).containers.some((container) => runsOther(container, progress.get(container.name)));

/** Ended by SIGTERM, as a shell counts it. */
const terminated = 143;

/** The run of a container before the one that is to begin. */
function lastOf(state: ContainerProgress | undefined, at: Date): (Held & Ended) | undefined {
  if (state?.kind === "waiting") return state.last;
  if (state?.kind !== "running") return undefined;
  const { digest, repository, image, id, restarts } = state;
  return { digest, repository, image, id, restarts, at, exitCode: terminated };
}

/** Of a pod that is over: nothing of it is ready, and why. Source: kubernetes pkg/kubelet/status/generate.go. */
function over(phase: string, conditions: readonly RecordedCondition[]): readonly RecordedCondition[] {
  if (phase !== "Succeeded" && phase !== "Failed") return conditions;
  const reason = phase === "Succeeded" ? "PodCompleted" : "PodFailed";
  return conditions.map((condition) => {
    if (["Ready", "ContainersReady"].includes(condition.type))
      return { ...condition, status: "False", reason, message: "" };
    return condition.type === "PodReadyToStartContainers" ? { ...condition, status: "False" } : condition;
  });
}
