import { describe, expect, it } from "vitest";
import { readRepull } from "../../../src/slack/repull/typed.ts";
import { parseTarget } from "../support/stage.ts";

const nothing = { strategy: null, tag: null, container: null };

describe("what is typed behind repull", () => {
  it.each<[string, Partial<ReturnType<typeof readRepull> & { ok: true }>["value"] | RegExp]>([
    ["web", { ...nothing, target: "web" }],
    ["shop/deploy/web", { ...nothing, target: "shop/deploy/web" }],
    ["deploy web -n shop", { ...nothing, target: "deploy web -n shop" }],
    ["-n=shop web", { ...nothing, target: "-n=shop web" }],
    ["-l app=web -n shop", { ...nothing, target: "-l app=web -n shop" }],
    ["web --strategy restart", { ...nothing, target: "web", strategy: "restart" }],
    ["--strategy=Restart web", { ...nothing, target: "web", strategy: "restart" }],
    ["web --tag 1.2.3", { ...nothing, target: "web", strategy: "set-image", tag: "1.2.3" }],
    ["web --strategy probe --tag 1.2.3", { ...nothing, target: "web", strategy: "probe", tag: "1.2.3" }],
    ["web -c app -t 1 -s pin-digest", { target: "web", strategy: "pin-digest", tag: "1", container: "app" }],
    ["", /^repull needs to know what: /],
    ["--strategy restart", /^repull needs to know what: /],
    ["web --yes", /^repull does not know --yes: it takes --strategy, --tag, --container, -n and -l\./],
    ["web --image ghcr.io/shop/web:1", /^repull does not know --image: /],
    ["web --strategy", /^--strategy needs a strategy after it\.$/],
    ["web --strategy --tag 1", /^--strategy needs a strategy after it\.$/],
    ["web --tag=", /^--tag needs a tag after it\.$/],
    ["web --strategy restrat", /^restrat is no strategy\. Did you mean restart\? There are restart, /],
    ["web --strategy reboot-it-all", /^reboot-it-all is no strategy\. There are restart, /],
    ["web --tag ghcr.io/shop/web:1", /^ghcr\.io\/shop\/web:1 is no tag: /],
    ["web --tag <!channel>", /is no tag: /],
    ["web --container App", /^App is no name of a container: /],
    ["web shop api", /^repull takes one target, not 3: /],
    ["Web!", /is no name that Kubernetes has/],
    ["a".repeat(700), /longer than any that Kubernetes has/],
    ["undo deploy/web", /^A re-pull is taken back with the button Undo/],
  ])("%s", (typed, expected) => {
    const read = readRepull(
      typed.split(" ").filter((word) => word !== ""),
      parseTarget,
    );
    if (expected instanceof RegExp)
      expect(read).toEqual({
        ok: false,
        error: { sentence: expect.stringMatching(expected) },
      });
    else expect(read).toEqual({ ok: true, value: expected });
  });
});
