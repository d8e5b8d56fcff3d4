import pino from "pino";
import type { LogLevel } from "./config/environment.ts";
import type { Secret } from "./config/secret.ts";
import { redact } from "./diagnosis/redact.ts";

export interface LogOptions {
  readonly level: LogLevel;
  /** Milliseconds since 1970. */
  readonly clock: () => number;
  /** One line of JSON with its line feed. */
  readonly write: (line: string) => void;
  /** Values that must not stand in any line, whatever field or text they came by. */
  readonly secrets?: readonly Secret[];
}

/** What a line may carry. Anything else is left out: a field is added here on purpose, or never logged. */
const fields: ReadonlySet<string> = new Set([
  "answer",
  "attempt",
  "cause",
  "channel",
  "cluster",
  "code",
  "component",
  "confidence",
  "count",
  "err",
  "event",
  "from",
  "host",
  "image",
  "kind",
  "method",
  "mode",
  "ms",
  "namespace",
  "outcome",
  "path",
  "phase",
  "pod",
  "port",
  "reason",
  "request",
  "signal",
  "status",
  "team",
  "user",
  "verb",
  "version",
  "workload",
]);

/** Writes lines: fields, then a text of our own. There are no format strings: what varies is a field. */
export interface Logger {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
  /** The same with fields that stand in each of its lines. */
  child(fields: object): Logger;
}

/** A logger of structured lines in which no secret can stand: fields by an allow-list, texts redacted, errors with their causes. */
export function createLogger({ level, clock, write, secrets = [] }: LogOptions): Logger {
  const values = secrets.map((secret) => secret.reveal()).filter((value) => value.length > 0);
  const logger = pino(
    {
      level,
      base: null,
      timestamp: () => `,"time":"${new Date(clock()).toISOString()}"`,
      formatters: { level: (label) => ({ level: label }), log: allowed },
      serializers: { err: (error: unknown) => describeError(error, level === "debug" || level === "trace") },
      // The last line of defence, for a value that came by a way nobody thought of.
      hooks: { streamWrite: (line) => values.reduce((text, value) => text.replaceAll(value, "[hidden]"), line) },
    },
    { write },
  );
  const withFields = (bound: object): Logger => ({
    debug: (fields, message) => logger.debug({ ...bound, ...fields }, redact(message)),
    info: (fields, message) => logger.info({ ...bound, ...fields }, redact(message)),
    warn: (fields, message) => logger.warn({ ...bound, ...fields }, redact(message)),
    error: (fields, message) => logger.error({ ...bound, ...fields }, redact(message)),
    child: (fields) => withFields({ ...bound, ...fields }),
  });
  return withFields({});
}

function allowed(given: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(given)
      .filter(([name]) => fields.has(name))
      .map(([name, value]) => [name, name === "err" ? value : plain(value)]),
  );
}

/** Only plain values are logged: an object would bring fields of its own. */
function plain(value: unknown): unknown {
  if (typeof value === "string") return redact(value);
  if (typeof value === "number" || typeof value === "boolean" || value === null) return value;
  return Array.isArray(value) ? value.map(plain) : `[${typeof value}]`;
}

/** An error as plain data: type, message, code and causes; the stack only where somebody debugs. */
function describeError(error: unknown, withStack: boolean, depth = 0): unknown {
  if (!(error instanceof Error)) return plain(error);
  const { cause } = error;
  const code = "code" in error ? error.code : undefined;
  return {
    type: error.name,
    message: redact(error.message),
    ...(typeof code === "string" || typeof code === "number" ? { code } : {}),
    ...(withStack && error.stack !== undefined ? { stack: redact(error.stack) } : {}),
    ...(error instanceof AggregateError && depth < 4
      ? { errors: error.errors.slice(0, 5).map((one) => describeError(one, withStack, depth + 1)) }
      : {}),
    ...(cause !== undefined && depth < 4 ? { cause: describeError(cause, withStack, depth + 1) } : {}),
  };
}
