import { readFileSync } from "node:fs";

/** The parent of a process, where the system tells it in /proc; undefined elsewhere, and for a process that has gone. */
function parentOf(pid: number): number | undefined {
  try {
    // The second field is the program's name in parentheses, which may hold spaces.
    const fields = readFileSync(`/proc/${pid}/stat`, "utf8")
      .replace(/^.*\) /s, "")
      .split(" ");
    return Number(fields[1]);
  } catch {
    return undefined;
  }
}

/** Who started this process: its parent, and under npm, which puts a shell in between, npm itself. */
const starters = (underNpm: boolean): string => `${process.ppid} ${underNpm ? (parentOf(process.ppid) ?? "") : ""}`;

/** Calls back once who started this process has gone: nobody is left who could stop it. Answers how to stop watching. */
export function whenOrphaned(callback: () => void, underNpm: boolean): () => void {
  const before = starters(underNpm);
  const timer = setInterval(() => {
    if (starters(underNpm) === before) return;
    clearInterval(timer);
    callback();
  }, 500);
  timer.unref();
  return () => {
    clearInterval(timer);
  };
}
