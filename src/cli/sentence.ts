/** With its full stop; what ends with a command to be copied goes without. */
export const stopped = (sentence: string): string =>
  /[.?!]$/u.test(sentence) || /: (?:kubectl|imagepull) .*$/u.test(sentence) ? sentence : `${sentence}.`;
