// oxlint-disable-next-line no-control-regex -- control characters are what is taken out
const control = /[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/gu;

/** Text from a cluster on one line, without what would move a cursor, ring a bell, colour or reorder the rest. */
export const neutral = (text: string): string =>
  text.replace(/\r\n?|[\n\t\u2028\u2029]/gu, " ").replace(control, "\ufffd");
