import { defineConfig } from "vitest/config";

/** A cluster of the user's own is shown what any cluster can show; ours, which can be broken, everything. */
const isOwn = Boolean(process.env.IMAGEPULL_TEST_CONTEXT);
const report = process.env.IMAGEPULL_TEST_REPORT;

/** `npm run test:cluster`: the same product against a real API server, kubelet and containerd, real oracles, and Chromium. */
export default defineConfig({
  test: {
    include: isOwn
      ? ["test/own-cluster/**/*.test.ts"]
      : [
          "test/cluster/**/*.test.ts",
          "test/oracles/**/*.test.ts",
          "test/contract/**/*.test.ts",
          "test/e2e/**/*.test.ts",
        ],
    ...(isOwn ? {} : { globalSetup: ["test/cluster/global-setup.ts"] }),
    // One cluster and two cores: files one after another, so that a stage's time means something.
    fileParallelism: false,
    testTimeout: 240_000,
    hookTimeout: 600_000,
    reporters: report ? ["default", ["json", { outputFile: report }]] : ["default"],
  },
});
