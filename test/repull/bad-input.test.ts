import { describe, expect, it } from "vitest";
import { digest } from "../diagnosis/checks.ts";
import { type Case, image, plan } from "./case.ts";

describe("bad input is one sentence", () => {
  const two = { template: ["app", "web"].map((name) => ({ name, image, imagePullPolicy: "IfNotPresent" })) };
  it.each<[string, Case, RegExp]>([
    [
      "--tag with a reference",
      { strategy: "set-image", parameters: { tag: "nginx:1.27" } },
      /--tag is "nginx:1.27", a whole reference: write --image nginx:1.27/,
    ],
    [
      "--tag with a digest",
      { strategy: "set-image", parameters: { tag: digest("a") } },
      /a digest: write --image with the repository/,
    ],
    ["--tag that is none", { strategy: "set-image", parameters: { tag: "-x" } }, /begins with "-"/],
    ["--image that is none", { strategy: "set-image", parameters: { image: "https://ghcr.io/x" } }, /no scheme/],
    ["--tag and --image", { strategy: "set-image", parameters: { tag: "1", image: "x:1" } }, /both given/],
    ["set-image without either", { strategy: "set-image" }, /add --tag .* or --image/],
    [
      "restart with --tag",
      { strategy: "restart", parameters: { tag: "1" } },
      /leave --tag out, or use --strategy set-image/,
    ],
    ["pin-digest with --image", { strategy: "pin-digest", parameters: { image: "x:1" } }, /leave --image out/],
    [
      "an unknown container",
      { strategy: "restart", parameters: { container: "ap" } },
      /no container "ap" in deployment checkout. It has app\./,
    ],
    [
      "one of several containers",
      { strategy: "set-image", parameters: { tag: "1" }, workload: two },
      /add --container, one of app, web\./,
    ],
  ])("%s", (_what, asked, sentence) => {
    expect(plan(asked)).toEqual({ usage: expect.stringMatching(sentence) });
  });
});
