import { defineConfig } from "vitest/config";

/** `npm test`: no root, no cluster, no network but loopback. */
export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    exclude: ["test/cluster/**", "test/own-cluster/**", "test/e2e/**", "test/oracles/**"],
    testTimeout: 20_000,
    hookTimeout: 30_000,
    reporters: process.env.IMAGEPULL_TEST_REPORT
      ? ["default", ["json", { outputFile: process.env.IMAGEPULL_TEST_REPORT }]]
      : ["default"],
  },
});
