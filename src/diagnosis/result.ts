/** A value, or an error that the caller decides on. */
export type Result<T, E = BadInput> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly error: E };

/** Input from outside that cannot be taken: one sentence that says what is wrong, where, and what to do. */
export interface BadInput {
  readonly sentence: string;
}

export const success = <T>(value: T): { readonly ok: true; readonly value: T } => ({ ok: true, value });
export const failure = <E>(error: E): { readonly ok: false; readonly error: E } => ({ ok: false, error });
export const badInput = (sentence: string): { readonly ok: false; readonly error: BadInput } => failure({ sentence });
