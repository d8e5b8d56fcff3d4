import { type ImageReference, parseImageReference } from "../../diagnosis/image-reference.ts";
import { Backoff } from "./backoff.ts";
import type { EventRecorder } from "./event-recorder.ts";
import { credentialsFor } from "./keyring.ts";
import { type ContainerProgress, withStatus } from "./pod-status.ts";
import { type PullOutcome, pull, wordsFor } from "./pull.ts";
import { resourceOf } from "./resources.ts";
import type { KubeObject, Store } from "./store.ts";
import { type ContainerSpec, podSpecOf } from "./views.ts";
import type { Voice, Words } from "./voice.ts";

export interface KubeletOptions {
  readonly store: Store;
  readonly recorder: EventRecorder;
  readonly voice: Voice;
  readonly nodeName: string;
  readonly address: string;
  readonly architecture: string;
  readonly resolve: (host: string) => string | undefined;
  /** Resolves when a registry leaves the next request without an answer. */
  readonly silence: (host: string) => Promise<void>;
  readonly fetch: typeof fetch;
  /** Between 0 and 1: how far a look at a failing pod is put off, so that not all come at once. */
  readonly jitter: () => number;
  /** Hexadecimal digits for container ids. */
  readonly id: () => string;
  /** The disk that images are unpacked to has no room left from then on. */
  readonly diskFullFrom?: Date;
}

interface Watched {
  readonly namespace: string | undefined;
  readonly name: string;
  readonly startedAt: Date;
  readonly progress: Map<string, ContainerProgress>;
  nextAt: number;
}

interface PulledImage {
  readonly digest: string;
  readonly size: number;
  readonly reference: ImageReference;
  readonly entrypoint: readonly string[];
}

const pods = resourceOf({ apiVersion: "v1", kind: "Pod" });
const secrets = resourceOf({ apiVersion: "v1", kind: "Secret" });
/** After a failure the kubelet looks at a pod again in 10 s, put off by up to a half. */
const again = 10_000;

/** A kubelet: pulls what its pods want over HTTP, one image at a time, and writes down what a kubelet writes, as of the time it is told. */
export class Kubelet {
  readonly #options: KubeletOptions;
  readonly #backoff = new Backoff();
  readonly #watched: Watched[] = [];
  readonly #images = new Map<string, PulledImage>();
  /** Images that were pulled, and of which no container can be made: the recording that says how. */
  readonly #useless = new Map<string, string>();
  /** The last failure of an image for a pod: during the back-off the kubelet repeats it. */
  readonly #failures = new Map<string, string>();
  readonly #restarts = new Map<string, number>();
  /** A pull that does not end: all others wait for it. */
  #hangs = false;

  constructor(options: KubeletOptions) {
    this.#options = options;
  }

  /** Images on the node, by their full name. */
  get images(): ReadonlyMap<string, PulledImage> {
    return this.#images;
  }

  /** When a pod is due; undefined while nothing is to be done. */
  get nextAt(): Date | undefined {
    const next = Math.min(...this.#watched.map(({ nextAt }) => nextAt));
    return Number.isFinite(next) ? new Date(next) : undefined;
  }

  /** A pod has been given to this node. */
  admit(pod: KubeObject, at: Date): void {
    const { namespace, name } = pod.metadata;
    this.#record(pod, this.#options.voice.events("healthy", "scheduled", this.#podWords(pod)), at);
    this.#watched.push({ namespace, name, startedAt: at, progress: new Map(), nextAt: at.getTime() });
  }

  /** Does all that is due until a time, in its order. */
  async advance(until: Date): Promise<void> {
    for (;;) {
      const [due] = this.#watched
        .filter(({ nextAt }) => nextAt <= until.getTime())
        .toSorted((a, b) => a.nextAt - b.nextAt);
      if (due === undefined) return;
      await this.#sync(due, new Date(due.nextAt));
    }
  }

  async #sync(watched: Watched, at: Date): Promise<void> {
    const { store, jitter, voice, address } = this.#options;
    const pod = store.get(pods, watched.namespace, watched.name);
    if (pod === undefined) {
      this.#watched.splice(this.#watched.indexOf(watched), 1);
      return;
    }
    this.#noteMissingSecrets(pod, at);
    for (const container of podSpecOf(pod).containers) {
      const before = watched.progress.get(container.name)?.kind;
      if (before === "running" || before === "creating") continue;
      watched.progress.set(container.name, await this.#start(pod, container, at));
    }
    const states = [...watched.progress.values()];
    const unready = podSpecOf(pod).containers.filter(({ name }) => watched.progress.get(name)?.kind !== "running");
    const [waiting] = states.flatMap((state) => (state.kind === "running" ? [] : [state.scenario]));
    const words = { ...this.#podWords(pod), container: unready.map(({ name }) => name).join(" ") };
    const conditions = voice.conditions(waiting ?? "healthy", words);
    const { progress, startedAt } = watched;
    const writer = { manager: "kubelet", subresource: "status" } as const;
    store.put(withStatus({ pod, progress, conditions, startedAt, address, at }), at, writer);
    const isDone = states.every(({ kind }) => kind !== "waiting");
    watched.nextAt = isDone ? Number.POSITIVE_INFINITY : at.getTime() + again * (1 + jitter() / 2);
  }

  #noteMissingSecrets(pod: KubeObject, at: Date): void {
    const { store, voice } = this.#options;
    const missing = podSpecOf(pod).imagePullSecrets.filter(
      ({ name }) => store.get(secrets, pod.metadata.namespace, name) === undefined,
    );
    if (missing.length === 0) return;
    const secret = missing.map(({ name }) => name).join(", ");
    this.#record(pod, voice.events("missing-secret", "sync", { ...this.#podWords(pod), secret }), at);
  }

  async #start(pod: KubeObject, container: ContainerSpec, at: Date): Promise<ContainerProgress> {
    const parsed = parseImageReference(container.image);
    const own: Words = { ...this.#podWords(pod), image: container.image, container: container.name };
    if (!parsed.ok) {
      const repository = container.image.replace(/^[^/]*\//, "").replace(/:[^:/]*$/, "");
      return this.#wait(pod, "invalid-reference", "try", { ...own, repository }, at);
    }
    const words: Words = { ...own, ...wordsFor(parsed.value, container.image) };
    const name = words["reference"] ?? "";
    const useless = this.#useless.get(name);
    if (useless !== undefined) return this.#wait(pod, useless, "again", words, at);
    const held = this.#images.get(name);
    if (held !== undefined && container.imagePullPolicy !== "Always") return this.#run(pod, held, "present", words, at);
    if (container.imagePullPolicy === "Never") return this.#wait(pod, "never-policy", "try", words, at);

    const key = `${pod.metadata.uid}_${container.image}`;
    const before = this.#failures.get(key);
    if (before !== undefined && this.#backoff.waits(key, at)) return this.#wait(pod, before, "back-off", words, at);
    if (this.#hangs) return this.#creating(pod, "pull-queued", words, at);
    const begun = performance.now();
    const outcome = await this.#pull(pod, parsed.value, at);
    if (outcome.kind === "silent") {
      this.#hangs = true;
      return this.#creating(pod, "layer-silent", words, at);
    }
    if (outcome.kind === "failed") {
      this.#backoff.failed(key, at);
      this.#failures.set(key, outcome.scenario);
      // containerd has stored what it cannot unpack.
      if (outcome.scenario === "helm-chart") this.#useless.set(name, outcome.scenario);
      return this.#wait(pod, outcome.scenario, "try", words, at);
    }
    const pulled = { ...outcome, reference: parsed.value };
    this.#images.set(name, pulled);
    const duration = goDuration(performance.now() - begun);
    return this.#run(pod, pulled, "healthy", { ...words, duration, total: duration, size: String(outcome.size) }, at);
  }

  async #pull(
    pod: KubeObject,
    image: ImageReference,
    at: Date,
  ): Promise<PullOutcome | { readonly kind: "silent" } | { readonly kind: "failed"; readonly scenario: "disk-full" }> {
    const { architecture, resolve, fetch, silence, diskFullFrom } = this.#options;
    const silent = silence(image.domain).then(() => ({ kind: "silent" }) as const);
    const pulling = pull({ image, credentials: this.#credentials(pod, image), architecture, resolve, fetch });
    const outcome = await Promise.race([pulling, silent]);
    const hasNoRoom = outcome.kind === "pulled" && diskFullFrom !== undefined && diskFullFrom <= at;
    return hasNoRoom ? { kind: "failed", scenario: "disk-full" } : outcome;
  }

  #wait(
    pod: KubeObject,
    scenario: string,
    moment: "try" | "back-off" | "again",
    words: Words,
    at: Date,
  ): ContainerProgress {
    this.#record(pod, this.#options.voice.events(scenario, moment, words), at);
    const state = this.#options.voice.waiting(scenario, moment, words);
    if (state === undefined) throw new Error(`the recording of "${scenario}" has no waiting state for ${moment}`);
    return { kind: "waiting", scenario, ...state };
  }

  /** The pull has begun, and nothing more can be said. */
  #creating(pod: KubeObject, scenario: string, words: Words, at: Date): ContainerProgress {
    this.#record(pod, this.#options.voice.events(scenario, "try", words), at);
    return { kind: "creating", scenario };
  }

  #run(pod: KubeObject, image: PulledImage, scenario: string, words: Words, at: Date): ContainerProgress {
    const { digest, entrypoint, reference } = image;
    const held = { digest, repository: reference.repository };
    const said = { ...words, digest };
    if (entrypoint[0] === "/bin/false") return this.#crash(pod, held, scenario, said, at);
    this.#record(pod, this.#options.voice.events(scenario, "try", said), at);
    return { kind: "running", startedAt: at, id: this.#options.id(), ...held };
  }

  /** Starts a container that ends at once, unless the back-off holds it. */
  #crash(
    pod: KubeObject,
    held: { readonly digest: string; readonly repository: string },
    scenario: string,
    words: Words,
    at: Date,
  ): ContainerProgress {
    const { voice, id } = this.#options;
    const key = `${pod.metadata.uid}_${words["container"]}`;
    const restarts = this.#restarts.get(key);
    if (this.#backoff.waits(key, at)) this.#record(pod, voice.events("crash-loop", "back-off", words), at);
    else {
      this.#record(pod, voice.events(scenario === "present" ? scenario : "crash-loop", "try", words), at);
      this.#backoff.failed(key, at);
      this.#restarts.set(key, (restarts ?? -1) + 1);
    }
    const state = voice.waiting("crash-loop", "back-off", words);
    if (state === undefined) throw new Error('the recording of "crash-loop" has no waiting state');
    const ran = { ...held, exitCode: 1, at, id: id(), restarts: this.#restarts.get(key) ?? 0 };
    return { kind: "waiting", scenario: "crash-loop", ...state, ran };
  }

  #credentials(pod: KubeObject, image: ImageReference): ReturnType<typeof credentialsFor> {
    const names = podSpecOf(pod).imagePullSecrets.map(({ name }) => name);
    const found = names.map((name) => this.#options.store.get(secrets, pod.metadata.namespace, name));
    return credentialsFor(
      image,
      found.filter((secret) => secret !== undefined),
    );
  }

  #podWords(pod: KubeObject): Words {
    const { namespace = "", name, uid = "" } = pod.metadata;
    return { namespace, pod: name, uid, node: this.#options.nodeName };
  }

  #record(pod: KubeObject, events: ReturnType<Voice["events"]>, at: Date): void {
    for (const event of events) {
      const host = event.component === "kubelet" ? this.#options.nodeName : undefined;
      this.#options.recorder.record(pod, { ...event, host }, at);
    }
  }
}

/** Milliseconds as Go writes a duration that was rounded to the millisecond: `213ms`, `1.204s`. */
const goDuration = (milliseconds: number): string =>
  milliseconds < 1000 ? `${Math.round(milliseconds)}ms` : `${Math.round(milliseconds) / 1000}s`;
