import { existsSync } from "node:fs";
import { inject } from "vitest";
import { startCluster } from "./scripts.ts";

/** Before each file of tests: the cluster of its runtime, unless it runs already. */
if (!existsSync(inject("clusterFile"))) await startCluster(process.env);
