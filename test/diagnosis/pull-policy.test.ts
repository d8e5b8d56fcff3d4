import { describe, expect, it } from "vitest";
import { defaultPullPolicy } from "../../src/diagnosis/pull-policy.ts";

const digest = `sha256:${"0123456789abcdef".repeat(4)}`;

// Source: SetDefaults_Container in pkg/apis/core/v1/defaults.go, 1.34.4; held against it in test/oracles.
describe("the policy that the API server sets where a container names none", () => {
  it.each([
    ["nginx", "Always"],
    ["nginx:latest", "Always"],
    ["ghcr.io/shop/web", "Always"],
    ["localhost:5000/latest", "Always"],
    ["nginx:1.27", "IfNotPresent"],
    ["nginx:Latest", "IfNotPresent"],
    ["latest:1", "IfNotPresent"],
    [`nginx@${digest}`, "IfNotPresent"],
    // The tag counts although the digest decides what is pulled.
    [`nginx:latest@${digest}`, "Always"],
    [`nginx:1@${digest}`, "IfNotPresent"],
    // What cannot be read has no tag.
    ["Nginx", "IfNotPresent"],
    ["", "IfNotPresent"],
  ])("for %s is %s", (image, policy) => {
    expect(defaultPullPolicy(image)).toBe(policy);
  });
});
