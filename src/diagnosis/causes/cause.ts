import type { CauseFacts, Fix, Target } from "../diagnosis.ts";
import type { ContainerEvidence } from "../evidence.ts";
import type { Repullable } from "../repullable.ts";
import type { Line } from "../say.ts";
import type { CauseId } from "./catalogue.ts";

/** One case, as a cause's texts see it. Names are null where nobody knows them. */
export interface CauseContext {
  readonly facts: CauseFacts;
  readonly target: Target;
  readonly workload: { readonly kind: string; readonly name: string };
  readonly pod: string | null;
  readonly container: string | null;
  /** Init containers and sidecars stand in another list of the template. */
  readonly containerKind: ContainerEvidence["kind"] | null;
  /** The image as the pod spec writes it. */
  readonly image: string | null;
  /** Which forced re-pulls are for the workload; null where it could not be read, or is not known. */
  readonly repull: Repullable | null;
}

/** One entry of the catalogue: a page that reads itself. */
export interface Cause {
  readonly id: CauseId;
  /** Short and general: "The registry's pull limit is used up". */
  readonly title: string;
  /** One sentence with names in it, without a full stop. */
  headline(context: CauseContext): Line;
  /** Why this happens, in one or two sentences. */
  explain(context: CauseContext): Line;
  /** What to do, most likely first. */
  fixes(context: CauseContext): readonly Fix[];
  /** How it is recognised, for the docs. */
  readonly recognised: string;
  /** Where it is documented: `docs/causes/<id>.md`. */
  readonly docs: string;
}

/** A cause as its file writes it; the page follows from the id. */
export const cause = (entry: Omit<Cause, "docs">): Cause => ({ ...entry, docs: `docs/causes/${entry.id}.md` });
