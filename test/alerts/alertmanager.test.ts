import { describe, expect, it } from "vitest";
import { parseWebhook, parseWebhookText } from "../../src/alerts/alertmanager.ts";
import { alert, webhook } from "./webhook.ts";

/** A webhook whose fourth alert differs. */
const withFourth = (change: object): unknown => ({
  ...webhook([alert(), alert(), alert()]),
  alerts: [alert(), alert(), alert(), { ...alert(), ...change }],
});

describe("Alertmanager's webhook", () => {
  it("is taken as Alertmanager 0.25 sends it, and what is not needed is left out", () => {
    const sent = {
      ...webhook([alert({ labels: { namespace: "shop", pod: "web-1", container: "app" } })]),
      receiver: "imagepull",
      truncatedAlerts: 0,
      externalURL: "http://am",
      groupLabels: {},
    };
    expect(parseWebhook(sent)).toEqual({
      ok: true,
      value: webhook([alert({ labels: { namespace: "shop", pod: "web-1", container: "app" } })]),
    });
  });

  it.each([
    [null, "is null, not a mapping"],
    [[], "is a list, not a mapping"],
    [{}, 'version is missing, not "4"'],
    [{ ...webhook([]), version: "3" }, 'version is "3", not "4"'],
    [{ ...webhook([]), alerts: "none" }, 'alerts is "none", not a list'],
    [{ ...webhook([]), groupKey: "" }, "groupKey is empty"],
    [withFourth({ startsAt: "soon" }), 'alerts[3].startsAt is "soon", not a time (RFC 3339)'],
    [withFourth({ status: "maybe" }), 'alerts[3].status is "maybe", not "firing" or "resolved"'],
    [withFourth({ fingerprint: undefined }), "alerts[3].fingerprint is missing"],
    [withFourth({ labels: { password: { canary: 1 } } }), "alerts[3].labels.password is a mapping, not a text"],
    [withFourth({ labels: { password: 4711 } }), "alerts[3].labels.password is a number, not a text"],
  ])("%j is refused", (body, problem) =>
    expect(parseWebhook(body)).toEqual({
      ok: false,
      error: { sentence: `Alertmanager's webhook: ${problem}. Nothing was taken; Alertmanager will send it again.` },
    }),
  );

  it("that is no JSON is said to be none", () => {
    expect(parseWebhookText("{canary")).toEqual({
      ok: false,
      error: {
        sentence: "Alertmanager's webhook: the body is not JSON. Nothing was taken; Alertmanager will send it again.",
      },
    });
  });
});
