import type { CauseId } from "../../../src/diagnosis/causes/catalogue.ts";

/** An answer of a registry or of its token server. */
export interface Reply {
  readonly status: number;
  readonly body: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** What a well-known registry says in one situation, by its own documentation and public answers. */
export interface VendorCase {
  /** Each has a repository of its own: the registry tells the situations apart by it. */
  readonly repository: string;
  readonly tag?: string;
  readonly cause: CauseId;
  readonly also?: readonly CauseId[];
  readonly credentials?: "right" | "wrong";
  /** Of the token server; left out: it gives a token. */
  readonly token?: Reply;
  readonly manifest: Reply;
}

export interface Vendor {
  /** As images name it. */
  readonly host: string;
  /** The host of the registry's API, where it is another one. */
  readonly api?: string;
  readonly challenge: string;
  readonly cases: readonly VendorCase[];
}

export const says = (status: number, code: string, message: string, detail: unknown = null): Reply => ({
  status,
  body: { errors: [{ code, message, detail }] },
});

export const outOfScope = (reply: Reply): Reply => ({ ...reply, headers: { error: "insufficient_scope" } });
export const pull = (repository: string) => [{ Type: "repository", Class: "", Name: repository, Action: "pull" }];
