import { describe, expect, it } from "vitest";
import type { RequestSpec } from "../../../src/approvals/types.ts";
import type { Strategy } from "../../../src/repull/strategy.ts";
import { renderRequest } from "../../../src/slack/render/request.ts";
import { after, request, spec } from "../../approvals/case.ts";

const view = { team: "T1", cluster: "kind", now: after(600) };
const digest = (letter: string): string => `sha256:${letter.repeat(64)}`;
const { parameters } = spec();

describe("what is asked for, in plain words", () => {
  const given = (over: Partial<RequestSpec["parameters"]>): RequestSpec["parameters"] => ({ ...parameters, ...over });
  it.each<[Strategy, Partial<RequestSpec>, string]>([
    ["restart", { wanted: null }, "restart shop/deployment/web"],
    ["restart", { wanted: { app: [digest("c")] } }, "restart shop/deployment/web (sha256:cccccccc…)"],
    ["restart", { wanted: { app: [digest("c")], side: [digest("d")] } }, "restart shop/deployment/web"],
    ["set-image", { parameters: given({ container: "app", tag: "2" }) }, "set app of shop/deployment/web to tag 2"],
    [
      "set-image",
      { parameters: given({ image: `ghcr.io/shop/web@${digest("e")}` }) },
      "set shop/deployment/web to image ghcr.io/shop/web@sha256:eeeeeeee…",
    ],
    [
      "set-image",
      {
        parameters: given({
          undo: { fingerprint: "0123456789abcdef", pins: { app: `ghcr.io/shop/web@${digest("e")}` } },
        }),
      },
      "take shop/deployment/web back to what ran before (sha256:eeeeeeee…)",
    ],
    [
      "pin-digest",
      { parameters: given({ container: "app" }), wanted: { app: [digest("c")], side: [digest("d")] } },
      "pin app of shop/deployment/web to its tag's digest (sha256:cccccccc…)",
    ],
    [
      "pin-digest",
      { parameters: given({ container: "constructor" }), wanted: {} },
      "pin constructor of shop/deployment/web to its tag's digest",
    ],
    ["policy-always", { wanted: null }, "have shop/deployment/web pulled at every start"],
    ["delete-pods", { wanted: null }, "make the pods of shop/deployment/web anew"],
    [
      "delete-pods",
      { wanted: null, parameters: given({ only: ["a", "b"] }) },
      "make 2 pods of shop/deployment/web anew",
    ],
    [
      "delete-pods",
      { wanted: null, target: { apiVersion: "v1", kind: "Pod", name: "x", uid: "u", text: "pod/x" } },
      "make shop/pod/x anew",
    ],
    ["pre-pull", { wanted: null }, "pull the image of shop/deployment/web to its nodes beforehand"],
    ["probe", { wanted: null }, "try whether the image of shop/deployment/web can be pulled"],
  ])("%s with %j", (strategy, over, words) => {
    expect(renderRequest(request({ spec: spec({ strategy, ...over }) }), view).text).toBe(
      `<@U1> asks to ${words} · waits for 1 approval until 13:00 UTC`,
    );
  });
});
