import type { Fix } from "../../diagnosis/diagnosis.ts";
import { codeBlock, mrkdwn } from "./mrkdwn.ts";

/** Fixes as a numbered list, each with its command to copy. */
export function fixList(fixes: readonly Fix[], now: Date, most: number, max: number, more: string): string {
  const shown: string[] = [];
  let length = 0;
  for (const { text, command } of fixes) {
    const block = command === undefined ? null : codeBlock(command);
    const line = mrkdwn(text, now, 600);
    const entry = `${fixes.length > 1 ? `${shown.length + 1}. ` : ""}${line}${block === null ? "" : `\n${block}`}`;
    if (shown.length === most || length + entry.length + 40 > max) break;
    shown.push(entry);
    length += entry.length + 1;
  }
  const left = fixes.length - shown.length;
  return [...shown, ...(left > 0 ? [`… and ${left} more${more}`] : [])].join("\n");
}
