import { type ImageReference, parseImageReference } from "../../diagnosis/image-reference.ts";
import { Backoff } from "./backoff.ts";
import type { EventRecorder } from "./event-recorder.ts";
import { credentialsFor } from "./keyring.ts";
import { type ContainerProgress, withStatus } from "./pod-status.ts";
import { pull, wordsFor } from "./pull.ts";
import { resourceOf } from "./resources.ts";
import type { KubeObject, Store } from "./store.ts";
import { type ContainerSpec, podSpecOf } from "./views.ts";
import type { Voice, Words } from "./voice.ts";

export interface KubeletOptions {
  readonly store: Store;
  readonly recorder: EventRecorder;
  readonly voice: Voice;
  readonly nodeName: string;
  readonly architecture: string;
  readonly resolve: (host: string) => string | undefined;
  readonly fetch: typeof fetch;
  /** Between 0 and 1: how far a look at a failing pod is put off, so that not all come at once. */
  readonly jitter: () => number;
  /** Hexadecimal digits for container ids. */
  readonly id: () => string;
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
}

const pods = resourceOf({ apiVersion: "v1", kind: "Pod" });
const secrets = resourceOf({ apiVersion: "v1", kind: "Secret" });
/** After a failure the kubelet looks at a pod again in 10 s, put off by up to a half. */
const again = 10_000;

/** A kubelet: pulls what its pods want over HTTP and writes down what a kubelet writes, as of the time it is told. */
export class Kubelet {
  readonly #options: KubeletOptions;
  readonly #backoff = new Backoff();
  readonly #watched: Watched[] = [];
  readonly #images = new Map<string, PulledImage>();

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
    const { store, jitter } = this.#options;
    const pod = store.get(pods, watched.namespace, watched.name);
    if (pod === undefined) {
      this.#watched.splice(this.#watched.indexOf(watched), 1);
      return;
    }
    this.#noteMissingSecrets(pod, at);
    for (const container of podSpecOf(pod).containers) {
      if (watched.progress.get(container.name)?.kind === "running") continue;
      watched.progress.set(container.name, await this.#start(pod, container, at));
    }
    const unready = podSpecOf(pod).containers.filter(({ name }) => watched.progress.get(name)?.kind !== "running");
    const states = [...watched.progress.values()];
    const scenario = states.find((state) => state.kind === "waiting")?.scenario ?? "healthy";
    const words = { ...this.#podWords(pod), container: unready.map(({ name }) => name).join(" ") };
    const conditions = this.#options.voice.conditions(scenario, words);
    store.put(withStatus({ pod, progress: watched.progress, conditions, startedAt: watched.startedAt, at }), at);
    watched.nextAt = unready.length === 0 ? Number.POSITIVE_INFINITY : at.getTime() + again * (1 + jitter() / 2);
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
    if (!parsed.ok) throw new Error(parsed.error.sentence);
    const image = parsed.value;
    const words: Words = { ...this.#podWords(pod), ...wordsFor(image, container.image), container: container.name };
    const held = this.#images.get(words["reference"] ?? "");
    if (held !== undefined && container.imagePullPolicy !== "Always") return this.#run(pod, held, "present", words, at);

    const key = `${pod.metadata.uid}_${container.image}`;
    const before = this.#failures.get(key);
    if (before !== undefined && this.#backoff.waits(key, at)) return this.#wait(pod, before, "back-off", words, at);
    const begun = performance.now();
    const outcome = await pull({
      image,
      credentials: this.#credentials(pod, image),
      architecture: this.#options.architecture,
      resolve: this.#options.resolve,
      fetch: this.#options.fetch,
    });
    if (outcome.kind === "failed") {
      this.#backoff.failed(key, at);
      this.#failures.set(key, outcome.scenario);
      return this.#wait(pod, outcome.scenario, "try", words, at);
    }
    const pulled = { digest: outcome.digest, size: outcome.size, reference: image };
    this.#images.set(words["reference"] ?? "", pulled);
    const duration = goDuration(performance.now() - begun);
    return this.#run(pod, pulled, "healthy", { ...words, duration, total: duration, size: String(outcome.size) }, at);
  }

  /** The last failure of an image for a pod: during the back-off the kubelet repeats it. */
  readonly #failures = new Map<string, string>();

  #wait(pod: KubeObject, scenario: string, moment: "try" | "back-off", words: Words, at: Date): ContainerProgress {
    this.#record(pod, this.#options.voice.events(scenario, moment, words), at);
    const state = this.#options.voice.waiting(scenario, moment, words);
    if (state === undefined) throw new Error(`the recording of "${scenario}" has no waiting state for ${moment}`);
    return { kind: "waiting", scenario, ...state };
  }

  #run(pod: KubeObject, image: PulledImage, scenario: string, words: Words, at: Date): ContainerProgress {
    this.#record(pod, this.#options.voice.events(scenario, "try", { ...words, digest: image.digest }), at);
    return {
      kind: "running",
      startedAt: at,
      digest: image.digest,
      repository: image.reference.repository,
      id: this.#options.id(),
    };
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
