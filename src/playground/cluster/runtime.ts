import { type ImageReference, parseImageReference } from "../../diagnosis/image-reference.ts";
import { Backoff } from "./backoff.ts";
import type { EventRecorder } from "./event-recorder.ts";
import { credentialsFor } from "./keyring.ts";
import type { ContainerProgress, Ended, Held } from "./pod-status.ts";
import { type PullOutcome, pull, wordsFor } from "./pull.ts";
import { resourceOf } from "./resources.ts";
import type { KubeObject, Store } from "./store.ts";
import { type ContainerSpec, podSpecOf } from "./views.ts";
import type { Voice, Words } from "./voice.ts";

export interface RuntimeOptions {
  readonly store: Store;
  readonly recorder: EventRecorder;
  readonly voice: Voice;
  readonly nodeName: string;
  readonly architecture: string;
  readonly resolve: (host: string) => string | undefined;
  /** Resolves when a registry leaves the next request without an answer. */
  readonly silence: (host: string) => Promise<void>;
  readonly fetch: typeof fetch;
  /** Hexadecimal digits for container ids. */
  readonly id: () => string;
  /** The disk that images are unpacked to has no room left from then on. */
  readonly diskFullFrom?: Date;
}

export interface PulledImage {
  readonly digest: string;
  readonly size: number;
  readonly reference: ImageReference;
  readonly entrypoint: readonly string[];
}

/** A container that is to be started, and where its pod lists it. */
export interface Starting {
  readonly pod: KubeObject;
  readonly container: ContainerSpec;
  readonly list: "containers" | "initContainers";
  /** Its run before. */
  readonly last?: Held & Ended;
}

const secrets = resourceOf({ apiVersion: "v1", kind: "Secret" });

/** Nothing can be started from below a device, which is no folder. */
const cannotStart = /^\/dev\/null\//;

/** A node's images, and the containers that are made of them: pulls over HTTP, one at a time, and says what a kubelet says of it. */
export class Runtime {
  readonly #options: RuntimeOptions;
  readonly #backoff = new Backoff();
  readonly #images = new Map<string, PulledImage>();
  /** The same by `repository@digest`: by that name the runtime has whatever was pulled by a tag. */
  readonly #byDigest = new Map<string, PulledImage>();
  /** Images that were pulled, and of which no container can be made: the recording that says how. */
  readonly #useless = new Map<string, string>();
  /** The last failure of an image for a pod: during the back-off the kubelet repeats it. */
  readonly #failures = new Map<string, string>();
  readonly #restarts = new Map<string, number>();
  /** A pull that does not end: all others wait for it. */
  #hangs = false;

  constructor(options: RuntimeOptions) {
    this.#options = options;
  }

  /** Images on the node, by their full name. */
  get images(): ReadonlyMap<string, PulledImage> {
    return this.#images;
  }

  /** Forgets an image, as `crictl rmi` does. */
  remove(name: string): void {
    const held = this.#images.get(name);
    this.#images.delete(name);
    if (held !== undefined) this.#byDigest.delete(`${held.reference.repository}@${held.digest}`);
  }

  async start(starting: Starting, at: Date): Promise<ContainerProgress> {
    const { pod, container } = starting;
    const parsed = parseImageReference(container.image);
    const own: Words = { ...this.podWords(pod), image: container.image, container: container.name };
    if (!parsed.ok) {
      const repository = container.image.replace(/^[^/]*\//, "").replace(/:[^:/]*$/, "");
      return this.#wait(starting, "invalid-reference", "try", { ...own, repository }, at);
    }
    const words: Words = { ...own, ...wordsFor(parsed.value, container.image) };
    const name = words["reference"] ?? "";
    const useless = this.#useless.get(name);
    if (useless !== undefined) return this.#wait(starting, useless, "again", words, at);
    const held = this.#images.get(name) ?? this.#byDigest.get(name);
    if (held !== undefined && container.imagePullPolicy !== "Always")
      return this.#run(starting, held, "present", words, at);
    if (container.imagePullPolicy === "Never") return this.#wait(starting, "never-policy", "try", words, at);

    const key = `${pod.metadata.uid}_${container.image}`;
    const before = this.#failures.get(key);
    if (before !== undefined && this.#backoff.waits(key, at))
      return this.#wait(starting, before, "back-off", words, at);
    if (this.#hangs) return this.#creating(starting, "pull-queued", words, at);
    // Others look while it pulls.
    this.#say(starting, this.#options.voice.events("healthy", "try", words).filter(isPulling), at);
    const begun = performance.now();
    const outcome = await this.#pull(pod, parsed.value, at);
    if (outcome.kind === "silent") {
      this.#hangs = true;
      return { kind: "creating", scenario: "layer-silent" };
    }
    if (outcome.kind === "failed") {
      this.#backoff.failed(key, at);
      this.#failures.set(key, outcome.scenario);
      // containerd has stored what it cannot unpack.
      if (outcome.scenario === "helm-chart") this.#useless.set(name, outcome.scenario);
      return this.#wait(starting, outcome.scenario, "try", words, at);
    }
    const pulled = { ...outcome, reference: parsed.value };
    this.#images.set(name, pulled);
    this.#byDigest.set(`${parsed.value.repository}@${pulled.digest}`, pulled);
    const duration = goDuration(performance.now() - begun);
    const said = { ...words, duration, total: duration, size: String(outcome.size) };
    return this.#run(starting, pulled, "healthy", said, at);
  }

  podWords(pod: KubeObject): Words {
    const { namespace = "", name, uid = "" } = pod.metadata;
    return { namespace, pod: name, uid, node: this.#options.nodeName };
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
    starting: Starting,
    scenario: string,
    moment: "try" | "back-off" | "again",
    words: Words,
    at: Date,
  ): ContainerProgress {
    // That the pull began has been said as it did.
    this.#say(starting, this.#options.voice.events(scenario, moment, words).filter(isNoPulling), at);
    const state = this.#options.voice.waiting(scenario, moment, words);
    if (state === undefined) throw new Error(`the recording of "${scenario}" has no waiting state for ${moment}`);
    const { container, last } = starting;
    return { kind: "waiting", scenario, image: container.image, ...state, ...(last === undefined ? {} : { last }) };
  }

  /** The pull has begun, and nothing more can be said. */
  #creating(starting: Starting, scenario: string, words: Words, at: Date): ContainerProgress {
    this.#say(starting, this.#options.voice.events(scenario, "try", words), at);
    return { kind: "creating", scenario };
  }

  #run(starting: Starting, pulled: PulledImage, scenario: string, words: Words, at: Date): ContainerProgress {
    const { container, list, last } = starting;
    const restarts = last === undefined ? 0 : last.restarts + 1;
    const { digest, entrypoint, reference } = pulled;
    const held = { digest, repository: reference.repository, image: container.image };
    const said = { ...words, digest };
    const [program = entrypoint[0]] = container.command;
    if (program !== undefined && cannotStart.test(program))
      return this.#refuse(starting, program, held, scenario, said, at);
    if (program === "/bin/false") return this.#crash(starting, held, scenario, said, at);
    this.#say(starting, this.#options.voice.events(scenario, "try", said).filter(isNoPulling), at);
    const id = this.#options.id();
    if (list === "initContainers" && container.restartPolicy !== "Always")
      return { kind: "ended", at, id, restarts, exitCode: 0, reason: "Completed", ...held };
    return { kind: "running", startedAt: at, id, restarts, ...held, ...(last === undefined ? {} : { last }) };
  }

  /** The image is there, and its program is not: the container never runs. */
  #refuse(
    starting: Starting,
    program: string,
    held: Held,
    scenario: string,
    words: Words,
    at: Date,
  ): ContainerProgress {
    const { voice, id } = this.#options;
    const isPulled = scenario === "healthy";
    const told = voice.noProgram(program, words);
    const events = [
      ...voice.events(isPulled ? "healthy" : "present", "try", words).filter(({ reason }) => reason === "Pulled"),
      ...told.events,
    ];
    this.#say(starting, events, at);
    const { last: before, pod } = starting;
    const restarts = before === undefined ? 0 : before.restarts + 1;
    const last = { ...held, exitCode: 128, at, id: id(), restarts };
    if (podSpecOf(pod).restartPolicy === "Never")
      return { kind: "ended", reason: "StartError", message: told.message, ...last };
    const { reason, message } = told;
    return { kind: "waiting", scenario: "no-such-command", image: held.image, reason, message, last };
  }

  /** Starts a container that ends at once, unless the back-off holds it. */
  #crash(starting: Starting, held: Held, scenario: string, words: Words, at: Date): ContainerProgress {
    const { voice, id } = this.#options;
    const key = `${starting.pod.metadata.uid}_${words["container"]}`;
    const restarts = this.#restarts.get(key);
    if (this.#backoff.waits(key, at)) this.#say(starting, voice.events("crash-loop", "back-off", words), at);
    else {
      const events = voice.events(scenario === "present" ? scenario : "crash-loop", "try", words);
      this.#say(starting, events.filter(isNoPulling), at);
      this.#backoff.failed(key, at);
      this.#restarts.set(key, (restarts ?? -1) + 1);
    }
    const last = { ...held, exitCode: 1, at, id: id(), restarts: this.#restarts.get(key) ?? 0 };
    if (podSpecOf(starting.pod).restartPolicy === "Never") return { kind: "ended", reason: "Error", ...last };
    const state = voice.waiting("crash-loop", "back-off", words);
    if (state === undefined) throw new Error('the recording of "crash-loop" has no waiting state');
    return { kind: "waiting", scenario: "crash-loop", image: held.image, ...state, last };
  }

  #credentials(pod: KubeObject, image: ImageReference): ReturnType<typeof credentialsFor> {
    const names = podSpecOf(pod).imagePullSecrets.map(({ name }) => name);
    const found = names.map((name) => this.#options.store.get(secrets, pod.metadata.namespace, name));
    return credentialsFor(
      image,
      found.filter((secret) => secret !== undefined),
    );
  }

  #say({ pod, list }: Starting, events: ReturnType<Voice["events"]>, at: Date): void {
    const { recorder, nodeName } = this.#options;
    for (const event of events) {
      const host = event.component === "kubelet" ? nodeName : undefined;
      const fieldPath = event.fieldPath.replace(/^spec\.containers\{/, `spec.${list}{`);
      recorder.record(pod, { ...event, fieldPath, host }, at);
    }
  }
}

const isPulling = ({ reason }: { readonly reason: string }): boolean => reason === "Pulling";
const isNoPulling = ({ reason }: { readonly reason: string }): boolean => reason !== "Pulling";

/** Milliseconds as Go writes a duration that was rounded to the millisecond: `213ms`, `1.204s`. */
const goDuration = (milliseconds: number): string =>
  milliseconds < 1000 ? `${Math.round(milliseconds)}ms` : `${Math.round(milliseconds) / 1000}s`;
