import type { Check } from "./check.ts";

const words: Readonly<Record<Check["status"], string>> = { ok: "ok", missing: "MISSING", optional: "without" };

/** One line for each check, its mend behind it; or one JSON object. */
export function render(checks: readonly Check[], output: "text" | "json"): string {
  if (output === "json") {
    const plain = checks.map(({ name, status, seen, mend }) => ({
      name,
      status,
      seen,
      ...(mend === "" ? {} : { mend }),
    }));
    return `${JSON.stringify({ version: 1, ok: !checks.some(({ status }) => status === "missing"), checks: plain })}\n`;
  }
  const widest = Math.max(...checks.map(({ name }) => name.length));
  return checks
    .map(
      ({ name, status, seen, mend }) =>
        `${words[status].padEnd(9)}${name.padEnd(widest + 2)}${sentence(seen)}${mend === "" ? "" : ` ${mend}`}\n`,
    )
    .join("");
}

const sentence = (text: string): string => (/[.!?]$/.test(text) ? text : `${text}.`);
