import { inspect } from "node:util";

/**
 * A credential that nobody can show: its text, its JSON and what `console.log` makes of it are a placeholder. Only
 * this folder opens it.
 */
export class Credential {
  readonly #user: string;
  readonly #password: string;

  constructor(user: string, password: string) {
    this.#user = user;
    this.#password = password;
  }

  toString(): string {
    return "[credential]";
  }

  toJSON(): string {
    return "[credential]";
  }

  [inspect.custom](): string {
    return "[credential]";
  }

  /** User and password as the registry gets them. Called inside `src/registry` alone. */
  static open(credential: Credential): { readonly user: string; readonly password: string } {
    return { user: credential.#user, password: credential.#password };
  }
}
