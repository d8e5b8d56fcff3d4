/** A part of a longer sentence. */
export const bare = (sentence: string): string => sentence.replace(/\.$/u, "");

/** With its full stop; what ends with a command to be copied goes without. */
export const stopped = (sentence: string): string =>
  /[.?!]$/u.test(sentence) || /: (?:kubectl|imagepull) .*$/u.test(sentence) ? sentence : `${sentence}.`;

/** Of a sentence that begins with a word of our own: a name is never written otherwise than it is. */
export const begun = (sentence: string): string => sentence.charAt(0).toUpperCase() + sentence.slice(1);
