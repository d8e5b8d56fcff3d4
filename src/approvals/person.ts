/** One person, two doors: the same only where the configuration says so. */

export type People = ReadonlyMap<string, string>;

/** `slack:<team>:<user>`: what came by Slack, and was written by the bot. */
export const isSlack = (by: string): boolean => by.startsWith("slack:");

/** The name that stands for a person, whichever door they came by. */
export const personOf = (by: string, people: People): string => people.get(by) ?? by;

/**
 * Whether somebody can be told from whoever asked: they came by the same door, or the configuration says who they are at the other one.
 * Somebody whose other name nobody knows may be the requester, or have decided already.
 */
export function hasDoorOf(by: string, requestedBy: string, people: People): boolean {
  if (isSlack(by) === isSlack(requestedBy)) return true;
  return isSlack(by) ? people.has(by) : [...people.values()].includes(by);
}
