import { defineConfig } from "vitest/config";
import { runtimes } from "./test/cluster/runtimes.ts";

/** A cluster of the user's own is shown what any cluster can show; ours, which can be broken, everything. */
const isOwn = Boolean(process.env.IMAGEPULL_TEST_CONTEXT);
const report = process.env.IMAGEPULL_TEST_REPORT;

const everything = [
  "test/cluster/**/*.test.ts",
  "test/oracles/**/*.test.ts",
  "test/contract/**/*.test.ts",
  "test/e2e/**/*.test.ts",
];
/** What depends on the words of the node: on every runtime. */
const scenarios = ["test/cluster/diagnose.test.ts", "test/cluster/disturbances.test.ts"];

/** `npm run test:cluster`: the same product against a real API server, kubelet and containerd, real oracles, and Chromium. */
export default defineConfig({
  test: {
    // One cluster and two cores: files one after another, so that a stage's time means something.
    fileParallelism: false,
    testTimeout: 240_000,
    hookTimeout: 600_000,
    reporters: report ? ["default", ["json", { outputFile: report }]] : ["default"],
    ...(isOwn
      ? { include: ["test/own-cluster/**/*.test.ts"] }
      : {
          projects: runtimes.map(({ name, environment }, order) => ({
            extends: true as const,
            test: {
              name,
              include: order === 0 ? everything : scenarios,
              env: environment,
              globalSetup: ["test/cluster/global-setup.ts"],
              // A cluster is started when the tests before have gone through the other.
              setupFiles: ["test/cluster/start.ts"],
              // 0 would come last: a project without an order of its own.
              sequence: { groupOrder: order + 1 },
            },
          })),
        }),
  },
});
