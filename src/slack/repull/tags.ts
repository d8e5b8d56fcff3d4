import type { PlainTextOption } from "@slack/types";
import type { Surveyed } from "../../approvals/desk/types.ts";
import type { Read } from "../../diagnosis/evidence.ts";
import type { Door } from "../door.ts";
import { reason } from "../log.ts";
import { plainText } from "../render/modal.ts";
import { cutMiddle, visible } from "../render/mrkdwn.ts";
import type { OpenModal } from "./modals.ts";
import { type State, tagName } from "./state.ts";
import { survey } from "./survey.ts";

/** Slack shows nothing that comes later than three seconds. */
const answerWithinMs = 2_000;
/** Slack's limit of a menu. */
const mostOptions = 100;

/** Asks the registry while the person still reads. What has failed is asked again by the next. */
export function prefetchTags(
  door: Door,
  modal: OpenModal,
  surveyed: Surveyed,
  container: string | null,
): { readonly read: Promise<Read<readonly string[]>>; readonly trouble: string | null } {
  const known = modal.tags.get(container);
  if (known !== undefined && known.trouble === null) return known;
  const asked = { read: readTags(door, surveyed, container), trouble: known?.trouble ?? null };
  modal.tags.set(container, asked);
  void noteTrouble(asked);
  return asked;
}

async function readTags(
  { desk, stopping }: Door,
  surveyed: Surveyed,
  container: string | null,
): Promise<Read<readonly string[]>> {
  try {
    return (await desk?.tags(surveyed, container, stopping)) ?? none;
  } catch (error) {
    return { status: "failed", reason: reason(error) };
  }
}

async function noteTrouble(asked: {
  readonly read: Promise<Read<readonly string[]>>;
  trouble: string | null;
}): Promise<void> {
  const tags = await asked.read;
  asked.trouble = tags.status === "ok" ? null : tags.reason;
}

const none: Read<readonly string[]> = { status: "ok", value: [] };

export interface Suggesting {
  readonly user: string;
  readonly viewId: string;
  readonly state: State;
  /** What was typed so far. */
  readonly typed: string;
}

/** Tags to choose from, in time: those of the registry that fit, and what was typed itself. */
export async function suggestTags(door: Door, suggesting: Suggesting): Promise<readonly PlainTextOption[]> {
  const ended = new AbortController();
  const late = door.wait(answerWithinMs, AbortSignal.any([door.stopping, ended.signal])).then(() => []);
  const known = knownTags(door, suggesting).catch((error: unknown): readonly string[] => {
    door.log.warn({ reason: reason(error) }, "tags could not be offered");
    return [];
  });
  const tags = await Promise.race([known, late]);
  ended.abort();
  return optionsFor(suggesting.typed, tags);
}

/** A process that has not seen the modal looks at its target first, with the sight of whoever types. */
async function knownTags(door: Door, { user, viewId, state }: Suggesting): Promise<readonly string[]> {
  const { desk } = door;
  if (desk === null || state.undo !== null) return [];
  const modal = door.modals.of(viewId);
  if (modal.surveyed === null) {
    const verdict = await door.access.mayLook(user);
    if (verdict.ok) await survey(door, desk, modal, { state, asker: verdict.asker }, door.stopping);
  }
  if (modal.surveyed === null) return [];
  const read = await prefetchTags(door, modal, modal.surveyed, state.container).read;
  return read.status === "ok" ? read.value : [];
}

/** In the order of the registry: what fits exactly first, what was typed last where the registry does not have it. Pure. */
export function optionsFor(typed: string, tags: readonly string[]): readonly PlainTextOption[] {
  const wanted = typed.trim();
  const fitting = tags.filter(
    (tag) => tagName.safeParse(tag).success && tag.toLowerCase().includes(wanted.toLowerCase()),
  );
  const isListed = fitting.includes(wanted);
  const own = !isListed && tagName.safeParse(wanted).success ? [wanted] : [];
  const first = isListed ? [wanted] : [];
  const rest = fitting.filter((tag) => tag !== wanted);
  return [
    ...[...new Set([...first, ...rest])].slice(0, mostOptions - own.length).map((tag) => option(tag, tag)),
    ...own.map((tag) => option(`${tag} (as typed)`, tag)),
  ];
}

const option = (text: string, value: string): PlainTextOption => ({
  text: plainText(cutMiddle(visible(text), 75), 75),
  value,
});
