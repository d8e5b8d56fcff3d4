import type { Write, Written } from "../world.ts";
import type { Answer, Transport, WriteMethod } from "./transport.ts";
import { rehearsed, written } from "./written.ts";

/** Writes to one cluster. Each is made once, ends as a `Written`, and never throws. */
export interface Writer {
  write(write: Write, signal?: AbortSignal): Promise<Written>;
  /** Server-side dry run: rights, admission and preconditions are tried, nothing is changed. `lost` where an admission webhook cannot be tried. */
  rehearse(write: Write, signal?: AbortSignal): Promise<Written>;
  /** Milliseconds that the API server's clock is ahead of this machine's. */
  ahead(): number;
}

/** Milliseconds. */
interface Deadlines {
  readonly write: number;
  readonly eviction: number;
}

/**
 * Admission webhooks are given 10 seconds where nobody says otherwise. The API server repeats an eviction that conflicts 20 times, for 10 seconds
 * and more, before it says so, and once more over its budget (kubernetes pkg/registry/core/pod/storage/eviction.go, EvictionsRetry).
 */
const usualDeadlines: Deadlines = { write: 10_000, eviction: 25_000 };
/** Whose the fields are that a write changes, in `managedFields`. */
const fieldManager = "imagepull";

/** `server` is named where it refuses the login; each write has a deadline of its own. */
export function createWriter(transport: Transport, server: () => string, deadlines = usualDeadlines): Writer {
  const send = async (write: Write, isRehearsal: boolean, signal?: AbortSignal): Promise<Written> => {
    const isGivenUp = (): boolean => signal?.aborted ?? false;
    if (isGivenUp()) return { kind: "lost", reason: "it was given up before it was sent" };
    const deadline = write.path.endsWith("/eviction") ? deadlines.eviction : deadlines.write;
    const within = AbortSignal.any([AbortSignal.timeout(deadline), ...(signal === undefined ? [] : [signal])]);
    const { method, path, body } = requestOf(write, isRehearsal);
    const answer = await transport.send(method, path, write.type, body, within);
    if (answer.kind === "answer")
      return isRehearsal ? rehearsed(answer, write, server) : written(answer, write, server);
    return { kind: "lost", reason: noAnswer(answer, isGivenUp(), deadline) };
  };
  return {
    write: (write, signal) => send(write, false, signal),
    rehearse: (write, signal) => send(write, true, signal),
    ahead: transport.ahead,
  };
}

const methods: Readonly<Record<Write["verb"], WriteMethod>> = { patch: "PATCH", create: "POST", delete: "DELETE" };

/**
 * A DELETE with a body is told by that body alone: with `dryRun` in the query, which is not looked at, it would be done
 * (apiserver/pkg/endpoints/handlers/delete.go).
 */
function requestOf(
  { verb, path, body }: Write,
  isRehearsal: boolean,
): { readonly method: WriteMethod; readonly path: string; readonly body: object } {
  const method = methods[verb];
  if (verb === "delete") return { method, path, body: isRehearsal ? { ...body, dryRun: ["All"] } : body };
  const query = new URLSearchParams({ fieldManager, ...(isRehearsal ? { dryRun: "All" } : {}) });
  return { method, path: `${path}?${query.toString()}`, body };
}

function noAnswer(answer: Exclude<Answer, { kind: "answer" }>, isGivenUp: boolean, deadline: number): string {
  if (answer.kind === "failed") return answer.reason;
  return isGivenUp
    ? "it was given up before the API server answered"
    : `the API server did not answer within ${deadline / 1000} seconds`;
}
