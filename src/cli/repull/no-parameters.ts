import { failure, type Result } from "../../diagnosis/result.ts";
import type { Line } from "../../diagnosis/say.ts";

/** Why what was typed asks for nothing that can be planned. */
export type NoParameters =
  | { readonly kind: "usage"; readonly sentence: string }
  | { readonly kind: "refused"; readonly line: Line };

export const usage = (sentence: string): Result<never, NoParameters> => failure({ kind: "usage", sentence });
export const refused = (line: Line): Result<never, NoParameters> => failure({ kind: "refused", line });
