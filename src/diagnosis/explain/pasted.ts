import { vagueCauses } from "../cause-sets.ts";
import { hasPullMarker, hasRuntimeMarker, isAboutSomethingElse } from "../messages/markers.ts";
import { lower } from "../messages/paint.ts";
import { recognise, type Recognised } from "../messages/recognise.ts";

/** What decides in a pasted text: the line, and what was recognised there; `null` for a pull error that nobody knows. */
export interface Decisive {
  readonly line: string;
  readonly recognised: Recognised | null;
}

/** So many messages are read one by one, the newest; what is beyond is still read as a whole. Keeps the time in bounds for long logs. */
const mostMessages = 2_000;
/** A text of so many lines may be one message that a terminal or a chat has broken. */
const mostBroken = 40;
/** A message may go on for so many lines: registries answer in several, and gateways in HTML. */
const mostContinued = 12;

/**
 * Finds what decides in a text of any size: `kubectl describe pod`, a table of events, a log, a status in JSON, or one bare message. An
 * exact message counts before a vague one, and the newest of each. Null where nothing is about a failed pull.
 */
export function decide(text: string): Decisive | null {
  const found = messagesAboutPulls(text).map((line) => ({
    line,
    age: ageOf(line),
    recognised: recognise(line) ?? namedReason(line),
  }));
  const those = (are: (recognised: Recognised) => boolean): Decisive | null =>
    newest(found.filter(({ recognised }) => recognised !== null && are(recognised)));
  return (
    those(isExact) ??
    asOne(text) ??
    those(({ cause }) => cause !== "backoff-only") ??
    those(({ confidence }) => confidence !== "possible") ??
    newest(found.filter(({ recognised }) => recognised === null)) ??
    those(() => true)
  );
}

/** The event about a missing secret comes also where another secret does it; it decides only where nothing else is said. */
const isExact = (recognised: Recognised): boolean =>
  !vagueCauses.has(recognised.cause) && recognised.rule !== "kubelet.pull-secret";

/** The distinct messages with words of a pull in them, in their order, each with the lines that it goes on in. */
function messagesAboutPulls(text: string): readonly string[] {
  const messages: string[][] = [];
  let open: string[] | null = null;
  for (const line of text.split(lineBreak)) {
    if (isPull(lower(line))) messages.push((open = [line]));
    else if (open !== null && open.length < mostContinued && goesOn(line)) open.push(line);
    else open = null;
  }
  return [...new Set(messages.map((lines) => lines.join("\n")))].slice(-mostMessages);
}

const lineBreak = /\r\n?|[\n\u2028\u2029]/;

/** Neither a row of kubectl's tables nor a line of a log: what kubectl prints of a message's further lines begins at the margin. */
const goesOn = (line: string): boolean =>
  !/^(?:\s|$|[IWEF]\d{4} |\d|time=|\{|\[|[A-Z][a-z]{2} +\d+ \d\d:)/.test(line) && ageOf(line) === null;

/** Docker says this before everything, also where it is about no pull. */
const daemon = "error response from daemon";

const isPull = (line: string): boolean =>
  hasPullMarker(line) || (!isAboutSomethingElse(line) && hasRuntimeMarker(line.replaceAll(daemon, "")));

/** The text as one message: a runtime's bare error, or a message that a terminal has broken into lines. */
function asOne(text: string): Decisive | null {
  const whole = recognise(text);
  if (whole !== null && isExact(whole)) return { line: text, recognised: whole };
  const lines = text.split(lineBreak);
  if (lines.length < 2 || lines.length > mostBroken) return null;
  for (const glue of [" ", ""]) {
    const line = lines.map((part) => part.trim()).join(glue);
    const recognised = recognise(line);
    if (recognised !== null && isExact(recognised)) return { line, recognised };
  }
  return null;
}

const waitingReason = /(?<![\w-])(?:Init:)?(ErrImagePull|ImagePullBackOff)(?![\w-])/;

/** `kubectl get pods` prints the reason in a column: it says that a pull fails, and not why. */
function namedReason(line: string): Recognised | null {
  const reason = waitingReason.exec(line)?.[1];
  // Behind a colon stands the cause.
  return reason === undefined || line.includes(`${reason}: `) ? null : recognise(reason);
}

interface Aged {
  readonly line: string;
  /** Seconds; null where the line tells none. */
  readonly age: number | null;
  readonly recognised: Recognised | null;
}

/** The line that kubectl gives the smallest age, else the last: logs and `kubectl describe` write the newest below. */
function newest(found: readonly Aged[]): Decisive | null {
  const [first, ...rest] = found.filter(({ age }) => age !== null);
  if (first !== undefined)
    return rest.reduce((best, next) => ((next.age ?? 0) <= (best.age ?? 0) ? next : best), first);
  return found.at(-1) ?? null;
}

// kubectl's duration.HumanDuration (apimachinery pkg/util/duration): "45s", "3m12s", "5h", "2d3h", "1y20d"; describe puts "(x4 over 5m)" behind.
const age = /^(?:\s*(?:Warning|Normal)\s+\S{1,64})?\s*((?:\d{1,6}[ydhms]){1,2})(?:\s|$)/;
const seconds: Readonly<Record<string, number>> = { y: 31_536_000, d: 86_400, h: 3_600, m: 60, s: 1 };

function ageOf(line: string): number | null {
  const written = age.exec(line.slice(0, 200))?.[1];
  if (written === undefined) return null;
  return [...written.matchAll(/(\d+)([ydhms])/g)].reduce(
    (sum, [, count, unit]) => sum + Number(count) * (seconds[unit ?? ""] ?? 0),
    0,
  );
}
