/** Ways to make the kubelet pull again. */
export const strategies = [
  "restart",
  "set-image",
  "pin-digest",
  "policy-always",
  "delete-pods",
  "pre-pull",
  "probe",
] as const;
export type Strategy = (typeof strategies)[number];

/** The RepullRequest that a re-pull carries out. */
export interface OfRequest {
  readonly name: string;
  readonly uid: string;
}

/** What somebody asks for, as it was typed. */
export interface Parameters {
  readonly strategy: Strategy;
  readonly container: string | null;
  readonly tag: string | null;
  /** A whole reference. */
  readonly image: string | null;
  /** An image of another repository is other code under the workload's ServiceAccount. */
  readonly allowRepository: boolean;
  readonly allowUnproven: boolean;
  /** The kubeconfig's context, where one was named: the plan's commands name it too. */
  readonly context: string | null;
  /** Milliseconds from the first write until what has not been verified has failed. */
  readonly timeout: number;
  /** Pods that a label selected, for `delete-pods`; null: those of the target. */
  readonly only: readonly string[] | null;
  /** The labels that selected them, as they were typed. */
  readonly selector: string | null;
  /** What is taken back, and by container the reference to pin; null where nothing is. The strategy is `set-image` then. */
  readonly undo: { readonly fingerprint: string; readonly pins: Readonly<Record<string, string>> } | null;
  /** When the re-pull that is taken back began; null where nothing is taken back, or that is not known. */
  readonly takesBack: string | null;
  /** Null: somebody runs it with rights of their own. */
  readonly request: OfRequest | null;
}

/** Ten minutes, as a Deployment's own progressDeadlineSeconds. */
const usualTimeout = 600_000;

/** A strategy with nothing more said than what is given. */
export const parametersOf = (strategy: Strategy, given: Partial<Parameters> = {}): Parameters => ({
  container: null,
  tag: null,
  image: null,
  allowRepository: false,
  allowUnproven: false,
  context: null,
  timeout: usualTimeout,
  only: null,
  selector: null,
  undo: null,
  takesBack: null,
  request: null,
  ...given,
  strategy,
});

const templateStrategies: ReadonlySet<Strategy> = new Set(["restart", "set-image", "pin-digest", "policy-always"]);
const specStrategies: ReadonlySet<Strategy> = new Set(["set-image", "pin-digest", "policy-always"]);
const pullingPods: ReadonlySet<Strategy> = new Set(["pre-pull", "probe"]);

/** The pod template is written. */
export const writesTemplate = (strategy: Strategy): boolean => templateStrategies.has(strategy);

/** What a manifest in Git says is written: whoever applies it next puts the old value back. */
export const writesSpec = (strategy: Strategy): boolean => specStrategies.has(strategy);

/** Pods of our own pull the image; the workload, and every pod of it, stays as it is. */
export const onlyPulls = (strategy: Strategy): boolean => pullingPods.has(strategy);
