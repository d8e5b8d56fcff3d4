import type { Hands, Outcome } from "../../repull/run/types.ts";
import type { Here } from "./here.ts";
import { watch } from "./progress.ts";

/** Runs something that writes, shows how it gets on, and lets Ctrl-C end it where it can be gone on with. */
export async function watched(
  { asked, io, live, world, door }: Here,
  timeout: number,
  run: (hands: Hands, signal: AbortSignal) => Promise<Outcome>,
): Promise<Outcome> {
  const { report, end } = watch(io.err, live, () => world.clock());
  const signal = io.untilStopped?.() ?? new AbortController().signal;
  const stopping = (): void => {
    end();
    io.err("interrupted: looking at what has been done. Once more ends it at once.\n");
  };
  signal.addEventListener("abort", stopping);
  try {
    const { context } = asked.parameters;
    return await run({ world, core: door.core, report, timeout, context }, signal);
  } finally {
    signal.removeEventListener("abort", stopping);
    end();
  }
}
