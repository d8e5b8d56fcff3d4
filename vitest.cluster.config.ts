import { defineConfig } from "vitest/config";

/** `npm run test:cluster`: the same product against a real API server, kubelet and containerd, real oracles, and Chromium. */
export default defineConfig({
  test: {
    include: [
      "test/cluster/**/*.test.ts",
      "test/oracles/**/*.test.ts",
      "test/contract/**/*.test.ts",
      "test/e2e/**/*.test.ts",
    ],
    globalSetup: ["test/cluster/global-setup.ts"],
    // One cluster and two cores: files one after another, so that a stage's time means something.
    fileParallelism: false,
    testTimeout: 240_000,
    hookTimeout: 600_000,
    reporters: process.env.IMAGEPULL_TEST_REPORT
      ? ["default", ["json", { outputFile: process.env.IMAGEPULL_TEST_REPORT }]]
      : ["default"],
  },
});
