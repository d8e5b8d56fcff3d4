import type { Place, Projected } from "./types.ts";

/** An object, and what this process remembers of its message: nothing that is lost with it. Times in milliseconds, by the own clock. */
export interface Entry {
  one: Projected;
  /** When it was seen first, and who kept its message then; `wasThere`: it was there when this process began to look. */
  readonly since: number;
  readonly wasThere: boolean;
  readonly firstBy: string | null;
  isSeen: boolean;
  /** What has just been kept: holds until the object is seen anew. */
  kept: { readonly one: Projected; readonly place: Place } | null;
  /** The rendering that Slack has taken from here, and when. */
  sent: string | null;
  sentAt: number;
  /** What was posted or found here: never posted again, even where its place could not be kept. `word` null: what it shows is not known. */
  posted: { readonly ts: string; readonly word: string | null } | null;
  /** A post had no answer: it is looked for before it is posted again. */
  isLost: boolean;
  /** Who says that it is to be posted, and from when on they are waited for. */
  intent: { readonly by: string; readonly since: number } | null;
  /** The word that is shown is behind, and since when that is seen here. */
  behind: { readonly shown: string | null; readonly since: number } | null;
  /** It was deleted, and posted anew. */
  isAnew: boolean;
  /** Nothing more is done for it here. */
  isOver: boolean;
  /** Another has written its place: what is there now has to be seen first. */
  waitsForSight: boolean;
  notBefore: number;
  failures: number;
  trouble: string | null;
}

export const newEntry = (one: Projected, now: number, wasThere: boolean): Entry => ({
  one,
  since: now,
  wasThere,
  firstBy: one.place?.by ?? null,
  isSeen: false,
  kept: null,
  sent: null,
  sentAt: Number.NEGATIVE_INFINITY,
  posted: null,
  isLost: false,
  intent: null,
  behind: null,
  isAnew: false,
  isOver: false,
  waitsForSight: false,
  notBefore: 0,
  failures: 0,
  trouble: null,
});

/** Whoever keeps a message has so long to show a new word before another does. */
const patience = 10_000;
/** Whoever said that it posts has so long before another does. */
const postingTakes = 30_000;
/** Between two updates of one message, where the word is the same. */
const pace = 1_000;

export const placeOf = ({ one, kept }: Entry): Place | null => (kept?.one === one ? kept.place : one.place);

const renderings = new WeakMap<Projected, string>();
export function renderingOf({ one }: Pick<Entry, "one">): string {
  const rendering = renderings.get(one) ?? JSON.stringify(one.message);
  renderings.set(one, rendering);
  return rendering;
}

/** The queue that it stands in. */
export const channelOf = (entry: Entry): string => placeOf(entry)?.channel ?? entry.one.channel;

/** Nothing has to be done for it, by anybody who sees it for the first time. */
export const isSettled = ({ isFinal, place, word }: Projected): boolean =>
  isFinal && (place === null || (place.ts !== null && place.shown === word));

/** Takes in what is there now. */
export function observe(entry: Entry, one: Projected, now: number): void {
  entry.one = one;
  entry.waitsForSight = false;
  const place = placeOf(entry);
  if (place === null || place.ts !== null) entry.intent = null;
  else if (entry.intent?.by !== place.by) {
    // Whoever has just taken over has as long as everybody; of one that was there before, its own time counts.
    const since = entry.isSeen ? now : Math.min(now, Date.parse(place.at));
    entry.intent = { by: place.by, since };
  }
  entry.isSeen = true;
  const isBehind = place !== null && place.ts !== null && place.shown !== one.word;
  if (!isBehind) entry.behind = null;
  else if (entry.behind?.shown !== place.shown) entry.behind = { shown: place.shown, since: now };
}

/** `rank`: the lower, the sooner. What is to be posted is noted before all else: that it was to be must outlive the process. */
export interface Step {
  readonly kind: "intend" | "take" | "post" | "find" | "place" | "update" | "show" | "claim";
  readonly at: number;
  readonly rank: 0 | 1 | 2 | 3 | 4;
}

/** What is to be done next for an object, and not before when; null: nothing, until it is seen anew. */
export function nextStep(entry: Entry, id: string): Step | null {
  if (entry.isOver || entry.waitsForSight) return null;
  const place = placeOf(entry);
  const at = entry.notBefore;
  if (place === null) return { kind: "intend", at, rank: 0 };
  return place.ts === null ? postStep(entry, place, id) : updateStep(entry, place, id);
}

function postStep({ posted, intent, isLost, since, notBefore: at }: Entry, place: Place, id: string): Step {
  if (posted !== null) return { kind: "place", at, rank: 1 };
  if (place.by === id) return { kind: isLost ? "find" : "post", at, rank: 2 };
  return { kind: "take", at: Math.max(at, (intent?.since ?? since) + postingTakes), rank: 2 };
}

function updateStep(entry: Entry, place: Place, id: string): Step | null {
  const { one, notBefore, sent, sentAt, behind } = entry;
  const isBehind = place.shown !== one.word;
  if (one.isFinal && !isBehind) return null;
  if ((one.by ?? place.by) === id) {
    const isSent = renderingOf(entry) === sent;
    if (!isSent && isBehind) return { kind: "update", at: notBefore, rank: 1 };
    if (!isSent) return { kind: "update", at: Math.max(notBefore, sentAt + pace), rank: 3 };
    return isBehind ? { kind: "show", at: notBefore, rank: 1 } : null;
  }
  if (isBehind) {
    const since = behind?.since ?? entry.since;
    return { kind: "claim", at: Math.max(notBefore, since + patience), rank: 1 };
  }
  // Who kept it when this process began may be gone: what changes within a phase would never be shown.
  const isOrphan = entry.wasThere && one.by === null && place.by === entry.firstBy;
  return isOrphan ? { kind: "claim", at: Math.max(notBefore, entry.since + patience), rank: 4 } : null;
}
