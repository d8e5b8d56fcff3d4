import { LogLevel, webApi } from "@slack/bolt";
import { redact } from "../diagnosis/redact.ts";

/** What this door writes to; pino's logger is one. Fields never hold what people typed, nor tokens or response URLs. */
export interface Log {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

/** An error as one line without secrets: Slack's own word for it where there is one. */
export function reason(error: unknown): string {
  if (error instanceof webApi.WebAPIPlatformError) return redact(error.data.error);
  if (!(error instanceof Error)) return redact(String(error));
  const cause = "original" in error && error.original instanceof Error ? error.original : error.cause;
  const more =
    cause instanceof Error && cause.message !== "" && !error.message.includes(cause.message)
      ? `: ${cause.message}`
      : "";
  return redact(`${error.message}${more}`);
}

/**
 * Bolt's logger: its warnings and errors on ours. Everything below is left out, since there Bolt writes whole payloads, with what people
 * typed and where to answer them.
 */
export function boltLogger(log: Log): {
  debug(): void;
  info(): void;
  warn(...message: readonly unknown[]): void;
  error(...message: readonly unknown[]): void;
  setLevel(): void;
  getLevel(): LogLevel;
  setName(): void;
} {
  const words = (message: readonly unknown[]): string => message.map(reason).join(" ").slice(0, 500);
  return {
    debug: () => undefined,
    info: () => undefined,
    warn: (...message) => log.warn({ from: "bolt" }, words(message)),
    error: (...message) => log.error({ from: "bolt" }, words(message)),
    setLevel: () => undefined,
    getLevel: () => LogLevel.WARN,
    setName: () => undefined,
  };
}
