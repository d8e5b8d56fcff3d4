import { createHash } from "node:crypto";

/**
 * Which recorded texts a rule may be written from. Chosen before any text was read; whoever changes it has to write the rules anew without
 * having seen the other half.
 */
const seed = "imagepull-messages-1";

/** A little below one half, so that chance does not take it above. */
const share = 0.45;

/**
 * Whether a text belongs to the examples that rules may be written from; the others are held out to try the rules on. It goes by the text
 * alone: what two runtimes say in the same words is never on both sides.
 */
export function isExample(text: string): boolean {
  const digest = createHash("sha256").update(`${seed}\n${text}`).digest();
  return digest.readUInt32BE(0) / 2 ** 32 < share;
}
