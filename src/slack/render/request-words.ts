import { isFinal } from "../../approvals/machine.ts";
import { deadlineOf } from "../../approvals/judge.ts";
import { isOverdue, phaseOf } from "../../approvals/told.ts";
import type { Counted, Phase, RepullRequest, RequestSpec, Verb } from "../../approvals/types.ts";
import { redact } from "../../diagnosis/redact.ts";
import { code, join, type Line, say } from "../../diagnosis/say.ts";
import type { Strategy } from "../../repull/strategy.ts";
import { bullets, codeSpan, cutMiddle, mrkdwn, plain, proseWithin, time, visible } from "./mrkdwn.ts";

/** The words in which every message of Slack speaks of a request. */

export interface RequestView {
  /** The workspace that the bot is installed in: its people are named as Slack names them. */
  readonly team: string;
  readonly cluster: string;
  readonly now: Date;
}

/** Words of people and servers: without secrets, calling nobody. */
export const theirs = (text: string, max: number): string => proseWithin(redact(visible(text)), max);

/** Bullets of which only those are written that can be shown at all: there may be hundreds, each of them long. */
export const listOf = <T>(
  items: readonly T[],
  write: (item: T) => string,
  { most, max, more }: { readonly most: number; readonly max: number; readonly more?: string },
): string =>
  bullets(items.slice(0, most).map(write), {
    most,
    max,
    beyond: Math.max(0, items.length - most),
    ...(more !== undefined && { more }),
  });

/** The Slack id of somebody of this workspace; null for everybody else. */
function memberOf(by: string, team: string): string | null {
  const [, of, id] = /^slack:([A-Z0-9]{1,30}):([UW][A-Z0-9]{1,30})$/u.exec(by) ?? [];
  return of === team && id !== undefined ? id : null;
}

/** Somebody in a message's blocks: people of this workspace by their name there. */
export const person = (by: string, { team }: Pick<RequestView, "team">, max = 80): string => {
  const id = memberOf(by, team);
  return id === null ? codeSpan(by, max) : `<@${id}>`;
};

/** The same on a lock screen, which shows no mark-up. */
const personPlain = (by: string, { team }: Pick<RequestView, "team">, max: number): string => {
  const id = memberOf(by, team);
  return id === null ? proseWithin(cutMiddle(visible(by), max), max) : `<@${id}>`;
};

/** The bot's own sentence on a request: whoever has a part in the request is named in it as Slack names them. */
export function sentenceOf(request: RepullRequest, view: RequestView, text: string, max: number): string {
  const named = naming(request, view)(theirs(text, max));
  return named.length <= max ? named : theirs(text, max);
}

/** Puts names into what is inert already. Nobody is called who has no part in the request, whoever's words stand in it. */
export function naming(request: RepullRequest, view: Pick<RequestView, "team">): (prose: string) => string {
  const people = new Set([request.spec.requestedBy, ...(request.status?.decisions ?? []).map(({ by }) => by)]);
  return (prose) =>
    prose.replaceAll(/slack:[A-Z0-9]+:[UW][A-Z0-9]+(?![\w-])/gu, (by) => (people.has(by) ? person(by, view) : by));
}

/** `sha256:1234abcd…`: enough to compare by eye. */
export const shortDigest = (digest: string): string =>
  digest.replace(/^(sha\d{3}:[0-9a-f]{8})[0-9a-f]+$/u, (_, start: string) => `${start}…`);

/** `registry/app@sha256:1234abcd…`. */
const shortReference = (reference: string): string =>
  reference.replace(/(@sha\d{3}:[0-9a-f]{8})[0-9a-f]+$/u, (_, start: string) => `${start}…`);

/** The object that is written, as one would type it. */
const objectOf = ({ namespace, spec }: RepullRequest): string => `${namespace}/${spec.target.text}`;

/** What is asked for, behind "asks to", in plain words. `max`: of each name in it. */
export function whatOf(request: RepullRequest, max = 200): Line {
  const { spec } = request;
  const { container, tag, image, only, undo } = spec.parameters;
  const name = (text: string): Line => [code(cutMiddle(text, max))];
  const object = name(objectOf(request));
  const part = container === null ? object : say`${name(container)} of ${object}`;
  if (undo !== null) {
    const pins = Object.values(undo.pins).map((pin) => pin.replace(/^.*@/u, ""));
    return say`take ${object} back to what ran before${digestOf(pins)}`;
  }
  const digests = container === null ? Object.values(spec.wanted ?? {}).flat() : wantedOf(spec, container);
  const pods = only === null ? "the pods" : only.length === 1 ? "1 pod" : `${only.length} pods`;
  const to = image === null ? say`tag ${name(tag ?? "")}` : say`image ${name(shortReference(image))}`;
  const brings = pulled(spec);
  const byStrategy: Readonly<Record<Strategy, Line>> = {
    restart: say`restart ${object}${brings}`,
    "set-image": say`set ${part} to ${to}`,
    "pin-digest": say`pin ${part} to its tag's digest${digestOf(digests)}`,
    "policy-always": say`have ${part} pulled at every start${brings}`,
    "delete-pods":
      spec.target.kind === "Pod" ? say`make ${object} anew${brings}` : say`make ${pods} of ${object} anew${brings}`,
    "pre-pull": say`pull the image of ${part} to its nodes beforehand${brings}`,
    probe: say`try whether the image of ${part} can be pulled${brings}`,
  };
  return byStrategy[spec.strategy];
}

/** Digests that are wanted for one container, which may have any name, `constructor` too; none where no registry has told them. */
export const wantedOf = ({ wanted }: RequestSpec, container: string): readonly string[] =>
  wanted !== null && Object.hasOwn(wanted, container) ? (wanted[container] ?? []) : [];

/** What a pull would bring, where it is one image. */
const pulled = ({ wanted }: RequestSpec): Line => digestOf(Object.values(wanted ?? {}).flat());

/** One digest in brackets, where it is one. */
function digestOf(digests: readonly string[]): Line {
  const [digest, ...more] = new Set(digests);
  return digest === undefined || more.length > 0 ? [] : [" (", code(cutMiddle(shortDigest(digest), 24)), ")"];
}

const hourOf = (date: Date, now: Date): string => {
  const [day = "", rest = ""] = date.toISOString().split("T");
  return `${now.toISOString().startsWith(day) ? "" : `${day} `}${rest.slice(0, 5)} UTC`;
};

/** How a reader sees people and times. */
interface Style {
  readonly who: (by: string) => string;
  readonly when: (milliseconds: number) => string;
}

const approvalsOf = ({ status }: RepullRequest): readonly string[] =>
  (status?.decisions ?? []).filter(({ counts, decision }) => counts && decision === "approve").map(({ by }) => by);

/** How many approvals a request still waits for; null where the bot has not said how many it needs. */
export const missing = (request: RepullRequest): number | null =>
  request.status === null ? null : Math.max(0, request.status.needed - approvalsOf(request).length);

/** Whose word moved it to where it is now. */
const movedBy = ({ status }: RepullRequest): string | null =>
  status?.history.findLast(({ phase }) => phase === status.phase)?.by ?? null;

/** An approval of one's own request, by the right that it takes: the only thing that is said of a decision that counts. */
export const ownApproval = ({ status }: RepullRequest): Counted | undefined =>
  status?.decisions.find(({ decision, counts, why }) => decision === "approve" && counts && why !== "");

const approvals = (count: number): string => `${count} ${count === 1 ? "approval" : "approvals"}`;

function waiting(request: RepullRequest, now: Date, { when }: Style): string {
  if (isOverdue(request, now)) return "nobody decided it in time";
  const until = when(deadlineOf(request));
  const left = missing(request);
  if (left === null) return `new, can be decided until ${until}`;
  if (request.status?.needed === 0) return "needs no approval, begins in a moment";
  return left === 0 ? "has its approvals, begins in a moment" : `waits for ${approvals(left)} until ${until}`;
}

/** Where it stands, in a few words. */
function stateIn(request: RepullRequest, now: Date, style: Style): string {
  const by = movedBy(request);
  const byWhom = by === null ? "" : ` by ${style.who(by)}`;
  const progress = request.status?.progress ?? null;
  const pods = progress === null ? "" : `, ${progress.done}/${progress.of} pods`;
  const byPhase: Readonly<Record<Phase, string>> = {
    Pending: waiting(request, now, style),
    Approved: `approved${byWhom}${ownApproval(request) === undefined ? ", begins in a moment" : ", who asked for it"}`,
    Executing: `under way${pods}`,
    Verifying: `under way${pods}, being verified`,
    Succeeded: "succeeded",
    Failed: "failed",
    Denied: `denied${byWhom}`,
    Cancelled: `cancelled${byWhom}`,
    Expired: "expired, nothing was changed",
    Stale: "out of date, nothing was changed",
  };
  return byPhase[phaseOf(request)];
}

/** Who asks for what, where, and how it stands: the first line. */
export function headline(request: RepullRequest, view: RequestView, max = 200): string {
  const state = stateIn(request, view.now, {
    who: (by) => person(by, view),
    when: (milliseconds) => time(new Date(milliseconds).toISOString(), view.now),
  });
  const asks = isFinal(phaseOf(request)) ? "asked" : "asks";
  const what = mrkdwn(whatOf(request, max), view.now, max * 4);
  return `*${person(request.spec.requestedBy, view)} ${asks} to ${what}* · ${state}`;
}

const longestText = 150;

/** The same for a lock screen, in at most 150 characters: the longer the names, the shorter each is shown. */
export function lockScreen(request: RepullRequest, view: RequestView): string {
  const asks = isFinal(phaseOf(request)) ? "asked" : "asks";
  const write = (what: string, max: number): string => {
    const state = stateIn(request, view.now, {
      who: (by) => personPlain(by, view, max),
      when: (milliseconds) => hourOf(new Date(milliseconds), view.now),
    });
    return `${personPlain(request.spec.requestedBy, view, max)} ${asks} ${what} · ${state}`;
  };
  for (const max of [80, 60, 48, 40, 32, 24, 18, 12, 8]) {
    const text = write(`to ${plain(whatOf(request, max), view.now, 400)}`, max);
    if (text.length <= longestText) return text;
  }
  return write("for a re-pull", 8);
}

/** A request in one line of a list: what, where, how it stands, since when. */
export function inOneLine(request: RepullRequest, view: RequestView): string {
  const at = request.status?.history.at(-1)?.at ?? request.createdAt;
  const line = join([whatOf(request, 80), [code(request.name)]], " · ");
  return `*${phaseOf(request)}* ${time(at, view.now)} · ${person(request.spec.requestedBy, view)} asked to ${mrkdwn(line, view.now, 400)}`;
}

export const saidWord: Readonly<Record<Verb, string>> = {
  approve: "approved",
  deny: "denied",
  cancel: "cancelled",
};

/** A command of Slack that decides it, for whoever cannot press. */
export const decideCommand = (verb: Verb | "show", { namespace, name }: { namespace: string; name: string }): string =>
  `/imagepull requests ${verb} ${name} -n ${namespace}`;
