import { describe, expect, it } from "vitest";
import { browserCommand } from "../../src/playground/desktop.ts";

describe("a browser is opened only where somebody sees it", () => {
  it.each([
    ["linux", { DISPLAY: ":0" }, true, "xdg-open"],
    ["linux", { WAYLAND_DISPLAY: "wayland-0" }, true, "xdg-open"],
    ["linux", {}, true, undefined],
    ["linux", { DISPLAY: ":0" }, false, undefined],
    ["linux", { DISPLAY: ":0", CI: "true" }, true, undefined],
    ["linux", { DISPLAY: ":10", SSH_CONNECTION: "1 2 3 4" }, true, undefined],
    ["darwin", {}, true, "open"],
    ["darwin", { CI: "1" }, true, undefined],
    ["win32", {}, true, "rundll32"],
  ])("%s with %j, terminal %s: %s", (platform, environment, isTerminal, program) => {
    expect(browserCommand(platform, environment, isTerminal)?.[0]).toBe(program);
  });
});
