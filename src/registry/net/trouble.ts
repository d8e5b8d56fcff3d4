import type { HttpAnswer } from "../http.ts";

type WithoutHost<T> = T extends unknown ? Omit<T, "host"> : never;

/** A failure, before it is said whose: `HttpAnswer` names the host of the request. */
export type Trouble = WithoutHost<Exclude<HttpAnswer, { kind: "answer" }>>;

export const broken = (words: string): Trouble => ({ kind: "broken", words });

/** Node's or OpenSSL's code; empty where there is none. */
export function errorCode(error: unknown): string {
  if (!(error instanceof Error)) return "";
  if ("code" in error && typeof error.code === "string") return error.code;
  return error.cause === undefined ? "" : errorCode(error.cause);
}

const lookUpWords: Readonly<Record<string, string>> = {
  ENOTFOUND: "no such name",
  ENODATA: "the name has no address",
  EAI_AGAIN: "no name server answers now",
};

/** What a failed name look-up says. */
export function lookUpTrouble(error: unknown): Trouble {
  const code = errorCode(error);
  return { kind: "dns", words: withCode(lookUpWords[code] ?? "the name cannot be looked up", code) };
}

/** The most telling first: of several addresses, one that refuses says more than one that this machine has no way to. */
const refusals: readonly (readonly [code: string, words: string])[] = [
  ["ECONNREFUSED", "connection refused"],
  ["EHOSTUNREACH", "no route to it"],
  ["EHOSTDOWN", "it is down"],
  ["EACCES", "the connection is forbidden here"],
  ["EPERM", "the connection is forbidden here"],
  ["ENETUNREACH", "no route to its network"],
  ["ENETDOWN", "the network is down"],
  ["EADDRNOTAVAIL", "no address of this machine can reach it"],
];

/** What a failed attempt to connect says, to one address or to several; `late` where the system itself gave up waiting. */
export function connectTrouble(error: unknown, late: Trouble): Trouble {
  const errors: readonly unknown[] = error instanceof AggregateError ? error.errors : [error];
  for (const [code, words] of refusals) {
    const told = errors.find((each) => errorCode(each) === code);
    if (told !== undefined) return { kind: "refused", words: withCode(words, code) + addressOf(told) };
  }
  return errors.some((each) => errorCode(each) === "ETIMEDOUT") ? late : broken(connectionWords(errors[0]));
}

/** Why a connection ended that had been made. */
export function connectionWords(error: unknown): string {
  const code = errorCode(error);
  if (code === "ECONNRESET" || code === "EPIPE") return withCode("the connection was cut", code);
  return withCode("the connection failed", code);
}

const withCode = (words: string, code: string): string => (code === "" ? words : `${words} (${code})`);

function addressOf(error: unknown): string {
  if (!(error instanceof Error && "address" in error && "port" in error)) return "";
  const address = String(error.address);
  return ` at ${address.includes(":") ? `[${address}]` : address}:${String(error.port)}`;
}
