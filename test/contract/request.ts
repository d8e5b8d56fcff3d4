import type { Ask } from "./sides.ts";

/** One request, and what an API server answers. `{ns}` stands for the contract's namespace, in what is asked and in what is expected. */
export interface Request extends Ask {
  readonly what: string;
  readonly status: number;
  /** `Status`' reason, for a refusal. */
  readonly reason?: string;
  /** The sentence of a refusal, word for word. */
  readonly message?: string;
  readonly kind?: string;
  /** Names of the items of a list, in order. */
  readonly names?: readonly string[];
  /** The body of an answer that is text. */
  readonly text?: string;
}

export const core = "/api/v1/namespaces/{ns}";
export const apps = "/apis/apps/v1/namespaces/{ns}";
export const batch = "/apis/batch/v1/namespaces/{ns}";
