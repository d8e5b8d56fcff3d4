import { setImmediate as turn } from "node:timers/promises";
import type { Cluster } from "../../repull/run/cluster.ts";

/** Time that passes only when everybody waits for it: every process on one cluster sees the same. */
export interface Time {
  sleep(this: void, milliseconds: number, signal?: AbortSignal): Promise<void>;
  /** Until something holds, in so many seconds at most. */
  until(isSo: () => boolean, seconds?: number): Promise<boolean>;
  pass(seconds: number): Promise<void>;
}

interface Sleeper {
  readonly at: number;
  readonly wake: () => void;
}

export function createTime(cluster: Cluster): Time {
  let sleepers: Sleeper[] = [];
  const world = cluster.world();
  const now = (): number => world.clock().getTime();
  const idle = async (): Promise<void> => {
    for (let round = 0; round < 6; round += 1) await turn();
  };
  const next = async (latest: number): Promise<void> => {
    const at = Math.min(latest, ...sleepers.map((one) => one.at));
    await world.sleep(Math.max(0, at - now()));
    const due = sleepers.filter((one) => one.at <= now());
    sleepers = sleepers.filter((one) => one.at > now());
    for (const { wake } of due) wake();
    await idle();
  };
  const until = async (isSo: () => boolean, seconds = 900): Promise<boolean> => {
    const end = now() + seconds * 1000;
    await idle();
    while (!isSo() && now() < end) await next(end);
    return isSo();
  };
  return {
    sleep: (milliseconds, signal) =>
      new Promise((resolve) => {
        if (signal?.aborted === true) return resolve();
        const sleeper: Sleeper = { at: now() + milliseconds, wake: resolve };
        sleepers.push(sleeper);
        signal?.addEventListener(
          "abort",
          () => {
            sleepers = sleepers.filter((one) => one !== sleeper);
            resolve();
          },
          { once: true },
        );
      }),
    until,
    pass: async (seconds) => void (await until(() => false, seconds)),
  };
}
