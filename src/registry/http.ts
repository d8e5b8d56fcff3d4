/** One request to a registry, its token server, or where it keeps its blobs. Redirects are never followed here. */
export interface HttpRequest {
  readonly method: "GET" | "HEAD";
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  /** More than this, counted after unpacking, is not read: the answer is then `too-large`. */
  readonly maxBytes: number;
}

/** What came back, or which of the ways it failed. Every failure names the host. */
export type HttpAnswer =
  | {
      readonly kind: "answer";
      readonly status: number;
      /** Names in small letters; values of a name that is given twice are joined by ", ". */
      readonly headers: Readonly<Record<string, string>>;
      readonly body: Buffer;
    }
  | { readonly kind: "dns"; readonly host: string; readonly words: string }
  | { readonly kind: "refused"; readonly host: string; readonly words: string }
  | {
      readonly kind: "timeout";
      readonly host: string;
      readonly waitedFor: "connection" | "answer" | "body";
      readonly seconds: number;
    }
  | {
      readonly kind: "tls";
      readonly host: string;
      readonly problem:
        | "unknown-authority"
        | "self-signed"
        | "expired"
        | "not-yet-valid"
        | "wrong-host"
        | "protocol"
        | "other";
      readonly words: string;
    }
  /** The server answered a TLS greeting in plain HTTP. */
  | { readonly kind: "plain-http"; readonly host: string }
  | { readonly kind: "too-large"; readonly host: string; readonly limit: number }
  /** The address may not be connected to; the sentence (without its full stop) says which and why. */
  | { readonly kind: "forbidden-address"; readonly host: string; readonly why: string }
  /** The connection broke off, or what came is not HTTP. */
  | { readonly kind: "broken"; readonly host: string; readonly words: string };

/** Sends a request over kept connections; checks the address after the name look-up, at connect. Never throws. */
export interface Http {
  send(request: HttpRequest, signal: AbortSignal): Promise<HttpAnswer>;
  close(): void;
}
