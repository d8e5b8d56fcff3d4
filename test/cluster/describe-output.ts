export interface DescribedWarning {
  readonly reason: string;
  readonly message: string;
}

/** The warning events at the end of what `kubectl describe pod` prints: Type, Reason, Age, From, Message, two blanks or more apart. */
export function warningsOf(described: string): readonly DescribedWarning[] {
  const events = described.slice(described.lastIndexOf("\nEvents:"));
  const warnings: DescribedWarning[] = [];
  for (const line of events.split("\n")) {
    const row = /^ {2}(Normal|Warning) {2,}(\S+) {2,}(.+?) {2,}(\S+) {2,}(.*)$/.exec(line);
    if (row === null) continue;
    const [, type, reason = "", , , message = ""] = row;
    if (type === "Warning") warnings.push({ reason, message });
  }
  return warnings;
}
