import { code, type Line, say } from "../../diagnosis/say.ts";
import type { PodNow } from "../../world.ts";
import type { Mark } from "../mark.ts";
import type { Counted, Sight } from "./counted.ts";
import type { Digests } from "./running-now.ts";
import type { Standing } from "./taken-back.ts";
import type { Progress, RunningNow, Verification } from "./types.ts";

/** What one sight of the pods does not show: what was seen before it, and what a registry has said since. */
export interface Known {
  /** Since when the pull of a pod (by UID) has been failing without a break. */
  readonly failingSince: ReadonlyMap<string, string>;
  /** Since when object and pods have looked the same. */
  readonly stillSince: string;
  /** Digests that a registry calls the image that was promised, beside those of the promise. */
  readonly besides: Digests;
}

/** `digest`: pods run something else than was promised, or what nobody can compare; a registry may tell more. */
export type Failure = "over" | "taken-back" | "pull" | "digest" | "late";

export type Judgement =
  | { readonly kind: "going"; readonly progress: Progress; readonly verification: Verification }
  | { readonly kind: "succeeded"; readonly line: Line; readonly verification: Verification }
  | {
      readonly kind: "failed";
      readonly failure: Failure;
      readonly line: Line;
      readonly verification: Verification;
      /** The pod that is to be diagnosed; null where nothing of it would be news. */
      readonly about: string | null;
    };

/** All that is judged. */
export interface Case {
  readonly sight: Sight;
  readonly mark: Mark;
  readonly standing: Standing;
  readonly counted: Counted;
  readonly running: readonly RunningNow[];
  readonly resource: string;
  readonly now: Date;
}

/** What has been seen until now. */
export const verificationOf = ({ mark, running }: Case, lines: readonly Line[]): Verification => ({
  wanted: wantedOf(mark),
  running,
  lines,
});

/** What was promised, as the plan has it; null where nothing was. */
export const wantedOf = ({ wanted, containers }: Mark): Verification["wanted"] =>
  wanted === null
    ? null
    : Object.entries(wanted).map(([container, digests]) => ({
        container,
        image: containers[container]?.image ?? "",
        digests,
      }));

/** The first line decides, and is the answer. */
export function failed(judged: Case, failure: Failure, lines: readonly Line[], about: string | null = null): Judgement {
  const [line = say`${code(judged.resource)} could not be verified`] = lines;
  return { kind: "failed", failure, line, verification: verificationOf(judged, lines), about };
}

/** The first line says what is true now. */
export function succeeded(judged: Case, lines: readonly Line[]): Judgement {
  const [line = say``] = lines;
  return { kind: "succeeded", line, verification: verificationOf(judged, lines) };
}

/** The controller has seen the change. */
export const isObserved = ({ object: { observedGeneration, generation } }: Sight): boolean =>
  observedGeneration === null || observedGeneration >= generation;

export const podsOf = (count: number): Line => (count === 1 ? say`1 pod` : say`${count} pods`);
export const onNode = ({ nodeName }: Pick<PodNow, "nodeName">): Line =>
  nodeName === null ? [] : say` on ${code(nodeName)}`;
