import type { CauseId } from "../causes/catalogue.ts";
import type { CauseFacts, Confidence } from "../diagnosis.ts";
import { imageFacts } from "../image-facts.ts";
import { redact } from "../redact.ts";
import { isKin } from "./hosts.ts";
import { hasPullMarker } from "./markers.ts";
import { endBefore, lower } from "./paint.ts";
import type { Credentials, Hit, Rule } from "./rule.ts";
import { rules } from "./rules.ts";
import { type MessageText, readMessage } from "./text.ts";

/** What a message of a kubelet or container runtime says about a failed pull. */
export interface Recognised {
  readonly cause: CauseId;
  /** `confirmed`: the words leave nothing open. `likely`: they usually mean this. `possible`: they mean other causes as well. */
  readonly confidence: Confidence;
  readonly facts: CauseFacts;
  /** The rule that decided: `registry.not-found`. */
  readonly rule: string;
  /** The decisive excerpt, as the message writes it, without secrets. */
  readonly words: string;
  /** Authorization messages only: whether credentials were sent with the refused request. */
  readonly credentials: Credentials;
}

/**
 * Names the cause that a message shows, whichever kubelet and runtime wrote it; null where it shows none that is known here. Takes a line of
 * `kubectl describe`, an event's or a status's message, or a runtime's bare error. The time grows linearly with the message.
 */
export function recognise(message: string): Recognised | null {
  const read = readMessage(message);
  const found = firstHit(read);
  const sandbox = sandboxAt(read);
  if (sandbox !== null) return sandboxImage(read, found, sandbox);
  if (found === null) return onlyTheBackOff(read);
  const { rule, hit } = found;
  const mirror = explainedByMirror.has(rule.cause) && mirrorAsked(read);
  const words = excerpt(read, hit);
  return {
    cause: mirror ? "mirror-or-proxy-misconfigured" : rule.cause,
    confidence: mirror ? "likely" : (hit.confidence ?? "likely"),
    facts: factsOf(read, hit, words),
    rule: rule.id,
    words,
    credentials: hit.credentials ?? "unknown",
  };
}

/** Whether a message is about a failed pull at all, by the kubelet's own wrappers: one that is not recognised is then `undetermined`. */
export const isPullMessage = (message: string): boolean => hasPullMarker(lower(message));

function firstHit(read: MessageText): { rule: Rule; hit: Hit } | null {
  for (const rule of rules) {
    const hit = rule.match(read);
    if (hit !== null) return { rule, hit };
  }
  return null;
}

function factsOf(read: MessageText, hit: Hit, words: string): CauseFacts {
  const image = read.image === null ? {} : imageFacts(read.image);
  const host = hit.facts?.host ?? read.urls.at(-1)?.host ?? read.asked?.host;
  const status = read.status?.code;
  return {
    ...image,
    ...hit.facts,
    ...(status === undefined ? {} : { status }),
    ...(host === undefined || host === image.registry ? {} : { host }),
    words,
  };
}

/** Failures that a mirror in the registry's place would explain. */
const explainedByMirror: ReadonlySet<CauseId> = new Set<CauseId>([
  "registry-dns",
  "registry-unreachable",
  "registry-tls",
  "registry-plain-http",
  "registry-server-error",
  "auth-missing",
  "auth-rejected",
]);

/** Whether a mirror was asked in the place of the image's own registry. */
function mirrorAsked({ asked, image }: MessageText): boolean {
  if (asked === null) return false;
  if (asked.mirror) return true;
  const registry = image === null ? undefined : imageFacts(image).registry;
  return registry !== undefined && !isKin(asked.host, registry);
}

/** How runtimes begin to say that the sandbox's image did not come, once the kubelet has said that it is about the sandbox. */
const sandboxPulls = [
  "failed pulling image",
  "failed to pull image",
  "pulling pause image",
  "pause image",
  "initializing source docker://",
  "pinging container registry",
];

/**
 * The image of the pod's sandbox (pause): containerd says so up to 2.1, its later versions, CRI-O and cri-dockerd show it by a pull inside
 * the sandbox's creation.
 */
function sandboxAt({ text }: MessageText): Hit | null {
  const containerd = text.indexOf("failed to get sandbox image");
  if (containerd >= 0) return { at: containerd, end: endBefore(text, containerd, "\n") };
  let start = 0;
  for (const line of text.split("\n")) {
    const created = line.indexOf("pod sandbox");
    const found = created < 0 ? -1 : firstOf(line, sandboxPulls, created);
    if (found >= 0) return { at: start + found, end: start + line.length };
    start += line.length + 1;
  }
  return null;
}

const firstOf = (line: string, phrases: readonly string[], from: number): number =>
  phrases.map((words) => line.indexOf(words, from)).find((at) => at >= 0) ?? -1;

function sandboxImage(read: MessageText, inner: { hit: Hit; rule: Rule } | null, sandbox: Hit): Recognised {
  const words = excerpt(read, inner?.hit ?? sandbox);
  return {
    cause: "sandbox-image",
    confidence: "confirmed",
    facts: factsOf(read, inner?.hit ?? sandbox, words),
    rule: inner === null ? "kubelet.sandbox-image" : `kubelet.sandbox-image+${inner.rule.id}`,
    words,
    credentials: inner?.hit.credentials ?? "unknown",
  };
}

/** What the kubelet says where it keeps the cause to itself: the back-off alone, or the reason alone. */
const reasons = /^(?:error: )?(?:err)?imagepull(?:backoff)?$/;

function onlyTheBackOff(read: MessageText): Recognised | null {
  const lines = read.text.split("\n").map((line) => line.trim());
  const last = lines.findLast((line) => line.includes("back-off pulling image") || line.includes("imagepull"));
  if (last === undefined) return null;
  const told = afterPrefixes(last);
  const backOff = told.startsWith("back-off pulling image");
  if (!(backOff && told.endsWith('~"')) && !reasons.test(told)) return null;
  const at = read.text.indexOf(told);
  const words = excerpt(read, { at, end: at + told.length });
  return {
    cause: "backoff-only",
    confidence: backOff ? "likely" : "possible",
    facts: factsOf(read, { at, end: at + told.length }, words),
    rule: "kubelet.back-off",
    words,
    credentials: "unknown",
  };
}

/** Takes off what `kubectl describe` puts before a message. */
function afterPrefixes(line: string): string {
  const starts = [
    "back-off pulling image",
    "error: imagepullbackoff",
    "error: errimagepull",
    "imagepullbackoff",
    "errimagepull",
  ];
  const at = Math.min(...starts.map((start) => line.indexOf(start)).filter((place) => place >= 0));
  return Number.isFinite(at) ? line.slice(at) : line;
}

const longestExcerpt = 200;
const shortExcerpt = 30;

/** The words of a hit as the message writes them; a few words alone (`not found`) get the clause before them as well. */
function excerpt({ original }: MessageText, { at, end }: Hit): string {
  const stop = Math.min(end, at + longestExcerpt);
  const line = original.lastIndexOf("\n", at - 1) + 1;
  const from = Math.max(line, original.lastIndexOf(": ", at - 3) + 2, 0);
  const start = end - at < shortExcerpt && from < at && stop - from <= longestExcerpt ? from : at;
  return redact(original.slice(start, stop).trim());
}
