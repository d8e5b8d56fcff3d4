import { describe, expect, it } from "vitest";
import { formatDate } from "../../../src/playground/page/app/dates.ts";

const now = new Date("2026-11-24T12:00:00Z");
const reader = { now, locale: "en-US", timeZone: "UTC" };
const seconds = (instant: string): number => Date.parse(instant) / 1000;

/** Source: Slack's "Date formatting". */
describe("a date is written for its reader", () => {
  it.each([
    ["2026-11-24T10:02:03Z", "{time}", "10:02 AM"],
    ["2026-11-24T10:02:03Z", "{time_secs}", "10:02:03 AM"],
    ["2026-11-24T10:02:03Z", "{date_num}", "2026-11-24"],
    ["2026-11-24T10:02:03Z", "{date}", "November 24, 2026"],
    ["2026-11-24T10:02:03Z", "{date_short}", "Nov 24, 2026"],
    ["2026-11-24T10:02:03Z", "{date_long}", "Tuesday, November 24, 2026"],
    ["2026-11-24T10:02:03Z", "{date_short_pretty} at {time}", "today at 10:02 AM"],
    ["2026-11-23T23:59:00Z", "{date_pretty}", "yesterday"],
    ["2026-11-25T00:01:00Z", "{date_long_pretty}", "tomorrow"],
    ["2026-11-20T10:00:00Z", "{date_short_pretty}", "Nov 20, 2026"],
    ["2026-11-24T11:36:00Z", "{ago}", "24 minutes ago"],
    ["2026-11-24T09:59:00Z", "{ago}", "2 hours ago"],
    ["2026-11-24T12:05:00Z", "{ago}", "in 5 minutes"],
    ["2026-11-24T11:59:30Z", "{ago}", "30 seconds ago"],
    ["2026-11-24T10:00:00Z", "{no_such_part}", "{no_such_part}"],
  ])("%s as %s is %s", (instant, format, expected) => {
    expect(formatDate(seconds(instant), format, reader).replaceAll("\u202f", " ")).toBe(expected);
  });

  it("in the reader's own time zone, where it may be another day", () => {
    expect(
      formatDate(seconds("2026-11-24T02:30:00Z"), "{date_num} {time}", {
        ...reader,
        timeZone: "America/New_York",
      }).replaceAll("\u202f", " "),
    ).toBe("2026-11-23 9:30 PM");
  });
});
