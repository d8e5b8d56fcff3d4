import type { OutgoingHttpHeaders } from "node:http";
import { type Agent, type Connections, createConnections, http, https } from "./connections.ts";
import { redact } from "../diagnosis/redact.ts";
import type { ClusterAccess } from "./kubeconfig.ts";
import { type Credentials, type Login, LoginError } from "./login.ts";
import { createServerClock, type ServerClock } from "./transport-clock.ts";

/** What came back, or why nothing did, as a sentence without its full stop. */
export type Answer =
  /** `date`: what the server's clock said, by its `Date` header; left out where it said nothing. */
  | { readonly kind: "answer"; readonly status: number; readonly body: string; readonly date?: string }
  | { readonly kind: "timeout" }
  | { readonly kind: "failed"; readonly reason: string };

export type WriteMethod = "PATCH" | "POST" | "DELETE";

export interface Transport {
  /** `path` begins with a slash. Ends with the signal at the latest. */
  readonly get: (path: string, accept: string, signal: AbortSignal) => Promise<Answer>;
  /** JSON, for what is asked by a POST and changes nothing: it may be sent twice. */
  readonly post: (path: string, body: object, signal: AbortSignal) => Promise<Answer>;
  /**
   * A write, made once: after a broken connection nobody knows whether it has been done, so it is not repeated. Only a login that is refused (401)
   * is renewed and the write made again, since nothing has been done then.
   */
  readonly send: (
    method: WriteMethod,
    path: string,
    contentType: string,
    body: object,
    signal: AbortSignal,
  ) => Promise<Answer>;
  /** Milliseconds that the API server's clock is ahead of this machine's, as far as its answers have told. */
  readonly ahead: () => number;
  readonly close: () => void;
}

/** A single answer larger than this is not read: 500 pods take 5 MB. */
const maxBody = 32 * 1024 * 1024;

interface Question {
  readonly path: string;
  readonly accept: string;
  readonly method: "GET" | WriteMethod;
  /** JSON; null for a GET. */
  readonly body: { readonly type: string; readonly text: string } | null;
  /** It changes nothing, so it may be asked twice. */
  readonly mayRepeat: boolean;
}

/** A question on its way, and whom the `Date` of its answer is told. */
type Sent = Question & Pick<ServerClock, "saw">;

const json = "application/json";

/** Sends requests over connections that are kept open, logs in anew once where a login is refused, and never throws. */
export function createTransport(
  access: ClusterAccess,
  login: Login,
  environment: Readonly<Record<string, string | undefined>>,
): Transport {
  const connections = createConnections(access, environment);
  const { saw, ahead } = createServerClock();
  const ask = (question: Question, credentials: Credentials, signal: AbortSignal): Promise<Answer> =>
    once(connections, access.server + question.path, { ...question, saw }, credentials, signal);
  const send = async (question: Question, signal: AbortSignal): Promise<Answer> => {
    try {
      const credentials = await login(signal, null);
      const answer = await ask(question, credentials, signal);
      if (answer.kind !== "answer" || answer.status !== 401) return answer;
      return await ask(question, await login(signal, credentials), signal);
    } catch (error) {
      return why(error, redact(connections.route), signal);
    }
  };
  return {
    get: (path, accept, signal) => send({ path, accept, method: "GET", body: null, mayRepeat: true }, signal),
    post: (path, body, signal) =>
      send({ path, accept: json, method: "POST", body: asJson(json, body), mayRepeat: true }, signal),
    send: (method, path, contentType, body, signal) =>
      send({ path, accept: json, method, body: asJson(contentType, body), mayRepeat: false }, signal),
    ahead,
    close: connections.close,
  };
}

const asJson = (type: string, body: object): Question["body"] => ({ type, text: JSON.stringify(body) });

async function once(
  connections: Connections,
  url: string,
  question: Sent,
  credentials: Credentials,
  signal: AbortSignal,
): Promise<Answer> {
  try {
    return await exchange(connections.agent(credentials), url, question, credentials, signal);
  } catch (error) {
    // The server may close a kept connection just as it is taken up again: nothing was answered, so it is asked once more.
    const isStale = error instanceof StaleConnection;
    const isMended = certificateCodes.test(errorCode(error)) && connections.trustExtra();
    if (signal.aborted || !question.mayRepeat || !(isStale || isMended)) throw error;
    return exchange(connections.agent(credentials), url, question, credentials, signal);
  }
}

class StaleConnection extends Error {}
class TooLarge extends Error {}

function exchange(
  agent: Agent,
  url: string,
  { accept, method, body, saw }: Sent,
  credentials: Credentials,
  signal: AbortSignal,
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const headers: OutgoingHttpHeaders = { accept, "accept-encoding": "gzip", "user-agent": "imagepull" };
    for (const [name, value] of Object.entries(credentials.headers))
      headers[name] = typeof value === "string" ? value : [...value];
    const module = url.startsWith("https:") ? https : http;
    if (body !== null) {
      headers["content-type"] = body.type;
      // Node sends the body of a DELETE without its length: the API server would see none, and with it neither preconditions nor dry run.
      headers["content-length"] = Buffer.byteLength(body.text);
    }
    const request = module.request(url, { agent, headers, signal, method });
    request.once("error", (error) => {
      const isStale =
        request.reusedSocket && "code" in error && (error.code === "ECONNRESET" || error.code === "EPIPE");
      reject(isStale ? new StaleConnection("stale", { cause: error }) : error);
    });
    request.once("response", (response) => {
      saw(response.headers.date);
      const stream =
        response.headers["content-encoding"] === "gzip"
          ? response.pipe(process.getBuiltinModule("node:zlib").createGunzip())
          : response;
      const chunks: Buffer[] = [];
      let size = 0;
      // An error of the connection does not travel through a pipe.
      response.once("error", reject);
      stream.once("error", reject);
      stream.on("data", (chunk: Buffer) => {
        size += chunk.length;
        chunks.push(chunk);
        if (size > maxBody) request.destroy(new TooLarge());
      });
      stream.once("end", () => {
        const { date } = response.headers;
        const body = Buffer.concat(chunks).toString("utf8");
        resolve({
          kind: "answer",
          status: response.statusCode ?? 0,
          body,
          ...(date === undefined ? {} : { date }),
        });
      });
    });
    request.end(body?.text);
  });
}

/** OpenSSL's and Node's codes for certificates that do not hold. */
const certificateCodes = /^(CERT_|ERR_TLS_CERT|UNABLE_TO_|SELF_SIGNED|DEPTH_ZERO|HOSTNAME_MISMATCH)/;

const networkWords: Readonly<Record<string, string>> = {
  ECONNREFUSED: "connection refused",
  ENOTFOUND: "its name cannot be found",
  EAI_AGAIN: "its name cannot be looked up now",
  ECONNRESET: "connection reset",
  EPIPE: "connection closed",
  EHOSTUNREACH: "no route to it",
  ENETUNREACH: "no route to its network",
  ETIMEDOUT: "it does not answer",
};

function why(error: unknown, server: string, signal: AbortSignal): Answer {
  if (signal.aborted) return { kind: "timeout" };
  if (error instanceof LoginError) return { kind: "failed", reason: error.message };
  if (error instanceof TooLarge)
    return { kind: "failed", reason: `the answer is larger than ${maxBody / 1024 / 1024} MB` };
  const code = errorCode(error);
  if (certificateCodes.test(code))
    return { kind: "failed", reason: `the certificate of the API server ${server} is not trusted (${code})` };
  return {
    kind: "failed",
    reason: `the API server ${server} cannot be reached: ${networkWords[code] ?? (code || "the connection broke off")}`,
  };
}

function errorCode(error: unknown): string {
  if (!(error instanceof Error)) return "";
  if ("code" in error && typeof error.code === "string") return error.code;
  // A host with several addresses fails with an error for each.
  const inner: unknown = error instanceof AggregateError ? error.errors[0] : error.cause;
  return inner === undefined ? "" : errorCode(inner);
}
