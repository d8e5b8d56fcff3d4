import type { CauseId } from "./causes/catalogue.ts";
import type { CauseContext } from "./causes/cause.ts";
import { causes } from "./causes/index.ts";
import type { CauseFacts, Confidence, Fix } from "./diagnosis.ts";
import { tellsOf } from "./explain/elsewhere.ts";
import { type Decisive, decide } from "./explain/pasted.ts";
import { imageFacts } from "./image-facts.ts";
import type { Recognised } from "./messages/recognise.ts";
import { readMessage } from "./messages/text.ts";
import { redact } from "./redact.ts";
import { type BadInput, type Result, badInput, success } from "./result.ts";
import { type Line, type Part, say } from "./say.ts";

/** What a text says about a pull, by its words alone: nothing was looked at. */
export interface Explanation {
  readonly cause: CauseId;
  /** How much the words leave open; `confirmed` where they can mean one thing only. */
  readonly confidence: Confidence;
  readonly headline: Line;
  /** The cause in general: "The registry's pull limit is used up". */
  readonly title: string;
  /** The decisive excerpt, as the text writes it, without secrets; null where none decides. */
  readonly words: string | null;
  readonly explain: Line;
  readonly fixes: readonly Fix[];
  /** `docs/causes/<id>.md`. */
  readonly docs: string;
  /** The rule that decided: `registry.not-found`; null where none did. */
  readonly rule: string | null;
  readonly facts: CauseFacts;
  /** Causes that the same words may mean as well. */
  readonly also: readonly CauseId[];
}

/**
 * Names the cause that a pasted text shows: one message of a kubelet or runtime, or everything that `kubectl describe pod`, a table of
 * events or a log printed. Reads nothing but the text, shows no secret of it, and takes a time that grows linearly with it. The error is
 * for a text with nothing in it.
 */
export function explain(message: string): Result<Explanation, BadInput> {
  // First of all, so that nothing below can cut a secret off from the words that give it away.
  const text = redact(message.replace(invisible, "").replaceAll(/\\+"/g, '"'));
  if (text.trim() === "")
    return badInput("there is no message to explain: paste the pull error, or what kubectl describe pod shows.");
  const decisive = decide(text);
  if (decisive === null) return success(notAPull(text));
  return success(
    decisive.recognised === null ? unknownPull(decisive.line) : known(decisive.recognised, decisive, text),
  );
}

/** Marks that turn the direction of text or take no room: they come along with copied text, and would part words. */
const invisible =
  // oxlint-disable-next-line no-control-regex -- control characters are what is taken out
  /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]/gu;

function known(recognised: Recognised, { line }: Decisive, text: string): Explanation {
  const { cause: id, confidence, words, rule } = recognised;
  const image = readMessage(line).image ?? onlyImage(text);
  const facts: CauseFacts = { ...(image === null ? {} : imageFacts(image)), ...recognised.facts };
  return {
    ...written(id, confidence, facts, image),
    words,
    rule,
    also: confidence === "confirmed" ? [] : alike(recognised),
  };
}

const longestWords = 200;
/** What kubelet and gRPC put before a runtime's own words. */
const wrappers = /^.*(?:failed to pull image "[^"\n]*":|\bdesc =)\s+(?=\S)/is;

function unknownPull(line: string): Explanation {
  const told = line.replace(wrappers, "").trim();
  // Errors are wrapped from the outside in: the end says most.
  const words = (told.length > longestWords ? `…${told.slice(-longestWords)}` : told).toWellFormed();
  const image = readMessage(line).image;
  const facts: CauseFacts = { ...(image === null ? {} : imageFacts(image)), words };
  return { ...written("undetermined", "possible", facts, image), words, rule: null, also: [] };
}

function notAPull(text: string): Explanation {
  const instead = tellsOf(text);
  const cause = causes["not-an-image-pull-failure"];
  return {
    cause: cause.id,
    confidence: instead === null ? "possible" : "likely",
    headline: instead === null ? say`This text tells of no failed image pull` : say`No image pull failure: ${instead}`,
    title: cause.title,
    words: null,
    explain: say`Nothing in it is what a kubelet or a container runtime says when a pull fails.`,
    fixes: [{ text: say`See what the kubelet says of the pod.`, command: "kubectl describe pod <pod>" }],
    docs: cause.docs,
    rule: null,
    facts: instead === null ? {} : { instead },
    also: [],
  };
}

/** The one image that `kubectl describe` lists, where the message that decides names none. */
function onlyImage(text: string): string | null {
  const images = new Set(
    [...text.matchAll(/^[ \t]{0,20}Image:[ \t]{1,20}(\S{1,300})[ \t]*$/gm)].map((match) => match[1] ?? ""),
  );
  const [image] = images;
  return images.size === 1 && image !== undefined ? image : null;
}

/** What stands for the names that nobody knows. */
const nobody = "";

/** The cause's own texts, about nobody in particular. */
function written(
  id: CauseId,
  confidence: Confidence,
  facts: CauseFacts,
  image: string | null,
): Pick<Explanation, "cause" | "confidence" | "headline" | "title" | "explain" | "fixes" | "docs" | "facts"> {
  const cause = causes[id];
  const context: CauseContext = {
    facts,
    target: { cluster: nobody, namespace: nobody, kind: nobody, name: nobody },
    workload: { kind: nobody, name: nobody },
    pod: null,
    container: null,
    containerKind: null,
    image,
    repull: null,
  };
  return {
    cause: id,
    confidence,
    headline: withoutSubject(cause.headline(context)),
    title: cause.title,
    explain: withoutSubject(cause.explain(context)),
    fixes: cause.fixes(context).map(({ text, command }) => ({
      text: withoutSubject(text),
      ...(command === undefined ? {} : { command: inCurrentNamespace(command) }),
    })),
    docs: cause.docs,
    facts,
  };
}

const cannotPull = " cannot pull ";

/** "`web` cannot pull `nginx:1.27`" becomes "`nginx:1.27` cannot be pulled": the texts of causes begin with a workload, and none is known. */
function withoutSubject(line: Line): Line {
  const [subject, verb, ...rest] = line;
  if (subject === undefined || !isNobody(subject)) return withoutNames(line);
  if (typeof verb !== "string" || !verb.startsWith(cannotPull)) return say`The pod${withoutNames(line.slice(1))}`;
  const own = /^its image/.exec(verb.slice(cannotPull.length));
  if (own !== null)
    return say`The image cannot be pulled${verb.slice(cannotPull.length + own[0].length)}${withoutNames(rest)}`;
  const [image, ...behind] = rest;
  return image === undefined
    ? say`The pod${withoutNames(line.slice(1))}`
    : say`${image} cannot be pulled${withoutNames(behind)}`;
}

/** "in namespace `shop`" becomes "in its namespace". */
const withoutNames = (line: Line): Line =>
  line.flatMap((part, index): Line => {
    const next = line[index + 1];
    if (typeof part === "string" && next !== undefined && isNobody(next) && part.endsWith("namespace "))
      return [`${part.slice(0, -"namespace ".length)}its namespace`];
    if (!isNobody(part)) return [part];
    const before = line[index - 1];
    return typeof before === "string" && before.endsWith("namespace ") ? [] : ["the pod"];
  });

const isNobody = (part: Part): boolean => typeof part === "object" && "code" in part && part.code === nobody;

/** No namespace is known: kubectl takes the current one. */
const inCurrentNamespace = (command: string): string => command.replaceAll("kubectl -n '' ", "kubectl ");

/** The pull secret is wrong, in one way or another: the registry's refusal reads the same. */
const secretTrouble: readonly CauseId[] = [
  "pull-secret-missing",
  "pull-secret-wrong-registry",
  "pull-secret-malformed",
];

/** What a registry or a runtime says in the same words. */
const sameWords: Partial<Record<CauseId, readonly CauseId[]>> = {
  "image-not-found": ["image-not-found-or-auth"],
  "image-not-found-or-auth": ["image-not-found", "auth-missing", "auth-rejected", ...secretTrouble],
  "auth-missing": ["auth-rejected", ...secretTrouble, "image-not-found-or-auth"],
  "auth-rejected": ["auth-missing", ...secretTrouble, "image-not-found-or-auth"],
  "registry-dns": ["mirror-or-proxy-misconfigured"],
  "registry-unreachable": ["mirror-or-proxy-misconfigured", "registry-dns"],
  "registry-tls": ["mirror-or-proxy-misconfigured"],
  "registry-plain-http": ["mirror-or-proxy-misconfigured", "registry-tls"],
  "registry-server-error": ["mirror-or-proxy-misconfigured"],
  "unsupported-manifest": ["mirror-or-proxy-misconfigured"],
  "layer-corrupt": ["mirror-or-proxy-misconfigured", "disk-full"],
  "pull-deadline": ["slow-pull", "registry-unreachable"],
};

function alike({ cause, credentials }: Recognised): readonly CauseId[] {
  const all = sameWords[cause] ?? [];
  // The message says that credentials were sent, or that none were: half of it is decided.
  if (credentials === "sent") return all.filter((id) => id !== "auth-missing" && id !== "pull-secret-missing");
  return credentials === "none" ? all.filter((id) => id !== "auth-rejected") : all;
}
