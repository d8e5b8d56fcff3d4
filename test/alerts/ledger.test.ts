import { describe, expect, it } from "vitest";
import type { Alert } from "../../src/alerts/alertmanager.ts";
import { AlertLedger } from "../../src/alerts/ledger.ts";
import type { CauseId } from "../../src/diagnosis/causes/catalogue.ts";
import { alert, on, webhook } from "./webhook.ts";

const second = 1000;
const hour = 3600 * second;
const resolved = { status: "resolved" } as const;

/** Pods that a webhook at a time (ms) makes work. */
const pods = (ledger: AlertLedger, alerts: readonly Alert[], now: number, group?: string): string[] =>
  ledger.take(webhook(alerts, group), now).work.map(({ pod }) => pod);

describe("which pods a webhook makes work", () => {
  it.each([
    ["a firing alert: its pod", [on("web-1")], ["web-1"]],
    ["two alerts on one pod: the pod once", [on("web-1", "a"), on("web-1", "b")], ["web-1"]],
    ["two pods: both", [on("web-1"), on("web-2")], ["web-1", "web-2"]],
    ["a resolved alert: none", [on("web-1", "a", resolved)], []],
    ["an alert without a pod: none", [alert({ labels: { namespace: "shop", deployment: "web" } })], []],
    ["an alert without a namespace: none", [alert({ labels: { pod: "web-1" } })], []],
  ])("%s", (_, alerts, expected) => expect(pods(new AlertLedger(), alerts, 0)).toEqual(expected));

  it.each([
    ["the other half of an HA pair, 15 s later: no", [on("web-1")], 15 * second, undefined, []],
    [
      "the next group interval, 5 min later: yes, its cause may have changed",
      [on("web-1")],
      300 * second,
      undefined,
      ["web-1"],
    ],
    [
      "the same alert that began anew: yes",
      [on("web-1", "web-1", { startsAt: "2026-11-24T11:00:00Z" })],
      second,
      undefined,
      ["web-1"],
    ],
    ["the same alert of another group: yes", [on("web-1")], second, "other", ["web-1"]],
  ])("again after a first delivery, %s", (_, alerts, later, group, expected) => {
    const ledger = new AlertLedger();
    ledger.take(webhook([on("web-1")]), 0);
    expect(pods(ledger, alerts, later, group)).toEqual(expected);
  });

  it("repeats do not push the window before them", () => {
    const ledger = new AlertLedger();
    const heard = [0, 20, 40].map((at) => pods(ledger, [on("web-1")], at * second));
    expect(heard).toEqual([["web-1"], [], ["web-1"]]);
  });
});

/** Runs a story of [pod, cause] diagnoses and `-pod` resolutions on one workload, and answers what each said. */
function story(steps: readonly (readonly [pod: string, cause: CauseId] | string)[]): string[] {
  const ledger = new AlertLedger({ duplicateMs: 0 });
  return steps.flatMap((step, index) => {
    if (typeof step === "string") {
      ledger.take(webhook([on(step, step, resolved)]), index);
      return [];
    }
    const [work] = ledger.take(webhook([on(step[0])]), index).work;
    return work === undefined ? ["no work"] : [ledger.settle(work, "shop/Deployment/web", step[1])];
  });
}

describe("when a workload's cause is announced", () => {
  it.each([
    [
      "once, however often it is seen",
      [
        ["a", "image-not-found"],
        ["a", "image-not-found"],
      ],
      ["announce", "known"],
    ],
    [
      "once for all its pods",
      [
        ["a", "image-not-found"],
        ["b", "image-not-found"],
      ],
      ["announce", "known"],
    ],
    [
      "again when it changes, and when it changes back",
      [
        ["a", "image-not-found"],
        ["a", "auth-rejected"],
        ["a", "image-not-found"],
      ],
      ["announce", "announce", "announce"],
    ],
    [
      "once each, where two pods differ for good",
      [
        ["a", "image-not-found"],
        ["b", "disk-full"],
        ["a", "image-not-found"],
        ["b", "disk-full"],
      ],
      ["announce", "announce", "known", "known"],
    ],
    [
      "again after all its alerts were resolved",
      [["a", "image-not-found"], "a", ["a", "image-not-found"]],
      ["announce", "announce"],
    ],
    [
      "not again while another pod's alert fires",
      [["a", "image-not-found"], ["b", "image-not-found"], "a", ["a", "image-not-found"]],
      ["announce", "known", "known"],
    ],
    [
      "not again when only the back-off is left of it",
      [
        ["a", "image-not-found"],
        ["a", "backoff-only"],
        ["a", "image-not-found"],
      ],
      ["announce", "known", "known"],
    ],
    [
      "again when the back-off turns out to be something",
      [
        ["a", "backoff-only"],
        ["a", "image-not-found"],
      ],
      ["announce", "announce"],
    ],
  ] as const)("%s", (_, steps, said) => expect(story(steps)).toEqual(said));

  it("not at all when the alert was resolved during the diagnosis", () => {
    const ledger = new AlertLedger();
    const [work] = ledger.take(webhook([on("a")]), 0).work;
    ledger.take(webhook([on("a", "a", resolved)]), 1);
    expect(work && [ledger.fires(work.alerts), ledger.settle(work, "w", "image-not-found")]).toEqual([
      false,
      "resolved",
    ]);
  });

  it("again when the first announcement could not be made", () => {
    const ledger = new AlertLedger();
    const [work] = ledger.take(webhook([on("a")]), 0).work;
    if (work === undefined) throw new Error("no work");
    ledger.settle(work, "w", "image-not-found");
    ledger.retract(work, "w");
    expect(ledger.settle(work, "w", "image-not-found")).toBe("announce");
  });
});

describe("what is forgotten", () => {
  it("an alert that was not heard of for two days, with its workload's cause", () => {
    const ledger = new AlertLedger();
    const [first] = ledger.take(webhook([on("a")]), 0).work;
    if (first) ledger.settle(first, "w", "image-not-found");
    const [again] = ledger.take(webhook([on("a", "a", { startsAt: "2026-11-27T00:00:00Z" })]), 48 * hour).work;
    expect([ledger.firing, again && ledger.settle(again, "w", "image-not-found")]).toEqual([1, "announce"]);
  });

  it("the alerts unheard for longest, when there are too many", () => {
    const ledger = new AlertLedger({ capacity: 2, duplicateMs: 0 });
    const [a] = ledger.take(webhook([on("a")]), 0).work;
    ledger.take(webhook([on("b"), on("c")]), 1);
    expect([ledger.firing, a && ledger.fires(a.alerts)]).toEqual([2, false]);
  });
});
