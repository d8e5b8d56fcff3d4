import type { AppliedDeployment } from "../cluster/manifests.ts";
import type { Tool } from "../cluster/workloads.ts";
import type { Push } from "../registries/images.ts";

/** Something that somebody did, and how long ago: the simulated cluster's past is played from these. */
export type Act = { readonly minutesAgo: number } & (
  | {
      readonly kind: "roll";
      readonly applied: AppliedDeployment;
      readonly tool: Tool;
      /** The node of each pod that is made of it. */
      readonly nodes: readonly string[];
    }
  | { readonly kind: "scale"; readonly namespace: string; readonly name: string; readonly nodes: readonly string[] }
  | {
      readonly kind: "push";
      readonly host: string;
      readonly repository: string;
      readonly tag: string;
      readonly push: Push;
    }
  | { readonly kind: "secret"; readonly secret: PullSecretOf; readonly by: string }
  /** Others have used up the pulls of a registry. */
  | { readonly kind: "spend"; readonly host: string }
);

export interface PullSecretOf {
  readonly namespace: string;
  readonly name: string;
  readonly host: string;
  readonly user: string;
  /** Holds a password that the registry does not know. */
  readonly isWrong?: boolean;
}

export const minute = 1;
export const hour = 60 * minute;
export const day = 24 * hour;
