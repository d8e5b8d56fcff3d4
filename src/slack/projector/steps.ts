import { type Answer, channelSentence, type Content } from "./calls.ts";
import { channelOf, type Entry, placeOf, renderingOf, type Step } from "./entry.ts";
import { type Lane, noted, pauseAfter, putOff, untilRight } from "./lane.ts";
import type { ProjectorParts } from "./parts.ts";
import type { Place, Projected } from "./types.ts";

interface At extends ProjectorParts {
  readonly lane: Lane;
  readonly entry: Entry;
  readonly stopping: AbortSignal;
}

/** Does the next thing for one object. What comes of it stands in the entry and its queue; the next step is found from there. */
export async function perform(at: At, { kind }: Step): Promise<void> {
  const { entry } = at;
  const place = placeOf(entry);
  if (kind === "intend" || place === null) return void (await intend(at, entry.one.channel));
  if (kind === "take") return take(at, place);
  if (kind === "find") return find(at, place);
  if (kind === "post") return post(at, place);
  if (kind === "place") return keepPosted(at, place);
  if (kind === "show") return void (await keep(at, entry.one, { ...place, shown: entry.one.word }));
  return update(at, place, kind === "claim");
}

/** Said before anything is posted: whoever finds it without a message knows that there may be one. */
async function intend(at: At, channel: string): Promise<boolean> {
  const { entry, id, clock } = at;
  const place = { channel, ts: null, by: id, at: clock().toISOString(), shown: null };
  const isKept = await keep(at, entry.one, place);
  if (isKept) entry.posted = null;
  return isKept;
}

/** Looks for a message that may have been posted; where there is none, or none can be looked for, it is posted. */
async function find(at: At, place: Place): Promise<void> {
  const { entry, calls, log } = at;
  const { one } = entry;
  const answer = await calls.find(place.channel, one.key, new Date(place.at));
  if (answer.kind !== "done" && answer.kind !== "refused") return notDone(at, answer);
  works(at);
  if (answer.kind === "done" && answer.value !== null) {
    at.count("found");
    log.info({ object: one.name, channel: place.channel }, "a message that was posted before was found again");
    entry.posted = { ts: answer.value, word: null };
    return keepPosted(at, place);
  }
  if (answer.kind === "refused")
    log.warn(
      { object: one.name, channel: place.channel, reason: answer.word },
      "the channel's history may not be read: a message may stand there twice, once at most",
    );
  entry.isLost = false;
  await post(at, place);
}

/** Whoever takes over waits for so long, in which another that is still there learns of it, and what it has posted is found. */
const yields = 5_000;

/** Posts in another's stead that has not for long. */
async function take(at: At, place: Place): Promise<void> {
  const { entry, log, clock, id } = at;
  if (!(await keep(at, entry.one, { ...place, by: id }))) return;
  log.info({ object: entry.one.name, from: place.by }, "a message is posted in another's stead");
  entry.isLost = true;
  entry.notBefore = clock().getTime() + yields;
}

async function post(at: At, place: Place): Promise<void> {
  const { entry, calls, clock } = at;
  const { one } = entry;
  if (at.stopping.aborted) return;
  const rendering = renderingOf(entry);
  const answer = await withText(at, one, (content) => calls.post(place.channel, one.key, content));
  if (answer.kind !== "done") {
    if (answer.kind === "down" && answer.mayBeDone) {
      entry.isLost = true;
      at.count("lost");
    }
    return notDone(at, answer);
  }
  works(at);
  at.count("posted");
  Object.assign(entry, {
    sent: rendering,
    sentAt: clock().getTime(),
    isLost: false,
    posted: { ts: answer.value, word: one.word },
  });
  await keepPosted(at, place);
}

/** Kept under the own name, so that whoever posted it goes on with it. */
async function keepPosted(at: At, place: Place): Promise<void> {
  const { entry, id } = at;
  if (entry.posted === null) return;
  const { ts, word } = entry.posted;
  await keep(at, entry.one, { ...place, ts, by: id, shown: word });
}

async function update(at: At, place: Place, isClaim: boolean): Promise<void> {
  const { entry, calls, clock, id } = at;
  const { one } = entry;
  const { ts } = place;
  if (ts === null) return;
  const rendering = renderingOf(entry);
  const answer = await withText(at, one, (content) => calls.update(place.channel, ts, content));
  if (answer.kind === "gone") return gone(at, one, place, answer.word);
  if (answer.kind !== "done") return notDone(at, answer);
  works(at);
  at.count("updated");
  Object.assign(entry, { sent: rendering, sentAt: clock().getTime() });
  if (isClaim || place.shown !== one.word)
    await keep(at, one, { ...place, shown: one.word, by: isClaim ? id : place.by });
}

/** Somebody has deleted the message. One on which nothing can be done any more is let rest; another is posted anew, once. */
async function gone(at: At, one: Projected, place: Place, word: string): Promise<void> {
  const { entry, lane, log, clock } = at;
  works(at);
  at.count("gone");
  const isLast = one.isFinal || entry.isAnew;
  const what = isLast ? "it is not posted again" : "it is posted anew";
  log.warn({ object: one.name, channel: place.channel, reason: word }, `a message was deleted in Slack: ${what}`);
  const sentence = `The message of ${one.name} was deleted in channel ${place.channel}: ${what}.`;
  lane.note = { sentence, until: clock().getTime() + noted };
  entry.sent = null;
  if (!isLast) entry.isAnew = await intend(at, one.channel);
  // What is kept as shown nobody looks for again.
  else if (one.isFinal) await keep(at, one, { ...place, shown: one.word });
  else entry.isOver = true;
}

/** As blocks, or, where Slack does not take them, as text. */
async function withText<T>(
  { log, count }: At,
  { message, name }: Projected,
  call: (content: Content) => Promise<Answer<T>>,
): Promise<Answer<T>> {
  const { text, blocks, plain } = message;
  const answer = await call({ text, blocks });
  if (answer.kind !== "blocks") return answer;
  log.warn({ object: name, reason: answer.word }, "Slack refused the blocks of a message; it was sent as text");
  count("as-text");
  return call({ text: plain });
}

/** Keeps the place, and answers whether it is kept. */
async function keep(at: At, one: Projected, place: Place): Promise<boolean> {
  const { entry, log, clock } = at;
  const kept = await one.keep(place);
  if (kept === "kept") {
    entry.kept = { one, place };
    entry.failures = 0;
    entry.notBefore = 0;
    entry.trouble = null;
    return true;
  }
  if (kept === "moved") entry.waitsForSight = entry.one === one;
  if (kept === "gone") entry.isOver = true;
  if (kept === "lost") {
    if (entry.failures === 0)
      log.warn({ object: one.name }, "where its message stands could not be kept: it is tried again until it is");
    entry.trouble = `Where the message of ${one.name} stands could not be kept in the cluster: it is tried again.`;
    putOff(entry, clock().getTime());
  }
  return false;
}

/** Slack has answered, and would take more. */
function works({ lane, log, entry }: At): void {
  lane.failures = 0;
  lane.notBefore = 0;
  entry.trouble = null;
  if (lane.trouble === null) return;
  lane.trouble = null;
  log.info({ channel: lane.channel }, "messages reach the channel again");
}

function notDone(at: At, answer: Exclude<Answer<unknown>, { kind: "done" }>): void {
  const { lane, entry, clock, count, log } = at;
  const now = clock().getTime();
  if (answer.kind === "limited") {
    count("limited");
    lane.notBefore = now + answer.milliseconds;
    return;
  }
  if (answer.kind === "down") {
    count("failed");
    lane.notBefore = now + pauseAfter(lane.failures);
    lane.failures += 1;
    return hold(
      at,
      "down",
      answer.reason,
      `Slack does not answer (${answer.reason}): messages for channel ${lane.channel} wait until it does.`,
    );
  }
  count("refused");
  if (answer.kind === "channel") {
    lane.notBefore = now + untilRight;
    return hold(at, answer.word, answer.word, channelSentence(lane.channel, answer.word));
  }
  // Of this message alone: others are taken.
  const before = entry.trouble;
  works(at);
  entry.notBefore = now + untilRight;
  const sentence = `Slack does not take the message of ${entry.one.name} in channel ${channelOf(entry)} (${answer.word}): it is tried again every minute.`;
  if (before !== sentence)
    log.warn({ object: entry.one.name, channel: lane.channel, reason: answer.word }, "Slack does not take a message");
  entry.trouble = sentence;
}

/** The whole channel is in trouble: told when that begins, and when it becomes another one. */
function hold({ lane, log }: At, kind: string, reason: string, sentence: string): void {
  if (lane.trouble?.kind !== kind)
    log.warn({ channel: lane.channel, reason }, "messages do not reach a channel: they wait, and are tried again");
  lane.trouble = { kind, sentence };
}
