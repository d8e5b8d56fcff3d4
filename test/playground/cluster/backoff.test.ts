import { describe, expect, it } from "vitest";
import { Backoff } from "../../../src/playground/cluster/backoff.ts";

const at = (seconds: number): Date => new Date(seconds * 1000);

/** Source: the kubelet's image manager with client-go's flowcontrol.Backoff(10 s, 300 s). */
describe("the kubelet's back-off", () => {
  it("waits 10, 20, 40, 80, 160 and then always 300 seconds", () => {
    const backoff = new Backoff();
    let now = 0;
    const waits = Array.from({ length: 8 }, () => {
      backoff.failed("pod_image", at(now));
      let seconds = 0;
      while (backoff.waits("pod_image", at(now + seconds))) seconds += 1;
      now += seconds;
      return seconds;
    });
    expect(waits).toEqual([10, 20, 40, 80, 160, 300, 300, 300]);
  });

  it.each([
    ["another image is not held back", "other", 1, false],
    ["the image itself is", "pod_image", 1, true],
  ])("after a failure %s", (_what, key, seconds, expected) => {
    const backoff = new Backoff();
    backoff.failed("pod_image", at(0));
    expect(backoff.waits(key, at(seconds))).toBe(expected);
  });

  it("begins anew when the last failure is more than ten minutes ago", () => {
    const backoff = new Backoff();
    for (const second of [0, 10, 30]) backoff.failed("pod_image", at(second));
    backoff.failed("pod_image", at(30 + 601));
    expect([backoff.waits("pod_image", at(631 + 9)), backoff.waits("pod_image", at(631 + 10))]).toEqual([true, false]);
  });
});
